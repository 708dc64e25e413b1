"""Does not count the lines that a test of the marker `unmeasured` runs: counting them triples the time of long computations.

What is shown by such tests alone therefore counts as not run: every line needs a test beside them.
"""

import os
import sys
from collections.abc import Generator

import pytest

FOR_PROCESSES = "COVERAGE_PROCESS_CONFIG"
"""Variable by which coverage finds the processes that a test starts."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let coverage rest for the time of such a test, in this process and in those that it starts."""
    coverage = sys.modules.get("coverage")
    running = coverage.Coverage.current() if coverage and item.get_closest_marker("unmeasured") else None
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
