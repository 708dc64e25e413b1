"""Keeps what a worker of xdist has measured, before the run may end the worker."""

import sys

import pytest


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the coverage of a worker down while its controller still waits for it.

    By itself coverage writes when the process ends; a worker that takes longer than ten seconds for that is killed.
    """
    coverage = sys.modules.get("coverage")
    running = coverage.Coverage.current() if coverage and hasattr(session.config, "workerinput") else None
    if running is not None:
        running.stop()
        running.save()
