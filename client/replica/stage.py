"""Pages of a long pull, put aside until the last one; nothing of them is on the screen."""

import json
from collections.abc import Iterator, Sequence

from client.replica import rows
from client.replica.driver import Connection
from client.replica.remote_page import RowsChunk
from client.replica.schema import quoted
from shared_models.base import Record
from shared_models.codec import dumps

CHUNK = 2000
"""Rows taken out at a time: a few MB, whatever the length of the pull."""


def put(connection: Connection, entity: type[Record], chunk: RowsChunk) -> None:
    """Keep a chunk's rows in order of declaration, and behind each what only a newer version knows of it; a row that comes again replaces its older copy."""
    order = rows.names(entity)
    place = [list(chunk.cols).index(name) for name in order]
    is_ordered = tuple(chunk.cols) == order
    id_at = order.index("id")
    ordered = chunk.rows if is_ordered else [[row[i] for i in place] for row in chunk.rows]
    connection.executemany(
        "INSERT INTO _sync_stage (tbl, pk, ver, data) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (tbl, pk) DO UPDATE SET ver = excluded.ver, data = excluded.data",
        [
            (entity.entity_name, row[id_at], version, dumps([*row, later]))
            for row, version, later in zip(ordered, chunk.versions, chunk.later or [None] * len(ordered), strict=True)
        ],
    )


def take(connection: Connection, entity: type[Record]) -> Iterator[RowsChunk]:
    """Yield an entity's staged rows, in the order of their ids; `epochs.forget_stage` drops them afterwards."""
    last = ""
    while True:
        found = connection.execute(
            "SELECT pk, ver, data FROM _sync_stage WHERE tbl = ? AND pk > ? ORDER BY pk LIMIT ?",
            (entity.entity_name, last, CHUNK),
        ).fetchall()
        if not found:
            return
        last = found[-1][0]
        arrays = [json.loads(data) for _, _, data in found]
        later = [array[-1] for array in arrays]
        yield RowsChunk(
            entity.entity_name,
            rows.names(entity),
            [version for _, version, _ in found],
            [array[:-1] for array in arrays],
            later if any(later) else (),
        )


def versions(connection: Connection, entity: type[Record], pks: Sequence[str]) -> dict[str, int]:
    """Return id -> central version of the rows that are in the replica."""
    found = connection.execute(
        f"SELECT id, _v FROM {quoted(entity.entity_name)} WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(pks)),),
    )
    return dict(found.fetchall())
