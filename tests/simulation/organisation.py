"""A simulated organisation: one real server and real devices on real files, under a virtual clock."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from random import Random

import sqlalchemy as sa
from sqlite_utils import Database

from client.config import FirstSync
from client.replica import connection, migrations
from client.replica.replica import Replica, open_replica
from client.sync.engine import RoundResult, SyncEngine
from shared_models.codec import Row
from shared_models.errors import ReplicaError
from shared_models.ids import IdMaker
from shared_models.protocol import MAX_TXS
from shared_models.registry import Registry
from sync_server.db import devices, rows, timeline
from sync_server.db.engine import Store, open_store
from sync_server.db.tables import Tables, build_tables
from sync_server.services import setup
from sync_server.services.actor import Actor
from sync_server.services.central import Central
from sync_server.services.local_transport import LocalTransport
from sync_server.services.snapshots import Policy, Snapshots
from tests.simulation.entities import SIMULATED
from tests.simulation.network import Killed, Network, ServerLife

START_MS = 1_764_000_000_000
STEP_MS = 6_000_000
"""Longest pause between two steps; 200 steps make about a week."""
WRONG_BY_MS = 3 * 3_600_000
"""Most that the clock of a device is wrong by."""

LATE = 0.25
"""Share of the devices that meet the server later than the others."""
SNAPSHOTS, COLUMNS = 0.5, 0.5
"""Share of the runs in which devices begin with a snapshot; and of the others, that in which it is sent as columns."""


@dataclass
class Clock:
    """Virtual time in milliseconds since 1970 UTC."""

    now_ms: int = START_MS

    def __call__(self) -> int:
        """Return the time; every look takes a millisecond."""
        self.now_ms += 1
        return self.now_ms


@dataclass(frozen=True)
class WrongClock:
    """The clock of a device, which is fast or slow."""

    clock: Clock
    ahead_ms: int

    def __call__(self) -> int:
        """Return what the device takes for the time."""
        return self.clock() + self.ahead_ms


class Connection(sqlite3.Connection):
    """A connection whose methods may be replaced, for as long as its statements count."""


class Statements:
    """Counts the statements of a device's connections, and kills the process at one that was chosen."""

    def __init__(self) -> None:
        """Count nothing yet."""
        self.left: int | None = None
        self._open: list[Connection] = []

    def connect(self, path: Path) -> sqlite3.Connection:
        """Open a connection whose statements can be counted."""
        made = sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=Connection)
        self._open.append(made)
        if self.left is not None:
            self._watch(made)
        return made

    def kill_after(self, count: int) -> None:
        """End the process at the statement after so many."""
        self.left = count
        for one in self._open:
            self._watch(one)

    def forget(self) -> None:
        """Let go of connections that a dead process had open, and kill no more."""
        self.left = None
        self._open.clear()

    def _watch(self, connection: Connection) -> None:
        """Count on this very connection: an override in its class would cost every statement of every run."""
        for name in ("execute", "executemany"):
            vars(connection)[name] = partial(self._counted, getattr(sqlite3.Connection, name), connection)

    def _counted(self, method: Callable[..., sqlite3.Cursor], connection: Connection, *values: object) -> sqlite3.Cursor:
        if self.left is not None:
            self.left -= 1
            if self.left <= 0:
                self.left = None
                raise Killed
        return method(connection, *values)


@dataclass
class Device:
    """One person's device."""

    name: str
    user: str
    organisation: "Organisation"
    network: Network
    statements: Statements
    clock: WrongClock
    is_admin: bool = False
    is_late: bool = False
    """Whether it meets the server only when others have worked there already."""
    starts: int = 0
    is_syncing: bool = False
    replica: Replica = field(init=False)
    engine: SyncEngine = field(init=False)

    def open(self) -> None:
        """Start the client, after a kill too."""
        self.starts += 1
        self.statements.forget()
        o = self.organisation
        if self.starts == 1:
            shutil.copyfile(empty_replica(o.template("replica"), o.registry), self._file())
        ids = IdMaker(self.clock, Random(f"{o.seed}{self.name}{self.starts}"))
        connect = self.statements.connect
        self.replica = open_replica(o.folder / f"{self.name}.db", o.registry, ids, connect=connect, synchronous="OFF")
        self.replica.bind(self.user, self.name)
        random, ways = Random(f"{o.seed}{self.name}"), Random(f"{o.seed}snapshots")
        batch_txs = random.choice((3, MAX_TXS, MAX_TXS))
        link = FirstSync(by_snapshot=ways.random() < SNAPSHOTS, by_columns=ways.random() < COLUMNS)
        self.engine = SyncEngine(self.replica, self.network, random=random, batch_txs=batch_txs, first_sync=link)

    def kill(self) -> None:
        """Throw the process away without closing anything in order, and start it again."""
        self.statements.left = None
        with suppress(sqlite3.Error, ReplicaError, Killed):
            self.replica.close()
        self.open()

    def back_up(self) -> None:
        """Copy the file, as a backup of the laptop does."""
        self._copy(self._file(), self._file("backup"))

    def restore(self) -> bool:
        """Put the copy of the file back and start again; False without a copy."""
        if not self._file("backup").exists():
            return False
        self.replica.close()
        for suffix in ("db-wal", "db-shm"):
            self._file(suffix).unlink(missing_ok=True)
        shutil.copyfile(self._file("backup"), self._file())
        self.open()
        return True

    def _file(self, suffix: str = "db") -> Path:
        return self.organisation.folder / f"{self.name}.{suffix}"

    @staticmethod
    def _copy(source: Path, target: Path) -> None:
        with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
            one.backup(other)

    def sync(self) -> RoundResult:
        """Run one round."""
        self.is_syncing = True
        try:
            return self.engine.run_once()
        finally:
            self.is_syncing = False


@cache
def database(url: str, registry: Registry) -> tuple[Store, Tables, ServerLife]:
    """Return the engine of a database: one for all runs of a process, so that its compiled statements stay."""
    store = open_store(url, synchronous="OFF")
    return store, build_tables(registry), ServerLife(store.engine)


@cache
def empty_database(path: Path, registry: Registry) -> Path:
    """Make a central SQLite file of empty tables, to be copied: ten times faster than making them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    store = open_store(f"sqlite:///{path}", synchronous="OFF")
    build_tables(registry).metadata.create_all(store.engine)
    store.close()
    return path


@cache
def empty_replica(path: Path, registry: Registry) -> Path:
    """Make the file of a replica that belongs to nobody yet, to be copied."""
    path.unlink(missing_ok=True)
    with closing(connection.connect(path)) as made:
        connection.prepare_writer(made)
        migrations.migrate(Database(made), registry)
    return path


@dataclass
class Organisation:
    """A server and its devices in a folder that is made anew."""

    folder: Path
    seed: int
    registry: Registry = SIMULATED
    clock: Clock = field(default_factory=Clock)
    url: str = ""
    central: Central = field(init=False)
    server: ServerLife = field(init=False)
    snapshots: Snapshots = field(init=False)
    devices: list[Device] = field(init=False)

    def __post_init__(self) -> None:
        """Make everything."""
        store, tables, self.server = database(self.url or f"sqlite:///{self.folder / 'central.db'}", self.registry)
        store.engine.dispose()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self._empty(store, tables)
        self.central = Central(store, tables, self.registry, lambda: self.clock() * 1000)
        setup.start(self.central, lambda: f"epoch-{self.seed}")
        policy = Policy(min_rows=1, refresh_after=Random(f"{self.seed}refresh").choice((0, 5, 30)))
        self.snapshots = Snapshots(self.central, self.folder / "snapshots", lambda build: build(), policy)
        self.devices = [self._device(place) for place in range(4)]

    def template(self, name: str) -> Path:
        """Return the path of a file that is copied in every run."""
        return self.folder.with_suffix(f".{len(self.registry.entities)}.{name}")

    def _empty(self, store: Store, tables: Tables) -> None:
        if self.url:
            tables.metadata.drop_all(store.engine)
            tables.metadata.create_all(store.engine)
        else:
            shutil.copyfile(empty_database(self.template("central"), self.registry), self.folder / "central.db")

    def _device(self, place: int) -> Device:
        name, user = f"d{place}", f"0000000{place % 3}"
        with self.central.store.write() as connection:
            devices.add(connection, self.central.tables, devices.NewDevice(name, user, name, None, 1))
        actor = Actor(user, name, is_admin=place == 3)
        way = LocalTransport(self.central, actor, self.snapshots)
        network = Network(way, Random(f"{self.seed}net{place}"), server=self.server)
        clock = WrongClock(self.clock, Random(f"{self.seed}clock{place}").randrange(-WRONG_BY_MS, WRONG_BY_MS))
        device = Device(name, user, self, network, Statements(), clock, actor.is_admin, self._chance("late", place) < LATE)
        device.open()
        return device

    def _chance(self, what: str, place: int = 0) -> float:
        return Random(f"{self.seed}{what}{place}").random()

    def ledger(self) -> tuple[str, list[tuple[str, str, int]]]:
        """Return the epoch of the present timeline, and (tx id, origin, seq) of all its verdicts."""
        tables = self.central.tables
        with self.central.store.read() as connection:
            found = connection.execute(sa.select(tables.push.c.tx_id, tables.push.c.origin, tables.push.c.seq))
            return timeline.read(connection, tables).epoch, [(row.tx_id, row.origin, row.seq) for row in found]

    def central_rows(self, entity: str) -> list[Row]:
        """Return every record of an entity as the centre has it, archived ones too."""
        kind = self.registry.get(entity)
        with self.central.store.read() as connection:
            found = connection.execute(sa.select(self.central.tables.entities[entity]))
            names = tuple(found.keys())
            return [rows.decode(kind, names, row) for row in found]

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
            timeline.begin_epoch(connection, self.central.tables, f"epoch-{self.seed}-{self.clock()}")
        return True

    def _copy(self, source: str, target: str) -> None:
        with closing(sqlite3.connect(self.folder / source)) as one, closing(sqlite3.connect(self.folder / target)) as other:
            one.backup(other)

    def close(self) -> None:
        """Close everything."""
        for device in self.devices:
            with suppress(sqlite3.Error, ReplicaError, Killed):
                device.replica.close()
        self.central.store.close()
