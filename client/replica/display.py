"""Keeps every row on the screen equal to its base plus the pending ops (I11)."""

import json
import sqlite3

from client.replica import change_log, rows
from conflict.overlay import overlay
from shared_models.base import Record
from shared_models.codec import Row, dumps


def base_of(connection: sqlite3.Connection, entity: type[Record], pk: str) -> tuple[Row | None, int]:
    """Return the central row of a record and its version; None and 0 when the centre has none as far as we know."""
    shadow = connection.execute(
        "SELECT data, ver FROM _sync_base WHERE tbl = ? AND pk = ?", (entity.entity_name, pk)
    ).fetchone()
    if shadow is not None:
        return (json.loads(shadow[0]) if shadow[0] is not None else None), shadow[1]
    return rows.read(connection, entity, pk) or (None, 0)


def keep_base(connection: sqlite3.Connection, entity: type[Record], pk: str) -> None:
    """Put the central row of a record aside before the first op is laid over it."""
    row, version = base_of(connection, entity, pk)
    data = None if row is None else dumps(row)
    connection.execute(
        "INSERT OR IGNORE INTO _sync_base (tbl, pk, ver, data) VALUES (?, ?, ?, ?)",
        (entity.entity_name, pk, version, data),
    )


def set_base(connection: sqlite3.Connection, entity: type[Record], pk: str, row: Row | None, version: int) -> None:
    """Replace the central row of a record that has a base put aside; `lay` then brings the screen up to date."""
    connection.execute(
        "UPDATE _sync_base SET ver = ?, data = ? WHERE tbl = ? AND pk = ?",
        (version, None if row is None else dumps(row), entity.entity_name, pk),
    )


def expected(connection: sqlite3.Connection, entity: type[Record], pk: str) -> tuple[Row | None, int, bool]:
    """Return the row as it should be on the screen, the version of its base, and whether own ops are still laid over it."""
    view, version = base_of(connection, entity, pk)
    pending = change_log.open_ops(connection, entity.entity_name, pk)
    for tx, op in pending:
        view = overlay(entity, view, op, change_log.stamp(tx))
    return view, version, bool(pending)


def lay(connection: sqlite3.Connection, entity: type[Record], pk: str) -> None:
    """Make the row on the screen its base plus the unsettled ops, and let go of the base when there are none."""
    view, version, is_pending = expected(connection, entity, pk)
    if view is None:
        rows.remove(connection, entity, (pk,))
    else:
        rows.write(connection, entity, view, version)
    if not is_pending:
        connection.execute("DELETE FROM _sync_base WHERE tbl = ? AND pk = ?", (entity.entity_name, pk))


def pending_pks(connection: sqlite3.Connection, entity: type[Record]) -> set[str]:
    """Return the ids of an entity's rows that have a base put aside."""
    found = connection.execute("SELECT pk FROM _sync_base WHERE tbl = ?", (entity.entity_name,))
    return {pk for (pk,) in found}


def all_pending(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    """Return (entity, id) of every row that has a base put aside."""
    return set(connection.execute("SELECT tbl, pk FROM _sync_base").fetchall())
