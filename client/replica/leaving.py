"""Lets go of what its person may no longer see: records with all that is a part of them, and confidential fields (trap 14).

What the person typed and has not sent stays in the change log, and what he typed in an open form stays in its draft, without
what stood in the record. How nothing of the rest stays in the files: `purging`.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cache

from client.replica import apply_remote, change_log, drafts, rows
from client.replica.schema import quoted, search_columns, search_table
from conflict.overlay import blank_row
from shared_models.base import Record
from shared_models.codec import Row, dumps
from shared_models.fields import columns, data_columns, units
from shared_models.registry import Registry

ABOUT = ("record_type", "record_id")
"""Fields of what hangs on a record of any entity."""


def take_leave(checkpoint: "apply_remote.Checkpoint", leaves: Iterable[tuple[str, Iterable[str]]]) -> None:
    """Remove records and all their parts, and what settled saves keep of how they were before.

    An ack of an own tx says nothing of them any more: the centre does not show what became of it.
    """
    connection = checkpoint.writing.connection
    for entity, found in closure(checkpoint, leaves).items():
        pks = sorted(found)
        apply_remote.take_away(checkpoint, entity, pks)
        checkpoint.sent.update((entity, pk) for pk in pks)
        connection.execute(
            "UPDATE _sync_op SET base = '{}' WHERE tbl = ? AND pk IN (SELECT value FROM json_each(?)) "
            "AND n IN (SELECT n FROM _sync_tx WHERE state = 'settled')",
            (entity, json.dumps(pks)),
        )
        change_log.strip_sent(connection, entity, pks, "state = 'settled'")
        if search_columns(checkpoint.registry.get(entity)):
            checkpoint.unsaid.add(entity)


def forget_before(checkpoint: "apply_remote.Checkpoint") -> bool:
    """Of saves that were refused for want of a right, on records that are not here any more, keep what was typed only.

    Returns whether there was anything to forget.
    """
    connection, registry = checkpoint.writing.connection, checkpoint.registry
    refused = "SELECT n FROM _sync_tx WHERE draft IS NOT NULL AND state = 'settled' AND error LIKE '%R305%'"
    found = connection.execute(f"SELECT DISTINCT tbl FROM _sync_op WHERE base <> '{{}}' AND n IN ({refused})").fetchall()
    count = 0
    for (name,) in found:
        if name in registry.by_name:
            gone = connection.execute(
                f"SELECT DISTINCT pk FROM _sync_op o WHERE tbl = ? AND n IN ({refused}) "
                f"AND NOT EXISTS (SELECT 1 FROM {quoted(name)} r WHERE r.id = o.pk)",
                (name,),
            ).fetchall()
            change_log.strip_sent(connection, name, [pk for (pk,) in gone], f"n IN ({refused})")
            count += connection.execute(
                f"UPDATE _sync_op SET base = '{{}}' WHERE tbl = ? AND base <> '{{}}' AND n IN ({refused}) "
                f"AND NOT EXISTS (SELECT 1 FROM {quoted(name)} r WHERE r.id = _sync_op.pk)",
                (name,),
            ).rowcount
    return count > 0


def closure(checkpoint: "apply_remote.Checkpoint", leaves: Iterable[tuple[str, Iterable[str]]]) -> dict[str, set[str]]:
    """Return entity -> ids of some records and of everything that is a part of them, of a link to them, or about one of these."""
    found: dict[str, set[str]] = {}
    new: dict[str, set[str]] = {}
    central = {entity.entity_name: _central(checkpoint, entity) for entity in checkpoint.registry}
    for entity, pks in leaves:
        new.setdefault(entity, set()).update(pks)
    while new:
        for entity, pks in new.items():
            found.setdefault(entity, set()).update(pks)
        parts: dict[str, set[str]] = {}
        for entity, pks in new.items():
            for name, more in _parts(checkpoint, central, entity, pks):
                if fresh := more - found.get(name, set()):
                    parts.setdefault(name, set()).update(fresh)
        new = parts
    return found


def _central(checkpoint: "apply_remote.Checkpoint", entity: type[Record]) -> dict[str, Row]:
    """Return id -> central row where own ops lie over it: what a record is a part of at the centre, an own op may have changed."""
    aside = checkpoint.writing.connection.execute(
        "SELECT pk, data FROM _sync_base WHERE tbl = ? AND json_valid(data)", (entity.entity_name,)
    )
    found: dict[str, Row | None] = {pk: json.loads(data) for pk, data in aside}
    found.update({pk: row for pk, (row, _) in checkpoint.bases[entity.entity_name].items()})
    return {pk: row for pk, row in found.items() if row is not None}


def _parts(
    checkpoint: "apply_remote.Checkpoint", central: Mapping[str, Mapping[str, Row]], entity: str, pks: set[str]
) -> Iterable[tuple[str, set[str]]]:
    """Yield entity and ids of the parts of some records, those that only this device has included."""
    connection, wanted = checkpoint.writing.connection, json.dumps(sorted(pks))
    among = "IN (SELECT value FROM json_each(?))"
    for child, field in checkpoint.registry.children(checkpoint.registry.get(entity)):
        aside = central[child.entity_name]
        query = f"SELECT id FROM {quoted(child.entity_name)} WHERE {quoted(field)} {among}"
        shown = {pk for (pk,) in connection.execute(query, (wanted,))} - aside.keys()
        yield child.entity_name, shown | {pk for pk, row in aside.items() if row.get(field) in pks}
    for child in checkpoint.registry:
        if all(name in child.model_fields for name in ABOUT):
            query = f"SELECT id FROM {quoted(child.entity_name)} WHERE record_type = ? AND record_id {among}"
            yield child.entity_name, {pk for (pk,) in connection.execute(query, (entity, wanted))}


def hide(checkpoint: "apply_remote.Checkpoint", groups: Iterable[str]) -> None:
    """Empty the fields of confidential groups, and remove the records that are made of them and the cards about them."""
    hidden, connection = frozenset(groups), checkpoint.writing.connection
    for entity in checkpoint.registry if hidden else ():
        # Which of what only a newer version knows is confidential is known to that version alone.
        connection.execute(f"UPDATE {quoted(entity.entity_name)} SET _ext = NULL WHERE _ext IS NOT NULL")
        if _is_within({c.col.right_group for c in data_columns(entity)}, hidden):
            every = [pk for (pk,) in connection.execute(f"SELECT id FROM {quoted(entity.entity_name)}")]
            take_leave(checkpoint, [(entity.entity_name, every)])
        elif names := tuple(c.name for c in columns(entity) if c.col.right_group in hidden):
            _empty(checkpoint, entity, names)
    if hidden and "sync_conflict" in checkpoint.registry.by_name:
        cards = connection.execute("SELECT id, record_type, unit FROM sync_conflict").fetchall()
        told = [pk for pk, name, unit in cards if _is_within(_groups_told(checkpoint.registry, name, unit), hidden)]
        take_leave(checkpoint, [("sync_conflict", told)])


def _empty(checkpoint: "apply_remote.Checkpoint", entity: type[Record], names: tuple[str, ...]) -> None:
    """Give some columns of every row the value of a new record, also where a row was put aside; own ops are laid over it again."""
    connection, name = checkpoint.writing.connection, entity.entity_name
    blank = {field: blank_row(entity)[field] for field in names}
    sets = ", ".join(f"{quoted(field)} = ?" for field in names)
    values = [rows.encode(entity, field, value) for field, value in blank.items()]
    differs = " OR ".join(f"{quoted(field)} IS NOT ?" for field in names)
    connection.execute(f"UPDATE {quoted(name)} SET {sets} WHERE {differs}", [*values, *values])
    aside = connection.execute("SELECT pk, data FROM _sync_base WHERE tbl = ? AND json_valid(data)", (name,)).fetchall()
    emptied = [(dumps({**json.loads(data), **blank}), name, pk) for pk, data in aside]
    connection.executemany("UPDATE _sync_base SET data = ? WHERE tbl = ? AND pk = ?", emptied)
    bases = checkpoint.bases[name]
    bases.update({pk: ({**row, **blank}, version) for pk, (row, version) in bases.items() if row is not None})
    checkpoint.to_lay[name].update(pk for _, _, pk in emptied)
    checkpoint.writing.changed_all(name)
    checkpoint.emptied[name] = frozenset(names)
    if any(column.name in names for column in search_columns(entity)):
        checkpoint.unsaid.add(name)


def forget_absent(checkpoint: "apply_remote.Checkpoint") -> None:
    """Clean what the device remembers beside the records, once they are gone: drafts, what was used lately, words of the search."""
    connection, registry = checkpoint.writing.connection, checkpoint.registry
    for entity in registry:
        absent = f"entity = ? AND pk NOT IN (SELECT id FROM {quoted(entity.entity_name)})"
        connection.execute(f"DELETE FROM _recent WHERE {absent}", (entity.entity_name,))
    drafts.bring_within(connection, registry, checkpoint.emptied)
    for name in sorted(checkpoint.unsaid):  # an index keeps the words of what it lost until it is written anew
        index = quoted(search_table(registry.get(name)))
        connection.execute(f"INSERT INTO {index} ({index}) VALUES ('optimize')")


@cache
def _groups_told(registry: Registry, name: str, unit: str) -> frozenset[str | None]:
    """Return the groups of the fields that a card is about: of all fields where it is about the record."""
    entity = registry.by_name.get(name)
    if entity is None:
        return frozenset()
    found = units(entity).get(unit)
    return frozenset(c.col.right_group for c in data_columns(entity) if found is None or c.name in found.fields)


def _is_within(groups: Iterable[str | None], hidden: frozenset[str]) -> bool:
    """Whether fields are confidential as a whole, and kept from this person (`rules.Rules.confidential`)."""
    found = set(groups)
    return len(found) == 1 and found <= hidden
