"""Past values, read by record: of one, or of all that belong to one. Every query goes along an index."""

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from shared_models.base import Record
from shared_models.codec import Row
from sync_server.db import plans
from sync_server.db.engine import Connection
from sync_server.db.rows import IN_LIMIT
from sync_server.db.tables import STATEMENTS, Tables, many

MADE = "*"
"""Unit of the line that tells of a new record."""
NO_UNIT = ""
"""Of no line: a list of a statement is never empty."""
ALL = 2**62
"""Above every seq."""


def parts(connection: Connection, tables: Tables, entity: type[Record], field: str, parent: str) -> list[tuple[str, int]]:
    """Return (id, cell) of the records that name a parent in a field now, archived ones too.

    Of those that lists show one by one (`listed_by`: notes) only the ones that were changed after they were made: a company may
    have thousands, and the first line of each says what the list says.
    """
    return [(pk, cell) for pk, cell in plans.fetch(connection, _parts(tables, entity, field), {"parent": parent})]


@lru_cache(maxsize=STATEMENTS)
def _parts(tables: Tables, entity: type[Record], field: str) -> "sa.Select[*tuple[Any, ...]]":
    row, part = tables.row, tables.entities[entity.entity_name]
    query = sa.select(row.c.pk, row.c.cell).join_from(
        part, row, sa.and_(row.c.entity == sa.literal(entity.entity_name), row.c.pk == part.c.id)
    )
    query = query.where(part.c[field] == sa.bindparam("parent"))
    return query.where(row.c.ver > row.c.created_seq) if entity.listed_by else query


def lines(
    connection: Connection,
    tables: Tables,
    entity: str,
    records: Sequence[str],
    seqs: tuple[int, int],
    limit: int,
    *,
    unless: Collection[str] = (),
) -> list[Row]:
    """Return past values of some records of one entity, newest first, with seqs from the first up to below the second.

    unless: units whose lines are left out.
    """
    found: list[Row] = []
    for i in range(0, len(records), IN_LIMIT):
        values = {
            "of": entity,
            "pks": list(records[i : i + IN_LIMIT]),
            "since": seqs[0],
            "before": seqs[1],
            "unless": list(unless) or [NO_UNIT],
        }
        query = _lines(tables)
        names = query.selected_columns.keys()
        found += [dict(zip(names, one, strict=True)) for one in plans.fetch(connection, query, {**values, "enough": limit})]
    return newest(found, limit) if len(records) > IN_LIMIT else found


def newest(found: Sequence[Row], limit: int) -> list[Row]:
    """Return the newest of some lines, the newest first."""
    return sorted(found, key=lambda line: (line["seq"], line["n"]), reverse=True)[:limit]


@lru_cache(maxsize=STATEMENTS)
def _lines(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    line = tables.history
    seq = line.c.seq + sa.literal_column("0")  # no column: else the primary key looks good for the order, and all of it is read
    is_of = line.c.entity == sa.bindparam("of"), line.c.record_id.in_(many("pks")), line.c.unit.not_in(many("unless"))
    is_within = seq >= sa.bindparam("since"), seq < sa.bindparam("before")
    query = sa.select(line).where(*is_of, *is_within).order_by(seq.desc(), line.c.n.desc())
    return query.limit(sa.bindparam("enough", type_=sa.Integer()))
