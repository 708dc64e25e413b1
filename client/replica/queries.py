"""Lists and pages for the screens. Reads only."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from client.replica import rows
from client.replica.driver import Connection
from client.replica.fold import fold
from client.replica.schema import has_key, quoted
from shared_models.base import Record
from shared_models.codec import Row, dumps
from shared_models.fields import Kind, column_of
from shared_models.registry import Registry


@dataclass(frozen=True)
class Filter:
    """One condition on one field. `has` asks whether a set holds the value; `starts` compares folded text."""

    field: str
    test: Literal["is", "is_not", "in", "has", "starts", "at_least", "at_most"]
    value: Any  # Any: a stored scalar, or a list of them for `in`


@dataclass(frozen=True)
class Page:
    """Rows of one page, and the place where the next begins; none after the last page."""

    rows: list[Row]
    next: str | None


@dataclass(frozen=True)
class Order:
    """Field to sort by: by default the title where there is one, else the age."""

    field: str | None = None
    descending: bool = False


def list_page(
    connection: Connection,
    entity: type[Record],
    order: Order,
    filters: Sequence[Filter],
    *,
    after: str | None,
    limit: int,
    archived: bool | None,
) -> Page:
    """Return one page of rows by keyset: its cost does not grow with how far one has scrolled.

    after: `next` of the page before, opaque. archived: False hides archived rows, True shows only them, None shows all.
    Empty values come first. Rows with equal keys are ordered by id.
    """
    key = _sort_key(entity, order.field)
    where, values = _conditions(entity, filters, archived)
    if after is not None:
        where.append(f"({key}, id) {'<' if order.descending else '>'} (?, ?)")
        values += json.loads(after)
    direction = "DESC" if order.descending else "ASC"
    found = connection.execute(
        f"SELECT {key}, {rows.select_list(entity)} FROM {quoted(entity.entity_name)} WHERE {' AND '.join(where)} "
        f"ORDER BY {key} {direction}, id {direction} LIMIT ?",
        (*values, limit + 1),
    ).fetchall()
    page = [rows.decode(entity, row[1:]) for row in found[:limit]]
    following = dumps([found[limit - 1][0], page[-1]["id"]]) if len(found) > limit else None
    return Page(page, following)


def count(connection: Connection, entity: type[Record], filters: Sequence[Filter], *, archived: bool | None) -> int:
    """Return how many rows match."""
    where, values = _conditions(entity, filters, archived)
    found = connection.execute(
        f"SELECT count(*) FROM {quoted(entity.entity_name)} WHERE {' AND '.join(where)}", values
    ).fetchone()
    return int(found[0])


def children_of(connection: Connection, entity: type[Record], field: str, parent: str, *, archived: bool | None) -> list[Row]:
    """Return the rows that belong to a parent, oldest first (ids sort by the time of their making)."""
    where, values = _conditions(entity, (Filter(field, "is", parent),), archived)
    found = connection.execute(
        f"SELECT {rows.select_list(entity)} FROM {quoted(entity.entity_name)} WHERE {' AND '.join(where)} ORDER BY id",
        values,
    )
    return [rows.decode(entity, row) for row in found.fetchall()]


def with_parts(connection: Connection, registry: Registry, entity: type[Record], pk: str) -> list[str]:
    """Return the id of a record and those of its parts, archived ones too."""
    found = [pk]
    for child, field in registry.children(entity):
        query = f"SELECT id FROM {quoted(child.entity_name)} WHERE {quoted(field)} = ?"
        found += [part for (part,) in connection.execute(query, (pk,))]
    return found


def named(connection: Connection, entity: type[Record], title: str) -> list[str]:
    """Return the ids of live records of a title, case and marks aside, oldest first: an index range, no scan."""
    found = connection.execute(
        f"SELECT id FROM {quoted(entity.entity_name)} WHERE _k = ? AND archived_at IS NULL ORDER BY id", (fold(title),)
    )
    return [pk for (pk,) in found.fetchall()]


def titles(connection: Connection, entity: type[Record], pks: Sequence[str]) -> dict[str, str]:
    """Return id -> title for the records that are in the replica."""
    if not pks or not entity.title_fields:
        return {}
    cols = ", ".join(quoted(name) for name in entity.title_fields)
    found = connection.execute(
        f"SELECT id, {cols} FROM {quoted(entity.entity_name)} WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(pks)),),
    )
    return {pk: " ".join(str(part) for part in parts if part) for pk, *parts in found.fetchall()}


def _sort_key(entity: type[Record], field: str | None) -> str:
    """Return the SQL to sort by; a title sorts folded, NULL sorts as empty so that keysets compare."""
    if field is None or field in entity.title_fields:
        return "_k" if has_key(entity) else "id"
    column = column_of(entity, field)
    empty = "''" if column.kind in (Kind.TEXT, Kind.DATE, Kind.DECIMAL, Kind.SET) else "-9223372036854775808"
    return f"coalesce({quoted(field)}, {empty})"


def _conditions(entity: type[Record], filters: Sequence[Filter], archived: bool | None) -> tuple[list[str], list[rows.Value]]:
    where = ["1"] if archived is None else [f"archived_at IS {'NOT ' if archived else ''}NULL"]
    values: list[rows.Value] = []
    for one in filters:
        sql, found = _condition(entity, one)
        where.append(sql)
        values += found
    return where, values


def _condition(entity: type[Record], one: Filter) -> tuple[str, list[rows.Value]]:
    field = quoted(column_of(entity, one.field).name)
    if one.test == "has":
        return f"EXISTS (SELECT 1 FROM json_each({field}) WHERE value = ?)", [one.value]
    if one.test == "in":
        return f"{field} IN (SELECT value FROM json_each(?))", [json.dumps(list(one.value))]
    if one.test == "starts":
        start = fold(one.value)
        key = "_k" if one.field in entity.title_fields[:1] and has_key(entity) else field
        return f"{key} >= ? AND {key} < ?", [start, start + "\U0010ffff"]
    sign = {"is": "IS", "is_not": "IS NOT", "at_least": ">=", "at_most": "<="}[one.test]
    return f"{field} {sign} ?", [rows.encode(entity, one.field, one.value)]
