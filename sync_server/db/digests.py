"""The digest of each entity, kept up to date in the transaction that changes its records."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from shared_models.digest import MODULUS, Digest
from sync_server.db import bulk
from sync_server.db.engine import Connection, streamed
from sync_server.db.rows import IN_LIMIT
from sync_server.db.tables import STATEMENTS, Tables


def start(connection: Connection, tables: Tables, entities: Iterable[str]) -> None:
    """Begin the digests of an empty database."""
    connection.execute(tables.digest.insert(), [{"entity": name, "n": 0, "total": f"{0:016x}"} for name in entities])


def read(connection: Connection, tables: Tables) -> dict[str, Digest]:
    """Return entity -> digest in this snapshot."""
    return {entity: Digest.parse(n, total) for entity, n, total in connection.execute(_reading(tables)).all()}


@lru_cache(maxsize=STATEMENTS)
def _reading(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    return sa.select(tables.digest.c.entity, tables.digest.c.n, tables.digest.c.total)


def versions(connection: Connection, tables: Tables, entity: str) -> Iterator[tuple[str, int]]:
    """Yield (id, version) of every record of an entity."""
    yield from ((pk, ver) for pk, ver in streamed(connection, _versions(tables), {"of": entity}))


@lru_cache(maxsize=STATEMENTS)
def _versions(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    return sa.select(tables.row.c.pk, tables.row.c.ver).where(tables.row.c.entity == sa.bindparam("of"))


def places(connection: Connection, tables: Tables, entity: str) -> Iterator[tuple[str, int]]:
    """Yield (id, cell) of every record of an entity."""
    row = tables.row
    yield from streamed(connection, sa.select(row.c.pk, row.c.cell).where(row.c.entity == sa.bindparam("of")), {"of": entity})


def some_versions(connection: Connection, tables: Tables, entity: str, pks: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Yield (id, version) of some records of an entity."""
    row = tables.row
    for i in range(0, len(pks), IN_LIMIT):
        query = sa.select(row.c.pk, row.c.ver).where(row.c.entity == entity, row.c.pk.in_(pks[i : i + IN_LIMIT]))
        yield from ((pk, ver) for pk, ver in connection.execute(query))


def add(connection: Connection, tables: Tables, gained: Mapping[str, Digest]) -> None:
    """Add what entities gained. The sequence's lock is held, so nobody else is doing this now."""
    if not gained:
        return
    now = read(connection, tables)
    changed = [
        {"entity": name, "n": now[name].rows + more.rows, "total": f"{(now[name].total + more.total) % MODULUS:016x}"}
        for name, more in sorted(gained.items())
    ]
    bulk.update(connection, tables.digest, changed)
