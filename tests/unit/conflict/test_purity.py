import ast
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

IMPURE = {
    "now",
    "today",
    "utcnow",
    "fromtimestamp",
    "time",
    "monotonic",
    "open",
    "uuid1",
    "uuid4",
    "uuid7",
    "getenv",
    "print",
}


def impure_calls(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in IMPURE:
                yield f"line {node.lineno}: {name}()"


@pytest.mark.parametrize("path", sorted(Path(str(files("conflict"))).rglob("*.py")), ids=lambda path: path.stem)
def test_conflict_calls_no_clock_no_chance_and_no_files(path):
    assert not list(impure_calls(path.read_text(encoding="utf-8")))


def test_a_clock_would_be_found():
    assert list(impure_calls("from datetime import UTC, datetime\nwhen = datetime.now(UTC)")) == ["line 2: now()"]
