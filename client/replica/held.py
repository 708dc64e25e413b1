"""What the replica holds of the centre's records, as the two sides compare it: id, version, hash (`shared_models.digest`).

The version of a row is that of its table. Its content is the centre's, so that of a row with own ops is what was put aside.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

from client.replica.driver import Connection
from client.replica.schema import quoted
from shared_models.base import Record
from shared_models.digest import Kind, content_hash, hash_of, is_within, row_hash
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
    connection: Connection, entity: type[Record], kind: Kind, prefixes: Sequence[str], passed: Passed = lambda _: None
) -> Found:
    """Yield the central rows of an entity that lie in some parts of the key space; rows that the centre lacks do not count.

    passed: told how many more rows have been read, some thousand at a time; what it raises ends the reading.
    """
    if kind == "version":
        return _versions(connection, entity, prefixes)
    return _contents(connection, entity, prefixes, passed)


def count(connection: Connection, registry: Registry) -> int:
    """Return how many central rows there are."""
    return sum(
        int(connection.execute(f"SELECT count(*) FROM {quoted(entity.entity_name)} WHERE _v > 0").fetchone()[0])
        for entity in registry
    )


def _versions(connection: Connection, entity: type[Record], prefixes: Sequence[str]) -> Found:
    name, is_asked = entity.entity_name, is_within(prefixes)
    for pk, version in connection.execute(f"SELECT id, _v FROM {quoted(name)} WHERE _v > 0"):
        if is_asked(pk):
            yield pk, version, row_hash(name, pk, version)


def _contents(connection: Connection, entity: type[Record], prefixes: Sequence[str], passed: Passed) -> Found:
    name, is_asked, dumps = entity.entity_name, is_within(prefixes), fastest_dumps()
    aside = connection.execute("SELECT pk, ver, data FROM _sync_base WHERE tbl = ?", (name,)).fetchall()
    for pk, version, data in aside:
        if data is not None and is_asked(pk):
            yield pk, version, content_hash(name, pk, version, _of_base(entity, data, dumps))
    for found in _chunks(connection, entity, prefixes):
        for pk, version, said in found:
            yield str(pk, "utf-8", "backslashreplace"), version, hash_of(said)
        passed(len(found))


def _chunks(connection: Connection, entity: type[Record], prefixes: Sequence[str]) -> Iterator[list[tuple[bytes, int, bytes]]]:
    """Yield rows that lie in some parts, and that are not put aside, some thousand at a time: id, version, what is hashed."""
    name, query = entity.entity_name, _said(entity)
    if prefixes[0]:
        is_asked = is_within(prefixes)
        held = connection.execute(f"SELECT _n, id FROM {quoted(name)} WHERE _v > 0")
        places = [n for n, pk in held if is_asked(pk)]
        for i in range(0, len(places), CHUNK):
            some = json.dumps(places[i : i + CHUNK])
            yield connection.execute(f"{query} AND _n IN (SELECT value FROM json_each(?2))", (name, some)).fetchall()
        return
    cursor = connection.execute(query, (name,))
    while found := cursor.fetchmany(CHUNK):
        yield found


@cache
def _said(entity: type[Record]) -> str:
    """Return a query for what is hashed of each row of an entity (?1: its name), and before it the id and the version.

    SQLite writes the JSON, in a third of the time, and as the centre wrote it: compact, other letters than ASCII as they are.
    All is bytes, so that a text which is no UTF-8 any more is told apart from what was sent.
    """
    kinds = {column.name: column.kind for column in columns(entity)}
    values = ", ".join(_WAYS.get(kinds[name], "{}").format(quoted(name)) for name in wire_order(entity))
    said = f"?1 || char(31) || id || char(31) || _v || char(31) || json_array({values})"
    return (
        f"SELECT CAST(id AS BLOB), _v, CAST({said} AS BLOB) FROM {quoted(entity.entity_name)} "
        "WHERE _v > 0 AND id NOT IN (SELECT pk FROM _sync_base WHERE tbl = ?1)"
    )


_WAYS = {
    Stored.BOOLEAN: "json(CASE {0} WHEN 0 THEN 'false' WHEN 1 THEN 'true' ELSE json_quote({0}) END)",
    Stored.SET: "json(CASE WHEN json_valid({0}) THEN {0} ELSE json_quote({0}) END)",
}
"""How a value that SQLite holds in another form is sent; one that nobody stored so, as it is."""


def _of_base(entity: type[Record], data: str, dumps: Dumps) -> bytes:
    """Return the content of a row that was put aside; what can no longer be read is told apart from what was sent."""
    try:
        row = json.loads(data)
        return dumps([row[name] for name in wire_order(entity)])
    except (ValueError, KeyError, TypeError):
        return data.encode(errors="replace")
