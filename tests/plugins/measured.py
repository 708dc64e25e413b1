"""Counts the lines that tests run only where tests stand beside the code: counting doubles the time of long computations.

A line that only a simulated week, a benchmark or a walk over all doors runs therefore counts as not run: it needs a test beside it.
"""

import os
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MEASURED = ("unit", "ui", "contracts", "scenarios")
"""Folders of `tests/` whose tests count."""
FOR_PROCESSES = "COVERAGE_PROCESS_CONFIG"
"""Variable by which coverage finds the processes that a test starts."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let coverage rest for the time of every other test, in this process and in those that it starts."""
    coverage = sys.modules.get("coverage")
    is_measured = item.path.relative_to(ROOT).parts[0] in MEASURED
    running = coverage.Coverage.current() if coverage and not is_measured else None
    if running is None:
        return (yield)
    running.stop()
    config = os.environ.pop(FOR_PROCESSES, None)
    try:
        return (yield)
    finally:
        if config is not None:
            os.environ[FOR_PROCESSES] = config
        running.start()
