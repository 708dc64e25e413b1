"""A sync server over the entities of a bench: in process, or in a process of its own behind a real socket."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random, SystemRandom

import psutil
import uvicorn

from client.replica.replica import Replica
from client.sync.engine import SyncEngine
from shared_models.codec import Row
from shared_models.ids import IdMaker
from shared_models.registry import Registry
from sync_server.api.live_routes import LiveChannels
from sync_server.app import Server, create_app, now_us
from sync_server.config import ServerConfig
from sync_server.db.account_tables import account_tables_of
from sync_server.db.engine import open_store
from sync_server.db.tables import tables_of
from sync_server.services import setup
from sync_server.services.accounts import Accounts, NewUser
from sync_server.services.actor import Actor
from sync_server.services.bulk_import import ImportedBy, import_rows
from sync_server.services.central import Central
from sync_server.services.local_transport import LocalTransport
from sync_server.services.snapshots import Policy
from sync_server.serving import LiveServer, make_office, spare_the_collector, uvicorn_options
from tests.bench.data import DATA, Data
from tests.bench.devices import EMAIL, PASSWORD, device, new_replica

OFFICE = "office"
"""Word of the command line: the server has the office web."""


def make_central(folder: Path, registry: Registry, found: Iterable[tuple[str, Row]], url: str = "") -> Server:
    """Return a server whose central database holds these rows (entity, values in stored form), and one person.

    A folder that holds a central database already is served as it is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    config = ServerConfig(folder=folder, database_url=url)
    tables = tables_of(registry)
    account_tables = account_tables_of(tables.metadata)
    central = Central(open_store(config.url), tables, registry, now_us)
    ids = IdMaker(lambda: now_us() // 1000, SystemRandom())
    server = Server(config, central, Accounts(central, account_tables, ids), ids)
    with central.store.write() as connection:
        tables.metadata.create_all(connection)
    if setup.is_started(central):
        return server
    setup.start(central, ids.token)
    user = server.accounts.create_user(NewUser("Bench", EMAIL, PASSWORD, is_admin=True))
    with central.store.write() as connection:
        import_rows(connection, central, found, ImportedBy(user, ids.token()))
    return server


def filled_replica(folder: Path, server: Server) -> Replica:
    """Return a replica of everything that a server in process holds, loaded by the product's own first sync."""
    replica = new_replica(folder / "filled.db", server.central.registry)
    actor = Actor("bench", "device-filled", is_admin=True)
    replica.bind(actor.user_id, actor.device_id)
    result = SyncEngine(replica, LocalTransport(server.central, actor), random=Random(1)).run_once()
    assert result.error is None, result.error
    return replica


class ServerProcess:
    """Such a server in a process of its own. It may be killed, and started again on what it left."""

    def __init__(self, folder: Path, data: Data, n: int, url: str = "", *, office: bool = False) -> None:
        """url: of an empty central database, or one that holds these n rows; a file in the folder by default. office: with its web."""
        self._folder, self._data, self._n = folder, data, n
        more = [OFFICE] if office else []
        self._command = [sys.executable, "-m", "tests.bench.central", str(folder), data.name, str(n), url, *more]
        self.address = ""
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it; returns when it listens, at an address of its own."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.address = json.loads(self._process.stdout.readline())["address"]

    def wait_for_snapshot(self) -> None:
        """Wait until snapshots are ready, if there are rows enough for them: building them is not part of a first sync."""
        if sum(1 for _ in self._data.rows(self._n)) < Policy().min_rows:
            return
        with device(self._folder / "waits.db", self._data.registry, self.address) as one:
            for as_columns in (False, True):
                one.wait_for_snapshot(as_columns=as_columns)

    def process(self) -> psutil.Process:
        """Return the process."""
        assert self._process is not None
        return psutil.Process(self._process.pid)

    def cpu_s(self) -> float:
        """Return the CPU seconds that it has used."""
        used = self.process().cpu_times()
        return float(used.user + used.system)

    def kill(self) -> None:
        """End it as a power cut would (SIGKILL)."""
        assert self._process is not None
        self._process.kill()

    def end(self) -> None:
        """End it in good order, if it runs."""
        if self._process is None or self._process.stdout is None:
            return
        self._process.terminate()
        self._process.wait(30)
        self._process.stdout.close()


@contextmanager
def running(folder: Path, data: Data, n: int, url: str = "", *, office: bool = False) -> Iterator[ServerProcess]:
    """Yield such a server; it ends with the block."""
    server = ServerProcess(folder, data, n, url, office=office)
    try:
        server.start()
        yield server
    finally:
        server.end()


@contextmanager
def served(folder: Path, data: Data, n: int, url: str = "") -> Iterator[str]:
    """Yield the address of such a server; it ends with the block."""
    with running(folder, data, n, url) as server:
        yield server.address


class _Told(LiveServer):
    """Says where it listens as soon as it does."""

    async def startup(self, sockets: list | None = None) -> None:
        await super().startup(sockets)
        port = self.servers[0].sockets[0].getsockname()[1]
        sys.stdout.write(json.dumps({"address": f"http://127.0.0.1:{port}"}) + "\n")
        sys.stdout.flush()
        with open(os.devnull, "wb") as nowhere:  # nobody reads the log of requests
            os.dup2(nowhere.fileno(), sys.stdout.fileno())


def main() -> None:
    """Serve n rows of some data from a folder until the process is told to end."""
    folder, name, n, url, *more = sys.argv[1:]
    server = make_central(Path(folder), DATA[name].registry, DATA[name].rows(int(n)), url)
    options = {**uvicorn_options(server.config), "host": "127.0.0.1", "port": 0}
    channels = LiveChannels(server.central.store.news)
    app = create_app(server, make_office(server) if OFFICE in more else None, channels)
    spare_the_collector()
    _Told(uvicorn.Config(app, **options), channels).run()


if __name__ == "__main__":
    main()
