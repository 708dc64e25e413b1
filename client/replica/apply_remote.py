"""Takes one pulled page into the replica: a checkpoint is one transaction of rows, leaves, acks, digest and cursor.

What a page does depends on where the replica stands. A page that is not the last of a long pull is put aside (`stage`), or,
while the replica has never been complete, loaded as it comes. The last one, or the only one, is a checkpoint.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from client.replica import (
    accepting,
    bulk_load,
    change_log,
    digests,
    display,
    epochs,
    leaving,
    left,
    meta,
    purging,
    rows,
    settling,
    stage,
)
from client.replica.connection import overwrite_freed
from client.replica.display import Base
from client.replica.remote_page import Ack, RemotePage, RowsChunk
from client.replica.writing import Writing
from shared_models import clock
from shared_models.registry import Registry

if TYPE_CHECKING:
    from client.replica.replica import Replica


class Outcome(StrEnum):
    """What became of a page."""

    CHECKPOINT = "checkpoint"
    STAGED = "staged"
    """Put aside or loaded; the next page is wanted."""
    IGNORED = "ignored"
    """Not from where the replica stands, or of another timeline; nothing was changed."""
    RENUMBERED = "renumbered"
    """It answers txs that this replica never made: the device was restored from a backup, and has a new epoch now."""


@dataclass
class Checkpoint:
    """One checkpoint being applied, or rows being put right."""

    writing: Writing
    registry: Registry
    tally: digests.Tally | None
    """None during a first load: the digests are computed from the rows at its end."""
    sent: set[tuple[str, str]]
    """(entity, id) of the rows that the page carries."""
    is_staged: bool
    """The last page of a long pull: the centre has sent every row that changed, so no ack stands for one (PROTOCOL 7.2)."""
    to_lay: dict[str, set[str]]
    """Entity -> ids of rows with own ops whose base changed, or that were let go of."""
    bases: dict[str, dict[str, Base]] = field(default_factory=lambda: defaultdict(dict))
    """Entity -> id -> the new central rows of those; stored when they are laid."""
    later: dict[str, dict[str, str | None]] = field(default_factory=lambda: defaultdict(dict))
    """Entity -> id -> what only a newer version knows of those: they may be in no table until they are laid."""
    unsaid: set[str] = field(default_factory=set)
    """Entities whose search index still knows words that were removed."""
    emptied: dict[str, frozenset[str]] = field(default_factory=dict)
    """Entity -> confidential fields that were emptied."""


def apply_page(replica: "Replica", page: RemotePage) -> Outcome:
    """Take in one page. Raises ReplicaFull or another ReplicaError; then nothing of it was applied."""
    with replica.write(durable=False) as writing:
        writing.from_centre = True
        facts = meta.get_all(writing.connection)
        if not _is_from_here(page, facts):
            return Outcome.IGNORED
        if not page.end.commit:
            return _put_aside(writing, replica.registry, page, facts)
        if facts["cursor"] and _has_unknown(writing, page.acks):
            epochs.renumber(writing, replica.ids)
            return Outcome.RENUMBERED
        _apply_checkpoint(writing, replica.registry, page, facts, replica.ids.now_ms() * 1000)
        return Outcome.CHECKPOINT


def _is_from_here(page: RemotePage, facts: Mapping[str, Any]) -> bool:  # Any: see `meta`
    """Whether the page continues this replica, at its cursor and at its place in a long pull (PROTOCOL 7.4).

    A row that changes during a long pull is left to the final page: one that was made before a page which left it out lacks it.
    """
    start = facts["stage_cursor"] if facts["stage_after"] else facts["cursor"]
    begin = page.begin
    if facts["stage_after"] and begin.at < facts["stage_at"]:
        return False
    return (begin.epoch, begin.from_seq, begin.after) == (facts["server_epoch"], start, facts["stage_after"])


def _has_unknown(writing: Writing, acks: Iterable[Ack]) -> bool:
    """Whether a verdict names a tx that this replica does not hold (PROTOCOL 7.5)."""
    wanted = {ack.tx_id for ack in acks}
    return bool(wanted) and change_log.count_known(writing.connection, wanted) < len(wanted)


def _put_aside(writing: Writing, registry: Registry, page: RemotePage, facts: Mapping[str, Any]) -> Outcome:  # Any: `meta`
    connection, count = writing.connection, sum(len(chunk.rows) for chunk in page.chunks)
    if facts["complete"] or facts["replace"]:
        for chunk in page.chunks:
            stage.put(connection, registry.get(chunk.entity), chunk)
    else:
        bulk_load.begin(writing, registry)
        checkpoint = Checkpoint(writing, registry, None, set(), True, defaultdict(set))
        for chunk in page.chunks:
            put_rows(checkpoint, chunk)
        lay_all(checkpoint)
    meta.put(
        connection,
        {
            "stage_after": page.end.after,
            "stage_cursor": page.end.cursor,
            "stage_at": page.begin.at,
            "stage_rows": facts["stage_rows"] + count,
        },
    )
    return Outcome.STAGED


def _apply_checkpoint(
    writing: Writing, registry: Registry, page: RemotePage, facts: Mapping[str, Any], now_us: int  # Any: see `meta`
) -> None:  # fmt: skip
    """Make the replica what the centre was at the page's end, with what waits here laid over it."""
    connection, fresh = writing.connection, facts["replace"] or not facts["complete"]
    forgets = bool(page.leaves or page.hidden or facts["replace"])
    overwrite_freed(connection, forgets)
    if facts["replace"]:
        bulk_load.empty(writing, registry)
    elif fresh and facts["stage_after"]:
        bulk_load.begin(writing, registry)
    tally = None if fresh else digests.Tally(digests.stored(connection))
    is_staged = facts["stage_after"] is not None
    checkpoint = Checkpoint(writing, registry, tally, set(), is_staged, defaultdict(set))
    for entity_name, pk in display.all_pending(connection) if fresh else ():
        checkpoint.to_lay[entity_name].add(pk)
    listed = set() if fresh else left.on_lists(connection, registry, page.leaves)
    _take_in(checkpoint, page)
    done = _take_acks(checkpoint, page.acks)
    meta.put(
        connection,
        {
            "cursor": page.end.cursor,
            "rows_epoch": facts["server_epoch"],
            "complete": True,
            "replace": False,
            "hlc": clock.witness(facts["hlc"], _newest_stamp(page, facts["offset_ms"])),
        },
    )
    for entity_name, pk in settling.settle(writing, page.end.cursor, now_us) - done:
        checkpoint.to_lay[entity_name].add(pk)
    settling.forget(writing, page.end.safe_seq, now_us)
    lay_all(checkpoint)
    left.note(writing, registry, listed, now_us)
    epochs.forget_stage(writing)
    bulk_load.finish(writing, registry)
    if leaving.forget_before(checkpoint) or forgets:
        leaving.forget_absent(checkpoint)
        purging.remember(writing, "file")
    if tally is None:
        digests.store(connection, digests.recomputed(connection, registry))
    else:
        tally.write(connection)


def _take_in(checkpoint: Checkpoint, page: RemotePage) -> None:
    """Take in the rows that were put aside, what left since, and the rows of the page, in this order.

    A record may have left while the pull was under way, and a part of it may be back with another parent.
    """
    for entity in checkpoint.registry:
        for chunk in stage.take(checkpoint.writing.connection, entity):
            put_rows(checkpoint, chunk)
    leaving.take_leave(checkpoint, page.leaves)
    leaving.hide(checkpoint, page.hidden)
    for chunk in page.chunks:
        put_rows(checkpoint, chunk)


def put_rows(checkpoint: Checkpoint, chunk: RowsChunk) -> None:
    """Replace rows by what the centre sent. Those with own ops get a new base, and are laid again afterwards."""
    connection, kind = checkpoint.writing.connection, checkpoint.registry.get(chunk.entity)
    place = list(chunk.cols).index("id")
    pks = [row[place] for row in chunk.rows]
    values = rows.bulk_values(kind, chunk.cols, chunk.rows, chunk.versions)
    checkpoint.sent.update((chunk.entity, pk) for pk in pks)
    _count(checkpoint, chunk.entity, pks, chunk.versions)
    pending = display.pending_pks(connection, kind)
    if pending:
        for pk, array, version in zip(pks, chunk.rows, chunk.versions, strict=True):
            if pk in pending:
                checkpoint.bases[chunk.entity][pk] = dict(zip(chunk.cols, array, strict=True)), version
                checkpoint.to_lay[chunk.entity].add(pk)
        values = [value for pk, value in zip(pks, values, strict=True) if pk not in pending]
    connection.executemany(rows.upsert_sql(kind), values)
    if chunk.later:
        rows.keep_later(connection, kind, pks, chunk.later)
        checkpoint.later[chunk.entity].update((pk, said) for pk, said in zip(pks, chunk.later, strict=True) if pk in pending)
    checkpoint.writing.changed(chunk.entity, set(pks))


def _count(checkpoint: Checkpoint, entity: str, pks: list[str], versions: Iterable[int]) -> None:
    """Bring the digest up to date; the old versions are read before they are replaced."""
    if checkpoint.tally is None:
        return
    old = _old_versions(checkpoint, entity, pks)
    for pk, version in zip(pks, versions, strict=True):
        checkpoint.tally.replace(entity, pk, old.get(pk, 0), version)


def _old_versions(checkpoint: Checkpoint, entity: str, pks: list[str]) -> dict[str, int]:
    """Return id -> central version; a row with own ops may have come before in this checkpoint, and is not in its table yet."""
    found = stage.versions(checkpoint.writing.connection, checkpoint.registry.get(entity), pks)
    new = checkpoint.bases.get(entity, {})
    return {**found, **{pk: new[pk][1] for pk in pks if pk in new}}


def take_away(checkpoint: Checkpoint, entity_name: str, pks: Iterable[str]) -> None:
    """Remove rows that left the person's view; own ops on them stay in the log (sync.md 3, pull rules)."""
    connection, kind = checkpoint.writing.connection, checkpoint.registry.get(entity_name)
    pks = list(pks)
    old = _old_versions(checkpoint, entity_name, pks)
    pending = display.pending_pks(connection, kind)
    for pk in pks:
        if checkpoint.tally is not None:
            checkpoint.tally.replace(entity_name, pk, old.get(pk, 0), 0)
        if pk in pending:
            checkpoint.bases[entity_name][pk] = None, 0
            checkpoint.to_lay[entity_name].add(pk)
    rows.remove(connection, kind, [pk for pk in pks if pk not in pending])
    checkpoint.writing.changed(entity_name, set(pks))


def _take_acks(checkpoint: Checkpoint, acks: Iterable[Ack]) -> set[accepting.Key]:
    """Store verdicts; what applied txs did to rows that were not sent is theirs from now on. Returns the rows that are done."""
    writing, registry, tally = checkpoint.writing, checkpoint.registry, checkpoint.tally
    accepted = accepting.take_acks(writing, acks, not checkpoint.is_staged, checkpoint.sent)
    done = accepting.settle_shown(writing.connection, tally, accepted) if tally is not None else set()
    for entity, pk in done:
        writing.changed(entity, {pk})
    slow = {key: ops for key, ops in accepted.items() if key not in done}
    accepting.overlaid(writing.connection, registry, tally, slow, checkpoint.bases)
    for entity, pk in slow:
        checkpoint.to_lay[entity].add(pk)
    return done


def lay_all(checkpoint: Checkpoint) -> None:
    """Lay what waits over the rows that got another base or were let go of."""
    for entity, pks in checkpoint.to_lay.items():
        kind, later = checkpoint.registry.get(entity), checkpoint.later[entity]
        display.lay_many(checkpoint.writing.connection, kind, pks, checkpoint.bases[entity])
        rows.keep_later(checkpoint.writing.connection, kind, later.keys(), later.values())
        checkpoint.writing.changed(entity, pks)


def _newest_stamp(page: RemotePage, offset_ms: int) -> int:
    """Return a stamp, by this device's clock, not older than any value that the page carries (`sync.md` 1.1, LE)."""
    newest = max((ack.at for ack in page.acks), default=0)
    for chunk in page.chunks:
        if "updated_at" in chunk.cols:
            place = list(chunk.cols).index("updated_at")
            newest = max(newest, max((row[place] or 0 for row in chunk.rows), default=0))
    return max(newest // 1000 + offset_ms, 0) << clock.COUNTER_BITS
