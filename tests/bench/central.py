"""A sync server over the entities of a bench: in process, or in a process of its own behind a real socket."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import SystemRandom

import uvicorn

from shared_models.codec import Row
from shared_models.ids import IdMaker
from shared_models.registry import Registry
from sync_server.app import Server, create_app, now_us
from sync_server.config import ServerConfig
from sync_server.db.account_tables import build_account_tables
from sync_server.db.engine import open_store
from sync_server.db.tables import build_tables
from sync_server.services import setup
from sync_server.services.accounts import Accounts, NewUser
from sync_server.services.bulk_import import ImportedBy, import_rows
from sync_server.services.central import Central
from sync_server.serving import spare_the_collector, uvicorn_options
from tests.bench.data import DATA, Data

EMAIL, PASSWORD = "bench@example.org", "correct horse"


def make_central(folder: Path, registry: Registry, found: Iterable[tuple[str, Row]], url: str = "") -> Server:
    """Return a server whose central database holds these rows (entity, values in stored form), and one person.

    A folder that holds a central database already is served as it is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    config = ServerConfig(folder=folder, database_url=url)
    tables = build_tables(registry)
    account_tables = build_account_tables(tables.metadata)
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


@contextmanager
def served(folder: Path, data: Data, n: int) -> Iterator[str]:
    """Yield the address of such a server in a process of its own, with n rows; it ends with the block."""
    command = [sys.executable, "-m", "tests.bench.central", str(folder), data.name, str(n)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["address"]
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


class _Told(uvicorn.Server):
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
    folder, name, n = sys.argv[1:]
    server = make_central(Path(folder), DATA[name].registry, DATA[name].rows(int(n)))
    options = {**uvicorn_options(server.config), "host": "127.0.0.1", "port": 0}
    app = create_app(server)
    spare_the_collector()
    _Told(uvicorn.Config(app, **options)).run()


if __name__ == "__main__":
    main()
