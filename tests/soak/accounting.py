"""Where everything is that was ever saved: history, a card, or a refused change that its author can still have back."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from sync_server.db.engine import open_store
from tests.soak.salesperson import JOURNAL

MARK = re.compile("«[^»]+»")
HELD_BY = {"history": ("before", "after"), "sync_conflict": ("mine", "theirs", "before"), "sync_deadletter": ("body",)}
"""Tables of the centre that keep what a person typed, and the columns in which it stands."""


def promised(folders: list[Path]) -> set[str]:
    """Return the marks of all saves that came back."""
    return {json.loads(line)["mark"] for folder in folders for line in _whole_lines(folder / JOURNAL)}


def kept(url: str) -> set[str]:
    """Return the marks that a central database still holds."""
    store = open_store(url)
    try:
        with store.read() as connection:
            return {mark for text in _texts(connection) for mark in MARK.findall(text)}
    finally:
        store.close()


def _texts(connection: sa.Connection) -> Iterator[str]:
    for name, columns in HELD_BY.items():
        table = sa.table(name, *(sa.column(column) for column in columns))
        for row in connection.execute(sa.select(table)):
            yield from (json.dumps(json.loads(text), ensure_ascii=False) if _is_json(text) else text for text in row if text)


def _is_json(text: str) -> bool:
    return text[:1] in '{["'


def _whole_lines(journal: Path) -> Iterator[str]:
    """Yield the lines of a journal; the last one of a process that was killed may be half of one."""
    for line in journal.read_text(encoding="utf-8").splitlines(keepends=True) if journal.exists() else ():
        if line.endswith("\n"):
            yield line
