"""The thread on which files are moved in a running client: beside the rounds, so that a large file holds up no save."""

import logging
from threading import Condition, Thread

from client.events import Event, FilesChanged, RecordsChanged, SyncStatusChanged
from client.replica import file_purging
from client.replica.blobs import ENTITY
from client.sync.courier import Courier
from client.sync.states import State

LOG = logging.getLogger("fieldfare.sync")
CLOSE_S = 2.0
"""Most that whoever closes waits for a piece that is under way; what was sent of it counts, and the rest goes the next time."""


class CourierThread:
    """Moves files whenever something is due. Close it before the worker and the replica."""

    def __init__(self, courier: Courier) -> None:
        self._courier = courier
        self._news = Condition()
        self._ends, self._is_due = False, True
        self._met: int | None = None
        self._thread = Thread(target=self._work, name="courier", daemon=True)
        self._unsubscribe = courier.replica.events.subscribe(self._hear)

    def start(self) -> None:
        """Begin. Before anybody attaches a file: what a killed program left is removed first."""
        file_purging.begin(self._courier.replica)
        self._thread.start()

    def close(self) -> None:
        """Stop at the next piece, and end the thread."""
        self._unsubscribe()
        with self._news:
            self._ends = True
            self._news.notify_all()
        self._courier.stop()
        self._thread.join(CLOSE_S)

    def _hear(self, event: Event) -> None:
        if not self._is_news(event):
            return
        if isinstance(event, FilesChanged):
            self._courier.look_again()
        with self._news:
            self._is_due = True
            self._news.notify_all()

    def _is_news(self, event: Event) -> bool:
        """Whether there may be something to move: somebody asked, a round has ended, or rows of files came."""
        if isinstance(event, FilesChanged):
            return event.is_asked
        if isinstance(event, SyncStatusChanged):
            return bool(self._courier.replica.facts()["state"] == State.IDLE)
        return isinstance(event, RecordsChanged) and (ENTITY in event.ids or ENTITY in event.every)

    def _work(self) -> None:
        while self._wait():
            try:
                if self._courier.is_possible():
                    self._note_round()
                    self._courier.run_once()
            except Exception:  # a mistake of ours is logged, and the next news or time begins again
                if not self._ends:
                    LOG.exception("moving files broke off")

    def _note_round(self) -> None:
        """Let what the network stopped go on, where a round of sync has come through since."""
        met = self._courier.replica.facts()["last_success_at"]
        if met != self._met:
            self._met = met
            self._courier.forgive()

    def _wait(self) -> bool:
        """Wait for news, or for the next attempt; False when the thread ends."""
        with self._news:
            while not self._ends and not self._is_due:
                if not self._news.wait(self._seconds()):
                    break
            self._is_due = False
            return not self._ends

    def _seconds(self) -> float | None:
        at = self._courier.next_at()
        return None if at is None else max(at - self._courier.replica.ids.now_ms(), 0) / 1000 + 0.05
