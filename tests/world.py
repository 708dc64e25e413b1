"""A real server in process and real devices on it, for stories: with a network that fails when a test says so."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any, TypeVar, cast

from client.replica import driver, integrity
from client.replica.driver import Connect, connect
from client.replica.replica import Replica
from client.sync.courier import Courier
from client.sync.engine import RoundResult, SyncEngine
from conflict.overlay import blank_row
from shared_models.alarms import AlarmPage, AlarmRule
from shared_models.codec import Row
from shared_models.device_code import DeviceCode
from shared_models.device_desk import DeviceOrdered, DevicePage, DeviceQuery, Order
from shared_models.diagnostics import Diagnostics, DiagnosticsKept
from shared_models.errors import ReplicaError, Unreachable
from shared_models.fields import columns
from shared_models.ids import IdMaker
from shared_models.incident_desk import IncidentPage
from shared_models.protocol import DigestAnswer, DigestRequest, FetchRequest, HelloAnswer, HelloRequest, HistoryPage, PushAnswer
from shared_models.registry import Registry
from shared_models.salvage import SalvageAnswer, SalvageRequest
from shared_models.snapshot import SnapshotAnswer, SnapshotRequest
from shared_models.transport import AdminDesk, FilePlace, FileTransport, PullRequest, Transport, UpToDate
from sync_server.app import Server
from sync_server.db import devices, timeline
from sync_server.services.accounts import NewUser
from sync_server.services.actor import Actor
from sync_server.services.local_transport import LocalTransport
from tests import empty_replicas
from tests.clients import Clock
from tests.servers import EMAIL, PASSWORD, ServerClock, make_server

T = TypeVar("T")


@dataclass
class Network:
    """The way between a device and the server. A test sets what happens to the next messages."""

    inner: Transport
    is_up: bool = True
    lost_answers: list[str] = field(default_factory=list)
    """Names of the methods whose next answer is lost after the server has done its part."""
    broken_after_lines: int | None = None
    """The next pull breaks off after so many lines."""
    calls: list[str] = field(default_factory=list)

    def hello(self, request: HelloRequest) -> HelloAnswer:
        self._call("hello")
        return self._answer("hello", self.inner.hello(request))

    def push(self, body: bytes) -> PushAnswer:
        self._call("push")
        return self._answer("push", self.inner.push(body))

    def pull(self, request: PullRequest) -> Iterator[bytes] | UpToDate:
        self._call("pull")
        answer = self._answer("pull", self.inner.pull(request))
        return answer if isinstance(answer, UpToDate) else self._lines(answer)

    def history(self, entity: str, record: str, before: int | None) -> HistoryPage:
        self._call("history")
        return self.inner.history(entity, record, before)

    def snapshot(self, request: SnapshotRequest) -> SnapshotAnswer:
        self._call("snapshot")
        return self._answer("snapshot", self.inner.snapshot(request))

    def snapshot_bytes(self, name: str, start: int) -> Iterator[bytes]:
        self._call("snapshot_bytes")
        return self.inner.snapshot_bytes(name, start)

    def announce_file(self, sha256: str, size: int) -> FilePlace:
        self._call("announce_file")
        return self._answer("announce_file", self.files.announce_file(sha256, size))

    def send_file(self, sha256: str, size: int, offset: int, piece: bytes) -> FilePlace:
        self._call("send_file")
        return self._answer("send_file", self.files.send_file(sha256, size, offset, piece))

    def file_bytes(self, sha256: str, start: int) -> Iterator[bytes]:
        self._call("file_bytes")
        return self.files.file_bytes(sha256, start)

    @property
    def files(self) -> FileTransport:
        return cast("FileTransport", self.inner)

    def digest(self, request: DigestRequest) -> DigestAnswer:
        self._call("digest")
        return self._answer("digest", self.inner.digest(request))

    def alarms(self) -> AlarmPage:
        self._call("alarms")
        return self.desk.alarms()

    def set_alarm_rule(self, rule: AlarmRule) -> AlarmPage:
        self._call("set_alarm_rule")
        return self.desk.set_alarm_rule(rule)

    def send_diagnostics(self, found: Diagnostics) -> None:
        self._call("send_diagnostics")
        self.inner.send_diagnostics(found)
        self._answer("send_diagnostics", None)

    def salvage(self, request: SalvageRequest) -> SalvageAnswer:
        self._call("salvage")
        return self._answer("salvage", self.inner.salvage(request))

    def devices(self, query: DeviceQuery) -> DevicePage:
        self._call("devices")
        return self.desk.devices(query)

    def order_device(self, device: str, order: Order) -> DeviceOrdered:
        self._call("order_device")
        return self.desk.order_device(device, order)

    def diagnostics(self, device: str) -> DiagnosticsKept:
        self._call("diagnostics")
        return self.desk.diagnostics(device)

    def incidents(self, page: int) -> IncidentPage:
        self._call("incidents")
        return self.desk.incidents(page)

    def make_device_code(self, user: str) -> DeviceCode:
        self._call("make_device_code")
        return self.desk.make_device_code(user)

    @property
    def desk(self) -> AdminDesk:
        return cast("AdminDesk", self.inner)  # both ways of the product are one

    def fetch(self, request: FetchRequest) -> Iterator[bytes]:
        self._call("fetch")
        return self._lines(self._answer("fetch", self.inner.fetch(request)))

    def _call(self, name: str) -> None:
        if not self.is_up:
            raise Unreachable(None, "no network in this test")
        self.calls.append(name)

    def _answer(self, name: str, answer: T) -> T:
        if name in self.lost_answers:
            self.lost_answers.remove(name)
            raise Unreachable(None, "the answer is lost in this test")
        return answer

    def _lines(self, lines: Iterator[bytes]) -> Iterator[bytes]:
        limit, self.broken_after_lines = self.broken_after_lines, None
        for i, line in enumerate(lines):
            if i == limit:
                raise Unreachable(None, "the stream breaks in this test")
            yield line


@dataclass
class Device:
    """One installed client: its replica, its engine and its network."""

    world: "World"
    name: str
    user: str
    replica: Replica
    engine: SyncEngine
    network: Network
    courier: Courier = field(init=False)

    def __post_init__(self) -> None:
        """Have somebody move its files, when a test says so."""
        self.courier = Courier(self.replica, self.network, lambda: self.engine.scheduler.is_silent)
        self.engine.send_files = self.courier.send_all

    def move_files(self) -> int:
        """Sync, move the files that are due, and sync again: what was sent is known then. Returns how many went through."""
        self.sync()
        moved = self.courier.run_once()
        self.sync()
        return moved

    def sync(self) -> RoundResult:
        """Run one round."""
        return self.engine.run_once()

    def save(self, entity: str, **values: Any) -> str:
        """Add a record in a save of its own."""
        with self.replica.edit(f"New {entity}") as edit:
            return edit.insert(entity, values)

    def edit(self, entity: str, pk: str, **changes: Any) -> str:
        """Change a record in a save of its own; returns the tx id."""
        with self.replica.edit(f"Edit {entity}") as edit:
            edit.update(entity, pk, changes)
        return edit.tx_id

    def get(self, entity: str, pk: str) -> Row:
        """Return a row that must be there."""
        row = self.replica.get(entity, pk)
        assert row is not None
        return row

    def restart(self, connect: Connect = connect) -> "Device":
        """Close the client, or what is left of it, and open it anew."""
        with suppress(ReplicaError, sqlite3.Error):  # a killed client cannot close in good order
            self.replica.close()
        return self.world.device(self.name, self.user, network=self.network, connect=connect)

    def file(self) -> Path:
        """Return the replica's file."""
        return self.replica.path


@dataclass
class World:
    """A server and its devices, in one folder."""

    folder: Path
    server: Server
    clock: Clock
    users: dict[str, str]
    devices: dict[str, Device] = field(default_factory=dict)

    def device(
        self, name: str, user: str = "ana", *, network: Network | None = None, connect: Connect = connect, seed: int = 0
    ) -> Device:
        """Return a client of that name, made or opened again."""
        from client.replica.replica import open_replica

        device_id = f"device-{name}"
        self._register(device_id, self.users[user])
        ids = IdMaker(self.clock, Random(f"{name}{seed}{self.clock.now}"))
        if connect is driver.connect:
            empty_replicas.put(self.folder / f"{name}.db", self.server.central.registry)
        replica = open_replica(
            self.folder / f"{name}.db", self.server.central.registry, ids, connect=connect, synchronous="OFF"
        )
        replica.bind(self.users[user], device_id)
        actor = Actor(self.users[user], device_id, is_admin=user == "ana")
        network = network or Network(LocalTransport(self.server.central, actor, files=self.server.files))
        engine = SyncEngine(replica, network, random=Random(1))
        self.devices[name] = Device(self, name, user, replica, engine, network)
        return self.devices[name]

    def _register(self, device_id: str, user_id: str) -> None:
        with self.server.central.store.write() as connection:
            if not devices.is_known(connection, self.server.central.tables, device_id):
                new = devices.NewDevice(device_id, user_id, device_id, None, 1)
                devices.add(connection, self.server.central.tables, new)

    def rest(self, rounds: int = 4) -> None:
        """Let everything through, and check that nothing stays behind and replicas are equal (I1, I2, I7, I11).

        Those of one person are equal; what two people hold both is equal but for the fields that one of them may not see.
        """
        for device in self.devices.values():
            device.network.is_up = True
        for _ in range(rounds):
            results = [device.sync() for device in self.devices.values()]
        for device, result in zip(self.devices.values(), results, strict=True):
            assert result.error is None, (device.name, result.error)
            assert device.replica.waiting() == [], device.name
            assert result.proof is not None
            assert result.proof.equal, (device.name, result.proof)
            assert integrity.check(device.replica) == []
        views = [(device.user, view_of(device.replica)) for device in self.devices.values()]
        for (user, view), (other, found) in combinations(views, 2):
            assert user != other or view == found
            assert_alike(self.server.central.registry, view, found)

    def back_up(self) -> Path:
        """Copy the central database."""
        target = self.folder / "backup.sqlite3"
        target.unlink(missing_ok=True)
        with sqlite3.connect(self._central_file()) as source, sqlite3.connect(target) as copy:
            source.backup(copy)
        copy.close()
        source.close()
        return target

    def restore(self, backup: Path, epoch: str) -> None:
        """Put the central database back to a copy, and begin a new timeline."""
        with sqlite3.connect(backup) as source, sqlite3.connect(self._central_file()) as target:
            source.backup(target)
        source.close()
        target.close()
        with self.server.central.store.write() as connection:
            timeline.begin_epoch(connection, self.server.central.tables, epoch)

    def _central_file(self) -> str:
        return str(self.server.central.store.engine.url.database)

    def close(self) -> None:
        """Close every replica."""
        for device in self.devices.values():
            device.replica.close()


def assert_alike(registry: Registry, one: dict[str, list[Row]], other: dict[str, list[Row]]) -> None:
    """Check that two views have the same in every row that both hold, but for confidential fields that are empty in one."""
    for entity in registry:
        blank, found = blank_row(entity), {row["id"]: row for row in other[entity.entity_name]}
        hidden = {column.name for column in columns(entity) if column.col.right_group}
        for row in one[entity.entity_name]:
            twin = found.get(row["id"], row)
            differing = {name for name in row if row[name] != twin[name]}
            assert differing <= hidden, (entity.entity_name, row, twin)
            assert all(list_of(blank[name]) in (list_of(row[name]), list_of(twin[name])) for name in differing)


def list_of(value: object) -> object:
    """Return a set's elements as a list, and anything else as it is."""
    return list(value) if isinstance(value, tuple) else value


def view_of(replica: Replica) -> dict[str, list[Row]]:
    """Return every row of a replica, entity by entity, in the order of ids."""
    found = {}
    for entity in replica.registry:
        page = replica.list_page(entity.entity_name, sort="id", limit=100_000, archived=None)
        found[entity.entity_name] = page.rows
    return found


def make_world(folder: Path) -> World:
    """Return a server with two people, Ana (an admin) and Dan, and no device yet."""
    clock = Clock()
    server_clock = ServerClock()
    server_clock.now = clock.now * 1000
    server = make_server(folder / "server", clock=server_clock)
    ana = server.accounts.open_session(EMAIL, PASSWORD)
    found = server.accounts.session(ana)
    assert found is not None
    dan = server.accounts.create_user(NewUser("Dan Radu", "dan@example.ro", PASSWORD, is_admin=False))
    return World(folder, server, clock, {"ana": found.user_id, "dan": dan})


def copy_of(device: Device, target: Path) -> None:
    """Copy a device's replica file, as a backup of the device would."""
    with sqlite3.connect(device.file()) as source, sqlite3.connect(target) as copy:
        source.backup(copy)
    source.close()
    copy.close()


def put_back(device: Device, backup: Path) -> Device:
    """Restore a device from a copy of its replica."""
    device.replica.close()
    for suffix in ("-wal", "-shm"):
        Path(f"{device.file()}{suffix}").unlink(missing_ok=True)
    shutil.copy(backup, device.file())
    return device.world.device(device.name, device.user, network=device.network, seed=99)
