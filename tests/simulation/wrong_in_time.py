"""Wrong variants of what shows only after years, after a loss, or after hours: each function returns what must be replaced by what."""

from typing import Any

from client.replica import change_log
from client.sync import audit, recount
from client.sync import push as client_push
from client.sync.engine import SyncEngine
from client.sync.scheduler import Scheduler
from shared_models import clock
from shared_models.errors import NeedsSignIn
from sync_server.db import recounting
from tests.simulation.wrong_client import Patch


def gap_unnoticed() -> list[Patch]:
    """A device that signs in again as another one goes on with its old numbers."""
    return [(client_push, "_has_gap", lambda *_: False)]


def locked_out_forgets() -> list[Patch]:
    """A device that is locked out lets go of what waits."""
    original = SyncEngine.run_once

    def run_once(self: Any) -> Any:
        result = original(self)
        if isinstance(result.error, NeedsSignIn):
            with self.replica.write(durable=True) as writing:
                waiting = change_log.select(writing.connection, change_log.UNSETTLED)
                change_log.delete(writing.connection, [tx.n for tx in waiting])
        return result

    return [(SyncEngine, "run_once", run_once)]


def timer_by_the_clock() -> list[Patch]:
    """The next attempt is made when the clock says what was written down."""
    return [(Scheduler, "_wait_ms", lambda self, attempt_at: max(attempt_at - self._now_ms(), 0))]


def stamp_of_the_future() -> list[Patch]:
    """A stamp may be later than the server's clock."""

    def clamp(stamp: int, offset_ms: int, seen: int, _server_now_ms: int) -> int:
        return max(seen + 1, stamp - (offset_ms << clock.COUNTER_BITS))

    return [(clock, "clamp", clamp)]


def audit_never() -> list[Patch]:
    """What rows contain is not compared by itself."""
    return [(audit, "next_slice", lambda _: [])]


def audit_of_one_part() -> list[Patch]:
    """It is always the same part of the key space that is compared."""
    return [(audit, "SLICES", 1)]


def audit_by_the_clock() -> list[Patch]:
    """The next part is compared when the clock says so."""
    original = audit.next_slice

    def next_slice(talk: Any) -> Any:
        return [] if talk.now_ms() < talk.replica.facts()["audit_at"] else original(talk)

    return [(audit, "next_slice", next_slice)]


def recount_never() -> list[Patch]:
    """Nobody asks the centre to count anew."""
    return [(recount, "settle", lambda _talk, _mine, differing: (differing, []))]


def recount_unwritten() -> list[Patch]:
    """The centre says that it has corrected its figure, and keeps it."""
    return [(recounting, "put", lambda *_, **__: None)]


VARIANTS = (
    gap_unnoticed, locked_out_forgets, timer_by_the_clock, stamp_of_the_future, audit_never, audit_of_one_part,
    audit_by_the_clock, recount_never, recount_unwritten,
)  # fmt: skip
