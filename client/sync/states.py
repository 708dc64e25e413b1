"""The states of a device's conversation, and what every event does in every one of them (PROTOCOL, part 8).

The table is the rule: the engine and the scheduler look up what to do, and a test asks for every pair.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where the conversation stands."""

    IDLE = "idle"
    HELLO = "hello"
    PUSH = "push"
    PULL = "pull"
    VERIFY = "verify"
    BOOTSTRAPPING = "bootstrapping"
    """A pull while the replica is not complete, or is loaded anew."""
    OFFLINE = "offline"
    """The last attempt failed; the next one is armed."""
    NEEDS_AUTH = "needs_auth"
    NEEDS_UPGRADE = "needs_upgrade"
    QUARANTINED = "quarantined"
    """The centre holds another content under the id of one of our txs: nothing is sent until a person looks; pulls go on."""


class Event(StrEnum):
    """What can happen."""

    START = "start"
    """The program starts, also after it was killed at any instruction."""
    LOCAL_COMMIT = "local_commit"
    POKE = "poke"
    TIMER = "timer"
    NETWORK_UP = "network_up"
    FOREGROUND = "foreground"
    SYNC_NOW = "sync_now"
    """A person asks."""
    SIGNED_IN = "signed_in"
    RELEASED = "released"
    """A person lets a quarantined device send again."""
    DONE = "done"
    """The step of a round was answered and its answer is stored."""
    LOADING = "loading"
    """The answer is a page of a first or renewed load."""
    EPOCH_CHANGED = "epoch_changed"
    UNREACHABLE = "unreachable"
    BUSY = "busy"
    FAULT = "fault"
    """An answer that cannot be understood, a coded refusal, or a local failure such as a full disk."""
    NOT_SIGNED_IN = "not_signed_in"
    TOO_OLD = "too_old"
    MISMATCH = "mismatch"
    """P205."""


class Action(StrEnum):
    """What the event makes the client do, beside the change of state."""

    KEEP = "keep"
    """Nothing; a timer that is armed stays armed."""
    ARM_NOW = "arm_now"
    ARM_SOON = "arm_soon"
    """After the short wait that joins a burst of saves."""
    ARM_POLL = "arm_poll"
    ARM_BACKOFF = "arm_backoff"
    """Doubling wait with jitter, or as long as the server says."""
    RUN = "run"
    """Begin a round."""
    NEXT = "next"
    """Go on with the round."""
    AGAIN = "again"
    """Remember: arm the next round at once when this one has ended."""
    DISARM = "disarm"
    """No attempt until a person or a new version acts."""


@dataclass(frozen=True)
class Step:
    """The outcome of one pair."""

    state: State
    action: Action


RUNNING = (State.HELLO, State.PUSH, State.PULL, State.BOOTSTRAPPING, State.VERIFY)
RESTING = (State.IDLE, State.OFFLINE, State.NEEDS_AUTH, State.NEEDS_UPGRADE, State.QUARANTINED)
NUDGES = (Event.POKE, Event.NETWORK_UP, Event.FOREGROUND)
FAILURES = (
    Event.EPOCH_CHANGED, Event.UNREACHABLE, Event.BUSY, Event.FAULT, Event.NOT_SIGNED_IN, Event.TOO_OLD, Event.MISMATCH,
)  # fmt: skip
ANSWERS = (Event.DONE, Event.LOADING, *FAILURES)


def _table() -> dict[tuple[State, Event], Step]:
    table: dict[tuple[State, Event], Step] = {}

    def on(states: Iterable[State], events: Iterable[Event], state: State | None, action: Action) -> None:
        """Fill pairs; no state means: stay."""
        for at in states:
            for event in events:
                table[at, event] = Step(state or at, action)

    on(State, (Event.START, Event.SIGNED_IN), State.HELLO, Action.RUN)
    # A running round: what comes from outside is remembered, and the next round follows at once.
    on(RUNNING, (Event.LOCAL_COMMIT, *NUDGES, Event.SYNC_NOW, Event.RELEASED), None, Action.AGAIN)
    on(RUNNING, (Event.TIMER,), None, Action.KEEP)
    on((State.HELLO,), (Event.DONE,), State.PUSH, Action.NEXT)
    on((State.PUSH,), (Event.DONE,), State.PULL, Action.NEXT)
    on((State.PULL, State.BOOTSTRAPPING), (Event.DONE,), State.VERIFY, Action.NEXT)
    on((State.VERIFY,), (Event.DONE,), State.IDLE, Action.ARM_POLL)
    on((State.PULL, State.BOOTSTRAPPING), (Event.LOADING,), State.BOOTSTRAPPING, Action.NEXT)
    on((State.HELLO, State.PUSH, State.VERIFY), (Event.LOADING,), None, Action.KEEP)
    # Push failed in any way: pull still runs, and the failure counts at the end of the round.
    on((State.PUSH,), (Event.UNREACHABLE, Event.BUSY, Event.FAULT), State.PULL, Action.NEXT)
    on((State.PUSH,), (Event.MISMATCH,), State.PULL, Action.NEXT)
    on(
        (State.HELLO, State.PULL, State.BOOTSTRAPPING, State.VERIFY),
        (Event.UNREACHABLE, Event.BUSY, Event.FAULT),
        State.OFFLINE,
        Action.ARM_BACKOFF,
    )
    on(
        (State.HELLO, State.PULL, State.BOOTSTRAPPING, State.VERIFY),
        (Event.MISMATCH,),
        State.QUARANTINED,
        Action.ARM_POLL,
    )
    on(RUNNING, (Event.EPOCH_CHANGED,), State.HELLO, Action.NEXT)
    on(RUNNING, (Event.NOT_SIGNED_IN,), State.NEEDS_AUTH, Action.DISARM)
    on(RUNNING, (Event.TOO_OLD,), State.NEEDS_UPGRADE, Action.DISARM)
    # At rest. An answer that comes now belongs to a round that was given up: it is not believed.
    on(RESTING, ANSWERS, None, Action.KEEP)
    on((State.IDLE,), (Event.LOCAL_COMMIT,), None, Action.ARM_SOON)
    on((State.IDLE,), NUDGES, None, Action.ARM_NOW)
    on((State.IDLE,), (Event.TIMER, Event.SYNC_NOW), State.PUSH, Action.RUN)
    on((State.OFFLINE,), (Event.LOCAL_COMMIT,), None, Action.KEEP)
    on((State.OFFLINE,), NUDGES, None, Action.ARM_NOW)
    on((State.OFFLINE,), (Event.TIMER, Event.SYNC_NOW), State.HELLO, Action.RUN)
    on((State.NEEDS_AUTH, State.NEEDS_UPGRADE), (Event.LOCAL_COMMIT, *NUDGES, Event.TIMER), None, Action.KEEP)
    on((State.NEEDS_AUTH, State.NEEDS_UPGRADE), (Event.SYNC_NOW,), State.HELLO, Action.RUN)
    on((State.QUARANTINED,), (Event.LOCAL_COMMIT,), None, Action.KEEP)
    on((State.QUARANTINED,), NUDGES, None, Action.ARM_NOW)
    on((State.QUARANTINED,), (Event.TIMER, Event.SYNC_NOW), State.PULL, Action.RUN)
    on((State.IDLE, State.OFFLINE), (Event.RELEASED,), None, Action.ARM_NOW)
    on((State.NEEDS_AUTH, State.NEEDS_UPGRADE), (Event.RELEASED,), None, Action.KEEP)
    on((State.QUARANTINED,), (Event.RELEASED,), State.IDLE, Action.ARM_NOW)
    return table


TABLE = _table()


def step(state: State, event: Event) -> Step:
    """Return what an event does in a state; every pair is specified."""
    return TABLE[state, event]
