"""What devices told of themselves at an admin's order: kept for a bounded time and in a bounded number (PROTOCOL 16.10)."""

import sqlalchemy as sa

from sync_server.db.engine import Connection
from sync_server.db.tables import Tables

KEPT_EACH, KEPT_ALL = 3, 200
"""Of one device and of all, the newest: 13 MB at their largest."""
KEPT_US = 30 * 86_400_000_000
ORDERED = ("diagnose_at", "diagnose_told_at")


def ordered(connection: Connection, tables: Tables, device: str) -> int | None:
    """Return when the diagnostics of a device were ordered; None where they are not."""
    query = sa.select(tables.device.c.diagnose_at).where(tables.device.c.id == device)
    return connection.execute(query).scalar_one_or_none()


def add(connection: Connection, tables: Tables, device: str, body: str, at: int) -> None:
    """Keep what a device told, which fulfils the order; the oldest go. at: microseconds since 1970 UTC."""
    table = tables.diagnostics
    connection.execute(table.delete().where(table.c.device == device, table.c.arrived_at == at))
    connection.execute(table.insert().values(device=device, arrived_at=at, body=body))
    connection.execute(tables.device.update().where(tables.device.c.id == device).values(dict.fromkeys(ORDERED)))
    connection.execute(table.delete().where(table.c.arrived_at < at - KEPT_US))
    for keep, of in ((KEPT_EACH, (table.c.device == device,)), (KEPT_ALL, ())):
        oldest = sa.select(table.c.arrived_at).where(*of).order_by(table.c.arrived_at.desc()).offset(keep - 1).limit(1)
        kept_since = connection.execute(oldest).scalar_one_or_none()
        if kept_since is not None:
            connection.execute(table.delete().where(*of, table.c.arrived_at < kept_since))


def newest(connection: Connection, tables: Tables, device: str, since: int) -> tuple[int, str] | None:
    """Return when the newest diagnostics of a device came, and their JSON; None where there are none since a moment."""
    table = tables.diagnostics
    query = sa.select(table.c.arrived_at, table.c.body).where(table.c.device == device, table.c.arrived_at >= since)
    found = connection.execute(query.order_by(table.c.arrived_at.desc()).limit(1)).first()
    return None if found is None else (found.arrived_at, found.body)


def arrivals(connection: Connection, tables: Tables, since: int) -> dict[str, int]:
    """Return device -> when its newest diagnostics came, of those that came since a moment."""
    table = tables.diagnostics
    query = sa.select(table.c.device, sa.func.max(table.c.arrived_at)).where(table.c.arrived_at >= since)
    return {device: int(at) for device, at in connection.execute(query.group_by(table.c.device))}
