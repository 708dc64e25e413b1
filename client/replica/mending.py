"""Puts rows right that are not what the centre has, below what waits here (trap 20, PROTOCOL 13).

It goes the way of a pull: a row gets its central content, own ops are laid over it, the log is not touched. The digest is
computed anew in the same transaction, from the rows.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from client.replica import apply_remote, change_log, digests, meta, purging, schema
from client.replica.remote_page import RowsChunk
from client.replica.writing import Writing
from shared_models.base import Record

if TYPE_CHECKING:
    from client.replica.replica import Replica


@dataclass(frozen=True)
class Place:
    """Where a replica stood when it was compared: what was found holds only there."""

    epoch: str
    cursor: int


def place_of(replica: "Replica") -> Place:
    """Return where the replica stands."""
    facts = replica.facts()
    return Place(facts["server_epoch"], facts["cursor"])


def put_right(replica: "Replica", at: Place, found: Sequence[RowsChunk], entity: str, gone: Sequence[str]) -> int:
    """Put rows of one entity in as the centre has them, and take away those that it lacks. Returns how many were put right.

    A row that is newer than the replica's cursor is left to the next pull: a checkpoint is whole, or it is none. Nothing is
    done when the replica stands elsewhere by now.
    """
    kind = replica.registry.get(entity)
    chunks = [_up_to(chunk, at.cursor) for chunk in found if chunk.entity == entity]
    pks = [row[list(chunk.cols).index("id")] for chunk in chunks for row in chunk.rows]
    if not pks and not gone:
        return 0
    with replica.write(durable=False) as writing:
        facts = meta.get_all(writing.connection)
        if (facts["server_epoch"], facts["cursor"]) != (at.epoch, at.cursor) or facts["replace"] or not facts["complete"]:
            return 0
        writing.from_centre = True
        keep_bases(writing, kind, [*pks, *gone])
        drop_search(writing, kind)
        checkpoint = apply_remote.Checkpoint(writing, replica.registry, None, set(), True, defaultdict(set))
        for chunk in chunks:
            apply_remote.put_rows(checkpoint, chunk)
        apply_remote.take_away(checkpoint, entity, gone)
        apply_remote.lay_all(checkpoint)
        if gone:
            purging.remember(writing, "file")
        build_search(writing, kind)
        digests.store(writing.connection, {entity: digests.recomputed_of(writing.connection, kind)})
    return len(pks) + len(gone)


def _up_to(chunk: RowsChunk, cursor: int) -> RowsChunk:
    kept = [i for i, version in enumerate(chunk.versions) if version <= cursor]
    later = [chunk.later[i] for i in kept] if chunk.later else ()
    return RowsChunk(chunk.entity, chunk.cols, [chunk.versions[i] for i in kept], [chunk.rows[i] for i in kept], later)


def keep_bases(writing: Writing, kind: type[Record], pks: Sequence[str]) -> None:
    """See to it that rows with own ops have a base, also when that was what got lost: else the ops would leave the screen."""
    connection = writing.connection
    held = connection.execute(
        "SELECT pk FROM _sync_base WHERE tbl = ? AND pk IN (SELECT value FROM json_each(?))",
        (kind.entity_name, json.dumps(list(pks))),
    )
    missing = change_log.layers(connection, kind.entity_name, pks).keys() - {pk for (pk,) in held}
    connection.executemany(
        "INSERT INTO _sync_base (tbl, pk, ver, data) VALUES (?, ?, 0, NULL)", [(kind.entity_name, pk) for pk in sorted(missing)]
    )


def drop_search(writing: Writing, kind: type[Record]) -> None:
    """Stop an entity's search index from following: of a damaged row it does not hold the words that the row has now."""
    for statement in schema.drop_search_triggers(kind):
        writing.connection.execute(statement)


def build_search(writing: Writing, kind: type[Record]) -> None:
    """Build an entity's search index anew, and let it follow again."""
    if not schema.search_columns(kind):
        return
    index = schema.quoted(schema.search_table(kind))
    writing.connection.execute(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")
    for statement in schema.search_triggers(kind):
        writing.connection.execute(statement)
