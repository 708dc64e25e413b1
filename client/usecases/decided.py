"""Cards that somebody has decided: both values stay readable with the decision, and the losing one can be brought back.

All of it is read from the replica: a card's row stays in it after the decision.
"""

import dataclasses
import json

from client.replica.queries import Filter
from client.replica.replica import Replica
from client.usecases.answers import Change, Outcome, Page, Saved, TimelineEntry
from client.usecases.card_views import card_view
from client.usecases.decision_labels import decision_label
from client.usecases.labels import Say
from client.usecases.shown import Names
from client.usecases.sync_answers import SETTLED_BY_LOOKING, CardView, Decision, Since, outcome_of
from shared_models.codec import Row
from shared_models.fields import ARCHIVED, column_of, columns

SOLVED_DAYS = 30
DAY_US = 86_400_000_000
PAGE_ROWS = 50
"""Decided cards of one page, of the reader or of one record."""
HERE, CENTRAL = "h", "c"
"""Parts of the decided cards: those whose decision the centre has not seen yet, and the others."""


def solved_count(replica: Replica, now_ms: int) -> int:
    """Return how many cards of the reader were decided in the last 30 days, those that wait to be sent among them."""
    return sum(replica.count("sync_conflict", filters=filters) for filters in _solved(replica, now_ms))


def decided(replica: Replica, now_ms: int, after: str | None = None) -> Page[CardView]:
    """Return a page of the same cards: what waits to be sent, then the last decided first. after: `next` of the page before."""
    names, facts = Names(replica), replica.facts()
    central, here = _solved(replica, now_ms)
    rows, following = _page(replica, here, central, after)
    return Page(tuple(decided_view(replica, names, row, facts["user"], facts["device"]) for row in rows), following)


def _page(replica: Replica, here: list[Filter], central: list[Filter], after: str | None) -> tuple[list[Row], str | None]:
    """Return a page of cards and the place of the next: first those decided here, which have no time of the centre yet.

    The place is the part that it is in, and within it the place of `Replica.list_page`.
    """
    found: list[Row] = []
    part, place = (after[0], after[1:]) if after else (HERE, None)
    if part == HERE:
        first = replica.list_page(
            "sync_conflict", sort="updated_at", descending=True, filters=here, after=place, limit=PAGE_ROWS
        )
        found, place = first.rows, None
        if first.next is not None:
            return found, HERE + first.next
    rest = replica.list_page("sync_conflict", sort="decided_at", descending=True, filters=central, after=place, limit=PAGE_ROWS)
    return [*found, *rest.rows], None if rest.next is None else CENTRAL + rest.next


def _solved(replica: Replica, now_ms: int) -> tuple[list[Filter], list[Filter]]:
    """Return the conditions of what the centre has seen decided, and of what was decided here since."""
    mine = [Filter("state", "is_not", "open"), Filter("for_users", "has", replica.facts()["user"])]
    since = now_ms * 1000 - SOLVED_DAYS * DAY_US
    return [Filter("decided_at", "at_least", since), *mine], [Filter("decided_at", "is", None), *mine]


def decided_view(replica: Replica, names: Names, card: Row, me: str | None, here: str | None) -> CardView:
    """Return a decided card: who decided what, whether the other value can be brought back, and what the record holds since."""
    by = card["decided_by"] or me  # not at the centre yet: decided on this device
    return dataclasses.replace(
        card_view(replica, names, card, me, here),
        state=card["state"],
        decided_by=names.name("user", by),
        decided_by_me=by == me,
        decided_at=_when(card),
        can_restore=_lost(replica, card) is not None,
        since=_since(replica, card),
    )


def _when(card: Row) -> int:
    return int(card["decided_at"] or card["updated_at"] or card["created_at"] or 0)


def _lost(replica: Replica, card: Row) -> Row | None:
    """Return the losing values, where bringing them back makes sense: of a value, on a record in use, that differs from it."""
    record = replica.get(card["record_type"], card["record_id"])
    side = {"kept_theirs": "mine", "edited": "mine", "restored_mine": "theirs"}.get(card["state"])
    if card["kind"] != "value" or side is None or record is None or record[ARCHIVED] is not None:
        return None
    values: Row = json.loads(card[side] or "{}")
    known = {column.name for column in columns(replica.registry.get(card["record_type"]))}
    if not values or not set(values) <= known or all(record[name] == value for name, value in values.items()):
        return None
    return values


def _since(replica: Replica, card: Row) -> Since | None:
    """Return what became of the kept value: a person who decides otherwise later, or offline, puts the other one back."""
    record = replica.get(card["record_type"], card["record_id"])
    kept = {"kept_theirs": "theirs", "restored_mine": "mine"}.get(card["state"])
    if card["kind"] != "value" or kept is None or record is None:
        return None
    values, others = (json.loads(card[side] or "{}") for side in (kept, "mine" if kept == "theirs" else "theirs"))
    if not values or not set(values) <= set(record) or _holds(record, values):
        return None
    return "put_back" if others and _holds(record, others) else "changed"


def _holds(record: Row, values: Row) -> bool:
    return all(record.get(name) == value for name, value in values.items())


def restore_lost(replica: Replica, say: Say, card_id: str) -> Saved:
    """Bring the losing value of a decided card back, as a new edit on what the record holds now. Raises KeyError.

    The card stays as it was decided. Raises KeyError as well when there is nothing to bring back.
    """
    card = replica.get("sync_conflict", card_id)
    values = _lost(replica, card) if card is not None else None
    if card is None or values is None:
        raise KeyError(card_id)
    decision: Decision = "kept_theirs" if card["state"] == "restored_mine" else "restored_mine"
    label = decision_label(replica, say, card, decision, replica.facts()["user"], verb="brought_back")
    with replica.edit(label) as edit:
        edit.update(card["record_type"], card["record_id"], values)
        tx = edit.tx_id
    return Saved(tx, card["record_id"], label)


def entries(
    replica: Replica, names: Names, entity: str, pk: str, after: str | None = None
) -> tuple[list[TimelineEntry], str | None]:
    """Return a page of the decisions on a record and its parts, whoever made them, and the place of the next page."""
    pks = [pk]
    for child, field in replica.registry.children(replica.registry.get(entity)):
        pks += [row["id"] for row in replica.children_of(child.entity_name, field, pk, archived=None)]
    filters = [Filter("record_id", "in", pks), Filter("state", "is_not", "open")]
    here, central = [Filter("decided_at", "is", None), *filters], [Filter("decided_at", "is_not", None), *filters]
    rows, following = _page(replica, here, central, after)
    me = replica.facts()["user"]
    return [_entry(replica, names, row, me) for row in rows], following


def _entry(replica: Replica, names: Names, card: Row, me: str | None) -> TimelineEntry:
    by = card["decided_by"] or me
    return TimelineEntry(
        id=f"card/{card['id']}",
        kind="decided",
        entity=card["record_type"],
        at=_when(card),
        by=names.name("user", by),
        is_mine=by == me,
        changes=tuple(_changes(replica, names, card)),
        outcome=Outcome(
            outcome_of(card["kind"], card["state"]), names.name("user", card["mine_by"]), names.name("user", card["theirs_by"])
        ),
    )


def _changes(replica: Replica, names: Names, card: Row) -> list[Change]:
    """Return the losing value of the card as `before`, the one that was in use as `after`."""
    if card["kind"] in SETTLED_BY_LOOKING:
        return []
    entity = replica.registry.get(card["record_type"])
    known = {column.name for column in columns(entity)} - {"id", ARCHIVED}
    mine: Row = json.loads(card["mine"] or "{}")
    theirs: Row = json.loads(card["theirs"] or "{}")
    found = []
    for field in dict.fromkeys([*mine, *theirs]):
        if field not in known:
            continue
        target, values = column_of(entity, field).col.references, (mine.get(field), theirs.get(field))
        shown = [names.of(target, value) if target and isinstance(value, str) else None for value in values]
        found.append(Change(field, *values, *shown))
    return found
