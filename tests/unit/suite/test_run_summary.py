import pytest

from tests.plugins.functions_shown import as_ranges

pytest_plugins = ["pytester"]

CONFTEST = """
pytest_plugins = ["tests.plugins.functions_shown"]
def pytest_configure(config):
    config.addinivalue_line("markers", "functions(*rows): rows")
"""
CASES = """
import pytest

@pytest.mark.functions(1, 2, 3, 9)
def test_passes(): pass

@pytest.mark.functions(9)
def test_fails(): assert False

@pytest.mark.functions(20)
def test_lacks_a_service(): pytest.skip("not run: MariaDB: mariadbd is not installed")

@pytest.mark.functions(21)
def test_skips_for_another_reason(): pytest.skip("only on Mars")
"""


@pytest.fixture(autouse=True)
def only_the_plugins_under_test(monkeypatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


@pytest.mark.parametrize("processes", [[], ["-p", "xdist", "-n", "2"]], ids=["one process", "workers"])
def test_the_run_ends_with_rows_shown_and_cases_not_run(pytester, processes):
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(CASES)
    output = pytester.runpytest_subprocess(*processes).stdout
    output.fnmatch_lines(["3 of 149 rows: 1-3", "rows with a failed test: 9"])
    output.fnmatch_lines(["1 cases: MariaDB: mariadbd is not installed"])
    assert "Mars" not in str(output).partition("not run")[2]


def test_a_row_that_does_not_exist_stops_the_run(pytester):
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile("import pytest\n@pytest.mark.functions(150)\ndef test_x(): pass")
    result = pytester.runpytest_subprocess()
    result.stderr.fnmatch_lines(["*no such rows of the function list: *150*"])


def test_ranges_join_neighbours():
    assert as_ranges({7, 1, 2, 3}) == "1-3, 7"
    assert as_ranges([]) == ""
