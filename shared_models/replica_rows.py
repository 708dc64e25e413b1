"""Rows as a replica's tables hold them: hidden columns first, sets as JSON text.

Both halves make them: a device of what it pulls, the centre of all records when it builds a snapshot for a first sync.
"""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from shared_models.base import Record
from shared_models.codec import Row, dumps
from shared_models.fields import Kind, columns
from shared_models.folding import fold
from shared_models.replica_shape import has_key

Value = Any
"""A scalar as SQLite holds it. Any: what JSON and sqlite3 give has no static type."""
KEY_CHARS = 200
"""Characters of a title that its sort key keeps."""


@cache
def names(entity: type[Record]) -> tuple[str, ...]:
    """Return the field names in order of declaration, which is also the order on the wire."""
    return tuple(c.name for c in columns(entity))


@cache
def special(entity: type[Record]) -> tuple[tuple[int, Kind], ...]:
    """Return place and kind of the fields whose column holds something else than their value: booleans and sets."""
    return tuple((i, c.kind) for i, c in enumerate(columns(entity)) if c.kind in (Kind.BOOLEAN, Kind.SET))


def title_key(entity: type[Record], row: Row) -> str:
    """Return the folded title, the key of sorting and of the search by the start of a name."""
    return fold(" ".join(row[name] for name in entity.title_fields if row.get(name))[:KEY_CHARS])


def bulk_values(
    entity: type[Record], cols: Sequence[str], rows: Sequence[Sequence[Value]], versions: Sequence[int]
) -> list[tuple[Value, ...]]:
    """Return the values of many rows for their table: `_v`, then `_k` if there is one, then the fields.

    rows: arrays in the order of `cols`, as they come on the wire. The hot path of a pull: no dict per row when the columns are in order of declaration, which they are.
    """
    order = names(entity)
    if tuple(cols) != order:
        place = [list(cols).index(name) for name in order]
        rows = [[row[i] for i in place] for row in rows]
    sets = [i for i, kind in special(entity) if kind is Kind.SET]
    if sets:
        rows = [[_set_text(tuple(v)) if isinstance(v, list) else v for v in row] for row in rows]
    if not has_key(entity):
        return [(v, *row) for v, row in zip(versions, rows, strict=True)]
    return [(v, k, *row) for v, k, row in zip(versions, _keys(entity, rows), rows, strict=True)]


@lru_cache(maxsize=4096)
def _set_text(elements: tuple[str, ...]) -> str:
    """Return the JSON of a set; few different ones fill a column."""
    return dumps(elements)


def _keys(entity: type[Record], rows: Sequence[Sequence[Value]]) -> list[str]:
    """Return the folded titles of many rows in order of declaration."""
    places = [names(entity).index(name) for name in entity.title_fields]
    if len(places) == 1:
        i = places[0]
        return [fold((row[i] or "")[:KEY_CHARS]) for row in rows]
    return [fold(" ".join(row[i] for i in places if row[i])[:KEY_CHARS]) for row in rows]
