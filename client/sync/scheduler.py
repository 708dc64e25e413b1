"""When the next attempt is made (I7, trap 24).

Armed from the table of states and kept in the replica, so that a missed event can delay but never wedge it. Only an attempt that is
due at once is not written down: the round that it leads to is, and a program that ends before begins with an attempt anyway.
"""

from random import Random

from client.config import SyncTimes
from client.events import SyncStatusChanged
from client.replica import meta, outbox
from client.replica.replica import Replica
from client.sync.states import RESTING, Action, Event, State, Step, step
from shared_models.errors import Busy, ReplicaError

NOW_REASONS = {Action.ARM_NOW: "now", Action.ARM_SOON: "saved", Action.ARM_POLL: "poll", Action.ARM_BACKOFF: "backoff"}


class Scheduler:
    """Keeps `next_attempt_at` (milliseconds since 1970 UTC) and its reason. It holds no timer: whoever waits asks `due_in_ms`."""

    def __init__(self, replica: Replica, times: SyncTimes, random: Random) -> None:
        self._replica, self._times, self._random, self._again = replica, times, random, False
        self._running, self._held, self._is_due = False, False, False
        self.unwritten_at: int | None = None
        """Next attempt while the replica cannot be written: a full disk must not end the attempts. None: it stands there."""

    @property
    def is_running(self) -> bool:
        """Whether a round runs now."""
        return self._running

    @property
    def is_silent(self) -> bool:
        """Whether nothing is sent or fetched now because its person wants it so."""
        return self._held or bool(self._replica.facts()["paused"])

    @staticmethod
    def step(state: State, event: Event) -> Step:
        """Return the table's answer."""
        return step(state, event)

    def on(self, event: Event) -> bool:
        """Take an event from outside; returns whether a round should begin now."""
        facts = self._replica.facts()
        if (facts["paused"] or self._held) and event is not Event.SYNC_NOW:
            return False
        state = State.PULL if self._running else State(facts["state"])
        action = step(state, event).action
        if action is Action.AGAIN:
            self._again = True
        elif action in NOW_REASONS:
            if action is Action.ARM_SOON and self._is_quiet(facts["last_success_at"]):
                action = Action.ARM_NOW
            if action is Action.ARM_NOW:
                self._is_due = True
            else:
                self._arm(self._attempt(action, facts["failures"], None, facts["next_attempt_at"]))
        return action is Action.RUN

    def due_in_ms(self) -> int | None:
        """Return how long to wait for the next attempt: 0 when it is due, None when none is armed."""
        facts = self._replica.facts()
        if facts["paused"] or self._held or self._running:
            return None
        if self.unwritten_at is not None:
            return self._wait_ms(self.unwritten_at)
        if State(facts["state"]) in (State.NEEDS_AUTH, State.NEEDS_UPGRADE):
            return None
        if self._is_due or facts["next_attempt_at"] is None:
            return 0
        return self._wait_ms(facts["next_attempt_at"])

    def _is_quiet(self, last_success_at: int | None) -> bool:
        """Whether a save is the first after a pause: it goes at once, and those that follow it join in the next round."""
        return last_success_at is None or self._now_ms() - last_success_at >= self._times.settle_s * 1000

    def _wait_ms(self, attempt_at: int) -> int:
        """Return how long to wait for an attempt: a clock that was set back does not push it out of reach."""
        return max(min(attempt_at - self._now_ms(), int(self._times.backoff_most_s * 1000)), 0)

    def begin(self, *, hello_due: bool) -> State:
        """A round begins: returns the state that it begins in."""
        self._running, self._again, self._is_due, self.unwritten_at = True, False, False, None
        return State.HELLO if hello_due else State.PUSH

    def end(self, state: State, error: Exception | None, *, stopped: bool = False) -> None:
        """A round has ended: keep how, and arm the next attempt. Never raises: what cannot be written is kept in memory."""
        assert state in RESTING
        self._running = False
        try:
            self._write_end(state, error, stopped=stopped)
        except ReplicaError:
            self.abandon()

    def abandon(self) -> None:
        """A round broke off in a way that cannot be written down: try again later all the same. Writes nothing."""
        self._running = False
        self.unwritten_at = self._now_ms() + int(self._times.backoff_most_s * 1000 * self._random.uniform(0.1, 0.2))

    def _write_end(self, state: State, error: Exception | None, *, stopped: bool) -> None:
        now = self._now_ms()
        facts: dict[str, object] = {"state": state.value}
        if error is None and not stopped:
            facts["last_success_at"] = now
        elif error is not None:
            facts |= {"last_error": words_of(error), "last_error_at": now}
        with self._replica.write(durable=False) as writing:
            known = meta.get_all(writing.connection)
            failures = 0 if error is None else known["failures"] + 1
            action = self._action_after(state, error, waits=outbox.has_pending(writing.connection))
            if action is None:
                facts |= {"next_attempt_at": None, "reason": state.value}
            else:
                facts |= self._attempt(action, failures, error, known["next_attempt_at"])
            meta.put(writing.connection, {**facts, "failures": failures})
            writing.events.append(SyncStatusChanged())

    def hold(self, on: bool) -> None:
        """Make no attempt by itself until released or until the program ends; unlike `set_paused` it is not kept."""
        self._held = on

    def _arm(self, attempt: dict[str, object]) -> None:
        if attempt:
            with self._replica.write(durable=False) as writing:
                meta.put(writing.connection, attempt)
                writing.events.append(SyncStatusChanged())

    def set_paused(self, paused: bool) -> None:
        """Work offline, or go on: kept over a restart."""
        with self._replica.write(durable=True) as writing:
            meta.put(writing.connection, {"paused": paused, "next_attempt_at": self._now_ms(), "reason": "now"})
            writing.events.append(SyncStatusChanged())

    def _action_after(self, state: State, error: Exception | None, *, waits: bool) -> Action | None:
        """Return what arms the next attempt after a round, or None when only a person can lead to one."""
        if state in (State.NEEDS_AUTH, State.NEEDS_UPGRADE):
            return None
        if error is not None and state is not State.QUARANTINED:
            return Action.ARM_BACKOFF
        return Action.ARM_NOW if self._again or (waits and state is State.IDLE) else Action.ARM_POLL

    def _attempt(self, action: Action, failures: int, error: Exception | None, armed: int | None) -> dict[str, object]:
        """Return the facts of the next attempt; none when a nearer one is armed, which stays, except after a failure."""
        wait_s = {
            Action.ARM_NOW: 0.0,
            Action.ARM_SOON: self._times.settle_s,
            Action.ARM_POLL: self._times.poll_s * self._random.uniform(0.8, 1.2),
            Action.ARM_BACKOFF: self._backoff_s(failures, error),
        }[action]
        at = self._now_ms() + int(wait_s * 1000)
        if action in (Action.ARM_NOW, Action.ARM_SOON) and armed is not None and armed <= at:
            return {}
        return {"next_attempt_at": at, "reason": NOW_REASONS[action]}

    def _backoff_s(self, failures: int, error: Exception | None) -> float:
        """Doubling wait with jitter, never beyond the limit; a server that asks for a time gets it, with jitter on top."""
        if isinstance(error, Busy):
            return min(error.retry_after_s, self._times.backoff_most_s) * self._random.uniform(1.0, 1.3)
        doubled = self._times.backoff_first_s * float(1 << min(max(failures - 1, 0), 20))
        most = min(self._times.backoff_most_s, doubled)
        return most * self._random.uniform(0.5, 1.0)

    def _now_ms(self) -> int:
        return self._replica.ids.now_ms()


def words_of(error: Exception) -> str:
    """Return a failure for the screen to look up and for the log: its code, else its kind."""
    code = getattr(error, "code", None)
    return str(code) if code else type(error).__name__
