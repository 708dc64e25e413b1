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


def page(connection: Connection, tables: Tables, since: int, start: int, most: int) -> list[Row]:
    """Return what devices told since a moment, the newest first, from a place on, with the names of device and person.

    Columns: device, device_name, person, kind, entity, rows, at, arrived_at. Microseconds since 1970 UTC.
    """
    table, device, user = tables.incident, tables.device, tables.entities["user"]
    query = (
        sa.select(
            *(table.c.device, table.c.kind, table.c.entity, table.c.n.label("rows"), table.c.at, table.c.arrived_at),
            sa.func.coalesce(device.c.name, "").label("device_name"),
            sa.func.coalesce(user.c.name, "").label("person"),
        )
        .select_from(table.outerjoin(device, device.c.id == table.c.device).outerjoin(user, user.c.id == device.c.user))
        .where(table.c.arrived_at >= since)
        .order_by(table.c.arrived_at.desc(), table.c.at.desc(), table.c.device, table.c.kind, table.c.entity)
        .offset(start)
        .limit(most)
    )
    return [dict(one._mapping) for one in connection.execute(query)]
