"""Central records: the entity tables and `sync_row`, read and written in bulk."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import orjson
import sqlalchemy as sa

from shared_models.base import Record
from shared_models.codec import Row
from shared_models.fields import Kind, columns
from sync_server.db import bulk
from sync_server.db.engine import Connection
from sync_server.db.tables import Tables

IN_LIMIT = 500
"""Values in one IN list: below every engine's limit of bound parameters."""
Stored = dict[str, Any]
"""A `sync_row` as a dict: entity, pk, ver, created_seq, created_origin, col_ver, extra. Any: JSON is parsed already."""


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
    """Return id -> (row, its bookkeeping) of the records that exist; with `lock`, in order of id, until the commit."""
    found: dict[str, Stored] = {}
    rows: dict[str, Row] = {}
    table, row = tables.entities[entity.entity_name], tables.row
    for part in _parts(sorted(set(pks))):
        query = (
            sa.select(row.c.pk, row.c.ver, row.c.created_seq, row.c.created_origin, row.c.col_ver, row.c.extra)
            .where(row.c.entity == entity.entity_name, row.c.pk.in_(part))
            .order_by(row.c.pk)
        )
        for pk, ver, seq, origin, col_ver, extra in connection.execute(query.with_for_update() if lock else query).all():
            found[pk] = {
                "ver": ver,
                "created_seq": seq,
                "created_origin": origin,
                "col_ver": orjson.loads(col_ver),
                "extra": orjson.loads(extra) if extra else {},
            }
        held = connection.execute(sa.select(table).where(table.c.id.in_(part)))
        names = tuple(held.keys())
        for one in held.all():
            values = decode(entity, names, one)
            rows[values["id"]] = values
    return {pk: (rows[pk], found[pk]) for pk in found if pk in rows}


def children(
    connection: Connection, tables: Tables, entity: type[Record], field: str, parents: Iterable[str]
) -> list[tuple[str, str]]:
    """Return (child id, parent id) of the records of `entity` whose reference `field` names one of the parents."""
    table = tables.entities[entity.entity_name]
    found: list[tuple[str, str]] = []
    for part in _parts(sorted(set(parents))):
        query = sa.select(table.c.id, table.c[field]).where(table.c[field].in_(part))
        found += [(one[0], one[1]) for one in connection.execute(query)]
    return found


def parent_of(connection: Connection, tables: Tables, entity: type[Record], field: str, pk: str) -> str | None:
    """Return what a self-reference of a record names, for a walk up its tree."""
    table = tables.entities[entity.entity_name]
    return connection.execute(sa.select(table.c[field]).where(table.c.id == pk)).scalar_one_or_none()


def insert(connection: Connection, tables: Tables, entity: type[Record], rows: Sequence[Row]) -> None:
    """Add records to their table."""
    bulk.insert(connection, tables.entities[entity.entity_name], [encode(entity, row) for row in rows])


def update(connection: Connection, tables: Tables, entity: type[Record], rows: Sequence[Row]) -> None:
    """Replace records in their table, whole."""
    bulk.update(connection, tables.entities[entity.entity_name], [encode(entity, row) for row in rows])


def insert_bookkeeping(connection: Connection, tables: Tables, rows: Sequence[Row]) -> None:
    """Add `sync_row`s."""
    bulk.insert(connection, tables.row, rows)


def update_bookkeeping(connection: Connection, tables: Tables, rows: Sequence[Row]) -> None:
    """Replace what moves of `sync_row`s: version, column versions, extra, wire parts."""
    bulk.update(connection, tables.row, rows, fixed=("created_seq", "created_origin"))


@cache
def wire_columns(entity: type[Record]) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    """Return the columns of the common wire part, and those of each confidential part, in order of declaration."""
    common = tuple(c.name for c in columns(entity) if not c.col.right_group)
    groups: dict[str, tuple[str, ...]] = {}
    for c in columns(entity):
        if c.col.right_group:
            groups[c.col.right_group] = (*groups.get(c.col.right_group, ()), c.name)
    return common, groups


@cache
def _parts_of(table: sa.Table) -> tuple[str, ...]:
    return tuple(c.name for c in table.c if c.name.startswith("part_"))


def wire_parts(tables: Tables, entity: type[Record], row: Row) -> dict[str, str | None]:
    """Return the stored wire form of a row: JSON arrays, rendered once, at write time (`sync.md` 4)."""
    common, groups = wire_columns(entity)
    parts: dict[str, str | None] = dict.fromkeys(_parts_of(tables.row))
    parts["wire"] = orjson.dumps([row[name] for name in common]).decode()
    for group, names in groups.items():
        parts[f"part_{group}"] = orjson.dumps([row[name] for name in names]).decode()
    return parts


def _parts(values: Sequence[str]) -> Iterable[Sequence[str]]:
    return (values[i : i + IN_LIMIT] for i in range(0, len(values), IN_LIMIT))
