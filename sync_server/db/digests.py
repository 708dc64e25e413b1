"""The digest of each entity, kept up to date in the transaction that changes its records."""

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from shared_models.digest import MODULUS, Digest
from sync_server.db.engine import Connection
from sync_server.db.tables import Tables


def start(connection: Connection, tables: Tables, entities: Iterable[str]) -> None:
    """Begin the digests of an empty database."""
    connection.execute(tables.digest.insert(), [{"entity": name, "n": 0, "total": f"{0:016x}"} for name in entities])


def read(connection: Connection, tables: Tables) -> dict[str, Digest]:
    """Return entity -> digest in this snapshot."""
    query = sa.select(tables.digest.c.entity, tables.digest.c.n, tables.digest.c.total)
    return {one.entity: Digest.parse(one.n, one.total) for one in connection.execute(query)}


def add(connection: Connection, tables: Tables, gained: Mapping[str, Digest]) -> None:
    """Add what entities gained. The sequence's lock is held, so nobody else is doing this now."""
    if not gained:
        return
    now = read(connection, tables)
    digest = tables.digest
    connection.execute(
        digest.update()
        .where(digest.c.entity == sa.bindparam("v_entity"))
        .values(n=sa.bindparam("v_n"), total=sa.bindparam("v_total")),
        [
            {"v_entity": name, "v_n": now[name].rows + more.rows, "v_total": f"{(now[name].total + more.total) % MODULUS:016x}"}
            for name, more in sorted(gained.items())
        ],
    )
