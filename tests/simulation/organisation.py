"""A simulated organisation: one real server, real devices on real files, a virtual clock, a network that misbehaves by seed."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import TypeVar

import sqlalchemy as sa

from client.replica.replica import Replica, open_replica
from client.sync.engine import RoundResult, SyncEngine
from shared_models.errors import ReplicaError, Unreachable
from shared_models.ids import IdMaker
from shared_models.protocol import HelloAnswer, HelloRequest, HistoryPage, PushAnswer
from shared_models.registry import Registry
from shared_models.transport import PullRequest, Transport, UpToDate
from sync_server.db import devices, timeline
from sync_server.db.engine import Store, open_store
from sync_server.db.tables import Tables, build_tables
from sync_server.services import pull, setup
from sync_server.services.actor import Actor
from sync_server.services.central import Central
from sync_server.services.local_transport import LocalTransport, as_sync_error
from sync_server.services.refusals import Refusal
from tests.simulation.entities import SIMULATED

T = TypeVar("T")
START_MS = 1_764_000_000_000
STEP_MS = 6_000_000
"""Longest pause between two steps; 200 steps make about a week."""


class Killed(BaseException):
    """The process ends here, at this very statement. Not an Exception: nothing may catch it and go on."""


@dataclass
class Clock:
    """Virtual time in milliseconds since 1970 UTC."""

    now_ms: int = START_MS

    def __call__(self) -> int:
        """Return the time; every look takes a millisecond."""
        self.now_ms += 1
        return self.now_ms


@dataclass
class ServerLife:
    """The server's process. left: statements until it dies, COMMIT counted; none: it lives on."""

    left: int | None = None

    def watch(self, engine: sa.Engine) -> None:
        """Count the statements and commits of an engine from now on."""
        sa.event.listen(engine, "before_cursor_execute", self._tick)
        sa.event.listen(engine, "commit", self._tick)

    def _tick(self, *_: object) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.left = None
                raise Killed


@dataclass
class Network:
    """The way of one device to the server: requests and answers get lost, old answers arrive instead of new ones."""

    inner: Transport
    random: Random
    is_calm: bool = False
    verdicts: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    """(server epoch, tx id) -> verdict and seq as they were first answered (I4)."""
    broken: list[str] = field(default_factory=list)
    last_push: PushAnswer | None = None
    last_page: list[bytes] | None = None
    server: ServerLife = field(default_factory=ServerLife)

    def hello(self, request: HelloRequest) -> HelloAnswer:
        """Pass on."""
        return self._through(lambda: self.inner.hello(request))

    def push(self, body: bytes) -> PushAnswer:
        """Pass on, sometimes twice, sometimes answered by an old answer."""

        def send() -> PushAnswer:
            answer = self.inner.push(body)
            self._note(answer)
            if not self.is_calm and self.random.random() < 0.1:
                answer = self.inner.push(body)
                self._note(answer)
            return answer

        answer = self._through(send)
        old, self.last_push = self.last_push, answer
        return old if old is not None and not self.is_calm and self.random.random() < 0.05 else answer

    def pull(self, request: PullRequest) -> Iterator[bytes] | UpToDate:
        """Pass on; pages are small, so that long pulls are common; a stream may break off, or be an old one."""
        size = self.random.choice((3, 8, 1000))

        def ask() -> Iterator[bytes] | UpToDate:
            inner = self.inner
            assert isinstance(inner, LocalTransport)
            try:
                return pull.open_page(inner.central, inner.actor, request, size)
            except Refusal as refusal:
                raise as_sync_error(refusal) from refusal

        answer = self._through(ask)
        if isinstance(answer, UpToDate):
            return answer
        lines = list(answer)
        old, self.last_page = self.last_page, lines
        if not self.is_calm and old is not None and self.random.random() < 0.05:
            lines = old
        if not self.is_calm and self.random.random() < 0.08:
            return self._broken_off(lines[: self.random.randrange(len(lines))])
        return iter(lines)

    def history(self, entity: str, record: str, before: int | None) -> HistoryPage:
        """Pass on."""
        return self.inner.history(entity, record, before)

    def _broken_off(self, lines: list[bytes]) -> Iterator[bytes]:
        yield from lines
        raise Unreachable(None, "the stream broke off")

    def _through(self, call: Callable[[], T]) -> T:
        if not self.is_calm and self.random.random() < 0.08:
            raise Unreachable(None, "the request was lost")
        if not self.is_calm and self.random.random() < 0.04:
            self.server.left = self.random.randrange(50)
        try:
            answer = call()
        except Killed:
            raise Unreachable(None, "the server died") from None
        finally:
            self.server.left = None
        if not self.is_calm and self.random.random() < 0.12:
            raise Unreachable(None, "the answer was lost")
        return answer

    def _note(self, answer: PushAnswer) -> None:
        for verdict in answer.verdicts:
            first = self.verdicts.setdefault((answer.server_epoch, verdict.id), (verdict.v, verdict.seq))
            if first != (verdict.v, verdict.seq):
                self.broken.append(f"I4 verdict of {verdict.id} changed from {first} to {(verdict.v, verdict.seq)}")


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
    starts: int = 0
    replica: Replica = field(init=False)
    engine: SyncEngine = field(init=False)

    def open(self) -> None:
        """Start the client, after a kill too."""
        self.starts += 1
        o = self.organisation
        ids = IdMaker(o.clock, Random(f"{o.seed}{self.name}{self.starts}"))
        connect = self.statements.connect
        self.replica = open_replica(o.folder / f"{self.name}.db", o.registry, ids, connect=connect, synchronous="OFF")
        self.replica.bind(self.user, self.name)
        self.engine = SyncEngine(self.replica, self.network, random=Random(f"{o.seed}{self.name}"))

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
        return self.engine.run_once()


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
        template = self.folder.with_suffix(".template")
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
        device = Device(name, user, self, network, Statements())
        device.open()
        return device

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
