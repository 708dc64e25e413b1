"""Links and sets: every add leaves a trace, and a remove takes away only the adds that its author saw (`sync.md` 1.1, SU)."""

from typing import Any

from shared_models.codec import Row
from shared_models.fields import ARCHIVED, unit_of, units
from shared_models.protocol import Op
from sync_server.services import cards
from sync_server.services.applying import Applying
from sync_server.services.cards import Clash
from sync_server.services.workspace import CentralRow

Traces = dict[str, int]
"""Origin of the tx that added -> its seq."""


def add(work: Applying, found: CentralRow, op: Op, *, is_new: bool) -> None:
    """Leave the trace of an add, also when the link is live; an archived link comes back."""
    dots: Traces = found.extra.setdefault("dots", {})
    dots[work.origin] = work.seq
    if not is_new and found.row[ARCHIVED] is not None:
        _set_archived(work, found, None)


def remove(work: Applying, found: CentralRow, op: Op) -> None:
    """Take away the adds that the author saw; with none left the link is removed."""
    limit = work.base_version(op, ARCHIVED)
    dots: Traces = found.extra.get("dots", {})
    left = {origin: seq for origin, seq in dots.items() if not _saw(work, origin, seq, limit)}
    found.extra["dots"] = left
    if not left and found.row[ARCHIVED] is None:
        _set_archived(work, found, work.space.at)
        work.space.touch(found, work.seq, work.actor.user_id, exact=True)
        return
    state = {ARCHIVED: found.row[ARCHIVED]}
    work.remember(op.t, op.pk, ARCHIVED, state, state, "merged")
    work.mixed = True
    work.space.touch(found, work.seq, work.actor.user_id, exact=False)


def is_removed_unseen(work: Applying, found: CentralRow, op: Op) -> bool:
    """Whether an op edits the fields of a link that somebody removed without its author knowing."""
    if op.op != "u" or not found.entity.is_link or found.row[ARCHIVED] is None:
        return False
    return not work.knew(found.version_of(ARCHIVED), work.row_version(op))


def refuse_edit(work: Applying, found: CentralRow, op: Op, values: Row) -> None:
    """The remove wins; what was typed goes to the inbox, one card a unit."""
    for name in dict.fromkeys(unit_of(found.entity, field) for field in values):
        unit = units(found.entity)[name]
        mine = {field: values[field] for field in unit.fields if field in values}
        base = {field: op.base[field] for field in unit.fields if field in op.base} or None
        theirs = {ARCHIVED: found.row[ARCHIVED]}
        cards.ask(work, found, Clash("link_removed", name, unit.policy, base, mine, theirs, found.version_of(ARCHIVED)))
    work.space.touch(found, work.seq, None, exact=False)


def element_traces(work: Applying, found: CentralRow, op: Op, field: str, change: Any) -> frozenset[str]:
    """Bring the traces of a set's elements up to date, and return the elements that a remove must leave, unseen adds.

    Elements without traces of their own came with the record.
    """
    verbs: dict[str, Any] = change if isinstance(change, dict) else {"add": change or ()}
    limit = work.base_version(op, field)
    traces: dict[str, Traces] = found.extra.setdefault("adds", {}).setdefault(field, {})
    unseen = set()
    for element in verbs.get("remove", ()):
        known = traces.get(element) or {found.created_origin: found.created_seq}
        left = {origin: seq for origin, seq in known.items() if not _saw(work, origin, seq, limit)}
        traces.pop(element, None)
        if left and element in (found.row[field] or ()):
            traces[element] = left
            unseen.add(element)
    for element in verbs.get("add", ()):
        present = element in (found.row[field] or ())
        known = traces.get(element) or ({found.created_origin: found.created_seq} if present else {})
        traces[element] = {**known, work.origin: work.seq}
    return frozenset(unseen)


def _saw(work: Applying, origin: str, seq: int, limit: int) -> bool:
    return seq <= limit or origin in work.after or origin == work.origin


def _set_archived(work: Applying, found: CentralRow, moment: int | None) -> None:
    before = {ARCHIVED: found.row[ARCHIVED]}
    work.remember(found.entity.entity_name, found.pk, ARCHIVED, before, {ARCHIVED: moment}, "applied")
    found.row[ARCHIVED] = moment
    found.col_ver[ARCHIVED] = work.seq
