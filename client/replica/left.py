"""How many records left the person's view of late, as what he may see had changed: so that no list gets shorter in silence."""

import json
from collections.abc import Iterable

from client.replica import meta
from client.replica.driver import Connection
from client.replica.schema import quoted
from client.replica.writing import Writing
from shared_models.registry import Registry

Key = tuple[str, str]
"""(entity, id)."""


def on_lists(connection: Connection, registry: Registry, found: Iterable[tuple[str, Iterable[str]]]) -> set[Key]:
    """Return those of some records that stand in a list here: live ones that are no part of another."""
    roots = {entity.entity_name for entity in registry.roots}
    among = "WHERE archived_at IS NULL AND id IN (SELECT value FROM json_each(?))"
    return {
        (entity, pk)
        for entity, pks in found
        if entity in roots
        for (pk,) in connection.execute(f"SELECT id FROM {quoted(entity)} {among}", (json.dumps(list(pks)),))
    }


def note(writing: Writing, registry: Registry, before: set[Key], now_us: int) -> None:
    """Count those that stood in a list and do no more, together with those of which the person was not told yet."""
    if not before:
        return
    kinds = {entity: [pk for of, pk in before if of == entity] for entity, _ in before}
    count = len(before - on_lists(writing.connection, registry, kinds.items()))
    known = meta.get(writing.connection, "left")
    if count:
        untold = known["rows"] if known and not known["told"] else 0
        meta.put(writing.connection, {"left": {"rows": untold + count, "at": now_us, "told": False}})


def note_told(writing: Writing) -> None:
    """Note that the person knows."""
    if known := meta.get(writing.connection, "left"):
        meta.put(writing.connection, {"left": {**known, "told": True}})
