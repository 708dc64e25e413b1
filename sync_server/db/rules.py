"""Reads the records that rights are made of."""

from collections.abc import Iterable

import sqlalchemy as sa

from shared_models.base import Record
from shared_models.codec import Row
from shared_models.fields import columns
from sync_server.db.engine import Connection
from sync_server.db.rows import decode
from sync_server.db.tables import Tables


def read(connection: Connection, tables: Tables, entities: Iterable[type[Record]], now_us: int) -> dict[str, list[Row]]:
    """Return entity -> its rows; of what ends at a moment (`ends_at`), only what has not ended."""
    found: dict[str, list[Row]] = {}
    for entity in entities:
        table, names = tables.entities[entity.entity_name], [column.name for column in columns(entity)]
        query = sa.select(*[table.c[name] for name in names])
        if "ends_at" in table.c:
            query = query.where(table.c.archived_at.is_(None), table.c.ends_at > now_us)
        found[entity.entity_name] = [decode(entity, names, row) for row in connection.execute(query).all()]
    return found
