"""Who sees what, in the database: cells by id, where records lie, what moved, digests by cell, and what people saw."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

import sqlalchemy as sa

from shared_models.digest import MODULUS, Digest
from sync_server.db import bulk, plans
from sync_server.db.engine import Connection
from sync_server.db.rows import IN_LIMIT
from sync_server.db.tables import STATEMENTS, Tables, many

T = TypeVar("T")
NAMED = 2000
"""Cells that are named in queries, 500 at a time; of a view that holds more, every digest is read."""
Record = tuple[str, str]
"""(entity, id)."""


def ids(connection: Connection, tables: Tables, keys: Iterable[str]) -> dict[str, int]:
    """Return key -> id of the cells that are known."""
    found: dict[str, int] = {}
    for part in _parts(sorted(set(keys))):
        found |= dict(plans.fetch(connection, _ids(tables), {"keys": part}))
    return found


@lru_cache(maxsize=STATEMENTS)
def _ids(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    return sa.select(tables.cell.c.key, tables.cell.c.id).where(tables.cell.c.key.in_(many("keys")))


def keys(connection: Connection, tables: Tables, wanted: Iterable[int]) -> dict[int, str]:
    """Return id -> key."""
    found: dict[int, str] = {}
    for part in _parts(sorted(set(wanted))):
        found |= dict(plans.fetch(connection, _keys(tables), {"ids": part}))
    return found


@lru_cache(maxsize=STATEMENTS)
def _keys(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    return sa.select(tables.cell.c.id, tables.cell.c.key).where(tables.cell.c.id.in_(many("ids")))


def above(connection: Connection, tables: Tables, number: int) -> list[tuple[int, str]]:
    """Return (id, key) of the cells with a higher id."""
    return [(one, key) for one, key in plans.fetch(connection, _above(tables), {"number": number})]


@lru_cache(maxsize=STATEMENTS)
def _above(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    cell = tables.cell
    return sa.select(cell.c.id, cell.c.key).where(cell.c.id > sa.bindparam("number")).order_by(cell.c.id)


def add(connection: Connection, tables: Tables, new: Sequence[str]) -> dict[str, int]:
    """Add cells; returns key -> id. The sequence's lock is held, so nobody else is doing this now."""
    last = int(connection.execute(sa.select(sa.func.max(tables.cell.c.id))).scalar_one() or 0)
    made = {key: last + 1 + place for place, key in enumerate(new)}
    bulk.insert(connection, tables.cell, [{"id": number, "key": key} for key, number in made.items()])
    return made


def places(connection: Connection, tables: Tables, entity: str, pks: Iterable[str]) -> dict[str, int]:
    """Return id -> cell of the records of an entity that exist."""
    found: dict[str, int] = {}
    for part in _parts(sorted(set(pks))):
        found |= dict(plans.fetch(connection, _places(tables), {"of": entity, "pks": part}))
    return found


@lru_cache(maxsize=STATEMENTS)
def _places(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    row = tables.row
    return sa.select(row.c.pk, row.c.cell).where(row.c.entity == sa.bindparam("of"), row.c.pk.in_(many("pks")))


def shared(connection: Connection, tables: Tables) -> set[Record]:
    """Return the records that have, or had, a share."""
    share = tables.entities["record_share"]
    return {(entity, pk) for entity, pk in connection.execute(sa.select(share.c.record_type, share.c.record_id))}


def put(connection: Connection, tables: Tables, placed: Mapping[Record, int]) -> None:
    """Put records that are stored into other cells."""
    lines = [{"entity": entity, "pk": pk, "cell": cell} for (entity, pk), cell in sorted(placed.items())]
    fixed = tuple(c.name for c in tables.row.c if not c.primary_key and c.name != "cell")
    bulk.update(connection, tables.row, lines, fixed)


def write_moves(connection: Connection, tables: Tables, seq: int, left: Mapping[Record, int]) -> None:
    """Note which cells records left at a seq."""
    lines = [{"seq": seq, "entity": entity, "pk": pk, "cell": cell} for (entity, pk), cell in sorted(left.items())]
    bulk.insert(connection, tables.move, lines)


def moved(connection: Connection, tables: Tables, after: int, upto: int) -> dict[Record, int]:
    """Return the records that moved with after < seq <= upto, each with the cell that it was in at `after`."""
    found: dict[Record, int] = {}
    for entity, pk, cell in plans.fetch(connection, _moved(tables), {"after": after, "upto": upto}):
        found.setdefault((entity, pk), cell)
    return found


@lru_cache(maxsize=STATEMENTS)
def _moved(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    move = tables.move
    is_within = move.c.seq > sa.bindparam("after"), move.c.seq <= sa.bindparam("upto")
    return sa.select(move.c.entity, move.c.pk, move.c.cell).where(*is_within).order_by(move.c.seq)


def members(connection: Connection, tables: Tables, entity: str, cells: Iterable[int], born_by: int) -> list[str]:
    """Return the ids of an entity's records in some cells that were made at or before a seq."""
    found: list[str] = []
    for part in _parts(sorted(cells)):
        values = {"cells": part, "of": entity, "born_by": born_by}
        found += [pk for (pk,) in plans.fetch(connection, _members(tables), values)]
    return found


@lru_cache(maxsize=STATEMENTS)
def _members(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    row = tables.row
    is_of = row.c.cell.in_(many("cells")), row.c.entity == sa.bindparam("of")
    return sa.select(row.c.pk).where(*is_of, row.c.created_seq <= sa.bindparam("born_by"))


def count_members(connection: Connection, tables: Tables, cells: Iterable[int]) -> int:
    """Return how many records some cells hold, by their digests."""
    sums = [plans.fetch(connection, _count_members(tables), {"cells": part}) for part in _parts(sorted(cells))]
    return sum(int(found or 0) for [(found,)] in sums)


@lru_cache(maxsize=STATEMENTS)
def _count_members(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    digest = tables.cell_digest
    return sa.select(sa.func.sum(digest.c.n)).where(digest.c.cell.in_(many("cells")))


def add_digests(connection: Connection, tables: Tables, gained: Mapping[tuple[str, int], Digest]) -> None:
    """Add what the cells of entities gained. The sequence's lock is held, so nobody else is doing this now."""
    table, known = tables.cell_digest, dict[tuple[str, int], Digest]()
    for part in _parts(sorted({cell for _, cell in gained})):
        found = plans.fetch(connection, _digests(tables, True), {"cells": part})
        known |= {(entity, cell): Digest.parse(n, total) for entity, cell, n, total in found}
    lines: dict[bool, list[dict[str, object]]] = {True: [], False: []}
    for place, more in sorted(gained.items()):
        old = known.get(place, Digest(0, 0))
        total = f"{(old.total + more.total) % MODULUS:016x}"
        lines[place in known].append({"entity": place[0], "cell": place[1], "n": old.rows + more.rows, "total": total})
    bulk.insert(connection, table, lines[False])
    bulk.update(connection, table, lines[True])


def digests(connection: Connection, tables: Tables, among: Collection[int] | None = None) -> Iterator[tuple[str, int, Digest]]:
    """Yield (entity, cell, digest) of cells. among: of these, and of others when they are too many to be named; None: of all."""
    parts = [] if among is None or len(among) > NAMED else list(_parts(sorted(among)))
    for values in [{"cells": part} for part in parts] or [{}]:
        for entity, cell, n, total in plans.fetch(connection, _digests(tables, bool(values)), values):
            yield entity, cell, Digest.parse(n, total)


@lru_cache(maxsize=STATEMENTS)
def _digests(tables: Tables, are_named: bool) -> "sa.Select[*tuple[Any, ...]]":
    digest = tables.cell_digest
    query = sa.select(digest.c.entity, digest.c.cell, digest.c.n, digest.c.total)
    return query.where(digest.c.cell.in_(many("cells"))) if are_named else query


def forget(connection: Connection, tables: Tables) -> None:
    """Forget every cell and digest, to place all records anew."""
    for table in (tables.cell, tables.cell_digest):
        connection.execute(table.delete())


def view_at(connection: Connection, tables: Tables, user: str, seq: int) -> tuple[int, str] | None:
    """Return (seq, view as JSON) of what a person was shown at a seq; None before he was limited first."""
    found = plans.first(connection, _view_at(tables), {"of": user, "upto": seq})
    return None if found is None else (found[0], found[1])


@lru_cache(maxsize=STATEMENTS)
def _view_at(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    view = tables.view
    query = sa.select(view.c.seq, view.c.view).where(view.c.user == sa.bindparam("of"), view.c.seq <= sa.bindparam("upto"))
    return query.order_by(view.c.seq.desc()).limit(1)


def add_view(connection: Connection, tables: Tables, user: str, seq: int, view: str) -> None:
    """Note what a person sees from a seq on."""
    bulk.insert(connection, tables.view, [{"user": user, "seq": seq, "view": view}])


def _parts(values: list[T]) -> Iterable[list[T]]:
    return (values[i : i + IN_LIMIT] for i in range(0, len(values), IN_LIMIT))
