"""The server processes of a simulated organisation, on one central database: what each remembers by itself ends with it.

Two of them stand behind a load balancer: each request of a device goes to the one or the other, whoever began what it goes on with.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from shared_models.protocol import HelloAnswer, HelloRequest
from shared_models.registry import Registry
from sync_server.db.engine import Store
from sync_server.db.tables import Tables
from sync_server.services.actor import Actor
from sync_server.services.central import Central
from sync_server.services.local_transport import LocalTransport
from sync_server.services.snapshots import Policy, Snapshots
from tests.simulation.file_centre import FileCentre
from tests.simulation.file_way import FileWay
from tests.simulation.network import ServerLife, T


@dataclass
class ServerProcess:
    """One server process."""

    name: str
    store: Store
    tables: Tables
    registry: Registry
    now_us: Callable[[], int]
    life: ServerLife
    folder: Path
    policy: Policy
    central: Central = field(init=False)
    snapshots: Snapshots = field(init=False)
    files: FileCentre = field(init=False)

    def __post_init__(self) -> None:
        """Begin for the first time."""
        self.life.begins = self.begin
        self._begin()
        self.files = FileCentre(self.central, self.folder / "files", self.folder / f"uploads{self.name}", self.life)

    def begin(self) -> None:
        """Begin, in place of a process that ended: its folders are there, and nothing else that it knew."""
        self._begin()
        self.files.begin(self.central)

    def _begin(self) -> None:
        self.central = Central(self.store, self.tables, self.registry, self.now_us)
        self.snapshots = Snapshots(self.central, self.folder / f"snapshots{self.name}", lambda build: build(), self.policy)

    def way(self, actor: Actor) -> LocalTransport:
        """Return how somebody's device speaks to it."""
        return LocalTransport(self.central, actor, self.snapshots, files=self.files.files)


@dataclass
class Balancer:
    """What a device speaks to: a process that is chosen anew for each request."""

    processes: Sequence[ServerProcess]
    actor: Actor
    random: Random
    only: ServerProcess | None = None
    """The process that answers now: the others are busy, or not there."""
    process: ServerProcess = field(init=False)

    def __post_init__(self) -> None:
        """Choose for the first time."""
        self.turn()

    def turn(self) -> None:
        """Choose who answers next."""
        self.process = self.only or self.random.choice(self.processes)

    def hello(self, request: HelloRequest) -> HelloAnswer:
        """Pass on; who asks, and with which program, every process knows then."""
        way = self.process.way(self.actor)
        answer = way.hello(request)
        self.actor = way.actor
        return answer

    def __getattr__(self, name: str) -> Any:  # Any: whatever a way to a server has
        return getattr(self.process.way(self.actor), name)


@dataclass
class BalancedWay(FileWay):
    """The way of a device to several processes."""

    def _through(self, what: str, call: Callable[[], T]) -> T:
        balancer = self.balancer
        balancer.turn()
        self.server = balancer.process.life
        return super()._through(what, call)

    @property
    def balancer(self) -> Balancer:
        """What stands before the processes."""
        assert isinstance(self.inner, Balancer)
        return self.inner
