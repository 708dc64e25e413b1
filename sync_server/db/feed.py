"""The feed of changes, read by cursor: pointers in `sync_change`, content in `sync_row`. And the history of values."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from shared_models.codec import Row
from sync_server.db import bulk
from sync_server.db.engine import Connection
from sync_server.db.tables import Tables

IN_LIMIT = 500
FETCH = 2000
"""Rows taken from the driver at a time."""


@dataclass(frozen=True)
class WireRow:
    """A record as it is sent: its stored parts, and its version."""

    entity: str
    pk: str
    ver: int
    parts: tuple[str | None, ...]
    """The common part, then those of the confidential groups, sorted by name."""


def write(connection: Connection, tables: Tables, changes: Sequence[Row]) -> None:
    """Add pointers."""
    bulk.insert(connection, tables.change, changes)


def write_history(connection: Connection, tables: Tables, lines: Sequence[Row]) -> None:
    """Add lines of history."""
    bulk.insert(connection, tables.history, lines)


def count_changed(connection: Connection, tables: Tables, after: int, enough: int) -> int:
    """Return how many records have a version above `after`; stops counting at `enough`."""
    some = sa.select(tables.row.c.ver).where(tables.row.c.ver > after).limit(enough).subquery()
    return int(connection.execute(sa.select(sa.func.count()).select_from(some)).scalar_one())


def held_exactly(connection: Connection, tables: Tables, device: str, device_epoch: str, after: int) -> set[tuple[str, str]]:
    """Return the records all of whose changes since `after` are this device's own, stored exactly as sent (PROTOCOL 7.3)."""
    change = tables.change
    foreign = sa.case(
        (sa.and_(change.c.device == device, change.c.device_epoch == device_epoch, change.c.exact == sa.true()), 0), else_=1
    )
    query = (
        sa.select(change.c.entity, change.c.pk)
        .where(change.c.seq > after)
        .group_by(change.c.entity, change.c.pk)
        .having(sa.func.max(foreign) == 0)
    )
    return {(one.entity, one.pk) for one in connection.execute(query)}


def changed(connection: Connection, tables: Tables, after: int, upto: int) -> Iterator[WireRow]:
    """Yield the records with after < version <= upto."""
    query = _wire(tables).where(tables.row.c.ver > after, tables.row.c.ver <= upto)
    return _rows(connection, query)


def page(
    connection: Connection, tables: Tables, entity: str, after_pk: str, versions: tuple[int, int], limit: int
) -> list[WireRow]:
    """Return records of one entity in order of id, with versions above the first and up to the second of `versions`."""
    row = tables.row
    query = _wire(tables).where(row.c.entity == entity, row.c.pk > after_pk, row.c.ver > versions[0], row.c.ver <= versions[1])
    return list(_rows(connection, query.order_by(row.c.pk).limit(limit)))


def _wire(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    row = tables.row
    parts = [row.c[name] for name in sorted(c.name for c in row.c if c.name.startswith("part_"))]
    return sa.select(row.c.entity, row.c.pk, row.c.ver, row.c.wire, *parts)


def _rows(connection: Connection, query: "sa.Select[*tuple[Any, ...]]") -> Iterator[WireRow]:
    result = connection.execute(query)
    while chunk := result.fetchmany(FETCH):
        for entity, pk, ver, *parts in chunk:
            yield WireRow(entity, pk, ver, tuple(parts))


def history(connection: Connection, tables: Tables, entity: str, record: str, before: int | None, limit: int) -> list[Row]:
    """Return past values of one record, newest first."""
    line = tables.history
    query = sa.select(line).where(line.c.entity == entity, line.c.record_id == record)
    if before is not None:
        query = query.where(line.c.seq < before)
    found = connection.execute(query.order_by(line.c.seq.desc(), line.c.n.desc()).limit(limit))
    return [dict(one._mapping) for one in found]
