import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLANTED = {
    "client/ui/planted.py": "import sqlite3\n",
    "client/usecases/planted.py": "import flet\n",
    "client/replica/plain.py": "import sqlite3\n",
    "client/replica/cipher.py": "import sqlcipher3\n",
    "client/usecases/keys.py": "import keyring\n",
    "client/replica/planted.py": "import sync_server\n",
    "sync_server/db/planted.py": "from sync_server import services\n",
    "sync_server/services/planted.py": "import litestar\n",
    "conflict/planted.py": "import time\n",
    "shared_models/planted.py": "import conflict\n",
}


@pytest.fixture(scope="module")
def skeleton(tmp_path_factory):
    """The packages' folders with empty modules: the rules are under test, not today's sources."""
    root = tmp_path_factory.mktemp("skeleton")
    shutil.copy(ROOT / "pyproject.toml", root)
    for package in ("client", "sync_server", "shared_models", "conflict"):
        for init in (ROOT / package).rglob("__init__.py"):
            copied = root / init.relative_to(ROOT)
            copied.parent.mkdir(parents=True, exist_ok=True)
            copied.touch()
    return root


def broken_contracts(root: Path) -> str:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    result = subprocess.run(command, cwd=root, capture_output=True, text=True, env={"PYTHONPATH": str(root)}, check=False)
    return "" if result.returncode == 0 else result.stdout + result.stderr


def test_the_rules_hold_before_a_module_exists(skeleton):
    assert not broken_contracts(skeleton)


@pytest.mark.slow
def test_each_planted_import_is_reported(skeleton):
    for name, source in PLANTED.items():
        (skeleton / name).write_text(source)
    report = broken_contracts(skeleton)
    planted = [name.removesuffix(".py").replace("/", ".") for name in PLANTED]
    assert [module for module in planted if module not in report] == []
