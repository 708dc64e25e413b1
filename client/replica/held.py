"""What the replica holds of the centre's records, as the two sides compare it: id, version, hash (`shared_models.digest`).

The version of a row is that of its table. Its content is the centre's, so that of a row with own ops is what was put aside.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

from client.replica.schema import quoted
from shared_models.base import Record
from shared_models.digest import Kind, content_hash, is_within, row_hash
from shared_models.fields import Kind as Stored
from shared_models.fields import columns, wire_order
from shared_models.registry import Registry

CHUNK = 5000
"""Rows read at a time: a few MB."""
Dumps = Callable[[Sequence[Any]], bytes]
"""Writes a row as the centre did: compact JSON. Any: stored scalars."""
Passed = Callable[[int], None]
Found = Iterator[tuple[str, int, int]]
"""Rows as (id, version, hash)."""


def fastest_dumps() -> Dumps:
    """Return orjson's writer where it is installed (desktops), else the standard one (phones); both write the same."""
    try:
        import orjson
    except ImportError:
        encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
        return lambda row: encode(row).encode(errors="replace")
    return orjson.dumps


def hashed(
    connection: sqlite3.Connection, entity: type[Record], kind: Kind, prefixes: Sequence[str], passed: Passed = lambda _: None
) -> Found:
    """Yield the central rows of an entity that lie in some parts of the key space; rows that the centre lacks do not count.

    passed: told how many more rows have been read, some thousand at a time; what it raises ends the reading.
    """
    if kind == "version":
        return _versions(connection, entity, prefixes)
    return _contents(connection, entity, prefixes, passed)


def count(connection: sqlite3.Connection, registry: Registry) -> int:
    """Return how many central rows there are."""
    return sum(
        int(connection.execute(f"SELECT count(*) FROM {quoted(entity.entity_name)} WHERE _v > 0").fetchone()[0])
        for entity in registry
    )


def _versions(connection: sqlite3.Connection, entity: type[Record], prefixes: Sequence[str]) -> Found:
    name, is_asked = entity.entity_name, is_within(prefixes)
    for pk, version in connection.execute(f"SELECT id, _v FROM {quoted(name)} WHERE _v > 0"):
        if is_asked(pk):
            yield pk, version, row_hash(name, pk, version)


def _contents(connection: sqlite3.Connection, entity: type[Record], prefixes: Sequence[str], passed: Passed) -> Found:
    name, is_asked, dumps = entity.entity_name, is_within(prefixes), fastest_dumps()
    aside = {
        pk: (ver, data) for pk, ver, data in connection.execute("SELECT pk, ver, data FROM _sync_base WHERE tbl = ?", (name,))
    }
    for pk, (version, data) in aside.items():
        if data is not None and is_asked(pk):
            yield pk, version, content_hash(name, pk, version, _of_base(entity, data, dumps))
    special, at = _special(entity), 2 + wire_order(entity).index("id")
    for found in _chunks(connection, entity, prefixes):
        for row in found:
            pk, version = row[at], row[1]
            if version <= 0 or pk in aside:
                continue
            body: Sequence[Any] = row[2:]
            if special:
                body = list(body)
                for i, value_of in special:
                    body[i] = value_of(body[i])
            yield pk, version, content_hash(name, pk, version, dumps(body))
        passed(len(found))


def _chunks(
    connection: sqlite3.Connection, entity: type[Record], prefixes: Sequence[str]
) -> Iterator[list[tuple[Any, ...]]]:  # Any: as SQLite
    """Yield rows that lie in some parts, some thousand at a time: number, version, and the columns in the order of the wire."""
    query = f"SELECT _n, _v, {', '.join(quoted(name) for name in wire_order(entity))} FROM {quoted(entity.entity_name)}"
    if prefixes[0]:
        is_asked = is_within(prefixes)
        held = connection.execute(f"SELECT _n, id FROM {quoted(entity.entity_name)} WHERE _v > 0")
        places = [n for n, pk in held if is_asked(pk)]
        for i in range(0, len(places), CHUNK):
            yield _read(
                connection, f"{query} WHERE _n IN (SELECT value FROM json_each(?))", (json.dumps(places[i : i + CHUNK]),)
            )
        return
    last = -1
    while found := _read(connection, f"{query} WHERE _n > ? ORDER BY _n LIMIT {CHUNK}", (last,)):
        yield found
        last = found[-1][0]


def _read(connection: sqlite3.Connection, query: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:  # Any: as SQLite
    """Return rows, also when a text of them is no UTF-8 any more: what cannot be read is told apart from what was sent."""
    try:
        return connection.execute(query, values).fetchall()
    except sqlite3.OperationalError as error:
        if "decode" not in str(error):
            raise
    usual = connection.text_factory
    connection.text_factory = _as_it_is
    try:
        return connection.execute(query, values).fetchall()
    finally:
        connection.text_factory = usual


def _as_it_is(raw: bytes) -> str:
    return raw.decode(errors="backslashreplace")


@cache
def _special(entity: type[Record]) -> tuple[tuple[int, Callable[[Any], Any]], ...]:  # Any: stored scalars
    """Return (place, how its value is sent) of the columns that SQLite holds in another form."""
    kinds = {column.name: column.kind for column in columns(entity)}
    ways: dict[Stored, Callable[[Any], Any]] = {Stored.BOOLEAN: _truth, Stored.SET: _set}
    return tuple((i, ways[kinds[name]]) for i, name in enumerate(wire_order(entity)) if kinds[name] in ways)


def _truth(value: int | None) -> int | bool | None:
    """Return a boolean; a number that is none, which nobody stored, as it is."""
    return bool(value) if value in (0, 1) else value


@lru_cache(maxsize=4096)
def _set(text: str | None) -> Any:  # Any: a list of texts, or what became of it
    """Return the elements of a set; few different ones fill a column."""
    try:
        return None if text is None else json.loads(text)
    except ValueError:
        return text


def _of_base(entity: type[Record], data: str, dumps: Dumps) -> bytes:
    """Return the content of a row that was put aside; what can no longer be read is told apart from what was sent."""
    try:
        row = json.loads(data)
        return dumps([row[name] for name in wire_order(entity)])
    except (ValueError, KeyError, TypeError):
        return data.encode(errors="replace")
