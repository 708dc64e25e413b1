"""Every test of the replica runs on a plain file, and, where SQLCipher is installed, on an encrypted one."""

from collections.abc import Iterator

import pytest

from client.replica import driver
from tests import clients
from tests.keyring import KEY

WAYS: dict[str, driver.Connect] = {"plain": driver.connect, "encrypted": KEY}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test in both ways, unless its file says that it is of plain files: what is read there cannot be read of others."""
    is_plain = metafunc.function.__name__ in getattr(metafunc.module, "PLAIN_ONLY", ())
    ways = list(WAYS) if driver.can_encrypt() and not is_plain else ["plain"]
    metafunc.parametrize("way", ways, indirect=True)


@pytest.fixture(autouse=True)
def way(request: pytest.FixtureRequest) -> Iterator[str]:
    """How the replicas of the test are opened."""
    clients.WAY.append(WAYS[request.param])
    yield request.param
    clients.WAY.pop()
