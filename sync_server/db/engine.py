"""The central database: one engine, read snapshots, and write transactions that do not trip over each other."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from sync_server.db.news import News, noted

Connection = sa.Connection
"""What services are given; they never make one."""

IMMEDIATE = "BEGIN IMMEDIATE"
"""How a writer of SQLite begins: it holds the file from then on."""
BUSY_TIMEOUT_MS = 15_000
CHECKPOINT_PAGES = 32_000
"""Pages in the write-ahead log, 128 MB, before a writer has to move them to the file: most go at a quiet moment (`Store.tidy`)."""
CACHE_KIB = 32_768
"""Pages that one SQLite connection keeps: a push touches records all over the file."""


class Unstorable(Exception):
    """The database refused a value for good; nothing of the transaction was stored."""


class StoreDown(Exception):
    """The database cannot work now: no connection, no space. Nothing was stored."""


class Contended(Exception):
    """The database gave up on a transaction because of another one; nothing was stored, and the same may pass if repeated."""


@dataclass(frozen=True)
class Store:
    """One central database. `write_lock` is the process's own queue of writers where the engine has none worth its name."""

    engine: sa.Engine
    write_lock: threading.RLock = field(default_factory=threading.RLock)
    _turn: threading.RLock = field(default_factory=threading.RLock, repr=False)
    """Held where a writer of SQLite computes, and not while it commits: see `preparing`."""
    _written: threading.Event = field(default_factory=threading.Event, repr=False)
    """Set by a write to a file of SQLite: the write-ahead log holds something."""
    news: News = field(default_factory=News, repr=False, compare=False)
    """Told of every seq that a write of this process committed."""

    @cached_property
    def is_sqlite(self) -> bool:
        """Whether the database is a file of SQLite: one writer at a time."""
        return self.dialect == "sqlite"

    @property
    def dialect(self) -> str:
        """Return `sqlite`, `postgresql` or `mysql` (MariaDB too)."""
        return "mysql" if self.engine.dialect.name in ("mysql", "mariadb") else self.engine.dialect.name

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open one read snapshot: everything read inside stands for one moment (PROTOCOL 7.1).

        Raises what `write` raises, and StoreDown.
        """
        with self._transaction(None if self.is_sqlite else "REPEATABLE READ") as connection:
            yield connection

    def preparing(self) -> AbstractContextManager[object]:
        """Return a block for what a writer has to compute before it needs the database.

        On SQLite the writers come one after another. Python computes in one thread at a time, and is free while one commits:
        then the next one's request is read, and not while the one before is carried out, which both would delay.
        """
        return self._turn if self.is_sqlite else nullcontext()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open one write transaction; it commits when the block ends, and any exception undoes it.

        Raises Contended for a deadlock, a serialization failure, a lock that was not had in time, or a unique value that
        another transaction stored first; Unstorable for a value that no column takes; StoreDown for a database that cannot work.
        """
        isolation, begin = (None, IMMEDIATE) if self.is_sqlite else ("READ COMMITTED", "BEGIN")
        with self.write_lock if self.is_sqlite else nullcontext(), self._transaction(isolation, begin) as connection:
            noted(connection)  # of a transaction that was undone
            yield connection
            seq = noted(connection)
        if self.is_sqlite:
            self._written.set()
        self.news.tell(seq)

    @contextmanager
    def _transaction(self, isolation: str | None, begin: str = "BEGIN") -> Iterator[Connection]:
        """Open a transaction. isolation: its level, None on SQLite, where `begin` is said to the driver itself.

        A "begin" listener would do it too, but each statement of an engine that has listeners costs more.
        """
        try:
            with self.engine.connect() as connection:
                if isolation is not None:
                    connection.execution_options(isolation_level=isolation)
                with connection.begin():
                    if isolation is None:
                        _driver(connection).execute(begin)
                    with self._turn if begin == IMMEDIATE else nullcontext():
                        yield connection
        except sqlite3.OperationalError as error:  # of a BEGIN of ours
            raise Contended(str(error)) if _is_locked(error) else StoreDown(str(error)) from error
        except sa.exc.DBAPIError as error:
            if _is_contention(error):
                raise Contended(type(error.orig).__name__) from error
            if isinstance(error, sa.exc.DataError):
                raise Unstorable(type(error.orig).__name__) from error
            raise StoreDown(type(error.orig).__name__) from error
        except sa.exc.TimeoutError as error:  # every connection of the pool was in use for too long
            raise StoreDown("no free connection") from error

    def was_written(self) -> bool:
        """Whether a file of SQLite was written to since this was asked last."""
        was = self._written.is_set()
        self._written.clear()
        return was

    def tidy(self) -> None:
        """Move what SQLite's write-ahead log holds to the file itself; nobody waits for it. Raises StoreDown.

        On a connection of its own: the pool's last one is the writer's, which knows the pages.
        """
        try:
            with closing(sqlite3.connect(str(self.engine.url.database))) as connection:
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        except sqlite3.Error as error:
            raise StoreDown(str(error)) from error

    def is_reachable(self) -> bool:
        """Whether the database answers."""
        try:
            with self.read() as connection:
                return bool(connection.execute(sa.select(1)).scalar_one() == 1)
        except (StoreDown, Contended):
            return False

    def close(self) -> None:
        """Give every connection back to the operating system."""
        self.engine.dispose()


def _is_contention(error: sa.exc.DBAPIError) -> bool:
    """Whether a repeated attempt may pass: unique races, deadlocks, lock timeouts."""
    if isinstance(error, sa.exc.IntegrityError):
        return True
    state = getattr(error.orig, "sqlstate", None)
    number = error.orig.args[0] if error.orig is not None and error.orig.args else None
    return state in ("40001", "40P01", "55P03") or number in (1205, 1213, 1020) or _is_locked(error.orig)


def _driver(connection: Connection) -> DBAPIConnection:
    raw: DBAPIConnection | None = connection.connection.driver_connection
    assert raw is not None  # it was checked out just now
    return raw


def _is_locked(error: BaseException | None) -> bool:
    return isinstance(error, sqlite3.OperationalError) and "locked" in str(error)


def open_store(url: str, *, synchronous: str = "FULL") -> Store:
    """Open a central database by its SQLAlchemy URL: SQLite, PostgreSQL or MariaDB/MySQL.

    synchronous: SQLite only; tests that never cut the power pass "OFF".
    """
    made = sa.make_url(url)
    if made.get_backend_name() != "sqlite":
        engine = sa.create_engine(made, hide_parameters=True, pool_pre_ping=True, pool_size=10, max_overflow=20)
        if made.get_backend_name() in ("mysql", "mariadb"):
            sa.event.listen(engine, "connect", _prepare_mysql)
        else:
            sa.event.listen(engine, "connect", _prepare_postgresql)
        return Store(engine)
    # The last one that was given back is the next: after its own write its pages are still good, any other must read them anew.
    options = {"poolclass": sa.QueuePool, "pool_size": 8, "max_overflow": 24, "pool_use_lifo": True}
    engine = sa.create_engine(made, hide_parameters=True, **options)

    def prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves: server.md 4
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={synchronous}",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "foreign_keys=OFF",
            f"cache_size=-{CACHE_KIB}",
            f"wal_autocheckpoint={CHECKPOINT_PAGES}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    sa.event.listen(engine, "connect", prepare)
    return Store(engine)


def _prepare_postgresql(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    """Streamed queries are read to the end, so they are planned for that, and not for their first tenth."""
    cursor = connection.cursor()
    cursor.execute("SET cursor_tuple_fraction = 1")
    cursor.close()
    connection.commit()


def _prepare_mysql(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    """NO_BACKSLASH_ESCAPES is left alone; strict mode refuses what would be cut silently."""
    cursor = connection.cursor()
    cursor.execute("SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', innodb_lock_wait_timeout = 15")
    cursor.close()
