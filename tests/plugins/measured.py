"""Counts the lines that tests run only where tests stand beside the code: counting doubles the time of what is drawn or computed.

A line that only a simulated week, a benchmark, a walk over all doors or a process that a test starts runs therefore counts as not
run: it needs a test beside it.
Of a test of screens, of contracts or of a scenario that has many cases (languages, widths, databases) the first is counted; and of
the tests of screens one in three, which run nearly all that the others do.
"""

import os
import sys
from collections.abc import Generator
from pathlib import Path
from zlib import crc32

import pytest

ROOT = Path(__file__).parents[1]
WHOLE = "unit"
"""Folder of `tests/` of whose tests every case counts."""
ONE_CASE = ("ui", "contracts", "scenarios")
"""Folders of whose tests the first case counts."""
SAMPLED = "ui"
"""The folder of whose tests one in three is counted, drawn by its name."""
FOR_PROCESSES = "COVERAGE_PROCESS_CONFIG"
"""Variable by which coverage finds the processes that another one starts."""


def pytest_configure(config: pytest.Config) -> None:
    """Leave the servers, devices and commands that a test starts uncounted; the workers of xdist are counted by then."""
    if hasattr(config, "workerinput"):
        os.environ.pop(FOR_PROCESSES, None)


def is_counted(item: pytest.Item) -> bool:
    """Whether the lines that a test runs are counted."""
    folder = item.path.relative_to(ROOT).parts[0]
    case = getattr(item, "callspec", None)
    is_drawn = folder != SAMPLED or crc32(item.nodeid.encode()) % 3 == 0
    return folder == WHOLE or (folder in ONE_CASE and is_drawn and not (case and any(case.indices.values())))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let coverage rest for the time of every other test."""
    coverage = sys.modules.get("coverage")
    running = coverage.Coverage.current() if coverage and not is_counted(item) else None
    if running is None:
        return (yield)
    running.stop()
    try:
        return (yield)
    finally:
        running.start()
