"""Who is told that the database holds something newer, once it is committed: the number alone, the content comes by pull (trap 35)."""

import threading
from collections.abc import Callable

import sqlalchemy as sa

Listener = Callable[[int], None]
CHANNEL = "fieldfare_news"
"""Of PostgreSQL's NOTIFY: what another server process committed."""
TAKEN = "fieldfare_seq"
"""Key of a connection's `info`: the last seq that its transaction took."""


class News:
    """The listeners of one process. `tell` is called on any thread, after the commit."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: dict[int, Listener] = {}
        self._next = 0
        self.newest = 0
        """Highest seq that was told; 0 before the first."""

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Have a listener told of what is newer from now on; returns what ends that. It is called on the writer's thread: be quick."""
        with self._lock:
            place = self._next = self._next + 1
            self._listeners[place] = listener

        def end() -> None:
            with self._lock:
                self._listeners.pop(place, None)

        return end

    def tell(self, seq: int) -> None:
        """Tell everybody of a seq that can be pulled now. Nobody is told of one that is not newer."""
        with self._lock:
            if seq <= self.newest:
                return
            self.newest = seq
            listeners = list(self._listeners.values())
        for listener in listeners:
            listener(seq)


def noted(connection: sa.Connection) -> int:
    """Return the last seq that a transaction took, 0 for none, and forget it: the pool hands the connection to the next one."""
    return int(connection.info.pop(TAKEN, 0))


def note(connection: sa.Connection, seq: int) -> None:
    """Have everybody told of a seq once the transaction commits: this process by `Store.write`, others by PostgreSQL."""
    connection.info[TAKEN] = seq
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_notify(%s, %s)", (CHANNEL, str(seq)))
