"""Series of numbers for codes: where each stands, and which blocks devices hold (PROTOCOL 14)."""

import sqlalchemy as sa

from shared_models.series import code_of, number_of
from sync_server.db import bulk, lookups
from sync_server.db.engine import Connection
from sync_server.db.tables import Tables


def lock(connection: Connection, tables: Tables, entity: str, prefix: str) -> int:
    """Return the next number of a series, which nobody else takes before the commit.

    A series that is used for the first time goes on after the greatest number that a record has. Two first ones at once: one
    is repeated, as for every unique value. The row is locked before the counter of seqs, by whoever needs both.
    """
    table = tables.series
    found = connection.execute(sa.select(table.c.next).where(table.c.entity == entity).with_for_update()).scalar()
    if found is not None:
        return int(found)
    first = _greatest(connection, tables, entity, prefix) + 1
    bulk.insert(connection, table, [{"entity": entity, "next": first}])
    return first


def advance(connection: Connection, tables: Tables, entity: str, following: int) -> None:
    """Let the series go on at a number."""
    connection.execute(tables.series.update().where(tables.series.c.entity == entity).values(next=following))


def free_from(connection: Connection, tables: Tables, entity: str, prefix: str, first: int, count: int) -> int:
    """Return the first of so many numbers in a row that no record ever had, from `first` on."""
    while True:
        codes = {lookups.fold_code(code_of(prefix, n)): n for n in range(first, first + count)}
        taken = lookups.code_owners(connection, tables, entity, codes)
        if not taken:
            return first
        first = max(codes[folded] for folded in taken) + 1


def granted(connection: Connection, tables: Tables, entity: str, device: str, epoch: str) -> list[tuple[int, int]]:
    """Return the blocks of a device in one of its epochs, the oldest first."""
    lease = tables.lease
    query = sa.select(lease.c.first, lease.c.last).where(
        lease.c.entity == entity, lease.c.device == device, lease.c.device_epoch == epoch
    )
    return [(first, last) for first, last in connection.execute(query.order_by(lease.c.first))]


def keep(connection: Connection, tables: Tables, entity: str, block: tuple[int, int], device: str, epoch: str, at: int) -> None:
    """Note who holds a block. at: microseconds since 1970 UTC."""
    row = {"entity": entity, "first": block[0], "last": block[1], "device": device, "device_epoch": epoch, "given_at": at}
    bulk.insert(connection, tables.lease, [row])


def _greatest(connection: Connection, tables: Tables, entity: str, prefix: str) -> int:
    """Return the greatest number that a record of the series ever had; 1,000 where there is none, so that codes are of one length."""
    code = tables.code
    start = lookups.fold_code(prefix)
    query = sa.select(code.c.folded).where(code.c.entity == entity, code.c.folded.startswith(start, autoescape=True))
    numbers = (number_of(prefix, folded) for folded in connection.execute(query).scalars())
    return max((n for n in numbers if n is not None), default=1000)
