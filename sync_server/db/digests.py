"""The digest of each entity, kept up to date in the transaction that changes its records."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from shared_models.digest import MODULUS, Digest
from sync_server.db import bulk, plans
from sync_server.db.engine import Connection
from sync_server.db.rows import IN_LIMIT
from sync_server.db.tables import STATEMENTS, Tables, many


def start(connection: Connection, tables: Tables, entities: Iterable[str]) -> None:
    """Begin the digests of an empty database."""
    connection.execute(tables.digest.insert(), [{"entity": name, "n": 0, "total": f"{0:016x}"} for name in entities])


def read(connection: Connection, tables: Tables) -> dict[str, Digest]:
    """Return entity -> digest in this snapshot."""
    return {entity: Digest.parse(n, total) for entity, n, total in plans.fetch(connection, _reading(tables))}


@lru_cache(maxsize=STATEMENTS)
def _reading(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    return sa.select(tables.digest.c.entity, tables.digest.c.n, tables.digest.c.total)


def versions(connection: Connection, tables: Tables, entity: str) -> Iterator[tuple[str, int]]:
    """Yield (id, version) of every record of an entity."""
    yield from plans.streamed(connection, _versions(tables), {"of": entity})


@lru_cache(maxsize=STATEMENTS)
def _versions(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    return sa.select(tables.row.c.pk, tables.row.c.ver).where(tables.row.c.entity == sa.bindparam("of"))


def places(connection: Connection, tables: Tables, entity: str) -> Iterator[tuple[str, int]]:
    """Yield (id, cell) of every record of an entity."""
    yield from plans.streamed(connection, _places(tables), {"of": entity})


@lru_cache(maxsize=STATEMENTS)
def _places(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    return sa.select(tables.row.c.pk, tables.row.c.cell).where(tables.row.c.entity == sa.bindparam("of"))


def some_versions(connection: Connection, tables: Tables, entity: str, pks: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Yield (id, version) of some records of an entity."""
    for i in range(0, len(pks), IN_LIMIT):
        yield from plans.fetch(connection, _some_versions(tables), {"of": entity, "pks": list(pks[i : i + IN_LIMIT])})


@lru_cache(maxsize=STATEMENTS)
def _some_versions(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    return _versions(tables).where(tables.row.c.pk.in_(many("pks")))


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
