"""Ends a run with what it showed: the rows of the function list, and the cases whose service could not be had."""

from collections import Counter
from collections.abc import Iterable
from itertools import groupby

import pytest

from tests.missing_services import NOT_RUN

FUNCTIONS = 149
"""Rows of the function list."""
ROWS = "functions"


def pytest_configure(config: pytest.Config) -> None:
    """Start collecting, in the process that writes the summary; xdist's workers only send their reports there."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(RunSummary(), "run-summary")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Write the rows of each test into its reports, which cross to the process that writes the summary."""
    for item in items:
        rows = sorted({row for marker in item.iter_markers(ROWS) for row in marker.args})
        unknown = [row for row in rows if not (isinstance(row, int) and 1 <= row <= FUNCTIONS)]
        if unknown:
            raise pytest.UsageError(f"{item.nodeid}: no such rows of the function list: {unknown}")
        if rows:
            item.user_properties.append((ROWS, rows))


class RunSummary:
    """What the reports of one run say about rows and about missing services."""

    def __init__(self) -> None:
        self.passed: set[int] = set()
        self.failed: set[int] = set()
        self.not_run: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the rows of a test that passed or failed, and the service that a skipped one lacked."""
        rows = {row for name, value in report.user_properties if name == ROWS and isinstance(value, list) for row in value}
        if report.failed:
            self.failed |= rows
        elif report.passed and report.when == "call":
            self.passed |= rows
        elif report.skipped and isinstance(report.longrepr, tuple):
            _, separator, reason = report.longrepr[2].partition(NOT_RUN)
            if separator:
                self.not_run[reason] += 1

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Write the lists; a row with a failed test is not shown, whatever else passed."""
        if self.passed or self.failed:
            shown = self.passed - self.failed
            terminalreporter.section("functions shown")
            terminalreporter.line(f"{len(shown)} of {FUNCTIONS} rows: {as_ranges(shown) or 'none'}")
            if self.failed:
                terminalreporter.line(f"rows with a failed test: {as_ranges(self.failed)}")
        if self.not_run:
            terminalreporter.section("not run")
            for reason, count in sorted(self.not_run.items()):
                terminalreporter.line(f"{count} cases: {reason}")


def as_ranges(rows: Iterable[int]) -> str:
    """Return rows as text, runs joined: `1-3, 7`."""
    runs = [[row for _, row in run] for _, run in groupby(enumerate(sorted(rows)), lambda pair: pair[1] - pair[0])]
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
