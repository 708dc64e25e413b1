"""Keeps every row on the screen equal to its base plus the pending ops (I11)."""

import json
from collections.abc import Collection, Iterable, Mapping

from client.replica import change_log, rows
from client.replica.change_log import Layer
from client.replica.driver import Connection
from conflict.overlay import overlay
from shared_models.base import Record
from shared_models.codec import Row, dumps

Base = tuple[Row | None, int]
"""A central row and its version; None and 0 when the centre has none as far as we know."""


def base_of(connection: Connection, entity: type[Record], pk: str) -> Base:
    """Return the central row of a record and its version."""
    shadow = connection.execute(
        "SELECT data, ver FROM _sync_base WHERE tbl = ? AND pk = ?", (entity.entity_name, pk)
    ).fetchone()
    if shadow is not None:
        return _parsed(shadow[0]), shadow[1]
    return rows.read(connection, entity, pk) or (None, 0)


def _parsed(data: str | None) -> Row | None:
    """Return a row that was put aside; none where a disk made it unreadable, until a comparison of contents has it sent again."""
    try:
        return None if data is None else json.loads(data)
    except ValueError:
        return None


def keep_base(connection: Connection, entity: type[Record], pk: str) -> None:
    """Put the central row of a record aside before the first op is laid over it."""
    row, version = base_of(connection, entity, pk)
    data = None if row is None else dumps(row)
    connection.execute(
        "INSERT OR IGNORE INTO _sync_base (tbl, pk, ver, data) VALUES (?, ?, ?, ?)",
        (entity.entity_name, pk, version, data),
    )


def expected(connection: Connection, entity: type[Record], pk: str) -> tuple[Row | None, int, bool]:
    """Return the row as it should be on the screen, the version of its base, and whether own ops are still laid over it."""
    base, version = base_of(connection, entity, pk)
    layers = change_log.layers(connection, entity.entity_name, (pk,)).get(pk, [])
    return _laid(entity, base, layers), version, bool(layers)


def bases_of(connection: Connection, entity: type[Record], pks: Collection[str]) -> dict[str, Base]:
    """Return what `base_of` does, of many records of one entity."""
    shadows = connection.execute(
        "SELECT pk, data, ver FROM _sync_base WHERE tbl = ? AND pk IN (SELECT value FROM json_each(?))",
        (entity.entity_name, json.dumps(list(pks))),
    )
    found: dict[str, Base] = {pk: (_parsed(data), ver) for pk, data, ver in shadows}
    missing = [pk for pk in pks if pk not in found]
    found |= rows.read_many(connection, entity, missing) if missing else {}
    return {pk: found.get(pk, (None, 0)) for pk in pks}


def lay(connection: Connection, entity: type[Record], pk: str) -> None:
    """Make the row on the screen its base plus the unsettled ops, and let go of the base when there are none."""
    lay_many(connection, entity, {pk}, {})


def lay_many(connection: Connection, entity: type[Record], pks: set[str], new: Mapping[str, Base]) -> None:
    """Do so for many rows of one entity. new: id -> central row and version, of those that have a base and get another."""
    bases = {**bases_of(connection, entity, pks - new.keys()), **new}
    layers = change_log.layers(connection, entity.entity_name, pks)
    written, gone, bare, kept = [], [], [], []
    for pk in sorted(pks):
        base, version = bases[pk]
        view = _laid(entity, base, layers.get(pk, ()))
        if view is None:
            gone.append(pk)
        else:
            written.append(rows.upsert_values(entity, view, version))
        if pk not in layers:
            bare.append((entity.entity_name, pk))
        elif pk in new:
            kept.append((version, None if base is None else dumps(base), entity.entity_name, pk))
    rows.remove(connection, entity, gone)
    connection.executemany(rows.upsert_sql(entity), written)
    connection.executemany("UPDATE _sync_base SET ver = ?, data = ? WHERE tbl = ? AND pk = ?", kept)
    connection.executemany("DELETE FROM _sync_base WHERE tbl = ? AND pk = ?", bare)


def _laid(entity: type[Record], view: Row | None, layers: Iterable[Layer]) -> Row | None:
    for op, stamp in layers:
        view = overlay(entity, view, op, stamp)
    return view


def pending_pks(connection: Connection, entity: type[Record]) -> set[str]:
    """Return the ids of an entity's rows that have a base put aside."""
    found = connection.execute("SELECT pk FROM _sync_base WHERE tbl = ?", (entity.entity_name,))
    return {pk for (pk,) in found}


def all_pending(connection: Connection) -> set[tuple[str, str]]:
    """Return (entity, id) of every row that has a base put aside."""
    return set(connection.execute("SELECT tbl, pk FROM _sync_base").fetchall())
