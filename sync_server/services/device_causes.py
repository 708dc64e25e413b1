"""Why a device is behind, from what the server knows of it. Pure: the facts and the time come in."""

from collections.abc import Iterator
from dataclasses import dataclass

from shared_models.device_desk import Cause, Reason, Standing
from sync_server.services.accounts import LEASE_DAYS

MINUTE_US = 60_000_000
DAY_US = 86_400_000_000
SILENT_DAYS = 3
"""Days without a word after which somebody should ask: a weekend is shorter (issue C, alarm rules)."""
UNREACHED_US = 15 * MINUTE_US
"""A device in reach polls every minute."""
CLOCK_LIMIT_MS = 5 * 60_000
FAILURES = 5
"""Rounds in a row that fail before it is more than bad luck."""
NEED = frozenset(
    {
        Cause.TOO_OLD,
        Cause.QUARANTINED,
        Cause.REFUSED_CHANGES,
        Cause.REFUSED,
        Cause.LEASE_OVER,
        Cause.SILENT,
        Cause.CLOCK_WRONG,
    }
)
GONE = frozenset({Cause.WIPED, Cause.LOCKED_OUT, Cause.ACCOUNT_OFF, Cause.SIGNED_OUT})
"""It does not come again by itself: out of use, or, where changes wait on it, a matter for somebody."""


@dataclass(frozen=True)
class DeviceFacts:
    """What is known of a device. Times are microseconds since 1970 UTC; None: it did not happen, or was never told."""

    at: int
    """Now."""
    newest_schema: int
    supported_schemas: int
    """How many versions, the newest among them."""
    created_at: int
    last_seen_at: int | None = None
    is_office: bool = False
    """Whether it is a replica that the server itself keeps: it is silent whenever its person is not there."""
    is_account_on: bool = True
    is_signed_in: bool = True
    wipe_at: int | None = None
    wiped_at: int | None = None
    revoked_at: int | None = None
    paused_at: int | None = None
    resync_at: int | None = None
    schema_version: int | None = None
    pending: int = 0
    letters: int = 0
    lag_rows: int = 0
    clock_offset_ms: int = 0
    is_loaded: bool = True
    is_unequal: bool = False
    works_offline: bool = False
    is_quarantined: bool = False
    isolated: int = 0
    failures: int = 0
    error: str | None = None

    @property
    def silent_us(self) -> int:
        """How long nothing was heard of it; of one that never spoke, since it was made."""
        seen = self.created_at if self.last_seen_at is None else self.last_seen_at
        return max(self.at - seen, 0)


def reasons(facts: DeviceFacts) -> list[Reason]:
    """Return all that keeps a device behind, what matters most first; `well` alone when nothing does."""
    return list(_reasons(facts)) or [Reason(cause=Cause.WELL)]


def standing(facts: DeviceFacts, found: list[Reason]) -> Standing:
    """Return how a device stands, given its reasons."""
    causes = {one.cause for one in found}
    if causes & GONE:
        return "out" if not facts.pending or Cause.WIPED in causes else "need"
    if causes & NEED:
        return "need"
    return "well" if causes == {Cause.WELL} else "behind"


def _reasons(facts: DeviceFacts) -> Iterator[Reason]:
    if (gone := _gone(facts)) is not None:
        yield gone
        if gone.cause is Cause.WIPED:
            return
    if facts.wipe_at is not None:
        yield Reason(cause=Cause.TO_BE_WIPED)
    if facts.paused_at is not None:
        yield Reason(cause=Cause.PAUSED_BY_ADMIN)
    if facts.schema_version is not None and not _is_supported(facts):
        yield Reason(cause=Cause.TOO_OLD, n=facts.schema_version)
    if facts.is_quarantined:
        yield Reason(cause=Cause.QUARANTINED)
    if refused := max(facts.letters, facts.isolated):  # the device names again what the centre has as a letter
        yield Reason(cause=Cause.REFUSED_CHANGES, n=refused)
    if facts.failures >= FAILURES and facts.error is not None:
        yield Reason(cause=Cause.REFUSED, n=facts.failures, code=facts.error)
    yield from _silence(facts)
    if facts.is_unequal:
        yield Reason(cause=Cause.UNEQUAL)
    if abs(facts.clock_offset_ms) > CLOCK_LIMIT_MS:
        yield Reason(cause=Cause.CLOCK_WRONG, n=facts.clock_offset_ms // 60_000)
    if facts.resync_at is not None:
        yield Reason(cause=Cause.TO_RESYNC)
    if not facts.is_loaded:
        yield Reason(cause=Cause.LOADING)
    if facts.works_offline:
        yield Reason(cause=Cause.WORKS_OFFLINE, n=facts.pending)


def _gone(facts: DeviceFacts) -> Reason | None:
    """Return why a device cannot come, or will not by itself."""
    if facts.wiped_at is not None:
        return Reason(cause=Cause.WIPED)
    if facts.revoked_at is not None:
        return Reason(cause=Cause.LOCKED_OUT, n=facts.pending)
    if not facts.is_account_on:
        return Reason(cause=Cause.ACCOUNT_OFF, n=facts.pending)
    if not facts.is_signed_in and not facts.is_office:
        return Reason(cause=Cause.SIGNED_OUT, n=facts.pending)
    return None


def _silence(facts: DeviceFacts) -> Iterator[Reason]:
    """Yield what its silence means. Who works offline is silent on purpose, until his lease is near its end."""
    if facts.is_office or _gone(facts) is not None:
        return
    days = facts.silent_us // DAY_US
    if days >= LEASE_DAYS:
        yield Reason(cause=Cause.LEASE_OVER, n=days)
    elif days >= SILENT_DAYS:
        yield Reason(cause=Cause.SILENT, n=days)
    elif facts.silent_us >= UNREACHED_US and not facts.works_offline and (facts.pending or facts.lag_rows):
        yield Reason(cause=Cause.UNREACHED, n=facts.pending)


def _is_supported(facts: DeviceFacts) -> bool:
    version = facts.schema_version or 0
    return facts.newest_schema - facts.supported_schemas < version <= facts.newest_schema
