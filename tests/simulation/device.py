"""A device of a simulated organisation: the real client on a real file, with a clock of its own, which may be killed at any statement."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, cast

from client.config import FirstSync
from client.replica import file_purging
from client.replica.driver import CACHED_STATEMENTS
from client.replica.replica import Replica, open_replica
from client.sync.courier import Courier
from client.sync.engine import RoundResult, SyncEngine
from shared_models.codec import Row
from shared_models.errors import ReplicaError
from shared_models.ids import IdMaker
from shared_models.protocol import MAX_TXS
from shared_models.registry import Registry
from tests import empty_replicas
from tests.simulation.file_disk import FileDisk
from tests.simulation.file_way import FileWay
from tests.simulation.network import Killed, Network
from tests.simulation.power import Medium, spoil_parts
from tests.simulation.translation import TranslatedReplica, Translation

if TYPE_CHECKING:
    from tests.simulation.organisation import Organisation

START_MS = 1_764_000_000_000
ALONE = "vfs=unix-excl"
"""In the URI of a file that no other process opens: SQLite's locks then cost no system call. https://www.sqlite.org/vfs.html, 2.1."""


@dataclass
class Clock:
    """Virtual time in milliseconds since 1970 UTC."""

    now_ms: int = START_MS

    def __call__(self) -> int:
        """Return the time; every look takes a millisecond."""
        self.now_ms += 1
        return self.now_ms


@dataclass
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

    def __init__(self, medium: Medium | None = None) -> None:
        """Count nothing yet. medium: is told of what is carried out on its file."""
        self.left: int | None = None
        self.dies: Callable[[], None] = lambda: None
        """What happens at the moment at which the process is killed."""
        self._medium = medium
        self._open: list[Connection] = []

    def connect(self, path: Path) -> sqlite3.Connection:
        """Open a connection whose statements can be counted."""
        is_alone = self._medium is None  # else its shared memory is read, which a file that is alone does not have
        made = sqlite3.connect(
            f"{path.as_uri()}?{ALONE}" if is_alone else path,
            uri=is_alone,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=CACHED_STATEMENTS,
            factory=Connection,
        )
        self._open.append(made)
        if self.left is not None or self._medium is not None:
            self._watch(made, self._medium if self._medium is not None and self._medium.path == path else None)
        return made

    def kill_after(self, count: int) -> None:
        """End the process at the statement after so many."""
        self.left = count
        for one in self._open if self._medium is None else ():  # else they are watched already
            self._watch(one, None)

    def pass_by(self) -> None:
        """Take a step of the process, which may be its last."""
        if self.left is not None:
            self.left -= 1
            if self.left <= 0:
                self.left = None
                self.dies()
                raise Killed

    def forget(self) -> None:
        """Let go of connections that a dead process had open, and kill no more."""
        self.left = None
        self._open.clear()

    def _watch(self, connection: Connection, medium: Medium | None) -> None:
        """Count on this very connection: an override in its class would cost every statement of every run."""
        for name in ("execute", "executemany"):
            vars(connection)[name] = partial(self._counted, getattr(sqlite3.Connection, name), connection, medium)

    def _counted(
        self, method: Callable[..., sqlite3.Cursor], connection: Connection, medium: Medium | None, *values: Any  # Any: as SQLite
    ) -> sqlite3.Cursor:  # fmt: skip
        if self.left is not None:
            self.pass_by()
        done = method(connection, *values)
        if medium is not None:
            medium.note(connection, values[0])
        return done


@dataclass(eq=False)
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
    medium: Medium | None = None
    """What is safe of its file when its power goes; none: it never does."""
    starts: int = 0
    is_syncing: bool = False
    id: str = ""
    """What the server calls it; by itself its name."""
    program: int = 0
    """Version of the entities that its program has; 0: there is one version only."""
    disk: FileDisk | None = None
    """Where the bytes of files lie; none: there are no files."""
    translation: Translation | None = field(init=False, default=None)
    """Between that and today's; none: they are the same."""
    replica: Replica = field(init=False)
    engine: SyncEngine = field(init=False)
    courier: Courier = field(init=False)
    """Only of a device with files."""

    def open(self, kill_at: int | None = None) -> None:
        """Start the client, after a kill too. kill_at: the statement at which it is killed again."""
        self.starts += 1
        self.statements.forget()
        o, registry = self.organisation, self._registry()
        if self.starts == 1:
            self._file().unlink(missing_ok=True)
            empty_replicas.put(self._file(), registry)
        self.statements.left = kill_at
        ids = IdMaker(self.clock, Random(f"{o.seed}{self.name}{self.starts}"))
        safely = "OFF" if self.medium is None else "FULL"
        replica = open_replica(self._file(), registry, ids, connect=self.statements.connect, synchronous=safely)
        self.statements.left = None
        self.replica = replica if self.translation is None else cast(Replica, TranslatedReplica(replica, self.translation))
        self.id = self.id or self.name
        self.replica.bind(self.user, self.id)
        random = Random(f"{o.seed}{self.name}")
        batch_txs = random.choice((3, MAX_TXS, MAX_TXS))
        link = FirstSync(by_snapshot=o.has_snapshots, by_columns=o.has_columns)
        self.engine = SyncEngine(replica, self.network, random=random, batch_txs=batch_txs, first_sync=link)
        if self.disk is not None:
            self._open_files(replica, self.disk)

    def _open_files(self, replica: Replica, disk: FileDisk) -> None:
        """Start what moves the bytes of files, as `client.app` does."""
        disk.start()
        self.statements.dies = disk.stop
        self.way.steps = self.statements.pass_by
        self.courier = Courier(replica, self.way, lambda: self.engine.scheduler.is_silent)
        self.engine.send_files = self.courier.send_all
        file_purging.begin(replica)

    def _registry(self) -> Registry:
        """Return what its program knows."""
        o = self.organisation
        if not self.program:
            return o.registry
        own = o.programs[self.program]
        self.translation = Translation(own, o.registry)
        return own

    @property
    def way(self) -> FileWay:
        """Its network, where the bytes of files go over it, too."""
        return cast(FileWay, self.network)

    @property
    def is_lost(self) -> bool:
        """Whether it is to be wiped."""
        return self.disk is not None and self.way.is_lost

    def bytes_here(self) -> set[str]:
        """Return the digests of the files that it has."""
        return set() if self.disk is None else set(self.disk.whole())

    @property
    def is_older(self) -> bool:
        """Whether its program is older than the server's."""
        return self.translation is not None and self.program < self.organisation.registry.evolution.newest

    def update(self, program: int, kill_at: int | None = None) -> None:
        """Start a newer program on the file. kill_at: the statement at which it is killed on the way, and started again."""
        with suppress(sqlite3.Error, ReplicaError, Killed):
            self.replica.close()
        self.program = program
        try:
            self.open(kill_at)
        except (Killed, sqlite3.Error, ReplicaError):
            self.open()

    def typable(self, entity: str, values: Row) -> Row:
        """Return those of some values that its program has a field for."""
        return values if self.translation is None else self.translation.typable(entity, values)

    def shown(self, entity: str, row: Row) -> Row:
        """Return a row of its program in today's fields."""
        return row if self.translation is None else self.translation.up(entity, row)

    def kill(self, power: Random | None = None) -> None:
        """Throw the process away without closing anything in order, and start it again.

        power: it was gone meanwhile, and with it of the files what was not on the medium. (For the replica: `lose_power`.)
        """
        self.statements.left = None
        with suppress(sqlite3.Error, ReplicaError, Killed):
            self.replica.close()
        if power is not None and self.disk is not None:
            self.disk.lose_power(power)
            self.way.is_bent = True
        self.open()

    def lose_power(self, random: Random) -> None:
        """Throw everything away that is not on the medium, and start again. Only of a device that has a medium."""
        assert self.medium is not None
        self.medium.cut(self._file("cut"), random)
        with suppress(sqlite3.Error, ReplicaError, Killed):
            self.replica.close()
        self.medium.put_back(self._file("cut"))
        spoil_parts(self._file(), random)
        if self.disk is not None:
            self.disk.lose_power(random)
            self.way.is_bent = True
        self.open()

    def back_up(self) -> None:
        """Copy the file, as a backup of the laptop does."""
        self._copy(self._file(), self._file("backup"))
        if self.disk is not None:
            self.disk.back_up()

    def restore(self) -> bool:
        """Put the copy of the file back and start again; False without a copy."""
        if not self._file("backup").exists():
            return False
        self.replica.close()
        for suffix in ("db-wal", "db-shm"):
            self._file(suffix).unlink(missing_ok=True)
        shutil.copyfile(self._file("backup"), self._file())
        if self.disk is not None:
            self.disk.restore()
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
