"""A centre of the newest of six versions, and devices whose programs may be older and are updated (`tests.versions`)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from client.replica.replica import Replica, open_replica
from client.sync.engine import SyncEngine
from shared_models.codec import Row
from shared_models.ids import IdMaker
from shared_models.registry import Registry
from sync_server.db import devices
from sync_server.db.engine import open_store
from sync_server.db.tables import tables_of
from sync_server.services import setup
from sync_server.services.actor import Actor
from sync_server.services.central import Central
from sync_server.services.local_transport import LocalTransport
from tests.clients import Clock
from tests.versions import NEWEST, VERSIONS
from tests.world import Network


@contextmanager
def organisation(folder: Path) -> Iterator[Central]:
    """Have a centre of the newest version in a folder, called `epoch`."""
    registry = VERSIONS[NEWEST]
    tables = tables_of(registry)
    store = open_store(f"sqlite:///{folder / 'central.db'}", synchronous="OFF")
    tables.metadata.create_all(store.engine)
    clock = Clock()
    central = Central(store, tables, registry, lambda: clock.now * 1000)
    setup.start(central, lambda: "epoch")
    try:
        yield central
    finally:
        store.close()


@dataclass
class Client:
    """A device whose program may be updated."""

    folder: Path
    central: Central
    name: str
    version: int
    clock: Clock
    registry: Registry | None = None
    """Of a program that is none of the six."""
    network: Network = field(init=False)
    replica: Replica = field(init=False)
    engine: SyncEngine = field(init=False)

    def __post_init__(self) -> None:
        """Sign in."""
        with self.central.store.write() as connection:
            devices.add(connection, self.central.tables, devices.NewDevice(self.name, "user", self.name, None, 1))
        self.network = Network(LocalTransport(self.central, Actor("user", self.name)))
        self._open()

    def _open(self) -> None:
        ids = IdMaker(self.clock, Random(f"{self.name}{self.version}"))
        registry = self.registry or VERSIONS[self.version]
        self.replica = open_replica(self.folder / f"{self.name}.db", registry, ids, synchronous="OFF")
        self.replica.bind("user", self.name)
        self.engine = SyncEngine(self.replica, self.network, random=Random(1))

    def update_program(self, version: int = NEWEST, registry: Registry | None = None) -> None:
        """Close the program and start a newer one on its file."""
        self.replica.close()
        self.version, self.registry = version, registry
        self._open()

    def sync(self) -> None:
        """Run one round, which must end well."""
        result = self.engine.run_once()
        assert result.error is None
        assert result.proof is None or result.proof.equal

    def add(self, entity: str = "stop", **values: Any) -> str:
        with self.replica.edit(f"New {entity}") as edit:
            return edit.insert(entity, values)

    def change(self, pk: str, entity: str = "stop", **values: Any) -> None:
        with self.replica.edit("Edit") as edit:
            edit.update(entity, pk, values)

    def get(self, pk: str) -> Row:
        row = self.replica.get("stop", pk)
        assert row is not None
        return row

    def shows(self, pk: str, **values: Any) -> bool:
        row = self.get(pk)
        return {name: list(v) if isinstance(v := row[name], tuple) else v for name in values} == values


@contextmanager
def clients(folder: Path, central: Central) -> Iterator[Callable[[int], Client]]:
    """Start devices of a centre, each with the program of a version."""
    made: list[Client] = []

    def start(version: int) -> Client:
        made.append(Client(folder, central, f"device-{len(made)}", version, Clock()))
        return made[-1]

    yield start
    for one in made:
        one.replica.close()
