"""What an admin asks about the devices of the organisation, and what the centre answers: figures, names of devices and of people."""

from enum import StrEnum
from typing import Annotated, Literal, Protocol

from pydantic import Field

from shared_models.diagnostics import DiagnosticsKept
from shared_models.message import NO_NUL, Message

PAGE_DEVICES = 50
DAYS = 9
"""Days of which a device's line tells what waited."""
MOST_ROWS = 2_000
"""Rows up to which a replica's lag is counted; it is told as so many when there are more."""
Standing = Literal["well", "behind", "need", "out"]
"""How a device stands: well, behind for now and by itself, needs somebody, or out of use."""
STANDINGS: tuple[Standing, ...] = ("need", "behind", "well", "out")
"""In the order of the list."""
Order = Literal["sign_out", "wipe", "pause", "resume", "resync", "diagnose"]


class Cause(StrEnum):
    """Why a device is behind. The text on screen is `device.cause.<value>`, what to do `device.advice.<value>`."""

    WELL = "well"
    WIPED = "wiped"
    TO_BE_WIPED = "to_be_wiped"
    LOCKED_OUT = "locked_out"
    """An admin has revoked it."""
    ACCOUNT_OFF = "account_off"
    SIGNED_OUT = "signed_out"
    PAUSED_BY_ADMIN = "paused_by_admin"
    TOO_OLD = "too_old"
    """It speaks a schema that the server no longer supports, or does not know yet."""
    QUARANTINED = "quarantined"
    """It sends nothing until its person looks (P205)."""
    REFUSED_CHANGES = "refused_changes"
    """Changes of its person wait for somebody: dead letters, or some that it set aside."""
    REFUSED = "refused"
    """The server refuses it again and again: limits, a fault."""
    LEASE_OVER = "lease_over"
    """It was not here for so long that it opens only with a connection."""
    SILENT = "silent"
    """Not seen for days."""
    UNEQUAL = "unequal"
    """Its replica is not what the centre holds, and is being put right."""
    CLOCK_WRONG = "clock_wrong"
    LOADING = "loading"
    """Its first sync has not come to its end."""
    TO_RESYNC = "to_resync"
    WORKS_OFFLINE = "works_offline"
    """Its person has switched it to work offline."""
    UNREACHED = "unreached"
    """Something waits on it, or at the centre for it, and it was not here of late."""


class Reason(Message):
    """A cause with its figure: days, changes, minutes, or rows, as the cause has it; code: of an error."""

    cause: Cause
    n: int = 0
    code: str = ""


class DeviceLine(Message):
    """One device. Times are microseconds since 1970 UTC by the server's clock, but for those of the changes that wait on it."""

    id: str
    name: str
    user_id: str
    person: str
    form: Literal["desktop", "phone", "office"]
    standing: Standing
    reasons: list[Reason]
    """All that stands, what matters most first; one at least."""
    last_seen_at: int | None = None
    app: str = ""
    schema_version: Annotated[int | None, Field(alias="schema")] = None
    pending: int = 0
    """Changes that wait on the device, as it said last."""
    oldest_pending_at: int | None = None
    lag_rows: int | None = None
    """Rows of its person's view that are newer than its replica, up to MOST_ROWS; None: it never said where it stands."""
    clock_offset_ms: int = 0
    proof: Literal["none", "equal", "unequal"] = "none"
    proved_at: int | None = None
    size_bytes: int | None = None
    letters: int = 0
    """Changes of it that were refused and wait for somebody."""
    diagnose_at: int | None = None
    """When an admin ordered its diagnostics, until they come or the order lapses."""
    diagnosed_at: int | None = None
    """When the newest diagnostics of it that the centre has came."""
    days: list[int]
    """Most changes that waited at a time, day by day, today last."""


class DevicePage(Message):
    """Devices, those that need somebody first. counts: of each standing, of all that the search finds. at: when it was asked."""

    devices: list[DeviceLine]
    counts: dict[Standing, int]
    more: bool
    at: int


class DeviceQuery(Message):
    """Which devices. text: part of the name of the device, or of the name or address of its person."""

    standing: Standing | None = None
    text: Annotated[str, Field(max_length=100, pattern=NO_NUL)] = ""
    page: Annotated[int, Field(ge=0, le=10_000)] = 0


class DeviceOrdered(Message):
    """Answer to an order: the device as it stands now."""

    device: DeviceLine


class DeviceDesk(Protocol):
    """A way to the server for an admin. Every method blocks; every failure is a `SyncError`, A105 for whoever is no admin."""

    def devices(self, query: DeviceQuery) -> DevicePage:
        """Ask for a page of devices."""
        ...

    def order_device(self, device: str, order: Order) -> DeviceOrdered:
        """Order something for a device."""
        ...

    def diagnostics(self, device: str) -> DiagnosticsKept:
        """Ask for the newest diagnostics of a device; refused with S512 where there are none."""
        ...
