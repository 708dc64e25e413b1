"""Rows between their stored form (dicts, `shared_models.codec`) and the replica's tables."""

import json
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Any

from client.replica.driver import Connection
from client.replica.schema import has_key, quoted
from shared_models.base import Record
from shared_models.codec import Row, dumps
from shared_models.fields import Kind
from shared_models.replica_rows import bulk_values, names, special, title_key

Value = Any
"""A scalar as SQLite holds it. Any: what sqlite3 returns has no static type."""
__all__ = [
    "bulk_values",
    "decode",
    "encode",
    "keep_later",
    "names",
    "read",
    "read_many",
    "remove",
    "select_list",
    "title_key",
    "upsert_sql",
    "upsert_values",
    "write",
]


@cache
def select_list(entity: type[Record], prefix: str = "") -> str:
    """Return the fields of an entity for a SELECT, in order of declaration."""
    return ", ".join(prefix + quoted(name) for name in names(entity))


def decode(entity: type[Record], values: Sequence[Value]) -> Row:
    """Return the stored form of a row selected by `select_list`."""
    row = dict(zip(names(entity), values, strict=True))
    for i, kind in special(entity):
        value = values[i]
        if value is not None:
            row[names(entity)[i]] = bool(value) if kind is Kind.BOOLEAN else json.loads(value)
    return row


def encode(entity: type[Record], name: str, value: Value) -> Value:
    """Return one field's value as its column holds it."""
    return dumps(value) if isinstance(value, (list, tuple)) else value


def read(connection: Connection, entity: type[Record], pk: str) -> tuple[Row, int] | None:
    """Return a row and its server version, or None."""
    found = connection.execute(_one_sql(entity), (pk,)).fetchone()
    return None if found is None else (decode(entity, found[1:]), found[0])


@cache
def _one_sql(entity: type[Record]) -> str:
    return f"SELECT _v, {select_list(entity)} FROM {quoted(entity.entity_name)} WHERE id = ?"


def read_many(connection: Connection, entity: type[Record], pks: Collection[str]) -> dict[str, tuple[Row | None, int]]:
    """Return id -> row and server version of those that are there."""
    found = connection.execute(
        f"SELECT id, _v, {select_list(entity)} FROM {quoted(entity.entity_name)} WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(pks)),),
    )
    return {one[0]: (decode(entity, one[2:]), one[1]) for one in found}


def write(connection: Connection, entity: type[Record], row: Row, version: int) -> None:
    """Insert a row or make an existing one equal to it."""
    connection.execute(upsert_sql(entity), upsert_values(entity, row, version))


def keep_later(connection: Connection, entity: type[Record], pks: Iterable[str], later: Iterable[str | None]) -> None:
    """Keep beside rows that are there what only a newer version knows of them. later: of each JSON, or None."""
    connection.executemany(f"UPDATE {quoted(entity.entity_name)} SET _ext = ? WHERE id = ?", zip(later, pks, strict=True))


def remove(connection: Connection, entity: type[Record], pks: Iterable[str]) -> None:
    """Delete rows by id."""
    connection.executemany(f"DELETE FROM {quoted(entity.entity_name)} WHERE id = ?", [(pk,) for pk in pks])


@cache
def upsert_sql(entity: type[Record]) -> str:
    """Return the statement that inserts or updates one row: `_v`, then `_k` if there is one, then the fields."""
    hidden = ["_v", "_k"] if has_key(entity) else ["_v"]
    cols = hidden + [quoted(name) for name in names(entity)]
    changes = ", ".join(f"{c} = excluded.{c}" for c in cols if c != '"id"')
    marks = ", ".join("?" * len(cols))
    return (
        f"INSERT INTO {quoted(entity.entity_name)} ({', '.join(cols)}) VALUES ({marks}) "
        f"ON CONFLICT (id) DO UPDATE SET {changes}"
    )


def upsert_values(entity: type[Record], row: Row, version: int) -> list[Value]:
    """Return the values for `upsert_sql`."""
    get = row.get
    values = [get(name) for name in names(entity)]
    for i, kind in special(entity):
        if kind is Kind.SET and values[i] is not None:
            values[i] = dumps(values[i])
    return [version, title_key(entity, row), *values] if has_key(entity) else [version, *values]
