"""A simulated organisation: one real server and real devices on real files, under a virtual clock."""

import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random

import sqlalchemy as sa

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
from tests.simulation.entities import SIMULATED
from tests.simulation.network import Killed, Network, ServerLife

START_MS = 1_764_000_000_000
STEP_MS = 6_000_000
"""Longest pause between two steps; 200 steps make about a week."""
WRONG_BY_MS = 3 * 3_600_000
"""Most that the clock of a device is wrong by."""


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


class Statements:
    """Counts the statements of one connection, and kills the process at one that was chosen."""

    def __init__(self) -> None:
        """Count, and kill nothing yet."""
        self.left: int | None = None

    def connect(self, path: Path) -> sqlite3.Connection:
        """Open a connection whose statements count."""
        return sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=self._factory())

    def _factory(self) -> type[sqlite3.Connection]:
        counter = self

        class Counted(sqlite3.Connection):
            def execute(self, sql: str, *values: object) -> sqlite3.Cursor:
                counter.tick()
                return super().execute(sql, *values)  # type: ignore[arg-type]  # passed on as they came

            def executemany(self, sql: str, values: object, /) -> sqlite3.Cursor:
                counter.tick()
                return super().executemany(sql, values)  # type: ignore[arg-type]  # passed on as they came

        return Counted

    def tick(self) -> None:
        """Count one statement."""
        if self.left is not None:
            self.left -= 1
            if self.left <= 0:
                self.left = None
                raise Killed


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
    starts: int = 0
    is_syncing: bool = False
    replica: Replica = field(init=False)
    engine: SyncEngine = field(init=False)

    def open(self) -> None:
        """Start the client, after a kill too."""
        self.starts += 1
        o = self.organisation
        ids = IdMaker(self.clock, Random(f"{o.seed}{self.name}{self.starts}"))
        connect = self.statements.connect
        self.replica = open_replica(o.folder / f"{self.name}.db", o.registry, ids, connect=connect, synchronous="OFF")
        self.replica.bind(self.user, self.name)
        random = Random(f"{o.seed}{self.name}")
        self.engine = SyncEngine(self.replica, self.network, random=random, batch_txs=random.choice((3, MAX_TXS)))

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
    store, life = open_store(url, synchronous="OFF"), ServerLife()
    life.watch(store.engine)
    return store, build_tables(registry), life


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
        self.devices = [self._device(place) for place in range(4)]

    def _empty(self, store: Store, tables: Tables) -> None:
        """Make the tables; on SQLite by copying a file of empty ones, which is ten times faster."""
        template = self.folder.with_suffix(f".{len(self.registry.entities)}.template")
        if self.url:
            tables.metadata.drop_all(store.engine)
            tables.metadata.create_all(store.engine)
        elif template.exists():
            shutil.copyfile(template, self.folder / "central.db")
        else:
            tables.metadata.create_all(store.engine)
            store.engine.dispose()
            shutil.copyfile(self.folder / "central.db", template)

    def _device(self, place: int) -> Device:
        name, user = f"d{place}", f"0000000{place % 3}"
        with self.central.store.write() as connection:
            devices.add(connection, self.central.tables, devices.NewDevice(name, user, name, None, 1))
        actor = Actor(user, name, is_admin=place == 3)
        network = Network(LocalTransport(self.central, actor), Random(f"{self.seed}net{place}"), server=self.server)
        clock = WrongClock(self.clock, Random(f"{self.seed}clock{place}").randrange(-WRONG_BY_MS, WRONG_BY_MS))
        device = Device(name, user, self, network, Statements(), clock, actor.is_admin)
        device.open()
        return device

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
