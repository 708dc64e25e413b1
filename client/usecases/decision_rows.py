"""What a timeline tells of decisions: who kept what when, also where it was decided again, and what holds now if that is another value.

Cards have the first decision. A later one is a value in the history of the record, and is told as what it was: a decision.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from client.replica.queries import Filter
from client.replica.replica import Replica
from client.usecases.card_values import DECISIONS, holds, kind_of, side_of, side_that_holds
from client.usecases.decided import decided_page, when
from client.usecases.shown import Names
from client.usecases.sync_answers import KEPT, SETTLED_BY_LOOKING, SideName, outcome_of
from client.usecases.timeline_answers import Change, Outcome, TimelineEntry
from shared_models.codec import Row
from shared_models.fields import ARCHIVED, column_of, columns
from shared_models.protocol import HistoryEntry

MAX_WATCHED = 100
"""The newest decided cards whose later decisions are looked for in one page of history."""
STORED = ("applied", "merged", "restored")
"""Kinds of history whose `after` was what the record held then."""


@dataclass(frozen=True)
class Told:
    """An entry of a decision, with its card. kept: the values that it kept; None where they are not in the card."""

    entry: TimelineEntry
    card: Row
    kept: Row | None = None


def told(replica: Replica, names: Names, entity: str, pk: str, after: str | None = None) -> tuple[list[Told], str | None]:
    """Return a page of the decisions on a record and its parts, whoever made them, and the place of the next page."""
    filters = [Filter("record_id", "in", replica.with_parts(entity, pk)), Filter("state", "is_not", "open")]
    here, central = [Filter("decided_at", "is", None), *filters], [Filter("decided_at", "is_not", None), *filters]
    cards, following = decided_page(replica, here, central, after)
    me = replica.facts()["user"]
    return [_first(replica, names, card, me) for card in cards], following


def _first(replica: Replica, names: Names, card: Row, me: str | None) -> Told:
    side = KEPT.get(card["state"])
    outcome = _outcome(replica, names, card, outcome_of(kind_of(card), card["state"]))
    entry = _entry(replica, names, card, f"card/{card['id']}", when(card), card["decided_by"] or me, outcome)
    return Told(entry, card, side_of(card, side) if side else None)


def again(
    replica: Replica, names: Names, lines: Iterable[HistoryEntry]
) -> tuple[list[Told], list[HistoryEntry], dict[str, Row]]:
    """Return the decisions in a page of history, the lines of it that are none, and what was typed instead of both values.

    The last is by card: of a decision whose value is not in the card.
    """
    found, others, chosen = [], [], {}
    kept: dict[str, SideName | None] = {}
    lines = list(lines)
    cards = _cards(replica, {line.record for line in lines})
    for line in reversed(lines):
        card = next((card for card in cards if _is_about(card, line)), None)
        if card is None:
            others.append(line)
            continue
        after, before = line.after or {}, kept.get(card["id"], KEPT.get(card["state"]))
        side = kept[card["id"]] = side_that_holds(card, after)
        is_own = (line.arrived_at, line.by) == (card["decided_at"], card["decided_by"])
        if is_own:
            chosen[card["id"]] = after
        if not is_own and (side not in (None, before) or (side is None and _is_answer(card, line))):
            found.append(_later(replica, names, card, line, side))
        else:
            others.append(line)
    return found[::-1], others[::-1], chosen


def _cards(replica: Replica, records: set[str]) -> list[Row]:
    """Return the decided cards about values of these records, the last decided first."""
    filters = [Filter("record_id", "in", sorted(records)), Filter("kind", "is", "value"), Filter("decided_at", "is_not", None)]
    page = replica.list_page("sync_conflict", sort="decided_at", descending=True, filters=filters, limit=MAX_WATCHED)
    return [row for row in page.rows if replica.knows(row)]


def _is_about(card: Row, line: HistoryEntry) -> bool:
    """Whether a line tells of a value that a decided card is about, stored no earlier than the decision."""
    is_there = (card["record_id"], card["unit"]) == (line.record, line.unit)
    return is_there and line.arrived_at >= card["decided_at"] and line.kind in STORED


def _is_answer(card: Row, line: HistoryEntry) -> bool:
    """Whether a third value came with another decision of the card than the first: its row tells whose that was, and when."""
    return (line.by, line.arrived_at) == (card["updated_by"], card["updated_at"])


def _later(replica: Replica, names: Names, card: Row, line: HistoryEntry, side: SideName | None) -> Told:
    outcome = replace(_outcome(replica, names, card, DECISIONS[side] if side else "edited"), is_again=side is not None)
    entry = _entry(replica, names, card, f"{line.record}/{line.seq}/{line.unit}", line.arrived_at, line.by, outcome)
    values = side_of(card, side) if side else _fields(card, line.after or {})
    return Told(entry, card, values)


def entries(replica: Replica, names: Names, decisions: Iterable[Told], chosen: dict[str, Row]) -> list[TimelineEntry]:
    """Return the entries, each with what it kept; the newest of each value tells what holds now, where that is another one."""
    found: list[TimelineEntry] = []
    seen: set[tuple[str, str]] = set()
    for one in sorted(decisions, key=lambda one: -one.entry.at):
        place = one.card["record_id"], one.card["unit"]
        kept = one.kept if one.kept is not None else _fields(one.card, chosen.get(one.card["id"], {}))
        now = {} if place in seen else _stands(replica, one.card, kept)
        seen.add(place)
        found.append(_with(replica, names, one, kept, now))
    return found


def _stands(replica: Replica, card: Row, kept: Row) -> Row:
    """Return what the record holds now in the fields of a card, where that is not what was kept."""
    record = replica.get(card["record_type"], card["record_id"])
    if card["kind"] != "value" or record is None:
        return {}
    if card["state"] == "kept_both" and not kept:
        return _fields(card, record) if side_that_holds(card, record) else {}
    return {} if holds(record, kept) else _fields(card, record)


def _with(replica: Replica, names: Names, one: Told, kept: Row, now: Row) -> TimelineEntry:
    outcome = one.entry.outcome
    if outcome is None:
        return one.entry
    chosen = kept if outcome.decision == "edited" else {}
    kind = one.card["record_type"]
    return replace(
        one.entry,
        outcome=replace(outcome, chosen=_values(replica, names, kind, chosen), now=_values(replica, names, kind, now)),
    )


def _values(replica: Replica, names: Names, entity: str, values: Row) -> tuple[Change, ...]:
    """Return values as changes from nothing, with the names of the records that they point at."""
    found = []
    for field in _known(replica, entity, values):
        target, value = column_of(replica.registry.get(entity), field).col.references, values[field]
        found.append(Change(field, None, value, None, names.of(target, value) if target and isinstance(value, str) else None))
    return tuple(found)


def _fields(card: Row, values: Row) -> Row:
    """Return of some values those that a card is about."""
    return {name: values[name] for name in {**side_of(card, "mine"), **side_of(card, "theirs")} if name in values}


def _known(replica: Replica, entity: str, values: Iterable[str]) -> list[str]:
    known = {column.name for column in columns(replica.registry.get(entity))} - {"id", ARCHIVED}
    return [name for name in values if name in known]


def _outcome(replica: Replica, names: Names, card: Row, decision: str) -> Outcome:
    lost_by, used_by, me = card["mine_by"], card["theirs_by"], replica.facts()["user"]
    return Outcome(
        decision, names.name("user", lost_by), names.name("user", used_by),
        lost_by is not None and lost_by == me, used_by is not None and used_by == me,
    )  # fmt: skip


def _entry(replica: Replica, names: Names, card: Row, id: str, at: int, by: str | None, outcome: Outcome) -> TimelineEntry:
    me = replica.facts()["user"]
    return TimelineEntry(
        id=id,
        kind="decided",
        entity=card["record_type"],
        at=at,
        by=names.name("user", by),
        is_mine=by is not None and by == me,
        changes=tuple(_changes(replica, names, card)),
        outcome=outcome,
    )


def _changes(replica: Replica, names: Names, card: Row) -> list[Change]:
    """Return the losing value of the card as `before`, the one that was in use as `after`."""
    if card["kind"] in SETTLED_BY_LOOKING:
        return []
    mine, theirs = side_of(card, "mine"), side_of(card, "theirs")
    found = []
    for field in _known(replica, card["record_type"], {**mine, **theirs}):
        target = column_of(replica.registry.get(card["record_type"]), field).col.references
        values = mine.get(field), theirs.get(field)
        shown = [names.of(target, value) if target and isinstance(value, str) else None for value in values]
        found.append(Change(field, *values, *shown))
    return found
