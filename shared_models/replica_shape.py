"""Tables of a device's replica, as SQL, derived from the registry: one STRICT table per entity, its indexes, its search index.

Each table holds the rows as a screen shows them. Hidden columns: `_n` (a stable row number, which the search index points
to; an implicit rowid may change in a VACUUM), `_v` (server version of the central content, 0 while the centre has none),
`_k` (folded title, the key of sorting and of searching by the start of a name) and `_ext` (JSON: what a newer version knows of the
record and this one does not, field -> value).
There are no foreign keys: the centre keeps references whole, and a row on the screen may well stand on an edit that the
centre has not accepted yet. WITHOUT ROWID was considered: it saves a tenth of the insert time, but the search index needs
row numbers.
The centre makes the same tables when it builds a snapshot for a first sync, so the texts belong to both halves.
"""

from collections.abc import Iterator
from functools import cache
from hashlib import blake2b

from shared_models.base import Record
from shared_models.fields import Column, Kind, columns
from shared_models.registry import Registry

_TYPES = {Kind.INTEGER: "INTEGER", Kind.BOOLEAN: "INTEGER", Kind.INSTANT: "INTEGER"}
SHORT_TEXT = 300
"""Longest text whose other spellings and number tails are indexed; in long notes they would cost more than they find."""

SNAPSHOT_TABLE_SQL = "CREATE TABLE _snapshot (k TEXT PRIMARY KEY, v TEXT NOT NULL) STRICT, WITHOUT ROWID"
"""Facts of a snapshot file, beside the entities: seq, epoch, shape, newest_at, rows, digests (JSON: entity -> rows, 16 hex digits)."""


def quoted(name: str) -> str:
    """Return an SQL name in quotes. Names come from the registry, never from a person."""
    return '"' + name.replace('"', '""') + '"'


def sql_type(kind: Kind) -> str:
    """Return the STRICT type in which a kind is stored; sets are JSON text, booleans 0 and 1."""
    return _TYPES.get(kind, "TEXT")


@cache
def search_columns(entity: type[Record]) -> tuple[Column, ...]:
    """Return the fields that the quick search covers."""
    return tuple(c for c in columns(entity) if c.col.search)


def has_key(entity: type[Record]) -> bool:
    """Return whether rows of the entity have a folded title `_k`: those that stand for themselves, not parts of another."""
    return bool(entity.title_fields) and not any(c.is_owner for c in columns(entity))


def table_sql(entity: type[Record]) -> str:
    """Return the statement that makes an entity's table."""
    parts = ["_n INTEGER PRIMARY KEY", "_v INTEGER NOT NULL DEFAULT 0"]
    parts += ["_k TEXT NOT NULL DEFAULT ''"] if has_key(entity) else []
    parts += ["_ext TEXT"]
    parts += [f"{quoted(c.name)} {sql_type(c.kind)}" + (" NOT NULL UNIQUE" if c.name == "id" else "") for c in columns(entity)]
    return f"CREATE TABLE {quoted(entity.entity_name)} ({', '.join(parts)}) STRICT"


def index_statements(entity: type[Record]) -> Iterator[str]:
    """Yield the statements that make the indexes of an entity: the sort key, each reference to an owner, in its order, and keys.

    Behind them stands what is read of many owners at once (`Record.read_beside`).
    """
    table = entity.entity_name
    if has_key(entity):
        yield f"CREATE INDEX IF NOT EXISTS {quoted(f'_i_{table}_k')} ON {quoted(table)} (_k, id)"
    for field in (c.name for c in columns(entity) if c.is_owner):
        names = (field, *((entity.listed_by,) if entity.listed_by else ()), *entity.read_beside.get(field, ()))
        listed = ", ".join(quoted(name) for name in names)
        yield f"CREATE INDEX IF NOT EXISTS {quoted(f'_i_{table}_{field}')} ON {quoted(table)} ({listed})"
    for field in (c.name for c in columns(entity) if c.col.is_key):
        yield f"CREATE INDEX IF NOT EXISTS {quoted(f'_i_{table}_{field}')} ON {quoted(table)} ({quoted(field)})"


def index_names(entity: type[Record]) -> Iterator[str]:
    """Yield the names of the indexes that `index_statements` makes."""
    for statement in index_statements(entity):
        yield statement.split('"')[1]


def search_table(entity: type[Record]) -> str:
    """Return the name of an entity's search index."""
    return f"_fts_{entity.entity_name}"


def search_statements(entity: type[Record]) -> Iterator[str]:
    """Yield what makes an entity's search index: a view of the texts, and the index over it; no triggers yet."""
    found = search_columns(entity)
    if not found:
        return
    index, names = search_table(entity), [quoted(c.name) for c in found]
    yield (
        f"CREATE VIEW {quoted(index + '_text')} AS SELECT _n, {', '.join(names)}, {_extra(found, '')} AS _extra "
        f"FROM {quoted(entity.entity_name)}"
    )
    yield (
        f"CREATE VIRTUAL TABLE {quoted(index)} USING fts5({', '.join(names)}, _extra, content={quoted(index + '_text')}, "
        f"content_rowid='_n', tokenize='unicode61 remove_diacritics 2', prefix='1 2 3', detail='none', columnsize=0)"
    )


def search_triggers(entity: type[Record]) -> Iterator[str]:
    """Yield the triggers that keep the search index in step; an edit of other fields costs nothing."""
    found = search_columns(entity)
    if not found:
        return
    table, index, names = quoted(entity.entity_name), search_table(entity), [quoted(c.name) for c in found]
    cols = ", ".join([*names, "_extra"])

    def values(row: str) -> str:
        return ", ".join([f"{row}.{n}" for n in names] + [_extra(found, f"{row}.")])

    add = f"INSERT INTO {quoted(index)} (rowid, {cols}) VALUES (new._n, {values('new')});"
    drop = f"INSERT INTO {quoted(index)} ({quoted(index)}, rowid, {cols}) VALUES ('delete', old._n, {values('old')});"
    differs = " OR ".join(f"old.{n} IS NOT new.{n}" for n in names)
    yield f"CREATE TRIGGER IF NOT EXISTS {quoted(index + '_i')} AFTER INSERT ON {table} BEGIN {add} END"
    yield f"CREATE TRIGGER IF NOT EXISTS {quoted(index + '_d')} AFTER DELETE ON {table} BEGIN {drop} END"
    yield (
        f"CREATE TRIGGER IF NOT EXISTS {quoted(index + '_u')} AFTER UPDATE OF {', '.join(names)} ON {table} "
        f"WHEN {differs} BEGIN {drop} {add} END"
    )


def drop_search_triggers(entity: type[Record]) -> Iterator[str]:
    """Yield what stops the search index from following, until it is built anew after a first load."""
    for suffix in ("_i", "_d", "_u") if search_columns(entity) else ():
        yield f"DROP TRIGGER IF EXISTS {quoted(search_table(entity) + suffix)}"


def _extra(found: tuple[Column, ...], row: str) -> str:
    """Return the SQL of the extra tokens: Python is called only for a text that has something to add."""
    short = [f"{row}{quoted(c.name)}" for c in found if c.max_length is not None and c.max_length <= SHORT_TEXT]
    if not short:
        return "''"
    wanted = " OR ".join(f"{name} GLOB '*[âîÂÎ]*' OR {name} GLOB '*[0-9]*[0-9]*[0-9]*[0-9]*'" for name in short)
    return f"CASE WHEN {wanted} THEN extra_tokens({', '.join(short)}) ELSE '' END"


@cache
def fingerprint(registry: Registry) -> str:
    """Return 16 hex digits of every derived statement: they change when, and only when, the shape of the replica does."""
    made = [s for e in registry for s in (table_sql(e), *index_statements(e), *search_statements(e), *search_triggers(e))]
    return blake2b("\n".join(made).encode(), digest_size=8).hexdigest()
