"""Connections to the replica's file: who may write, and how safely."""

import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from client.replica.driver import ERROR, Connection, translate
from client.replica.fold import extra_tokens

WAIT_MS = 5000
"""How long a transaction waits for another process that writes."""


def create_private(path: Path) -> None:
    """Make the file, if it is not there, readable and writable by its owner only; the WAL beside it gets the same mode.

    One that is there is not opened: to close it here would take away the locks that SQLite holds on it in this process, and another
    process would then remove the log under it (https://www.sqlite.org/howtocorrupt.html, 2.2).
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def prepare_writer(connection: Connection) -> None:
    """Set up the one connection that writes.

    `synchronous` is set per transaction (`Replica.write`): FULL for what a person typed, NORMAL for what can be pulled
    again (rows and cursor are lost together, so nothing is skipped). Foreign keys stay off: see `schema`.
    """
    _prepare(connection)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA fullfsync = 1")  # Apple: fsync alone does not reach the medium; no effect elsewhere
    connection.execute("PRAGMA checkpoint_fullfsync = 1")
    connection.execute("PRAGMA cache_size = -16000")


def overwrite_freed(connection: Connection, wanted: bool) -> None:
    """Have what is removed from now on overwritten, or not: it costs a write of each page that is freed (trap 14)."""
    connection.execute(f"PRAGMA secure_delete = {int(wanted)}")


def prepare_reader(connection: Connection) -> None:
    """Set up a connection that only reads."""
    _prepare(connection)
    connection.execute("PRAGMA query_only = 1")


def prepare_other(connection: Connection) -> None:
    """Set up a connection to a file that is on its way to become a replica."""
    _prepare(connection)
    connection.execute("PRAGMA cache_size = -16000")


def _prepare(connection: Connection) -> None:
    connection.execute(f"PRAGMA busy_timeout = {WAIT_MS}")
    connection.execute("PRAGMA foreign_keys = 0")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.create_function("extra_tokens", -1, extra_tokens, deterministic=True)


class Translated:
    """What `translated_errors` returns."""

    def __enter__(self) -> None:
        """Change nothing."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Raise the product's error in place of SQLite's."""
        if isinstance(error, ERROR):
            raise translate(error) from error


_TRANSLATED = Translated()


def translated_errors() -> Translated:
    """Turn SQLite's failures in a block into the errors of the product."""
    return _TRANSLATED


class Reading:
    """A block in which a connection reads several things of one moment; within another one it is a part of that."""

    __slots__ = ("_began", "_reader")

    def __init__(self, reader: Connection) -> None:
        """reader: used by this thread alone."""
        self._reader, self._began = reader, False

    def __enter__(self) -> Connection:
        """Begin."""
        if not self._reader.in_transaction:
            with translated_errors():
                self._reader.execute("BEGIN")
            self._began = True
        return self._reader

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Let go of the moment."""
        with translated_errors():
            if self._began:
                self._reader.execute("ROLLBACK")
            if isinstance(error, ERROR):
                raise error
