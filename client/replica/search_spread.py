"""Records whose words are spread: one in the name, another in an address or a phone of theirs (`sapte predeal`).

The index holds each row by itself, and tells quickly in which rows a word is (0.2 us each, measured); whose part a row is costs
ten times as much. So only the rows of the rarest word are followed to their owners, and these are asked, by the indexes on the
owner alone, whether one of their rows is among those of the other words.
An index over a record and all its parts was rejected: it would hold every part twice, in a snapshot too, each edit of a part
would write the words of all the others again, and every replica that there is would be built anew.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain, islice, repeat

from client.replica import search_words
from client.replica.driver import Connection
from client.replica.schema import has_key, quoted, search_columns, search_table
from client.replica.search_words import TypedPiece, is_number, typed_pieces
from shared_models.base import Record
from shared_models.registry import Registry
from shared_models.replica_shape import SHORT_TEXT

MAX_WORDS = 6
"""More pieces name no record: nobody types them."""
MAX_ROWS = 10_000
"""Rows of one entity that are taken of a word: 2 ms; only the first letters of one are in more."""
MAX_FOLLOWED = 500
"""Rows of one entity whose owners are looked up, of the rarest word: 1 ms."""
BATCH = 300
"""Records whose rows are compared at a time."""

Root = tuple[str, str]
"""(entity, id) of a record that stands for itself."""
Spread = dict[Root, str | None]
"""Record -> entity of the part through which it was found; none for itself."""
Hit = tuple[int, type[Record], int]
"""(place of a word among the others, entity, row number) of a row that has the word."""
Rows = Mapping[type[Record], Mapping[int, None]]
"""Entity -> row numbers, in order."""
Found = Mapping[TypedPiece, Rows]
"""What was typed, piece by piece -> the rows that have it."""


@dataclass
class _Met:
    """What has a row with the rarest word."""

    through: Spread = field(default_factory=dict)
    numbers: dict[str, dict[str, int]] = field(default_factory=dict)
    """Entity -> id -> own row number, of the records that have the word themselves."""


def rows_of(connection: Connection, registry: Registry, text: str) -> Found:
    """Return the rows that have each piece of a text; nothing for a number, a single piece, and more than anybody types.

    After a piece that is nowhere the others are not looked up: no record has them all.
    """
    typed = [] if is_number(text) else typed_pieces(text)
    if not 1 < len(typed) <= MAX_WORDS:
        return {}
    found: dict[TypedPiece, Rows] = {}
    for word in sorted(typed, key=lambda word: -word.letters):
        found[word] = {
            entity: dict.fromkeys(matching(connection, entity, word.query, MAX_ROWS)) for entity, _ in _sources(registry)
        }
        if not any(found[word].values()):
            break
    return {word: found[word] for word in typed if word in found}


def matching(connection: Connection, entity: type[Record], query: str, most: int) -> list[int]:
    """Return the numbers of the first rows that a query of the index finds, in order.

    They come as one text: as rows, each would cost three times as much.
    """
    index = quoted(search_table(entity))
    sql = f"SELECT json_group_array(rowid) FROM (SELECT rowid FROM {index} WHERE {index} MATCH ? LIMIT ?)"
    found: list[int] = json.loads(connection.execute(sql, (query, most)).fetchone()[0])
    return found


def together(connection: Connection, entity: type[Record], query: str, found: Found, most: int) -> list[int]:
    """Return what `matching` does of the whole text, from the rows of its pieces where these are all there."""
    sets = sorted((rows[entity] for rows in found.values() if entity in rows), key=len)
    if sets and len(sets[-1]) < MAX_ROWS and sum(len(piece.words) for piece in found) <= search_words.MAX_WORDS:
        fewest, *others = sets
        return list(islice((row for row in fewest if all(row in rows for rows in others)), most))
    longest = max(found, key=lambda piece: piece.letters, default=None)
    if longest is not None and not matching(connection, entity, longest.query, 1):
        return []  # the index would gather the rows of all words before it finds that one has none
    return matching(connection, entity, query, most)


def spread(connection: Connection, registry: Registry, rows: Found, lately: Iterable[Root], room: int) -> Spread:
    """Return `room` records at most that have every piece in themselves or in a part of theirs, the lately used first."""
    if not rows or not all(any(found.values()) for found in rows.values()):
        return {}
    rarest, *others = sorted(rows.values(), key=lambda found: sum(map(len, found.values())))
    met = _owners(connection, registry, rarest, others)
    ordered = iter(dict.fromkeys([*(root for root in lately if root in met.through), *met.through]))
    best: dict[Root, list[Hit]] = {}
    while len(best) < room and (some := list(islice(ordered, BATCH))):
        best |= _having(connection, registry, some, met.numbers, others)
    best = dict(islice(best.items(), room))
    live = _live(connection, best.values())
    found = {}
    for root, hits in best.items():
        words: dict[int, str | None] = {}
        for word, entity, row in hits:
            if row in live[entity]:
                words.setdefault(word, None if entity.entity_name == root[0] else entity.entity_name)
        if len(words) == len(others):
            found[root] = next((name for name in (met.through[root], *words.values()) if name is not None), None)
    return found


@cache
def _sources(registry: Registry) -> tuple[tuple[type[Record], tuple[tuple[str, str], ...]], ...]:
    """Return every entity whose rows are looked through, with the fields that name an owner: (owner's entity, field).

    Records with parts, under their own id, come first; then parts with short texts. Notes tell what happened, not which record
    it is.
    """
    owners: dict[type[Record], list[tuple[str, str]]] = {}
    for kind in registry:
        parts = [(part, name) for part, name in registry.children(kind) if _is_short(part)]
        if parts and has_key(kind) and search_columns(kind):
            for entity, name in [(kind, "id"), *parts]:
                owners.setdefault(entity, []).append((kind.entity_name, name))
    return tuple((entity, tuple(fields)) for entity, fields in sorted(owners.items(), key=lambda one: one[1][0][1] != "id"))


def _is_short(part: type[Record]) -> bool:
    found = search_columns(part)
    return bool(found) and all(c.max_length is not None and c.max_length <= SHORT_TEXT for c in found)


def _owners(connection: Connection, registry: Registry, rows: Rows, others: Sequence[Rows]) -> _Met:
    """Return the records that rows are or belong to; of too many rows, those that have most of the other words as well."""
    met = _Met()
    for entity, owners in _sources(registry):
        wanted = _first(rows[entity], [other[entity] for other in others])
        if not wanted:
            continue
        fields = ", ".join(f"json_group_array({quoted(column)})" for column in ("_n", *(name for _, name in owners)))
        sql = f"SELECT {fields} FROM {quoted(entity.entity_name)} WHERE archived_at IS NULL AND _n IN (SELECT value FROM json_each(?))"
        numbers, *columns = map(json.loads, connection.execute(sql, (json.dumps(wanted),)).fetchone())
        roots = [zip(repeat(owner), pks) for (owner, _), pks in zip(owners, columns, strict=True)]
        through = entity.entity_name if owners[0][1] != "id" else None
        for root in chain.from_iterable(zip(*roots, strict=True)):
            if root[1] is not None:
                met.through.setdefault(root, through)
        if through is None:
            met.numbers[entity.entity_name] = dict(zip(columns[0], numbers, strict=True))
    return met


def _first(rows: Mapping[int, None], others: Iterable[Mapping[int, None]]) -> list[int]:
    """Return as many rows as are followed: those first that have most of the other words, then by number."""
    if len(rows) <= MAX_FOLLOWED:
        return list(rows)
    shared = Counter(row for other in others for row in rows.keys() & other.keys())
    best = sorted(shared, key=lambda row: (-shared[row], row))
    return list(islice(chain(best, (row for row in rows if row not in shared)), MAX_FOLLOWED))


def _having(
    connection: Connection,
    registry: Registry,
    roots: Sequence[Root],
    numbers: Mapping[str, Mapping[str, int]],
    others: Sequence[Rows],
) -> dict[Root, list[Hit]]:
    """Return those of the records that have a row among the rows of every other word, with these rows; archived ones count.

    The rarer words are asked for first, and each later one only of the records that are left.
    """
    found: dict[Root, list[Hit]] = {root: [] for root in roots}
    for word, rows in enumerate(others):
        hits = _hits(connection, registry, list(found), numbers, rows)
        found = {root: [*found[root], *((word, *hit) for hit in hits[root])] for root in found if root in hits}
    places = {entity: place for place, (entity, _) in enumerate(_sources(registry))}
    return {root: sorted(hits, key=lambda hit: (places[hit[1]], hit[0])) for root, hits in found.items()}


def _hits(
    connection: Connection,
    registry: Registry,
    roots: Sequence[Root],
    numbers: Mapping[str, Mapping[str, int]],
    rows: Rows,
) -> dict[Root, list[tuple[type[Record], int]]]:
    """Return the rows of a word by the record that they are or belong to. numbers: as in `_Met`."""
    found: dict[Root, list[tuple[type[Record], int]]] = {}
    for entity, owners in _sources(registry):
        for owner, name in owners if rows[entity] else ():
            pks = [pk for kind, pk in roots if kind == owner]
            if name == "id":
                known = numbers.get(owner, {})
                held = [(pk, known[pk]) for pk in pks if pk in known]
                held += _named(connection, entity, name, [pk for pk in pks if pk not in known])
            else:
                held = _named(connection, entity, name, pks)
            for pk, row in held:
                if row in rows[entity]:
                    found.setdefault((owner, pk), []).append((entity, row))
    return found


def _named(connection: Connection, entity: type[Record], name: str, pks: Sequence[str]) -> list[tuple[str, int]]:
    """Return the rows that name records in a field, by the indexes alone."""
    if not pks:
        return []
    sql = (
        "SELECT json_group_array(root.key), json_group_array(own._n) FROM json_each(?) root CROSS JOIN "
        f"{quoted(entity.entity_name)} own ON own.{quoted(name)} = root.value"
    )
    places, numbers = map(json.loads, connection.execute(sql, (json.dumps(pks),)).fetchone())
    return [(pks[place], row) for place, row in zip(places, numbers, strict=True)]


def _live(connection: Connection, found: Iterable[Sequence[Hit]]) -> Mapping[type[Record], set[int]]:
    """Return the rows that are not archived; asked of few, as the indexes do not tell."""
    wanted: dict[type[Record], set[int]] = {}
    for _, entity, row in chain.from_iterable(found):
        wanted.setdefault(entity, set()).add(row)
    live = {}
    for entity, rows in wanted.items():
        sql = (
            f"SELECT json_group_array(_n) FROM {quoted(entity.entity_name)} "
            "WHERE archived_at IS NULL AND _n IN (SELECT value FROM json_each(?))"
        )
        live[entity] = set(json.loads(connection.execute(sql, (json.dumps(list(rows)),)).fetchone()[0]))
    return live
