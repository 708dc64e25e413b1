"""A simulated organisation: one real server and real devices on real files, under a virtual clock."""

import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, cast

import sqlalchemy as sa

from shared_models.codec import Row
from shared_models.digest import MODULUS, Digest
from shared_models.errors import ReplicaError
from shared_models.registry import Registry
from sync_server.db import devices, plans, recounting, rows, timeline
from sync_server.db.engine import Store, open_store
from sync_server.db.tables import Tables, tables_of
from sync_server.services import setup
from sync_server.services.actor import Actor
from sync_server.services.central import Central
from sync_server.services.local_transport import LocalTransport
from sync_server.services.snapshots import Policy, Snapshots
from tests.simulation import churn
from tests.simulation.device import ALONE, Clock, Device, Statements, WrongClock
from tests.simulation.entities import SIMULATED
from tests.simulation.file_centre import FileCentre
from tests.simulation.file_disk import FileDisk
from tests.simulation.file_disk import Medium as FileMedium
from tests.simulation.network import Killed, Network, ServerLife
from tests.simulation.power import Medium
from tests.simulation.processes import BalancedWay, Balancer, ServerProcess

STEP_MS = 6_000_000
"""Longest pause between two steps; 200 steps make about a week."""
WRONG_BY_MS = 3 * 3_600_000
"""Most that the clock of a device is wrong by."""

LATE = 0.25
"""Share of the devices that meet the server later than the others."""
SNAPSHOTS, COLUMNS = 0.5, 0.5
"""Share of the runs in which devices begin with a snapshot; and of the others, that in which it is sent as columns."""
POWER = 0.12
"""Share of the runs in which devices lose their power: each statement of theirs is followed then."""


@cache
def database(url: str, registry: Registry, _process: int = 0) -> tuple[Store, Tables, ServerLife]:
    """Return the engine of a database: one for all runs of a process, so that its compiled statements stay.

    _process: of the simulated server processes, each of which has its own.
    """
    store = open_store(url, synchronous="OFF")
    return store, tables_of(registry), ServerLife(store.engine)


@cache
def empty_database(path: Path, registry: Registry) -> Path:
    """Make a central SQLite file of empty tables, to be copied: ten times faster than making them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    store = open_store(f"sqlite:///{path}", synchronous="OFF")
    tables_of(registry).metadata.create_all(store.engine)
    store.close()
    return path


@cache
def _every(tables: Tables, entity: str) -> tuple[sa.Select[*tuple[Any, ...]], tuple[str, ...]]:  # Any: what a driver returns
    """Return the query of all records of an entity, and the names of its columns."""
    table = tables.entities[entity]
    return sa.select(table), tuple(table.c.keys())


@dataclass
class Organisation:
    """A server and its devices in a folder that is made anew."""

    folder: Path
    seed: int
    registry: Registry = SIMULATED
    has_rights: bool = False
    """Whether people have profiles, and see what these let them."""
    programs: Mapping[int, Registry] = field(default_factory=dict)
    """Version -> what a program of it knows; empty where all have the same."""
    has_files: bool = False
    """Whether people attach files, whose bytes go their own way."""
    servers: int = 1
    """Server processes, between which the requests of devices are spread."""
    clock: Clock = field(default_factory=Clock)
    url: str = ""
    central: Central = field(init=False)
    server: ServerLife = field(init=False)
    snapshots: Snapshots = field(init=False)
    processes: list[ServerProcess] = field(default_factory=list)
    """Where what a process remembers, or keeps in a folder of its own, plays a part."""
    file_medium: FileMedium = field(default_factory=FileMedium)
    """What of the files of all devices is on the medium."""
    devices: list[Device] = field(init=False)
    has_snapshots: bool = field(init=False)
    """Whether first syncs begin with a snapshot."""
    has_columns: bool = field(init=False)
    """Whether one may come as columns."""
    unsteady: set[str] = field(default_factory=set)
    """Names of devices whose clocks have jumped: their stamps say no more than that they were made before they arrived."""
    is_unsteady: bool = False
    """Whether the clock of the server has jumped: then no stamp says anything."""
    replaced: int = 0
    """Devices that were lost."""
    _tables: dict[str, dict[str, Row]] = field(default_factory=dict, repr=False)
    _read_at: tuple[str, int] | None = None

    def __post_init__(self) -> None:
        """Make everything."""
        alone = f"sqlite:///{(self.folder / 'central.db').as_uri()}?{ALONE}&uri=true"
        store, tables, self.server = database(self.url or alone, self.registry)
        others = [database(self.url or alone, self.registry, n) for n in range(1, self.servers)]
        for one in (store, *(other for other, _, _ in others)):
            one.engine.dispose()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self._empty(store, tables)
        self.central = Central(store, tables, self.registry, lambda: self.clock() * 1000)
        setup.start(self.central, lambda: f"epoch-{self.seed}")
        if self.has_rights:
            churn.found(self.central)
        ways = Random(f"{self.seed}snapshots")
        self.has_snapshots, self.has_columns = ways.random() < SNAPSHOTS, ways.random() < COLUMNS
        policy = Policy(min_rows=1, refresh_after=Random(f"{self.seed}refresh").choice((0, 5, 30)))
        self.snapshots = Snapshots(self.central, self.folder / "snapshots", lambda build: build(), policy)
        if self.has_files:
            now_us = self.central.now_us
            self.processes = [
                ServerProcess(str(n), one, tables, self.registry, now_us, life, self.folder, policy)
                for n, (one, tables, life) in enumerate([(store, tables, self.server), *others])
            ]
        self.devices = [self._device(place) for place in range(4)]

    @property
    def files(self) -> FileCentre:
        """The files of the first server process; their store is that of all."""
        return self.processes[0].files

    def template(self, name: str) -> Path:
        """Return the path of a file that is copied in every run."""
        return self.folder.with_suffix(f".{len(self.registry.entities)}.{name}")

    def _empty(self, store: Store, tables: Tables) -> None:
        if self.url:
            tables.metadata.drop_all(store.engine)
            tables.metadata.create_all(store.engine)
        else:
            shutil.copyfile(empty_database(self.template("central"), self.registry), self.folder / "central.db")

    def _device(self, place: int, name: str = "", program: int | None = None) -> Device:
        name, user = name or f"d{place}", churn.ADMIN if self.has_rights and place == 3 else f"0000000{place % 3}"
        way = self.signed_in(name, user, is_admin=place == 3)
        kind = BalancedWay if self.has_files else Network
        network = kind(way, Random(f"{self.seed}net{name[1:]}"), server=self.server)
        clock = WrongClock(self.clock, Random(f"{self.seed}clock{place}").randrange(-WRONG_BY_MS, WRONG_BY_MS))
        medium = Medium(self.folder / f"{name}.db") if self._chance("power") < POWER else None
        is_late = self._chance("late", place) < LATE
        program = program or (Random(f"{self.seed}program {name}").choice(tuple(self.programs)) if self.programs else 0)
        disk = FileDisk(self.folder / f"{name}.db.files", self.file_medium) if self.has_files else None
        statements = Statements(medium)
        device = Device(name, user, self, network, statements, clock, place == 3, is_late, medium, program=program, disk=disk)
        device.open()
        return device

    def signed_in(self, name: str, user: str, *, is_admin: bool) -> LocalTransport:
        """Let a device in; returns its way to the server."""
        with self.central.store.write() as connection:
            devices.add(connection, self.central.tables, devices.NewDevice(name, user, name, None, 1))
        actor = Actor(user, name, is_admin=is_admin)
        if self.processes:  # a way as any other, on which each request goes elsewhere
            return cast(LocalTransport, Balancer(self.processes, actor, Random(f"{self.seed}balance {name}")))
        return LocalTransport(self.central, actor, self.snapshots)

    def revoke(self, device: Device) -> None:
        """Lock a device out: whatever it asks, it is to sign in."""
        with self.central.store.write() as connection:
            devices.revoke(connection, self.central.tables, device.id, self.clock() * 1000)
        device.network.is_out = True

    def replace(self, lost: Device, program: int | None = None) -> Device:
        """Give a person a new device in place of one that never comes back, and is locked out."""
        self.revoke(lost)
        with suppress(sqlite3.Error, ReplicaError, Killed):
            lost.replica.close()
        place = self.devices.index(lost)
        self.replaced += 1
        self.devices[place] = self._device(place, f"d{place}n{self.replaced}", program)
        return self.devices[place]

    def miscount(self, random: Random) -> str:
        """Make one kept figure of the central database wrong; returns the entity."""
        entity, tables = random.choice([kind.entity_name for kind in self.registry]), self.central.tables
        with self.central.store.write() as connection:
            right, _ = recounting.kept(connection, tables, entity)
            n, total = Digest(right.rows + random.choice((0, 1)), random.randrange(MODULUS)).wire()
            connection.execute(tables.digest.update().where(tables.digest.c.entity == entity).values(n=n, total=total))
        return entity

    def _chance(self, what: str, place: int = 0) -> float:
        return Random(f"{self.seed}{what}{place}").random()

    def ledger(self) -> tuple[str, list[tuple[str, str, int]]]:
        """Return the epoch of the present timeline, and (tx id, origin, seq) of all its verdicts."""
        tables = self.central.tables
        with self.central.store.read() as connection:
            found = connection.execute(sa.select(tables.push.c.tx_id, tables.push.c.origin, tables.push.c.seq))
            return timeline.read(connection, tables).epoch, [(row.tx_id, row.origin, row.seq) for row in found]

    def now(self) -> tuple[str, int]:
        """Return the present timeline and where its sequence stands."""
        with self.central.store.read() as connection:
            clock = timeline.read(connection, self.central.tables)
            return clock.epoch, clock.seq

    def tables(self) -> dict[str, dict[str, Row]]:
        """Return entity -> id -> every record that the centre has. They are read anew when the sequence has moved."""
        if (now := self.now()) != self._read_at:
            self._tables = {
                one.entity_name: {row["id"]: row for row in self.central_rows(one.entity_name)} for one in self.registry
            }
            self._read_at = now
        return self._tables

    def share_ends(self, since_ms: int) -> bool:
        """Whether a share has ended since a moment: then what somebody sees is something else, though nobody did anything."""
        if not self.has_rights:
            return False
        ends = [row["ends_at"] for row in self.tables()["record_share"].values()]
        return any(since_ms * 1000 <= end <= self.clock.now_ms * 1000 for end in ends)

    def central_rows(self, entity: str) -> list[Row]:
        """Return every record of an entity as the centre has it, archived ones too."""
        kind = self.registry.get(entity)
        query, names = _every(self.central.tables, entity)
        with self.central.store.read() as connection:
            return [rows.decode(kind, names, row) for row in plans.fetch(connection, query)]

    def back_up(self) -> None:
        """Copy the central database and remember that the backup is good up to here."""
        with self.central.store.write() as connection:
            now = timeline.read(connection, self.central.tables)
            connection.execute(self.central.tables.clock.update().values(safe_seq=now.seq))
        self._copy("central.db", "backup.db")

    def restore(self) -> bool:
        """Put the central database back to its backup, as a new timeline; False without a backup."""
        if not (self.folder / "backup.db").exists():
            return False
        tables = self.central.tables
        with self.central.store.read() as connection:
            restores = [dict(one._mapping) for one in connection.execute(sa.select(tables.restore))]
        self._copy("backup.db", "central.db")
        with self.central.store.write() as connection:  # the list of restores is kept outside the backup (trap 28)
            held = set(connection.execute(sa.select(tables.restore.c.epoch)).scalars())
            for one in restores:
                if one["epoch"] not in held:
                    connection.execute(tables.restore.insert().values(one))
            timeline.begin_epoch(connection, tables, f"epoch-{self.seed}-{self.clock()}")
            known = set(connection.execute(sa.select(tables.device.c.id)).scalars())
            for device in self.devices:
                if device.id not in known:  # it came after the backup; without a row its clock would never be measured
                    devices.add(connection, tables, devices.NewDevice(device.id, device.user, device.name, None, 1))
        return True

    def _copy(self, source: str, target: str) -> None:
        with closing(sqlite3.connect(self.folder / source)) as one, closing(sqlite3.connect(self.folder / target)) as other:
            one.backup(other)

    def close(self) -> None:
        """Close everything."""
        for device in self.devices:
            with suppress(sqlite3.Error, ReplicaError, Killed):
                device.replica.close()
        for store in (self.central.store, *(process.store for process in self.processes[1:])):
            store.close()
