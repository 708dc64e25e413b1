"""Hears what other server processes committed to the same PostgreSQL, over its LISTEN and NOTIFY.

On another database one process serves; what a command of the terminal writes there is found by the devices' own polls.
"""

import threading
from dataclasses import dataclass, field

import structlog

from sync_server.db import timeline
from sync_server.db.engine import Store
from sync_server.db.news import CHANNEL
from sync_server.db.tables import Tables

logger = structlog.get_logger("news")
CHECK_S = 0.25
"""How long one wait for a notice lasts: an end is noticed this late."""
AGAIN_S = 5.0
"""Between two attempts to connect while the database does not answer. Devices poll meanwhile."""


@dataclass
class Listening:
    """A thread with a connection of its own, which it takes anew whenever it is lost."""

    store: Store
    tables: Tables
    _ends: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, on PostgreSQL; on another database there is nothing to hear."""
        if self.store.dialect == "postgresql":
            self._thread = threading.Thread(target=self._work, name="news", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._ends.set()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        while not self._ends.is_set():
            try:
                self._listen()
            except Exception as error:  # noqa: BLE001  # whatever a driver raises for a lost connection
                logger.warning("no news of other processes", why=type(error).__name__)
                self._ends.wait(AGAIN_S)

    def _listen(self) -> None:
        with self.store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            driver = connection.connection.driver_connection
            assert driver is not None  # it was checked out just now
            connection.detach()  # the pool never gets back one that listens
            connection.exec_driver_sql(f"LISTEN {CHANNEL}")
            self.store.news.tell(timeline.read(connection, self.tables).seq)  # what was told while nobody listened
            while not self._ends.is_set():
                for notice in driver.notifies(timeout=CHECK_S):
                    self.store.news.tell(int(notice.payload))
