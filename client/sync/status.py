"""What a screen may say about synchronisation, at one moment."""

from dataclasses import dataclass

from client.replica import change_log, standing
from client.replica.replica import Replica
from client.sync.conversation import Progress
from client.sync.states import State


@dataclass(frozen=True)
class SyncStatus:
    """The state of synchronisation. Times in milliseconds since 1970 UTC, by the device's clock."""

    state: State
    paused: bool
    """Work offline is switched on."""
    waiting: int
    """Saves without a settled answer."""
    waiting_since: int | None
    needs_you: int
    """Open drafts and conflict cards."""
    next_attempt_at: int | None
    reason: str
    """Why the next attempt is when it is: now, saved, poll, backoff, needs_auth, needs_upgrade, start."""
    failures: int
    """Rounds in a row that did not go through."""
    last_error: str | None
    """Error code or kind of the last failure, also when a later round went through."""
    last_error_at: int | None
    last_success_at: int | None
    is_proved: bool | None
    """Whether the last comparison found replica and centre equal; None before the first."""
    proved_rows: int
    differing: tuple[str, ...]
    loading: Progress
    """What the running pull has taken in."""
    is_complete: bool
    """Whether the replica has ever held a whole checkpoint."""


def status_of(replica: Replica, state: State, loading: Progress, unwritten_at: int | None = None) -> SyncStatus:
    """Put the status together from the replica's own tables. unwritten_at: next attempt, where it could not be kept in them."""
    with replica.reading() as reader:
        facts = replica.facts()
        unsettled = change_log.select(reader, change_log.UNSETTLED)
        needs_you = len(standing.drafts(reader)) + len(replica.cards())
    equal, rows, differing = facts["proof"] or (None, 0, [])
    return SyncStatus(
        state=state if state.value != "idle" else State(facts["state"]),
        paused=facts["paused"],
        waiting=len(unsettled),
        waiting_since=unsettled[0].saved_at // 1000 if unsettled else None,
        needs_you=needs_you,
        next_attempt_at=facts["next_attempt_at"] if unwritten_at is None else unwritten_at,
        reason=facts["reason"],
        failures=facts["failures"],
        last_error=facts["last_error"],
        last_error_at=facts["last_error_at"],
        last_success_at=facts["last_success_at"],
        is_proved=equal,
        proved_rows=rows,
        differing=tuple(differing),
        loading=loading,
        is_complete=facts["complete"],
    )
