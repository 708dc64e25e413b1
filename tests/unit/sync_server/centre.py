"""A central database in a file, and devices that push to it exactly what a test says."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from shared_models.ids import uuid7
from shared_models.protocol import PushAnswer, Verdict
from shared_models.registry import CRM, SCHEMA_VERSION
from shared_models.transport import PullRequest
from sync_server.db.engine import open_store
from sync_server.db.tables import tables_of
from sync_server.services import pull, push, setup
from sync_server.services.actor import Actor
from sync_server.services.central import Central
from tests.central_tables import create_tables
from tests.wire import with_origins

NOW_US = 1_764_000_000_000_000


def pk(n: int) -> str:
    return uuid7(NOW_US // 1000 + n, n)


@dataclass
class Centre:
    central: Central
    numbers: dict[str, int] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    """Device -> its user, where that is not `user-DEVICE`."""

    def send(self, device: str, *txs: dict[str, Any], admin: bool = False) -> PushAnswer:
        """Push txs of a device, numbered in order; each is its ops and whatever differs from the usual."""
        sent = []
        for tx in txs:
            number = self.numbers[device] = self.numbers.get(device, 0) + 1
            sent.append({"id": f"{device}-{number}", "tx": number, "hlc": (NOW_US // 1000 << 16) + number, **tx})
        return self.send_raw(device, sent, admin=admin)

    def send_raw(self, device: str, txs: list[dict[str, Any]], *, admin: bool = False) -> PushAnswer:
        body = {"device_epoch": device, "server_epoch": "epoch", "schema": SCHEMA_VERSION, **with_origins(txs)}
        user = self.users.get(device, f"user-{device}")
        return push.accept(self.central, Actor(user, device, admin), json.dumps(body).encode())

    def save(self, device: str, *ops: dict[str, Any], admin: bool = False, **more: Any) -> Verdict:
        """Push one tx and return its verdict."""
        return self.send(device, {"ops": list(ops), **more}, admin=admin).verdicts[0]

    def rows(self, entity: str, **where: Any) -> list[dict[str, Any]]:
        tables = self.central.tables
        table = tables.entities[entity] if entity in tables.entities else getattr(tables, entity)
        query = sa.select(table).where(*(table.c[name] == value for name, value in where.items()))
        with self.central.store.read() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]

    def row(self, entity: str, n: int) -> dict[str, Any]:
        return self.rows(entity, id=pk(n))[0]

    def cards(self, **where: Any) -> list[dict[str, Any]]:
        return self.rows("sync_conflict", **where)

    def pulled(self, device: str, cursor: int) -> list[dict[str, Any]]:
        found = pull.open_page(self.central, Actor(f"user-{device}", device), PullRequest(cursor, "epoch", device))
        return [json.loads(line) for line in found] if not hasattr(found, "digest") else []


def open_centre(folder: Path, now_us: Callable[[], int] = lambda: NOW_US) -> Centre:
    tables = tables_of(CRM)
    store = open_store(f"sqlite:///{folder / 'central.sqlite3'}", synchronous="OFF")
    with store.engine.begin() as connection:
        create_tables(connection, tables.metadata)
    central = Central(store, tables, CRM, now_us)
    setup.start(central, lambda: "epoch")
    return Centre(central)


def new(n: int, entity: str = "company", **values: Any) -> dict[str, Any]:
    if entity == "company":
        values = {"name": f"Firma {n}", **values}
    return {"t": entity, "pk": pk(n), "op": "i", "set": values}


def edit(n: int, bv: int, base: dict[str, Any], entity: str = "company", **values: Any) -> dict[str, Any]:
    return {"t": entity, "pk": pk(n), "op": "u", "set": values, "base": base, "bv": bv}


def archive(n: int, bv: int, entity: str = "company") -> dict[str, Any]:
    return {"t": entity, "pk": pk(n), "op": "d", "bv": bv}
