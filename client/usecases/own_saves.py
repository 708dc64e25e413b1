"""Own saves as this device knows them, in the form in which the centre tells them: for the timeline of a record, offline too.

Those that wait are in no answer of the centre yet. Those that have settled are, but it may be out of reach, and its last answer
older than they are; the change log keeps them for a week at least.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace

from client.replica.change_log import LoggedTx
from client.replica.replica import Replica
from client.usecases.allowed import allowed
from client.usecases.past_saves import MADE, Saves
from client.usecases.timeline_answers import TimelineEntry
from shared_models.codec import Row
from shared_models.fields import ARCHIVED
from shared_models.protocol import HistoryEntry, Op, Scalar

TAKEN = (None, "applied", "merged")
"""Verdicts after which a save is, or will be, in the history as it was made; after others its author is asked."""


def waiting_entries(replica: Replica, saves: Saves, told: Collection[str]) -> list[TimelineEntry]:
    """Return the own saves that touched a record or a part of it and wait. told: ids of saves that the centre tells already."""
    found: list[TimelineEntry] = []
    for tx, ops in replica.open_at(saves.pk):
        if tx.id not in told and tx.verdict in TAKEN:
            lines = [line for op in ops if _is_of(replica, saves, op) for line in _lines(tx, op)]
            found += [replace(entry, id=f"tx/{tx.id}", state="waiting") for entry in saves.entries(lines)]
    return found


def settled_entries(replica: Replica, saves: Saves) -> list[TimelineEntry]:
    """Return the own saves of a record and its parts that the centre took, each under the id that it has in the centre's answer.

    Only of what is here, and without what the reader may not see any more: the centre would not tell him of it either.
    """
    found: list[TimelineEntry] = []
    may = allowed(replica)
    for tx, ops in replica.settled_at(saves.entity, saves.pk):
        if tx.verdict in TAKEN and tx.seq is not None:
            seen = [_without(op, may.hidden_fields(op.t)) for op in ops if replica.get(op.t, op.pk) is not None]
            lines = [line for op in seen if _is_of(replica, saves, op) for line in _lines(tx, op)]
            found += saves.entries(lines)
    return found


def _without(op: Op, hidden: Collection[str]) -> Op:
    """Return an op without some fields."""
    return op.model_copy(update={"set": {name: value for name, value in op.set.items() if name not in hidden}})


def _is_of(replica: Replica, saves: Saves, op: Op) -> bool:
    """Whether an op is about a record or a part of it."""
    if (op.t, op.pk) == (saves.entity, saves.pk):
        return True
    registry = replica.registry
    fields = [field for child, field in registry.children(registry.get(saves.entity)) if child.entity_name == op.t]
    row: Row = (replica.get(op.t, op.pk) or {}) if fields else {}
    return any({**row, **op.set}.get(field) == saves.pk for field in fields)


def _lines(tx: LoggedTx, op: Op) -> Iterator[HistoryEntry]:
    """Yield the lines that the centre writes when it takes an op as it is."""
    values = {name: value for name, value in op.set.items() if name != ARCHIVED}
    before = {name: op.base.get(name) for name in values}
    if op.op == "i" and not op.base:
        yield _line(tx, op, MADE, None, values)
    elif op.op == "d":
        yield _line(tx, op, ARCHIVED, {ARCHIVED: None}, {ARCHIVED: tx.saved_at})
    else:
        if op.op == "i" or ARCHIVED in op.set:
            yield _line(tx, op, ARCHIVED, {ARCHIVED: op.base.get(ARCHIVED) or tx.saved_at}, {ARCHIVED: None})
        if values:
            after = {name: _whole(before[name], value) for name, value in values.items()}
            yield _line(tx, op, "", before, after)


def _whole(before: Scalar, value: Scalar) -> Scalar:
    """Return the set that is left when what was added and taken away is done to the one before; other values as they are."""
    if not isinstance(value, dict):
        return value
    return sorted((set(before or ()) | set(value.get("add", ()))) - set(value.get("remove", ())))


def _line(tx: LoggedTx, op: Op, unit: str, before: Row | None, after: Row | None) -> HistoryEntry:
    return HistoryEntry(
        seq=tx.n if tx.seq is None else tx.seq,
        entity=op.t,
        record=op.pk,
        unit=unit,
        before=before,
        after=after,
        by=tx.by,
        tx=tx.id,
        typed_at=tx.saved_at,
        arrived_at=tx.saved_at,
        kind="applied",
    )
