"""What devices found of themselves that was not as it should be, and told (PROTOCOL 13.8)."""

from collections.abc import Sequence

import sqlalchemy as sa

from shared_models.codec import Row
from sync_server.db import bulk
from sync_server.db.engine import Connection
from sync_server.db.tables import Tables

KEPT = 200
"""Incidents of one device that are kept, the newest."""


def add(connection: Connection, tables: Tables, device: str, found: Sequence[Row], now: int) -> None:
    """Keep what a device told: at, kind, entity, n (rows). What it told before, in an answer that was lost, stays once."""
    if not found:
        return
    table = tables.incident
    query = sa.select(table.c.at, table.c.kind, table.c.entity).where(table.c.device == device).order_by(table.c.at)
    known = {tuple(one) for one in connection.execute(query)}
    fresh = {_place(one): one for one in found if _place(one) not in known}
    bulk.insert(connection, table, [{**one, "device": device, "arrived_at": now} for one in fresh.values()])
    for at, kind, entity in sorted({*known, *fresh})[:-KEPT]:
        line = (table.c.device == device, table.c.at == at, table.c.kind == kind, table.c.entity == entity)
        connection.execute(table.delete().where(*line))


def _place(one: Row) -> tuple[int, str, str]:
    return one["at"], one["kind"], one["entity"]


def since(connection: Connection, tables: Tables, arrived_at: int) -> dict[str, list[Row]]:
    """Return device -> what it told since a moment, the newest first. Microseconds since 1970 UTC."""
    table = tables.incident
    query = sa.select(table).where(table.c.arrived_at >= arrived_at).order_by(table.c.at.desc(), table.c.kind, table.c.entity)
    found: dict[str, list[Row]] = {}
    for one in connection.execute(query):
        found.setdefault(one.device, []).append(dict(one._mapping))
    return found
