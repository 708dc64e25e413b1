"""One write transaction at a time: begun at once, committed once, and told to the screens only afterwards."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock, get_ident

from client.events import ChangeLogChanged, Event, Events, RecordsChanged
from client.replica.connection import WAIT_MS, translated_errors
from client.replica.driver import Connection

MANY = 500
"""Rows of one entity that are named in an event; beyond it the screens read what they show again."""
IN_MEMORY = 100_000_000
"""Bytes of a file up to which it is written anew by way of memory; a larger one goes by way of the disk."""
SHORT_WAIT_MS = 100
"""How long a log that is to be emptied waits for its readers."""


@dataclass
class Writing:
    """An open write transaction, and what it will tell."""

    connection: Connection
    from_centre: bool = False
    log_changed: bool = False
    events: list[Event] = field(default_factory=list)
    _changed: dict[str, set[str]] = field(default_factory=dict)
    _every: set[str] = field(default_factory=set)

    def changed(self, entity: str, pks: set[str]) -> None:
        """Note rows whose place on the screen changed."""
        found = self._changed.setdefault(entity, set())
        found |= pks
        if len(found) > MANY:
            self._every.add(entity)

    def changed_all(self, entity: str) -> None:
        """Note that any row of an entity may have changed."""
        self._every.add(entity)

    def news(self) -> Iterator[Event]:
        """Yield what there is to tell after the commit."""
        ids = {entity: frozenset(pks) for entity, pks in self._changed.items() if pks and entity not in self._every}
        if ids or self._every:
            yield RecordsChanged(ids, frozenset(self._every), self.from_centre)
        if self.log_changed:
            yield ChangeLogChanged()
        yield from self.events


class Writer:
    """The only connection that writes, and its turn-taking among threads."""

    def __init__(self, connection: Connection, events: Events, synchronous: str) -> None:
        self._connection, self._events = connection, events
        self._full, self._relaxed = synchronous, "OFF" if synchronous == "OFF" else "NORMAL"
        self._level = ""
        self._turn, self._holder = Lock(), 0

    @contextmanager
    def write(self, *, durable: bool) -> Iterator[Writing]:
        """Run one transaction: BEGIN IMMEDIATE, one COMMIT, then the events; any exception undoes all of it.

        durable: on the medium before it returns, for what a person typed; else a power cut may take it back whole.
        Raises ReplicaLocked when another process writes for more than 5 s, ReplicaFull when the disk is full.
        A second `write` inside the first, on the same thread, is a mistake of the programmer: RuntimeError.
        """
        if self._holder == get_ident():
            raise RuntimeError("a write is already open on this thread")
        with self._turn:
            self._holder = get_ident()
            try:
                with translated_errors():
                    writing = yield from self._transaction(durable)
            finally:
                self._holder = 0
        for event in writing.news():
            self._events.publish(event)

    def rewrite_file(self) -> None:
        """Write every page of the file anew, through the log. Saves wait: 0.1 s for 5,000 companies, some seconds for 1M rows."""
        with self._turn, translated_errors():
            self._set_level(self._relaxed)
            pages, size = (
                int(self._connection.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("page_count", "page_size")
            )
            is_large = pages * size > IN_MEMORY
            self._connection.execute("PRAGMA temp_store = FILE") if is_large else None
            try:
                self._connection.execute("VACUUM")
            finally:
                self._connection.execute("PRAGMA temp_store = MEMORY") if is_large else None

    def empty_log(self) -> bool:
        """Move all of the log into the file and cut it; returns False while a reader, here or in another process, needs it."""
        with self._turn, translated_errors():
            self._connection.execute(f"PRAGMA busy_timeout = {SHORT_WAIT_MS}")  # a person's save waits behind this one
            try:
                busy, _, _ = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                self._connection.execute(f"PRAGMA busy_timeout = {WAIT_MS}")
        return not busy

    @contextmanager
    def alone(self) -> Iterator[Writing]:
        """Take the turn without a transaction: for what brings its own, and for as long as nobody here may write."""
        with self._turn:
            self._holder = get_ident()
            try:
                with translated_errors():
                    self._set_level(self._relaxed)
                    writing = Writing(self._connection)
                    yield writing
            finally:
                self._holder = 0
        for event in writing.news():
            self._events.publish(event)

    def _set_level(self, level: str) -> None:
        if level != self._level:  # only outside a transaction does this pragma take effect
            self._connection.execute(f"PRAGMA synchronous = {level}")
            self._level = level

    def _transaction(self, durable: bool) -> Generator[Writing, None, Writing]:
        connection = self._connection
        self._set_level(self._full if durable else self._relaxed)
        connection.execute("BEGIN IMMEDIATE")
        writing = Writing(connection)
        try:
            yield writing
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return writing

    @property
    def is_writing(self) -> bool:
        """Return whether the calling thread has a write open."""
        return self._holder == get_ident()

    def close(self) -> None:
        """Close the connection once nobody writes."""
        with self._turn, translated_errors():
            self._connection.close()
