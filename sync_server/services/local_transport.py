"""The transport in process: the same messages and the same services, without a socket. The office web syncs through it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from queue import SimpleQueue

from shared_models.alarms import AlarmPage, AlarmRule
from shared_models.device_code import DeviceCode
from shared_models.device_desk import DeviceOrdered, DevicePage, DeviceQuery, Order
from shared_models.diagnostics import Diagnostics, DiagnosticsKept
from shared_models.errors import Busy, ErrorCode, NeedsSignIn, NeedsUpgrade, Refused, SyncError, Unreachable
from shared_models.incident_desk import IncidentPage
from shared_models.protocol import DigestAnswer, DigestRequest, FetchRequest, HelloAnswer, HelloRequest, HistoryPage, PushAnswer
from shared_models.salvage import SalvageAnswer, SalvageRequest
from shared_models.snapshot import SnapshotAnswer, SnapshotRequest
from shared_models.transport import FilePlace, Poke, PullRequest, UpToDate
from sync_server.db.engine import Contended, StoreDown
from sync_server.db.news import News
from sync_server.services import (
    alarms,
    device_codes,
    device_desk,
    device_orders,
    diagnosing,
    digest,
    hello,
    history,
    incident_desk,
    pull,
    push,
    salvage,
)
from sync_server.services.accounts import Accounts
from sync_server.services.actor import Actor
from sync_server.services.central import Central
from sync_server.services.file_store import StoreFailed
from sync_server.services.files import Files
from sync_server.services.refusals import Refusal
from sync_server.services.snapshots import Snapshots


@dataclass
class LocalTransport:
    """`shared_models.transport.Transport` for one signed-in device, calling the services directly."""

    central: Central
    actor: Actor
    snapshots: Snapshots | None = None
    """None: first syncs go by pages."""
    accounts: Accounts | None = None
    """Asked at every call whether the user administers: a desk of the office lives longer than a right. None: as the actor says."""

    files: Files | None = None
    """None: there is no place for the bytes of files."""
    by_mail: bool = False
    """Whether the server knows a mail server."""

    def asker(self) -> Actor:
        """Return who asks, with what he may now."""
        if self.accounts is None:
            return self.actor
        return replace(self.actor, is_admin=self.accounts.is_admin(self.actor.user_id))

    def hello(self, request: HelloRequest) -> HelloAnswer:
        """Tell the server where the device stands."""
        with refusals_as_errors():
            answer = hello.greet(self.central, self.asker(), request)
        self.actor = replace(self.actor, schema_version=request.schema_version)
        return answer

    def push(self, body: bytes) -> PushAnswer:
        """Send one push."""
        with refusals_as_errors():
            return push.accept(self.central, self.asker(), body)

    def pull(self, request: PullRequest) -> Iterator[bytes] | UpToDate:
        """Ask for what is newer."""
        with refusals_as_errors():
            return pull.open_page(self.central, self.asker(), request)

    def history(self, entity: str, record: str, before: int | None) -> HistoryPage:
        """Ask for past values."""
        with refusals_as_errors():
            return history.page(self.central, self.asker(), entity, record, before)

    def snapshot(self, request: SnapshotRequest) -> SnapshotAnswer:
        """Ask for the file that a first sync may begin with."""
        with refusals_as_errors():
            return self.snapshots.offer(self.asker(), request) if self.snapshots else SnapshotAnswer()

    def snapshot_bytes(self, name: str, start: int) -> Iterator[bytes]:
        """Ask for the bytes of a snapshot from a place on."""
        with refusals_as_errors():
            if self.snapshots is None:
                raise Refusal(ErrorCode.P208, 404, "no snapshots")
            return self.snapshots.read(self.asker(), name, start)[0]

    def digest(self, request: DigestRequest) -> DigestAnswer:
        """Ask what the view holds in parts of the key space."""
        with refusals_as_errors():
            return digest.compare(self.central, self.asker(), request)

    def fetch(self, request: FetchRequest) -> Iterator[bytes]:
        """Ask for rows again."""
        with refusals_as_errors():
            return iter(digest.fetch(self.central, self.asker(), request))

    def send_diagnostics(self, found: Diagnostics) -> None:
        """Tell how the device fares."""
        with refusals_as_errors():
            diagnosing.take(self.central, self.asker(), found)

    def salvage(self, request: SalvageRequest) -> SalvageAnswer:
        """Tell what is left of a time that a restore took away."""
        with refusals_as_errors():
            return salvage.take(self.central, self.asker(), request)

    def devices(self, query: DeviceQuery) -> DevicePage:
        """Ask for a page of devices."""
        with refusals_as_errors():
            return device_desk.page(self.central, self.asker(), query)

    def order_device(self, device: str, order: Order) -> DeviceOrdered:
        """Order something for a device."""
        with refusals_as_errors():
            return device_orders.carry_out(self._accounts, self.asker(), device, order)

    def diagnostics(self, device: str) -> DiagnosticsKept:
        """Ask for the newest diagnostics of a device."""
        with refusals_as_errors():
            return diagnosing.newest(self.central, self.asker(), device)

    def alarms(self) -> AlarmPage:
        """Ask for the rules and the alarms."""
        with refusals_as_errors():
            return alarms.page(self.central, self.asker(), by_mail=self.by_mail)

    def set_alarm_rule(self, rule: AlarmRule) -> AlarmPage:
        """Change a rule."""
        with refusals_as_errors():
            return alarms.set_rule(self.central, self.asker(), rule, by_mail=self.by_mail)

    def incidents(self, page: int) -> IncidentPage:
        """Ask for what went wrong day by day."""
        with refusals_as_errors():
            return incident_desk.page(self.central, self.asker(), page)

    def make_device_code(self, user: str) -> DeviceCode:
        """Make a code with which a device of a person signs in."""
        with refusals_as_errors():
            return device_codes.make(self._accounts, self.asker(), user)

    def announce_file(self, sha256: str, size: int) -> FilePlace:
        """Say that a file is to be sent."""
        with refusals_as_errors():
            return self._files.announce(self.asker(), sha256, size)

    def send_file(self, sha256: str, size: int, offset: int, piece: bytes) -> FilePlace:
        """Send the bytes that follow a place."""
        with refusals_as_errors():
            return self._files.receive(self.asker(), sha256, size, offset, [piece])

    def file_bytes(self, sha256: str, start: int) -> Iterator[bytes]:
        """Ask for the bytes of a file from a place on."""
        with refusals_as_errors():
            pieces = self._files.read(self.asker(), sha256, start)[0]
        return _translated(pieces)

    @property
    def _accounts(self) -> Accounts:
        if self.accounts is None:
            raise Refusal(ErrorCode.A105, 403, "what is ordered goes through the accounts")
        return self.accounts

    @property
    def _files(self) -> Files:
        if self.files is None:
            raise Refusal(ErrorCode.R309, 404, "no files")
        return self.files

    def live(self, after: int) -> "LocalPokes":
        """Open the live channel."""
        return LocalPokes(self.central.store.news, after)


@dataclass
class LocalPokes:
    """A live channel in process: whoever iterates waits on a queue."""

    news: News
    after: int
    _queue: "SimpleQueue[int | None]" = field(default_factory=SimpleQueue)

    def __post_init__(self) -> None:
        """Begin to hear."""
        self._end = self.news.subscribe(self._queue.put)
        if self.news.newest > self.after:
            self._queue.put(self.news.newest)

    def __iter__(self) -> Iterator[Poke]:
        """Yield pokes, of those that came together the last alone, until it is closed."""
        while (seq := self._queue.get()) is not None:
            while not self._queue.empty():
                if (newer := self._queue.get()) is None:
                    return
                seq = newer
            yield Poke(seq)

    def close(self) -> None:
        """End it, from any thread."""
        self._end()
        self._queue.put(None)


def _translated(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield pieces of a file; a store that fails in between is one that breaks off."""
    try:
        yield from pieces
    except StoreFailed as error:
        raise Unreachable(None, str(error)) from error


@contextmanager
def refusals_as_errors() -> Iterator[None]:
    """Raise what a device would understand of a coded answer, also when the database cannot work now."""
    try:
        yield
    except Refusal as refusal:
        raise as_sync_error(refusal) from refusal
    except (Contended, StoreDown) as error:
        raise Busy(ErrorCode.S502, str(error)) from error


def as_sync_error(refusal: Refusal) -> SyncError:
    """Return what a device makes of a refusal; the http transport makes the same of the coded answer."""
    if refusal.code in (ErrorCode.S502, ErrorCode.S503, ErrorCode.L402):
        return Busy(refusal.code, refusal.detail, retry_after_s=float(refusal.retry_after_s or 5))
    if refusal.code.value.startswith("A1"):
        return NeedsSignIn(refusal.code, refusal.detail)
    if refusal.code is ErrorCode.P202:
        return NeedsUpgrade(refusal.code, refusal.detail)
    return Refused(refusal.code, refusal.detail)
