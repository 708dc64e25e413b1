"""The devices that sync, and what the server last knew of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from shared_models.codec import Row
from sync_server.db import bulk, plans
from sync_server.db.engine import Connection
from sync_server.db.tables import STATEMENTS, Tables

DAYS_KEPT = 30


@dataclass(frozen=True)
class NewDevice:
    """A device at its first sign-in."""

    id: str
    user: str
    name: str
    install: str | None
    created_at: int
    """Microseconds since 1970 UTC."""


def add(connection: Connection, tables: Tables, device: NewDevice) -> None:
    """Register a device."""
    connection.execute(
        tables.device.insert().values(
            id=device.id,
            user=device.user,
            name=device.name,
            install=device.install,
            created_at=device.created_at,
            clock_offset_ms=0,
        )
    )


def of_install(connection: Connection, tables: Tables, user: str, install: str) -> str | None:
    """Return the device that an installation is to a user, unless it was revoked."""
    device = tables.device
    query = sa.select(device.c.id).where(device.c.user == user, device.c.install == install, device.c.revoked_at.is_(None))
    return connection.execute(query.order_by(device.c.id)).scalars().first()


def revoke(connection: Connection, tables: Tables, device: str, at: int) -> bool:
    """Lock a device out; returns whether it was in."""
    live = tables.device.update().where(tables.device.c.id == device, tables.device.c.revoked_at.is_(None))
    return connection.execute(live.values(revoked_at=at)).rowcount > 0


def order_wipe(connection: Connection, tables: Tables, device: str, at: int) -> bool:
    """Note that a device is to be wiped at its next contact, for which one that was revoked is let in.

    Returns whether there is such a device; the replica of an office (which is named after its user) is none.
    """
    return order(connection, tables, device, {"wipe_at": at, "revoked_at": None})


def order(connection: Connection, tables: Tables, device: str, ordered: Row) -> bool:
    """Note what an admin wants of a device; returns whether there is such a one. The replica of an office is none."""
    found = tables.device.update().where(
        tables.device.c.id == device, tables.device.c.id != tables.device.c.user, tables.device.c.wiped_at.is_(None)
    )
    return connection.execute(found.values(ordered)).rowcount > 0


def is_to_be_wiped(connection: Connection, tables: Tables, device: str) -> bool:
    """Whether a device is to be wiped and has not said that it was."""
    found = plans.first(connection, _wipe_at(tables), {"of": device})
    return found is not None and found[0] is not None


@lru_cache(maxsize=STATEMENTS)
def _wipe_at(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    device = tables.device
    return sa.select(device.c.wipe_at).where(device.c.id == sa.bindparam("of"), device.c.wiped_at.is_(None))


def note_wiped(connection: Connection, tables: Tables, device: str, at: int) -> None:
    """Note that a device was wiped: it is out from now on."""
    connection.execute(tables.device.update().where(tables.device.c.id == device).values(wiped_at=at, revoked_at=at))


def note(connection: Connection, tables: Tables, device: str, facts: Row) -> None:
    """Store what a device said of itself; columns of `sync_device`."""
    fixed = tuple(column.name for column in tables.device.c if column.name not in facts)
    bulk.update(connection, tables.device, [{"id": device, **facts}], fixed)


def note_many(connection: Connection, tables: Tables, facts: Mapping[str, Row]) -> None:
    """Store what devices said of themselves when they were seen (`last_seen_at`), unless one was seen since: by another process."""
    table, by_columns = tables.device, dict[tuple[str, ...], list[Row]]()
    for device in sorted(facts):  # in one order: two processes do not wait for each other
        said = {f"new_{name}": value for name, value in facts[device].items()}
        by_columns.setdefault(tuple(facts[device]), []).append({"of": device, **said})
    for names, found in by_columns.items():
        newest = sa.or_(table.c.last_seen_at.is_(None), table.c.last_seen_at <= sa.bindparam("new_last_seen_at"))
        update = table.update().where(table.c.id == sa.bindparam("of"), newest)
        connection.execute(update.values({name: sa.bindparam(f"new_{name}") for name in names}), found)


def note_day(connection: Connection, tables: Tables, day: int, pending: Mapping[str, int]) -> None:
    """Store how many changes waited on devices on a day, where they are more than was known; days that are long past go."""
    table = tables.device_day
    query = sa.select(table.c.device, table.c.pending).where(table.c.day == day, table.c.device.in_(sorted(pending)))
    known = {one.device: one.pending for one in connection.execute(query)}
    found = [{"device": device, "day": day, "pending": n} for device, n in sorted(pending.items())]
    bulk.insert(connection, table, [one for one in found if one["device"] not in known])
    bulk.update(connection, table, [one for one in found if known.get(one["device"], one["pending"]) < one["pending"]])
    connection.execute(table.delete().where(table.c.day < day - DAYS_KEPT))


def clock_offset_ms(connection: Connection, tables: Tables, device: str) -> int:
    """Return how far a device's clock was ahead of the server's at its last hello; 0 for one that never said."""
    found = plans.first(connection, _clock_offset(tables), {"of": device})
    return int(found[0]) if found else 0


@lru_cache(maxsize=STATEMENTS)
def _clock_offset(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    return sa.select(tables.device.c.clock_offset_ms).where(tables.device.c.id == sa.bindparam("of"))


def is_known(connection: Connection, tables: Tables, device: str) -> bool:
    """Whether a device is registered."""
    return connection.execute(sa.select(tables.device.c.id).where(tables.device.c.id == device)).first() is not None


def every(connection: Connection, tables: Tables) -> list[Row]:
    """Return all devices, the last seen first."""
    query = sa.select(tables.device).order_by(tables.device.c.last_seen_at.desc(), tables.device.c.id)
    return [dict(one._mapping) for one in connection.execute(query)]


def emails(connection: Connection, tables: Tables) -> dict[str, str]:
    """Return the e-mail of everybody who has a device, by user id: two laptops of one name are told apart by it."""
    user = tables.entities["user"]
    query = sa.select(user.c.id, user.c.email).where(user.c.id.in_(sa.select(tables.device.c.user)))
    return {one.id: one.email for one in connection.execute(query)}
