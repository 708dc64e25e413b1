"""Lets go of what its person may no longer see: records with all that is a part of them, and confidential fields (trap 14).

Nothing of it stays in the file: freed pages are overwritten (`secure_delete`), the search index is written anew without its words,
and the log is emptied after the commit. What the person typed and has not sent stays in the change log until it is settled.
"""

import json
import sqlite3
from collections.abc import Iterable
from functools import cache

from client.replica import apply_remote, rows
from client.replica.schema import quoted, search_columns, search_table
from conflict.overlay import blank_row
from shared_models.base import Record
from shared_models.codec import dumps
from shared_models.fields import columns, data_columns, units
from shared_models.registry import Registry

ABOUT = ("record_type", "record_id")
"""Fields of what hangs on a record of any entity."""


def take_leave(checkpoint: "apply_remote.Checkpoint", leaves: Iterable[tuple[str, Iterable[str]]]) -> None:
    """Remove records and all their parts, and what settled saves keep of how they were before."""
    connection = checkpoint.writing.connection
    for entity, pks in closure(connection, checkpoint.registry, leaves).items():
        apply_remote.take_away(checkpoint, entity, sorted(pks))
        connection.execute(
            "UPDATE _sync_op SET base = '{}' WHERE tbl = ? AND pk IN (SELECT value FROM json_each(?)) "
            "AND n IN (SELECT n FROM _sync_tx WHERE state = 'settled')",
            (entity, json.dumps(sorted(pks))),
        )


def forget_before(connection: sqlite3.Connection, registry: Registry) -> None:
    """Of saves that were refused for want of a right, on records that are not here any more, keep what was typed only."""
    refused = "SELECT n FROM _sync_tx WHERE draft IS NOT NULL AND state = 'settled' AND error LIKE '%R305%'"
    found = connection.execute(f"SELECT DISTINCT tbl FROM _sync_op WHERE base <> '{{}}' AND n IN ({refused})").fetchall()
    for (name,) in found:
        if name in registry.by_name:
            connection.execute(
                f"UPDATE _sync_op SET base = '{{}}' WHERE tbl = ? AND base <> '{{}}' AND n IN ({refused}) "
                f"AND NOT EXISTS (SELECT 1 FROM {quoted(name)} r WHERE r.id = _sync_op.pk)",
                (name,),
            )


def closure(
    connection: sqlite3.Connection, registry: Registry, leaves: Iterable[tuple[str, Iterable[str]]]
) -> dict[str, set[str]]:
    """Return entity -> ids of some records and of everything that is a part of them, of a link to them, or about one of these."""
    found: dict[str, set[str]] = {}
    new: dict[str, set[str]] = {}
    for entity, pks in leaves:
        new.setdefault(entity, set()).update(pks)
    while new:
        for entity, pks in new.items():
            found.setdefault(entity, set()).update(pks)
        parts: dict[str, set[str]] = {}
        for entity, pks in new.items():
            for name, pk in _parts(connection, registry, entity, pks):
                if pk not in found.get(name, ()):
                    parts.setdefault(name, set()).add(pk)
        new = parts
    return found


def _parts(connection: sqlite3.Connection, registry: Registry, entity: str, pks: set[str]) -> Iterable[tuple[str, str]]:
    wanted = json.dumps(sorted(pks))
    for child, field in registry.children(registry.get(entity)):
        query = f"SELECT id FROM {quoted(child.entity_name)} WHERE {quoted(field)} IN (SELECT value FROM json_each(?))"
        yield from ((child.entity_name, pk) for (pk,) in connection.execute(query, (wanted,)))
    for child in registry:
        if all(name in child.model_fields for name in ABOUT):
            query = (
                f"SELECT id FROM {quoted(child.entity_name)} "
                "WHERE record_type = ? AND record_id IN (SELECT value FROM json_each(?))"
            )
            yield from ((child.entity_name, pk) for (pk,) in connection.execute(query, (entity, wanted)))


def hide(checkpoint: "apply_remote.Checkpoint", groups: Iterable[str]) -> None:
    """Empty the fields of confidential groups, and remove the records that are made of them and the cards about them."""
    hidden, connection = frozenset(groups), checkpoint.writing.connection
    for entity in checkpoint.registry:
        names = _names(entity, hidden)
        if {c.col.right_group for c in data_columns(entity)} <= hidden:
            every = [pk for (pk,) in connection.execute(f"SELECT id FROM {quoted(entity.entity_name)}")]
            take_leave(checkpoint, [(entity.entity_name, every)])
        elif names:
            _empty(connection, entity, names)
            checkpoint.writing.changed_all(entity.entity_name)
    if "sync_conflict" in checkpoint.registry.by_name:
        cards = connection.execute("SELECT id, record_type, unit FROM sync_conflict").fetchall()
        told = [pk for pk, name, unit in cards if _tells(checkpoint.registry, name, unit, hidden)]
        take_leave(checkpoint, [("sync_conflict", told)])


def clean(connection: sqlite3.Connection, registry: Registry) -> None:
    """Write the search indexes anew without the words that were removed: an index keeps them otherwise."""
    for entity in registry:
        if search_columns(entity):
            index = quoted(search_table(entity))
            connection.execute(f"INSERT INTO {index} ({index}) VALUES ('optimize')")


def _empty(connection: sqlite3.Connection, entity: type[Record], names: tuple[str, ...]) -> None:
    """Give some columns of every row the value of a new record, also where a row was put aside."""
    blank = blank_row(entity)
    sets = ", ".join(f"{quoted(name)} = ?" for name in names)
    values = [rows.encode(entity, name, blank[name]) for name in names]
    differs = " OR ".join(f"{quoted(name)} IS NOT ?" for name in names)
    connection.execute(f"UPDATE {quoted(entity.entity_name)} SET {sets} WHERE {differs}", [*values, *values])
    aside = connection.execute("SELECT pk, data FROM _sync_base WHERE tbl = ? AND data IS NOT NULL", (entity.entity_name,))
    emptied = [
        (dumps({**json.loads(data), **{name: blank[name] for name in names}}), entity.entity_name, pk) for pk, data in aside
    ]
    connection.executemany("UPDATE _sync_base SET data = ? WHERE tbl = ? AND pk = ?", emptied)


@cache
def _names(entity: type[Record], groups: frozenset[str]) -> tuple[str, ...]:
    """Return the columns of an entity that are in one of some confidential groups."""
    return tuple(c.name for c in columns(entity) if c.col.right_group in groups)


def _tells(registry: Registry, name: str, unit: str, groups: frozenset[str]) -> bool:
    """Whether a card is about a field of one of some confidential groups."""
    entity = registry.by_name.get(name)
    if entity is None:
        return False
    found = units(entity).get(unit)
    about = {c.col.right_group for c in data_columns(entity) if found is None or c.name in found.fields}
    return about <= groups
