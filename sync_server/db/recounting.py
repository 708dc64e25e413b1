"""The digests of one entity, counted anew from its rows, and put in place of those that are kept."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from shared_models.digest import MODULUS, Digest, row_hash
from sync_server.db import bulk, plans
from sync_server.db.engine import Connection
from sync_server.db.tables import STATEMENTS, Tables

ByCell = Mapping[int, Digest]
"""Cell -> the digest of the entity's rows in it; empty ones are left out."""


def counted(connection: Connection, tables: Tables, entity: str) -> ByCell:
    """Return what the rows say."""
    sums: dict[int, list[int]] = {}
    for cell, pk, ver in plans.streamed(connection, _versions(tables), {"of": entity}):
        mine = sums.setdefault(cell, [0, 0])
        mine[0] += 1
        mine[1] += row_hash(entity, pk, ver)
    return {cell: Digest(n, total % MODULUS) for cell, (n, total) in sums.items()}


@lru_cache(maxsize=STATEMENTS)
def _versions(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    row = tables.row
    return sa.select(row.c.cell, row.c.pk, row.c.ver).where(row.c.entity == sa.bindparam("of"))


def total_of(digests: ByCell) -> Digest:
    """Return the digest of the whole entity."""
    return Digest(sum(one.rows for one in digests.values()), sum(one.total for one in digests.values()) % MODULUS)


def kept(connection: Connection, tables: Tables, entity: str) -> tuple[Digest, ByCell]:
    """Return what is kept: of the whole, and by cell."""
    [(n, total)] = plans.fetch(connection, _whole(tables), {"of": entity})
    found = {cell: Digest.parse(rows, text) for cell, rows, text in plans.fetch(connection, _by_cell(tables), {"of": entity})}
    return Digest.parse(n, total), {cell: one for cell, one in found.items() if one != Digest()}


@lru_cache(maxsize=STATEMENTS)
def _whole(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    whole = tables.digest
    return sa.select(whole.c.n, whole.c.total).where(whole.c.entity == sa.bindparam("of"))


@lru_cache(maxsize=STATEMENTS)
def _by_cell(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    parts = tables.cell_digest
    return sa.select(parts.c.cell, parts.c.n, parts.c.total).where(parts.c.entity == sa.bindparam("of"))


def put(connection: Connection, tables: Tables, entity: str, right: ByCell, *, by_cell: bool) -> None:
    """Keep what was counted. The sequence's lock is held, so no row changes meanwhile. by_cell: whether cells are kept at all."""
    n, total = total_of(right).wire()
    bulk.update(connection, tables.digest, [{"entity": entity, "n": n, "total": total}])
    if by_cell:
        parts = tables.cell_digest
        connection.execute(parts.delete().where(parts.c.entity == entity))
        lines = [(cell, *one.wire()) for cell, one in sorted(right.items())]
        bulk.insert(connection, parts, [{"entity": entity, "cell": cell, "n": n, "total": total} for cell, n, total in lines])
