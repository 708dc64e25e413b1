"""Keeps what tests write in memory where there is room for it (`tests/memory.py`)."""

import os
import tempfile

from tests.memory import in_memory


def pytest_configure() -> None:
    """Name it as the folder for temporary files, to this process and to those that it starts; an own `TMPDIR` stays."""
    folder = in_memory()
    if folder is not None and "TMPDIR" not in os.environ:
        os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
