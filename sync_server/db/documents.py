"""The rows of files, found by the digest of their bytes."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from sync_server.db import plans
from sync_server.db.engine import Connection
from sync_server.db.rows import IN_LIMIT
from sync_server.db.tables import STATEMENTS, Tables, many


class FileRow(NamedTuple):
    """What decides on the bytes of a row."""

    id: str
    sha256: str
    size: int
    state: str
    archived_at: int | None
    created_by: str | None
    company_id: str | None
    contact_id: str | None


def of_digests(connection: Connection, tables: Tables, digests: Iterable[str]) -> list[FileRow]:
    """Return the rows that name some bytes, archived ones too, in order of their ids."""
    found: list[FileRow] = []
    for part in _parts(sorted(set(digests))):
        found += [FileRow(*one) for one in plans.fetch(connection, _of_digests(tables), {"digests": part})]
    return found


@lru_cache(maxsize=STATEMENTS)
def _of_digests(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    table = tables.entities["document"]
    return (
        sa.select(*(table.c[name] for name in FileRow._fields)).where(table.c.sha256.in_(many("digests"))).order_by(table.c.id)
    )


def _parts(values: Sequence[str]) -> Iterator[list[str]]:
    return (list(values[i : i + IN_LIMIT]) for i in range(0, len(values), IN_LIMIT))
