"""Records whose words are spread: one in the name, another in an address or a phone of theirs (`sapte predeal`).

The index holds each row by itself, and tells quickly in which rows a word is (0.2 us each, measured); whose part a row is costs
twenty times as much. So only the rows of the rarest word are followed to their owners, and these are asked, by the indexes on the
owner alone, whether one of their rows is among those of the other words.
An index over a record and all its parts was rejected: it would hold every part twice, in a snapshot too, each edit of a part
would write the words of all the others again, and every replica that there is would be built anew.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache

from client.replica.schema import has_key, quoted, search_columns, search_table
from client.replica.search_words import TypedPiece
from shared_models.base import Record
from shared_models.registry import Registry
from shared_models.replica_shape import SHORT_TEXT

MAX_WORDS = 6
"""More pieces name no record: nobody types them."""
MAX_ROWS = 10_000
"""Rows of one entity that are taken of a word: 2 ms; only the first letters of one are in more."""
MAX_FOLLOWED = 500
"""Rows of one entity whose owners are looked up, of the rarest word: 2 ms."""

Root = tuple[str, str]
"""(entity, id) of a record that stands for itself."""
Spread = dict[Root, str | None]
"""Record -> entity of the part through which it was found; none for itself."""
Rows = Mapping[type[Record], Collection[int]]
"""Entity -> row numbers."""


def spread(
    connection: sqlite3.Connection, registry: Registry, typed: Sequence[TypedPiece], lately: Iterable[Root], room: int
) -> Spread:
    """Return `room` records at most that have every word in themselves or in a part of theirs, the lately used first."""
    if not 1 < len(typed) <= MAX_WORDS:
        return {}
    rows = {word: _rows(connection, registry, word) for word in typed}
    rarest = min(typed, key=lambda word: sum(len(found) for found in rows[word].values()))
    others = [rows[word] for word in typed if word != rarest]
    met = _owners(connection, registry, rows[rarest], others)
    met = _having(connection, registry, met, others, live=False)
    first = [root for root in lately if root in met]
    best = {root: met[root] for root in list(dict.fromkeys([*first, *met]))[:room]}
    return _having(connection, registry, best, others, live=True)


@cache
def _sources(registry: Registry) -> tuple[tuple[type[Record], tuple[tuple[str, str], ...]], ...]:
    """Return every entity whose rows are looked through, with the fields that name an owner: (owner's entity, field).

    Records with parts, under their own id, come first; then parts with short texts. Notes tell what happened, not which record
    it is.
    """
    owners: dict[type[Record], list[tuple[str, str]]] = {}
    for kind in registry:
        parts = [(part, field) for part, field in registry.children(kind) if _is_short(part)]
        if parts and has_key(kind) and search_columns(kind):
            for entity, field in [(kind, "id"), *parts]:
                owners.setdefault(entity, []).append((kind.entity_name, field))
    return tuple((entity, tuple(fields)) for entity, fields in sorted(owners.items(), key=lambda one: one[1][0][1] != "id"))


def _is_short(part: type[Record]) -> bool:
    found = search_columns(part)
    return bool(found) and all(c.max_length is not None and c.max_length <= SHORT_TEXT for c in found)


def _rows(connection: sqlite3.Connection, registry: Registry, word: TypedPiece) -> Rows:
    """Return the rows that have a word."""
    found = {}
    for entity, _ in _sources(registry):
        index = quoted(search_table(entity))
        sql = f"SELECT rowid FROM {index} WHERE {index} MATCH ? LIMIT ?"
        found[entity] = {row for (row,) in connection.execute(sql, (word.query, MAX_ROWS)).fetchall()}
    return found


def _owners(connection: sqlite3.Connection, registry: Registry, rows: Rows, others: Sequence[Rows]) -> Spread:
    """Return the records that rows are or belong to; of too many rows, those that have most of the other words as well."""
    found: Spread = {}
    for entity, owners in _sources(registry):
        wanted = list(rows[entity])
        if len(wanted) > MAX_FOLLOWED:
            wanted.sort(key=lambda row: (-sum(row in other[entity] for other in others), row))
        fields = ", ".join(quoted(field) for _, field in owners)
        sql = f"SELECT {fields} FROM {quoted(entity.entity_name)} WHERE archived_at IS NULL AND _n IN (SELECT value FROM json_each(?))"
        for pks in connection.execute(sql, (json.dumps(wanted[:MAX_FOLLOWED]),)).fetchall() if wanted else ():
            for (owner, field), pk in zip(owners, pks, strict=True):
                if pk is not None:
                    found.setdefault((owner, pk), None if field == "id" else entity.entity_name)
    return found


def _having(connection: sqlite3.Connection, registry: Registry, met: Spread, others: Sequence[Rows], *, live: bool) -> Spread:
    """Return those of the records that have a row among the rows of every other word.

    live: archived rows do not count; asked of few, as the indexes do not tell.
    """
    seen: dict[Root, dict[int, str | None]] = {root: {} for root in met}
    for entity, owners in _sources(registry):
        sets = [(n, rows[entity]) for n, rows in enumerate(others) if rows[entity]]
        for owner, field in owners if sets else ():
            pks = [pk for kind, pk in met if kind == owner]
            sql = (
                f"SELECT {quoted(field)}, _n FROM {quoted(entity.entity_name)} "
                f"WHERE {quoted(field)} IN (SELECT value FROM json_each(?)){' AND archived_at IS NULL' if live else ''}"
            )
            for pk, row in connection.execute(sql, (json.dumps(pks),)).fetchall() if pks else ():
                for n, rows in sets:
                    if row in rows:
                        seen[owner, pk].setdefault(n, None if field == "id" else entity.entity_name)
    return {
        root: next((through for through in (met[root], *parts.values()) if through is not None), None)
        for root, parts in seen.items()
        if len(parts) == len(others)
    }
