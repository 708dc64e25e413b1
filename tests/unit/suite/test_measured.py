"""Which tests' lines are counted."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.plugins.measured import ROOT, is_counted

FIRST, SECOND = SimpleNamespace(indices={"width": 0, "lang": 0}), SimpleNamespace(indices={"width": 0, "lang": 1})

DRAWN, PASSED_OVER = "tests/ui/test_it.py::test_5", "tests/ui/test_it.py::test_1"


def item(folder: str, **more: object) -> Any:
    """Return what the rule looks at of a test."""
    return SimpleNamespace(path=Path(ROOT, folder, "test_it.py"), nodeid=more.pop("nodeid", DRAWN), **more)


@pytest.mark.parametrize("case", [{}, {"callspec": FIRST}, {"callspec": SECOND}])
def test_every_case_of_a_unit_test_counts_and_none_of_a_simulated_week(case):
    assert is_counted(item("unit/client", **case))
    assert not is_counted(item("simulation", **case))


@pytest.mark.parametrize("folder", ["ui", "contracts", "scenarios"])
def test_of_a_test_of_screens_the_first_case_counts(folder):
    assert is_counted(item(folder))
    assert is_counted(item(folder, callspec=FIRST))
    assert not is_counted(item(folder, callspec=SECOND))


def test_of_the_tests_of_screens_those_count_that_are_drawn():
    assert not is_counted(item("ui", nodeid=PASSED_OVER))
    assert is_counted(item("unit/client", nodeid=PASSED_OVER))
    assert is_counted(item("contracts", nodeid=PASSED_OVER))
