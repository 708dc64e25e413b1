"""Fixtures of the whole suite, and how it runs."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests import databases
from tests.missing_services import ServiceMissing, not_run

pytest_plugins = [
    "tests.plugins.collector",
    "tests.plugins.compiled",
    "tests.plugins.functions_shown",
    "tests.plugins.measured",
    "tests.plugins.quick_disk",
    "tests.plugins.worker_coverage",
]

# The clients of the suite leave nothing in the keyring of whoever runs it; what is about encryption brings its own.
os.environ["FIELDFARE_REPLICA_ENCRYPTION"] = "off"

# No deadline: these machines are shared, and time is measured by the benches. CI repeats the same examples, so that a
# submission fails by its own fault only; `make prove` searches longer, and elsewhere every run searches anew.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.register_profile("search", unhurried)
settings.register_profile("ci", unhurried, derandomize=True, database=None)
settings.register_profile("prove", unhurried, max_examples=5_000)
settings.load_profile("ci" if "CI" in os.environ else "search")


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[databases.DatabaseServer]:
    """A PostgreSQL server of this run; each xdist worker has its own, which is ready in a second."""
    try:
        with databases.postgresql_server() as server:
            yield server
    except ServiceMissing as missing:
        not_run(missing)


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[databases.DatabaseServer]:
    """A MariaDB server of this run; each xdist worker has its own, which is ready in a second."""
    try:
        with databases.mariadb_server() as server:
            yield server
    except ServiceMissing as missing:
        not_run(missing)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a central SQLite database that does not exist yet."""
    return f"sqlite:///{tmp_path / 'central.sqlite3'}"


@pytest.fixture
def postgresql_url(postgresql_server: databases.DatabaseServer) -> Iterator[str]:
    """The URL of an empty PostgreSQL database of this test."""
    with postgresql_server.empty_database() as url:
        yield url


@pytest.fixture
def mariadb_url(mariadb_server: databases.DatabaseServer) -> Iterator[str]:
    """The URL of an empty MariaDB database of this test."""
    with mariadb_server.empty_database() as url:
        yield url


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.postgresql),
        pytest.param("mariadb", marks=pytest.mark.mariadb),
    ]
)
def central_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty central database, once for each kind of database that the server supports."""
    return str(request.getfixturevalue(f"{request.param}_url"))
