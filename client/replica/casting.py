"""Brings a replica of an older version to that of the program: rows, bases, the change log and what stands in open forms.

It needs no contact: an updated program in a basement shows what it showed, and what waits is sent. The rows come anew at the next
contact all the same, as values of new fields may be there. Steps: `shared_models.evolution`.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from client.replica import change_log, display, drafts, outbox, rows
from client.replica.driver import Connection
from client.replica.schema import has_key, quoted
from conflict.overlay import blank_row
from shared_models.base import Record
from shared_models.card_versions import CARD, SIDES, card_up
from shared_models.codec import dumps
from shared_models.evolution import Evolution, Values
from shared_models.registry import Registry

CHUNK = 2000
"""Rows cast at a time."""
_HIDDEN = frozenset({"_n", "_v", "_k", "_ext"})


def cast_up(connection: Connection, registry: Registry, before: int, new: Mapping[str, frozenset[str]]) -> None:
    """Cast a file of an older version up; part of the caller's transaction.

    The tables have their new columns, and no search index. new: entity -> the columns that its table had not, where it was there.
    """
    evolution = registry.evolution
    for entity in registry:
        if evolution.changes(entity.entity_name, before):
            _cast_bases(connection, evolution, entity, before)
            _cast_rows(connection, evolution, entity, before, new.get(entity.entity_name, frozenset()))
    if CARD in registry.by_name:
        _cast_cards(connection, registry.get(CARD), evolution, before)
    _cast_log(connection, evolution, before)
    _cast_drafts(connection, evolution, before)
    for entity in registry:
        _lay_again(connection, entity)


def _cast_rows(connection: Connection, evolution: Evolution, entity: type[Record], before: int, new: frozenset[str]) -> None:
    """Give the columns that changed what the old ones and `_ext` say, and drop those that are gone."""
    name, fields = quoted(entity.entity_name), set(rows.names(entity))
    there = [column for _, column, *_ in connection.execute(f"PRAGMA table_info({name})")]
    touched = sorted({field for change in evolution.changes(entity.entity_name, before) for field in change.fields} & fields)
    query = f"SELECT _n, _ext, {', '.join(map(quoted, there))} FROM {name} WHERE _n > ? ORDER BY _n LIMIT {CHUNK}"
    last = -1
    while found := connection.execute(query, (last,)).fetchall():
        last = found[-1][0]
        cast = [
            [*_cast_row(evolution, entity, before, touched, later, _old(zip(there, values, strict=True), new)), n]
            for n, later, *values in found
        ]
        sets = [f"{quoted(column)} = ?" for column in ["_ext", *(["_k"] if has_key(entity) else []), *touched]]
        connection.executemany(f"UPDATE {name} SET {', '.join(sets)} WHERE _n = ?", cast)
    _drop_columns(connection, entity, [column for column in there if column not in fields | _HIDDEN])


def _old(values: Iterable[tuple[str, Any]], new: frozenset[str]) -> Values:  # Any: what SQLite holds
    return {column: value for column, value in values if column not in _HIDDEN and column not in new}


def _cast_row(
    evolution: Evolution, entity: type[Record], before: int, touched: list[str], later: str | None, old: Values
) -> list[Any]:  # Any: what SQLite holds
    """Return `_ext`, `_k` if there is one, and the touched columns of a row. What is only moved stays as it is stored."""
    known = json.loads(later) if later else {}
    row = {**blank_row(entity), **evolution.row_up(entity.entity_name, {**known, **old}, before)}
    rest = {field: value for field, value in row.items() if field in known and field not in entity.model_fields}
    key = [rows.title_key(entity, row)] if has_key(entity) else []
    return [dumps(rest) if rest else None, *key, *(rows.encode(entity, column, row[column]) for column in touched)]


def _drop_columns(connection: Connection, entity: type[Record], gone: list[str]) -> None:
    """Drop columns, and before them the indexes, which are made again: one of them may have such a column."""
    name = entity.entity_name
    made = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL", (name,)
    )
    for (index,) in made.fetchall() if gone else ():
        connection.execute(f"DROP INDEX {quoted(index)}")
    for column in gone:
        connection.execute(f"ALTER TABLE {quoted(name)} DROP COLUMN {quoted(column)}")


def _cast_bases(connection: Connection, evolution: Evolution, entity: type[Record], before: int) -> None:
    name, blank = entity.entity_name, blank_row(entity)
    found = connection.execute(
        f"SELECT b.pk, b.data, r._ext FROM _sync_base b LEFT JOIN {quoted(name)} r ON r.id = b.pk "
        "WHERE b.tbl = ? AND json_valid(b.data)",
        (name,),
    ).fetchall()
    cast = [
        (pk, {**blank, **evolution.row_up(name, {**(json.loads(later) if later else {}), **json.loads(data)}, before)})
        for pk, data, later in found
    ]
    connection.executemany(
        "UPDATE _sync_base SET data = ? WHERE tbl = ? AND pk = ?",
        [(dumps({field: row[field] for field in rows.names(entity)}), name, pk) for pk, row in cast],
    )


def _cast_cards(connection: Connection, entity: type[Record], evolution: Evolution, before: int) -> None:
    """Cast what cards say, also where an own decision lies over one."""
    told = ("record_type", "unit", *SIDES)
    for pk, *said in connection.execute(f"SELECT id, {', '.join(told)} FROM {CARD}").fetchall():
        card = dict(zip(told, said, strict=True))
        if (cast := card_up(evolution, card, before)) != card:
            sets = ", ".join(f"{column} = ?" for column in told)
            connection.execute(f"UPDATE {CARD} SET {sets} WHERE id = ?", (*(cast[column] for column in told), pk))
            base, _ = display.base_of(connection, entity, pk)
            if base is not None:
                data = dumps({**base, **cast})
                connection.execute("UPDATE _sync_base SET data = ? WHERE tbl = ? AND pk = ?", (data, CARD, pk))


def _lay_again(connection: Connection, entity: type[Record]) -> None:
    """Make rows with own ops their base plus these (I11).

    Of a field that is several now an op may have taken one part, and what lies below the others may be another's.
    """
    sound = "tbl = ? AND (data IS NULL OR json_valid(data))"
    found = connection.execute(f"SELECT pk FROM _sync_base WHERE {sound}", (entity.entity_name,)).fetchall()
    display.lay_many(connection, entity, {pk for (pk,) in found}, {})


def _cast_log(connection: Connection, evolution: Evolution, before: int) -> None:
    """Cast the ops, after those of every tx have been put down as they were: the centre may know it under its id.

    Also of one that was not sent: the file may be a backup, and it was sent since. In a form that no centre reads any more only
    what was sent is kept.
    """
    kept = "1" if evolution.supports(before) else "sent"
    there = [n for (n,) in connection.execute(f"SELECT n FROM _sync_tx WHERE wire IS NULL AND {kept}").fetchall()]
    for n, ops in outbox.ops_json(connection, there).items():
        connection.execute("UPDATE _sync_tx SET wire = ?, schema = ? WHERE n = ?", (f"[{','.join(ops)}]", before, n))
    connection.execute("UPDATE _sync_tx SET wire = NULL, schema = NULL WHERE NOT sent AND schema < ?", (evolution.oldest,))
    for n, i, op in change_log.every_op(connection):
        cast = evolution.op_up(op, before)
        if cast != op:
            connection.execute(
                'UPDATE _sync_op SET "set" = ?, base = ?, bvx = ? WHERE n = ? AND i = ?',
                (dumps(cast.set), dumps(cast.base), dumps(cast.bvx), n, i),
            )


def _cast_drafts(connection: Connection, evolution: Evolution, before: int) -> None:
    """Cast what was typed into forms: it stands under the names of fields, as text or as a stored value."""
    for user, form, text in connection.execute("SELECT user, form, what FROM _form_draft").fetchall():
        what, entity = json.loads(text), drafts.entity_of(form)
        if entity is None:
            continue
        cast = {part: evolution.row_up(entity, what[part], before) for part in ("typed", "base")}
        named = {unit: name for field, name in what["names"].items() for unit in evolution.unit_up(entity, field, before)}
        connection.execute(
            "UPDATE _form_draft SET what = ? WHERE user = ? AND form = ?", (dumps({**what, **cast, "names": named}), user, form)
        )
