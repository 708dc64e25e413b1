"""The thread on which rounds run in the installed client; at most one per replica, among all processes."""

import logging
from contextlib import AbstractContextManager, nullcontext
from threading import Condition, Thread, current_thread

from client.events import ChangeLogChanged, Event
from client.platform.lock_file import LockFile
from client.sync import states
from client.sync.engine import SyncEngine

LOG = logging.getLogger("fieldfare.sync")


class SyncWorker:
    """Waits for the armed attempt or for news, and runs one round at a time."""

    def __init__(self, engine: SyncEngine, lock: LockFile, turn: AbstractContextManager[object] | None = None) -> None:
        """turn: held during each round by a process that has many replicas, which would else all be at it together."""
        self._engine, self._lock, self._turn = engine, lock, turn or nullcontext()
        self._news = Condition()
        self._run_now, self._ends = False, False
        self._thread: Thread | None = None
        self._unsubscribe = engine.replica.events.subscribe(self._hear)

    def start(self) -> None:
        """Begin. Raises ReplicaLocked when another process syncs this replica."""
        self._lock.acquire()
        self._thread = Thread(target=self._work, name="sync", daemon=True)
        self._thread.start()
        self.notify(states.Event.START)

    def notify(self, event: states.Event) -> None:
        """Take an event from outside: network up, a poke, the window came to the front, a person asks."""
        should_run = self._engine.scheduler.on(event)
        with self._news:
            self._run_now = self._run_now or should_run
            self._news.notify_all()

    def close(self) -> None:
        """Stop the running round at the next safe place, and end the thread."""
        self._unsubscribe()
        self._engine.stop()
        with self._news:
            self._ends = True
            self._news.notify_all()
        if self._thread is not None:
            self._thread.join()
        self._lock.release()

    @property
    def holds_lock(self) -> bool:
        """Whether the replica is this worker's."""
        return self._lock.is_mine

    def _hear(self, event: Event) -> None:
        # What a round itself changes in the log is no news.
        if isinstance(event, ChangeLogChanged) and current_thread() is not self._thread:
            self.notify(states.Event.LOCAL_COMMIT)

    def _work(self) -> None:
        while self._wait():
            try:
                with self._turn:
                    self._engine.run_once()
            except Exception:  # a mistake of ours is logged, and the next attempt is armed (I7)
                LOG.exception("a round of synchronisation broke off")

    def _wait(self) -> bool:
        """Wait for the next attempt; False when the worker ends."""
        with self._news:
            while not self._ends:
                due_ms = self._engine.scheduler.due_in_ms()
                if self._run_now or due_ms == 0:
                    self._run_now = False
                    return True
                self._news.wait(None if due_ms is None else due_ms / 1000)
            return False
