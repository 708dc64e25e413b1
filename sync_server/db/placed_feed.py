"""The feed of changes for somebody who does not see everything: records with the cell that each lies in."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from shared_models.codec import Row
from sync_server.db import plans
from sync_server.db.engine import Connection
from sync_server.db.feed import WireRow
from sync_server.db.rows import IN_LIMIT
from sync_server.db.tables import STATEMENTS, Tables, many


class Placed(NamedTuple):
    """A record as it is sent, and its cell."""

    row: WireRow
    cell: int


def changed(connection: Connection, tables: Tables, after: int, upto: int) -> Iterator[Placed]:
    """Yield the records with after < version <= upto."""
    return _rows(connection, _changed(tables), {"after": after, "upto": upto})


@lru_cache(maxsize=STATEMENTS)
def _changed(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    return _wire(tables).where(tables.row.c.ver > sa.bindparam("after"), tables.row.c.ver <= sa.bindparam("upto"))


def page(connection: Connection, tables: Tables, entity: str, after_pk: str, upto: int, limit: int) -> list[Placed]:
    """Return records of one entity in order of id, with versions up to `upto`."""
    values = {"of": entity, "after_pk": after_pk, "after": -1, "upto": upto, "enough": limit}
    return list(_rows(connection, _page(tables), values))


@lru_cache(maxsize=STATEMENTS)
def _page(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    row = tables.row
    query = _changed(tables).where(row.c.entity == sa.bindparam("of"), row.c.pk > sa.bindparam("after_pk"))
    return query.order_by(row.c.pk).limit(sa.bindparam("enough", type_=sa.Integer()))


def some(connection: Connection, tables: Tables, entity: str, pks: Iterable[str]) -> Iterator[Placed]:
    """Yield the records of an entity that have these ids."""
    wanted = sorted(set(pks))
    for i in range(0, len(wanted), IN_LIMIT):
        yield from _rows(connection, _some(tables), {"of": entity, "pks": wanted[i : i + IN_LIMIT]})


@lru_cache(maxsize=STATEMENTS)
def _some(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    return _wire(tables).where(tables.row.c.entity == sa.bindparam("of"), tables.row.c.pk.in_(many("pks")))


def within(connection: Connection, tables: Tables, cells: Iterable[int]) -> Iterator[Placed]:
    """Yield all records of some cells."""
    wanted = sorted(cells)
    for i in range(0, len(wanted), IN_LIMIT):
        yield from _rows(connection, _within(tables), {"cells": wanted[i : i + IN_LIMIT]})


@lru_cache(maxsize=STATEMENTS)
def _within(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    return _wire(tables).where(tables.row.c.cell.in_(many("cells")))


def touched(connection: Connection, tables: Tables, seqs: Sequence[int]) -> dict[str, set[str]]:
    """Return entity -> ids of the records that some txs changed."""
    found: dict[str, set[str]] = {}
    for i in range(0, len(seqs), IN_LIMIT):
        for entity, pk in plans.fetch(connection, _touched(tables), {"seqs": list(seqs[i : i + IN_LIMIT])}):
            found.setdefault(entity, set()).add(pk)
    return found


@lru_cache(maxsize=STATEMENTS)
def _touched(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    change = tables.change
    return sa.select(change.c.entity, change.c.pk).where(change.c.seq.in_(many("seqs")))


def _wire(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    row = tables.row
    parts = [row.c[name] for name in sorted(c.name for c in row.c if c.name.startswith("part_"))]
    return sa.select(row.c.cell, row.c.entity, row.c.pk, row.c.ver, row.c.wire, *parts)


def _rows(connection: Connection, query: "sa.Select[*tuple[Any, ...]]", values: Row) -> Iterator[Placed]:
    for cell, entity, pk, ver, *parts in plans.each(connection, query, values):
        yield Placed(WireRow(entity, pk, ver, tuple(parts)), cell)
