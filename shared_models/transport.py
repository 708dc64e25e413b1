"""The port between the two halves: what a device asks of a sync server, over a socket or in process."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from shared_models.alarms import AlarmDesk
from shared_models.device_code import CodeDesk
from shared_models.device_desk import DeviceDesk
from shared_models.device_report import DeviceReport
from shared_models.diagnostics import Diagnostics
from shared_models.incident_desk import IncidentDesk
from shared_models.protocol import DigestAnswer, DigestRequest, FetchRequest, HelloAnswer, HelloRequest, HistoryPage, PushAnswer
from shared_models.salvage import SalvageAnswer, SalvageRequest
from shared_models.snapshot import SnapshotAnswer, SnapshotRequest


@dataclass(frozen=True)
class PullRequest:
    """What a device names when it pulls. after: opaque place within a staged pull, from the last `end` line."""

    cursor: int
    server_epoch: str
    device_epoch: str
    after: str | None = None
    most: int | None = None
    """Rows that the device takes in one page; None: as the server thinks best."""
    report: DeviceReport | None = None
    """What is news about the device itself; None: nothing is."""


@dataclass(frozen=True)
class UpToDate:
    """Nothing is newer than the cursor. digest: `digest.combined` of the whole view. safe_seq: the last verified backup."""

    digest: str
    safe_seq: int


@dataclass(frozen=True)
class Poke:
    """There is something newer at the server; what it is comes by pull."""

    seq: int
    """Up to where the server has written."""
    spread_ms: int = 0
    """Within how many milliseconds the pull is to begin, at random: so many devices hear this at once."""


class Pokes(Protocol):
    """An open live channel."""

    def __iter__(self) -> Iterator[Poke]:
        """Yield pokes as they come, until the server ends the channel. Raises a SyncError when it breaks off."""
        ...

    def close(self) -> None:
        """End it, from any thread; who iterates comes out."""
        ...


class LiveSource(Protocol):
    """A way to the server that has a live channel."""

    def live(self, after: int) -> Pokes:
        """Open the channel. after: cursor of the replica; what is newer already is told at once. Raises SyncError."""
        ...


@dataclass(frozen=True)
class FilePlace:
    """How much of a file is at the centre. is_whole: all of it, and verified."""

    offset: int
    """Bytes."""
    is_whole: bool = False


class FileTransport(Protocol):
    """A way to the server for the bytes of files (PROTOCOL 17). Every method blocks; every failure is a `SyncError`.

    Refused with R309 where no row of a file that this user may see, or send, names the bytes.
    """

    def announce_file(self, sha256: str, size: int) -> FilePlace:
        """Say that a file is to be sent, or goes on, and hear how much of it has come; refused with L404 when it is too large."""
        ...

    def send_file(self, sha256: str, size: int, offset: int, piece: bytes) -> FilePlace:
        """Send the bytes that follow a place. size: of the whole file.

        Refused with P209 where what has come ends elsewhere, and with P210 where the whole is not what its digest says.
        """
        ...

    def file_bytes(self, sha256: str, start: int) -> Iterator[bytes]:
        """Ask for the bytes of a file from a place on; they come in pieces, and whoever stops early calls `close()`."""
        ...


class Transport(Protocol):
    """One signed-in device's way to the server. Every method blocks; every failure is a `SyncError`."""

    def hello(self, request: HelloRequest) -> HelloAnswer:
        """Tell the server where the device stands."""
        ...

    def push(self, body: bytes) -> PushAnswer:
        """Send one `PushRequest` as JSON."""
        ...

    def pull(self, request: PullRequest) -> Iterator[bytes] | UpToDate:
        """Ask for what is newer: NDJSON lines of one page (begin, rows, leave, ack, end), or `UpToDate`.

        A stream that breaks off raises `Unreachable` from the iterator; whoever stops early calls `close()` on it.
        """
        ...

    def history(self, entity: str, record: str, before: int | None) -> HistoryPage:
        """Ask for past values of one record and of its parts, newest first."""
        ...

    def snapshot(self, request: SnapshotRequest) -> SnapshotAnswer:
        """Ask for the file that a first sync may begin with."""
        ...

    def snapshot_bytes(self, name: str, start: int) -> Iterator[bytes]:
        """Ask for the bytes of a snapshot from a place on; they come in pieces.

        Refused with P208 when the file or the place is gone. A stream that breaks off raises `Unreachable` from the iterator;
        whoever stops early calls `close()` on it.
        """
        ...

    def digest(self, request: DigestRequest) -> DigestAnswer:
        """Ask what the view holds in parts of the key space."""
        ...

    def fetch(self, request: FetchRequest) -> Iterator[bytes]:
        """Ask for rows again: NDJSON, rows lines and a `fetched` line."""
        ...

    def send_diagnostics(self, found: Diagnostics) -> None:
        """Tell how the device fares, where an admin has ordered it; refused with S511 where nobody has, or it is told already."""
        ...

    def salvage(self, request: SalvageRequest) -> SalvageAnswer:
        """Tell what is left of a time that a restore of the centre took away. A server of an older version has no such address."""
        ...


class AdminDesk(DeviceDesk, AlarmDesk, IncidentDesk, CodeDesk, Protocol):
    """What an admin asks."""


class LiveTransport(Transport, FileTransport, LiveSource, AdminDesk, Protocol):
    """All of it: what a sync asks, files, what the server says by itself, and what an admin asks."""
