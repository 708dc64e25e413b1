"""Central records: the entity tables and `sync_row`, read and written in bulk."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from shared_models.base import Record
from shared_models.codec import Row
from shared_models.fields import Kind, columns, wire_columns
from sync_server.db import bulk, plans
from sync_server.db.engine import Connection
from sync_server.db.tables import STATEMENTS, Tables, many

IN_LIMIT = 500
"""Values in one IN list: below every engine's limit of bound parameters."""


class Stored(NamedTuple):
    """What `sync_row` says of a record. Any: JSON is parsed already."""

    ver: int
    created_seq: int
    created_origin: str
    col_ver: dict[str, int]
    extra: dict[str, Any]
    cell: int


def encode(entity: type[Record], row: Row) -> Row:
    """Return a row as its table holds it: sets as JSON text."""
    sets = _sets(entity)
    return row if not sets else {**row, **{name: orjson.dumps(row[name]).decode() for name in sets}}


def decode(entity: type[Record], names: Sequence[str], values: Sequence[Any]) -> Row:  # Any: what a driver returns
    """Return the stored form of a table's row."""
    row = dict(zip(names, values, strict=True))
    for name in _sets(entity):
        row[name] = orjson.loads(row[name] or "[]")
    return row


@cache
def _sets(entity: type[Record]) -> tuple[str, ...]:
    return tuple(c.name for c in columns(entity) if c.kind is Kind.SET)


def load(
    connection: Connection, tables: Tables, entity: type[Record], pks: Iterable[str], *, lock: bool
) -> dict[str, tuple[Row, Stored]]:
    """Return id -> (row, its bookkeeping) of the records that exist; with `lock`, in order of id, until the commit.

    A row is read from its wire parts, which hold all of it: a third of what its own table costs, which would come on top.
    """
    found: dict[str, tuple[Row, Stored]] = {}
    common, groups = wire_columns(entity)
    loads, places = orjson.loads, {f"part_{group}": names for group, names in groups.items()}
    parts = [(n, places[name]) for n, name in enumerate(_parts_of(tables.row), 8) if name in places]
    for part in _parts(sorted(set(pks))):
        for one in plans.fetch(connection, _load(tables, lock), {"of": entity.entity_name, "pks": part}):
            pk, ver, seq, origin, col_ver, extra, cell, wire = one[:8]
            row = dict(zip(common, loads(wire), strict=True))
            for n, names in parts:
                row.update(zip(names, loads(one[n]), strict=True))
            found[pk] = row, Stored(ver, seq, origin, loads(col_ver), loads(extra) if extra else {}, cell)
    return found


def lock(connection: Connection, tables: Tables, entity: str, pks: Iterable[str]) -> None:
    """Lock records in order of id, until the commit, without reading them."""
    for part in _parts(sorted(set(pks))):
        connection.execute(_locking(tables), {"of": entity, "pks": part}).all()


@lru_cache(maxsize=STATEMENTS)
def _locking(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    row = tables.row
    query = sa.select(row.c.pk).where(row.c.entity == sa.bindparam("of"), row.c.pk.in_(many("pks")))
    return query.order_by(row.c.pk).with_for_update()


@lru_cache(maxsize=STATEMENTS)
def _load(tables: Tables, lock: bool) -> "sa.Select[*tuple[Any, ...]]":
    row, pks = tables.row, many("pks")
    names = ("pk", "ver", "created_seq", "created_origin", "col_ver", "extra", "cell", "wire", *_parts_of(row))
    query = sa.select(*[row.c[name] for name in names])
    query = query.where(row.c.entity == sa.bindparam("of"), row.c.pk.in_(pks)).order_by(row.c.pk)
    return query.with_for_update() if lock else query


def children(
    connection: Connection, tables: Tables, entity: type[Record], field: str, parents: Iterable[str]
) -> list[tuple[str, str]]:
    """Return (child id, parent id) of the records of `entity` whose reference `field` names one of the parents."""
    found: list[tuple[str, str]] = []
    for part in _parts(sorted(set(parents))):
        found += plans.fetch(connection, _children(tables, entity, field), {"pks": part})
    return found


@lru_cache(maxsize=16 * STATEMENTS)
def _children(tables: Tables, entity: type[Record], field: str) -> "sa.Select[*tuple[Any, ...]]":
    table = tables.entities[entity.entity_name]
    return sa.select(table.c.id, table.c[field]).where(table.c[field].in_(many("pks")))


def parent_of(connection: Connection, tables: Tables, entity: type[Record], field: str, pk: str) -> str | None:
    """Return what a self-reference of a record names, for a walk up its tree."""
    found = plans.first(connection, _parent_of(tables, entity, field), {"of": pk})
    return None if found is None else found[0]


@lru_cache(maxsize=16 * STATEMENTS)
def _parent_of(tables: Tables, entity: type[Record], field: str) -> "sa.Select[*tuple[Any, ...]]":
    table = tables.entities[entity.entity_name]
    return sa.select(table.c[field]).where(table.c.id == sa.bindparam("of"))


def insert(connection: Connection, tables: Tables, entity: type[Record], rows: Sequence[Row]) -> None:
    """Add records to their table."""
    bulk.insert(connection, tables.entities[entity.entity_name], [encode(entity, row) for row in rows])


def update(connection: Connection, tables: Tables, entity: type[Record], rows: Sequence[Row], *, moved: bool) -> None:
    """Replace records in their table, whole. moved: their `references` may be others than stored.

    The engines write a new index entry for every indexed column that a statement names, be the value the same.
    """
    fixed = () if moved else references(entity)
    bulk.update(connection, tables.entities[entity.entity_name], [encode(entity, row) for row in rows], fixed)


@cache
def references(entity: type[Record]) -> tuple[str, ...]:
    """Return the columns of an entity that have an index: the references to what a record belongs to, and keys."""
    return tuple(c.name for c in columns(entity) if c.is_owner or c.col.is_key)


def insert_bookkeeping(connection: Connection, tables: Tables, rows: Sequence[Row]) -> None:
    """Add `sync_row`s."""
    bulk.insert(connection, tables.row, rows)


def update_bookkeeping(connection: Connection, tables: Tables, rows: Sequence[Row]) -> None:
    """Replace what moves of `sync_row`s: version, column versions, extra, wire parts."""
    bulk.update(connection, tables.row, rows, fixed=("created_seq", "created_origin", "cell"))


@cache
def _parts_of(table: sa.Table) -> tuple[str, ...]:
    return tuple(c.name for c in table.c if c.name.startswith("part_"))


def wire_parts(tables: Tables, entity: type[Record], row: Row) -> dict[str, str | None]:
    """Return the stored wire form of a row: JSON arrays, rendered once, at write time (`sync.md` 4)."""
    parts: dict[str, str | None] = dict.fromkeys(_parts_of(tables.row))
    for name, values_of in _wire_getters(entity):
        parts[name] = orjson.dumps(values_of(row)).decode()
    return parts


@cache
def _wire_getters(entity: type[Record]) -> tuple[tuple[str, Callable[[Row], Sequence[Any]]], ...]:
    """Return (column of `sync_row`, what takes its values from a row) of each wire part that an entity has."""
    common, groups = wire_columns(entity)
    parts = {"wire": common, **{f"part_{group}": names for group, names in groups.items()}}
    return tuple((name, _values_of(names)) for name, names in parts.items())


def _values_of(names: tuple[str, ...]) -> Callable[[Row], Sequence[Any]]:
    """Return what takes some fields' values from a row. `itemgetter` of one name returns no sequence."""
    return itemgetter(*names) if len(names) > 1 else lambda row: [row[name] for name in names]


def _parts(values: list[str]) -> Iterable[list[str]]:
    return (values[i : i + IN_LIMIT] for i in range(0, len(values), IN_LIMIT))
