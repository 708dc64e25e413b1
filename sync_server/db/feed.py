"""The feed of changes, read by cursor: pointers in `sync_change`, content in `sync_row`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from shared_models.codec import Row
from sync_server.db import bulk, plans
from sync_server.db.engine import Connection
from sync_server.db.rows import IN_LIMIT
from sync_server.db.tables import STATEMENTS, Tables, many


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
    [(count,)] = plans.fetch(connection, _count_changed(tables), {"after": after, "enough": enough})
    return int(count)


@lru_cache(maxsize=STATEMENTS)
def _count_changed(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    some = sa.select(tables.row.c.ver).where(tables.row.c.ver > _after()).limit(sa.bindparam("enough", type_=sa.Integer()))
    return sa.select(sa.func.count()).select_from(some.subquery())


def _after() -> sa.BindParameter[int]:
    return sa.bindparam("after", type_=sa.BigInteger())


def held_exactly(connection: Connection, tables: Tables, device: str, device_epoch: str, after: int) -> set[tuple[str, str]]:
    """Return the records all of whose changes since `after` are this device's own, stored exactly as sent (PROTOCOL 7.3)."""
    values = {"of_device": device, "of_epoch": device_epoch, "after": after}
    return {(entity, pk) for entity, pk in plans.fetch(connection, _held_exactly(tables), values)}


@lru_cache(maxsize=STATEMENTS)
def _held_exactly(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    change = tables.change
    is_mine = sa.and_(
        change.c.device == sa.bindparam("of_device"),
        change.c.device_epoch == sa.bindparam("of_epoch"),
        change.c.exact == sa.true(),
    )
    return (
        sa.select(change.c.entity, change.c.pk)
        .where(change.c.seq > _after())
        .group_by(change.c.entity, change.c.pk)
        .having(sa.func.max(sa.case((is_mine, 0), else_=1)) == 0)
    )


def changed(connection: Connection, tables: Tables, after: int, upto: int) -> Iterator[WireRow]:
    """Yield the records with after < version <= upto."""
    return _rows(connection, _changed(tables), {"after": after, "upto": upto})


@lru_cache(maxsize=STATEMENTS)
def _changed(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    return _wire(tables).where(tables.row.c.ver > _after(), tables.row.c.ver <= sa.bindparam("upto"))


def page(
    connection: Connection, tables: Tables, entity: str, after_pk: str, versions: tuple[int, int], limit: int
) -> list[WireRow]:
    """Return records of one entity in order of id, with versions above the first and up to the second of `versions`."""
    values = {"of": entity, "after_pk": after_pk, "after": versions[0], "upto": versions[1], "enough": limit}
    return list(_rows(connection, _page(tables), values))


@lru_cache(maxsize=STATEMENTS)
def _page(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    row = tables.row
    query = _changed(tables).where(row.c.entity == sa.bindparam("of"), row.c.pk > sa.bindparam("after_pk"))
    return query.order_by(row.c.pk).limit(sa.bindparam("enough", type_=sa.Integer()))


def every(connection: Connection, tables: Tables, entity: str) -> Iterator[tuple[Any, ...]]:
    """Yield all records of an entity as a `WireRow` has them, but flat: entity, id, version, each part. A third of the time."""
    return plans.streamed(connection, _every(tables), {"of": entity})


@lru_cache(maxsize=STATEMENTS)
def _every(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    return _wire(tables).where(tables.row.c.entity == sa.bindparam("of"))


def some(connection: Connection, tables: Tables, entity: str, pks: Sequence[str]) -> Iterator[WireRow]:
    """Yield the records of an entity that have these ids."""
    for i in range(0, len(pks), IN_LIMIT):
        yield from _rows(connection, _some(tables), {"of": entity, "pks": list(pks[i : i + IN_LIMIT])})


@lru_cache(maxsize=STATEMENTS)
def _some(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    return _every(tables).where(tables.row.c.pk.in_(many("pks")))


def _wire(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    row = tables.row
    parts = [row.c[name] for name in sorted(c.name for c in row.c if c.name.startswith("part_"))]
    return sa.select(row.c.entity, row.c.pk, row.c.ver, row.c.wire, *parts)


def _rows(connection: Connection, query: "sa.Select[*tuple[Any, ...]]", values: Row) -> Iterator[WireRow]:
    for entity, pk, ver, *parts in plans.each(connection, query, values):
        yield WireRow(entity, pk, ver, tuple(parts))
