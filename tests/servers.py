"""Sync servers for tests: the real one, on a database of the test's own, in process or behind a socket."""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from alembic.script import ScriptDirectory
from argon2 import PasswordHasher
from litestar.testing import TestClient

from shared_models.protocol import PATH
from shared_models.registry import SCHEMA_VERSION
from sync_server.api.live_routes import PING_S, LiveChannels
from sync_server.api.office import Office
from sync_server.app import Server, create_app, open_server
from sync_server.config import ServerConfig
from sync_server.db import migrate
from sync_server.services import setup
from sync_server.services.accounts import NewUser
from sync_server.serving import LiveServer, uvicorn_options
from tests.central_tables import create_tables
from tests.wire import with_origins

START_US = 1_795_000_000_000_000
EMAIL, PASSWORD = "ana@example.ro", "correct horse"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Of passwords: the product's own takes 50 ms on purpose."""


@dataclass
class ServerClock:
    """Wall time in microseconds that moves one at every look, and as far as a test says."""

    now: int = START_US

    def __call__(self) -> int:
        self.now += 1
        return self.now

    def forward(self, *, seconds: float = 0, days: float = 0) -> None:
        self.now += int((seconds + days * 86_400) * 1_000_000)


def make_server(folder: Path, url: str = "", clock: ServerClock | None = None, *, behind_proxy: bool = False) -> Server:
    """Return a server with empty tables, a timeline, and Ana, who is its admin."""
    config = ServerConfig(folder=folder, database_url=url, behind_proxy=behind_proxy)
    server = open_server(config, clock or ServerClock(), CHEAP)
    with server.central.store.write() as connection:
        create_tables(connection, server.central.tables.metadata)
    setup.start(server.central, server.ids.token)
    server.accounts.create_user(NewUser("Ana Pop", EMAIL, PASSWORD, is_admin=True))
    return server


def call_migrated(server: Server) -> None:
    """Have the tables of `make_server`, which are those of this version, say so: commands of the terminal look at it."""
    head = ScriptDirectory(str(migrate.FOLDER)).get_current_head()
    with server.central.store.write() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
        connection.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{head}')")


@dataclass
class Caller:
    """A signed-in device that speaks raw HTTP, well or badly."""

    http: httpx.Client
    install: str = "install-1"
    device_epoch: str = "device-epoch-1"
    server_epoch: str = ""
    tokens: dict[str, Any] = field(default_factory=dict)

    def sign_in(self, email: str = EMAIL, password: str = PASSWORD) -> httpx.Response:
        body = {"email": email, "password": password, "device_name": "laptop", "install": self.install}
        answer = self.http.post("/auth/sign-in", json=body)
        if answer.status_code == 200:
            self.tokens = answer.json()
        return answer

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.tokens['access_token']}"}

    def hello(self, **changed: object) -> httpx.Response:
        body = {"install": self.install, "device_epoch": self.device_epoch, "app": "0.1", "schema": SCHEMA_VERSION}
        answer = self.http.post(f"{PATH}/hello", json={**body, "cursor": 0, "clock": 0, **changed}, headers=self.headers)
        if answer.status_code == 200:
            self.server_epoch = answer.json()["server_epoch"]
        return answer

    def push(self, txs: Sequence[dict[str, Any]], **changed: object) -> httpx.Response:
        return self.push_bytes(json.dumps({**self.envelope(), **with_origins(txs), **changed}).encode())

    def push_bytes(self, body: bytes, **headers: str) -> httpx.Response:
        return self.http.post(f"{PATH}/push", content=body, headers={**self.headers, **headers})

    def envelope(self) -> dict[str, Any]:
        return {"device_epoch": self.device_epoch, "server_epoch": self.server_epoch, "schema": SCHEMA_VERSION}

    def pull(self, cursor: int, **changed: object) -> httpx.Response:
        query: dict[str, Any] = {"c": cursor, "e": self.server_epoch, "d": self.device_epoch, **changed}
        return self.http.get(f"{PATH}/pull", params=query, headers=self.headers)


def company_tx(number: int, pk: str, tx_id: str = "", **values: object) -> dict[str, Any]:
    """Return a transaction that adds a company."""
    op = {"t": "company", "pk": pk, "op": "i", "set": {"name": f"Company {number}", **values}}
    return {"id": tx_id or f"tx-{number}", "tx": number, "hlc": START_US // 1000 << 16, "ops": [op]}


def record_id(number: int) -> str:
    """Return the id of the n-th record of a test."""
    return f"018f0000-0000-7000-8000-{number:012x}"


@contextmanager
def in_process(server: Server, office: Office | None = None) -> Iterator[TestClient[Any]]:
    """Yield a client that calls the application without a socket."""
    with TestClient(create_app(server, office), raise_server_exceptions=False) as client:
        yield client


class _ToldServer(LiveServer):
    """Tells when it listens, so that nobody has to look again and again."""

    def __init__(self, config: uvicorn.Config, channels: LiveChannels) -> None:
        super().__init__(config, channels)
        self.listens = threading.Event()

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self.listens.set()


@contextmanager
def behind_socket(server: Server, office: Office | None = None, ping_s: float = PING_S) -> Iterator[str]:
    """Yield the address of the application behind a real socket, with the product's own uvicorn options.

    ping_s: between two signs of life of a live channel.
    """
    options = {**uvicorn_options(server.config), "host": "127.0.0.1", "port": 0}
    channels = LiveChannels(server.central.store.news, ping_s)
    running = _ToldServer(uvicorn.Config(create_app(server, office, channels), **options), channels)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    assert running.listens.wait(30)
    try:
        yield f"http://127.0.0.1:{running.servers[0].sockets[0].getsockname()[1]}"
    finally:
        running.should_exit = True
        thread.join(30)
