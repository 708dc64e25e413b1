"""Where the central databases of a scenario are: files in its folders, or databases of a PostgreSQL server that ends with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from tests.databases import DatabaseServer, postgresql_server


class Homes(Protocol):
    """Gives each server of a scenario the URL of its central database."""

    def named(self, scenario: str) -> str:
        """Return the name of a scenario that runs here."""
        ...

    def first(self) -> str:
        """Return the URL of an empty one."""
        ...

    def copy(self) -> str:
        """Return the URL of a copy of the first; its server has ended, and its folder has been copied."""
        ...


class Files:
    """A SQLite file in the server's own folder, which the empty URL stands for."""

    def named(self, scenario: str) -> str:
        """Return the plain name."""
        return scenario

    def first(self) -> str:
        """Return the empty URL."""
        return ""

    def copy(self) -> str:
        """Return the empty URL: the file was copied with the folder."""
        return ""


FILES = Files()


class _Databases:
    def __init__(self, server: DatabaseServer) -> None:
        self._server, self._made = server, 0

    def named(self, scenario: str) -> str:
        return f"{scenario}-postgresql"

    def first(self) -> str:
        self._server.execute("CREATE DATABASE bench")
        return self._server.url_of("bench")

    def copy(self) -> str:
        self._made += 1
        self._server.execute(f"CREATE DATABASE bench_{self._made} TEMPLATE bench")
        return self._server.url_of(f"bench_{self._made}")


@contextmanager
def postgresql() -> Iterator[Homes]:
    """Yield databases of a temporary server. Raises ServiceMissing."""
    with postgresql_server() as server:
        yield _Databases(server)
