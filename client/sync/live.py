"""The live channel: the server says that there is something newer, and the worker begins a round (PROTOCOL 15).

A poke has no content, so a lost one delays and never loses anything: the polls of the scheduler go on all the time.
"""

import logging
from collections.abc import Callable
from contextlib import closing
from random import Random
from threading import Condition, Thread

from client.config import SyncTimes
from client.events import Event, SyncStatusChanged
from client.sync import states
from client.sync.engine import SyncEngine
from client.sync.states import State
from shared_models.errors import ReplicaError, SyncError
from shared_models.transport import LiveSource, Poke, Pokes

LOG = logging.getLogger("fieldfare.sync")
CLOSE_S = 2.0
"""Most that whoever closes waits: a server that cannot be reached is asked for longer, and what it answers then is passed over."""
NO_CHANNEL = (State.NEEDS_AUTH, State.NEEDS_UPGRADE)
"""States in which the server would not let the device in."""


class LiveChannel:
    """Listens on a thread of its own, and opens the channel again whenever it ends."""

    def __init__(
        self, source: LiveSource, engine: SyncEngine, notify: Callable[[states.Event], None], times: SyncTimes, random: Random
    ) -> None:
        """notify: takes an event from outside, from any thread (`SyncWorker.notify`)."""
        self._source, self._notify, self._times, self._random = source, notify, times, random
        self._replica, self._scheduler = engine.replica, engine.scheduler
        self._news = Condition()
        self._ends, self._is_nudged = False, False
        self._newest, self._asked = 0, 0
        self._open: Pokes | None = None
        self._thread = Thread(target=self._work, name="live", daemon=True)
        self._unsubscribe = engine.replica.events.subscribe(self._hear_event)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End the channel and the thread. Close it before the worker and the replica."""
        self._unsubscribe()
        with self._news:
            self._ends = True
            self._news.notify_all()
            self._hang_up()
        self._thread.join(CLOSE_S)

    @property
    def is_open(self) -> bool:
        """Whether changes of others are told at once."""
        return self._open is not None

    # -- on the thread of the channel --------------------------------------------------------------------------------------

    def _work(self) -> None:
        failures = 0
        while self._wait_until_wanted():
            try:
                self._listen()
                failures = 0
            except SyncError:
                failures += 1
            except ReplicaError:
                failures += 1  # a full disk, say: the engine tells of it
            except (
                Exception
            ):  # a mistake of ours is logged, and polls go on; at the end of the program the network is gone already
                if not self._ends:
                    LOG.exception("the live channel broke off")
                failures += 1
            self._wait(self._pause_s(failures))

    def _listen(self) -> None:
        facts = self._replica.facts()
        with closing(self._source.live(facts["cursor"])) as pokes:
            with self._news:
                if self._ends or not self._is_wanted():
                    return
                self._open = pokes
            self._tell()
            try:
                if facts["state"] == State.OFFLINE:
                    self._notify(states.Event.NETWORK_UP)
                for poke in pokes:
                    self._take(poke)
            finally:
                with self._news:
                    self._open = None
                self._tell()

    def _tell(self) -> None:
        """Let a screen say whether it hears of everything at once."""
        if not self._ends:
            self._replica.events.publish(SyncStatusChanged())

    def _take(self, poke: Poke) -> None:
        self._newest = max(self._newest, poke.seq)
        if poke.spread_ms:
            self._wait(poke.spread_ms / 1000 * self._random.random())
        self._ask()

    def _wait_until_wanted(self) -> bool:
        """Wait while nobody could or should be asked; False when the channel ends."""
        with self._news:
            while not self._ends and not self._is_wanted():
                self._news.wait()
            return not self._ends

    def _wait(self, seconds: float) -> None:
        """Wait so long, or until a round went through: then the server answers again."""
        with self._news:
            self._is_nudged = False
            self._news.wait_for(lambda: self._ends or self._is_nudged, seconds)

    def _pause_s(self, failures: int) -> float:
        """Return how long to wait before the channel is opened again, at random: many devices lose theirs at once."""
        longest = min(self._times.poll_s, self._times.backoff_first_s * float(1 << min(failures, 10)))
        return longest * self._random.uniform(0.1, 1.0)

    # -- on any thread -----------------------------------------------------------------------------------------------------

    def _ask(self) -> None:
        """Have a round begin for what is newer than the replica, unless one runs: it is looked at again when that ends."""
        is_newer = self._newest > max(self._replica.facts()["cursor"], self._asked)
        if is_newer and not self._scheduler.is_running:
            self._asked = self._newest
            self._notify(states.Event.POKE)

    def _is_wanted(self) -> bool:
        facts = self._replica.facts()
        return not facts["paused"] and facts["server_epoch"] is not None and State(facts["state"]) not in NO_CHANNEL

    def _hear_event(self, event: Event) -> None:
        if not isinstance(event, SyncStatusChanged) or self._ends:
            return
        with self._news:
            if not self._is_wanted():
                self._hang_up()
            self._is_nudged |= self._open is None and self._replica.facts()["state"] == State.IDLE
            self._news.notify_all()
        self._ask()

    def _hang_up(self) -> None:
        if self._open is not None:
            self._open.close()
