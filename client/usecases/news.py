"""News of decisions of others: for whoever had decided otherwise, and for whoever typed a value that lost.

A decision is other than the reader's when it was made offline before his, or later than it. All of it is read from the replica. What
was read is noted on this device, so that each is told once.
"""

import dataclasses

from client.replica import meta
from client.replica.queries import Filter
from client.replica.replica import Replica
from client.usecases.card_values import SIDES, holds, side_of
from client.usecases.decided import DAY_US, SOLVED_DAYS, decided_view
from client.usecases.shown import Names
from client.usecases.sync_answers import ARCHIVINGS, CardView, How
from shared_models.codec import Row

MAX_WATCHED = 100
"""The newest decisions of the reader that are looked at: it is done after every change."""

TOLD = ("value", "archived", "revived")
"""Kinds of cards of which a later decision can be another one that holds."""


def news(replica: Replica, names: Names, now_ms: int) -> tuple[CardView, ...]:
    """Return the cards of which another decision than the reader's holds, or in which what he typed lost, but for those that he knows of."""
    facts = replica.facts()
    me, here, read = facts["user"], facts["device"], set(facts["news_read"])
    since = now_ms * 1000 - SOLVED_DAYS * DAY_US
    own = [(card, _told) for card in _own(replica, me, since)]
    lost = [(card, _told_lost) for card in _lost(replica, me, max(since, facts["bound_at"] * 1000))]
    cards = [(card, tell) for card, tell in (*own, *lost) if card["id"] not in read]
    cards.sort(key=lambda one: -one[0]["decided_at"])
    states = replica.states_of("sync_conflict", [card["id"] for card, _ in cards])
    found = [tell(replica, names, card, me, here) for card, tell in cards if states[card["id"]] != "waiting"]
    return tuple(one for one in found if one is not None)


def _own(replica: Replica, me: str | None, since: int) -> list[Row]:
    """Return the cards that the reader decided, and those that he decided after somebody else had."""
    told = [Filter("decided_at", "at_least", since), Filter("kind", "in", list(TOLD))]
    first = [*told, Filter("decided_by", "is", me)]
    later = [*told, Filter("updated_by", "is", me), Filter("decided_by", "is_not", me)]
    return _newest(replica, first, later)


def _lost(replica: Replica, me: str | None, since: int) -> list[Row]:
    """Return the cards that others decided against a value of the reader, since his data is on this device."""
    others = [
        Filter("decided_at", "at_least", since),
        Filter("kind", "is", "value"),
        Filter("decided_by", "is_not", me),
        Filter("updated_by", "is_not", me),
    ]
    used = [*others, Filter("mine_by", "is", me), Filter("state", "in", ["kept_theirs", "edited"])]
    replaced = [*others, Filter("theirs_by", "is", me), Filter("state", "in", ["restored_mine", "edited"])]
    return list({card["id"]: card for card in _newest(replica, used, replaced)}.values())


def _newest(replica: Replica, *choices: list[Filter]) -> list[Row]:
    """Return the cards decided last that fit one of the choices."""
    pages = [
        replica.list_page("sync_conflict", sort="decided_at", descending=True, filters=filters, limit=MAX_WATCHED)
        for filters in choices
    ]
    return [row for page in pages for row in page.rows if replica.knows(row)]


def _told_lost(replica: Replica, names: Names, card: Row, me: str | None, here: str | None) -> CardView | None:
    """Return the card with who decided it; None where what the reader typed holds, or where he knows as he wrote what holds now."""
    record = replica.get(card["record_type"], card["record_id"])
    if record is None or card["decided_by"] is None:
        return None
    sides = [(side_of(card, side), card[f"{side}_by"] == me) for side in SIDES]
    if not {name for values, _ in sides for name in values} <= set(record):
        return None
    view = decided_view(replica, names, card, me, here)
    is_known = view.since is not None and record["updated_by"] == me
    if is_known or any(is_mine and holds(record, values) for values, is_mine in sides):
        return None
    return _with(view, "lost", view.decided_by)


def _told(replica: Replica, names: Names, card: Row, me: str | None, here: str | None) -> CardView | None:
    """Return the card with why and by whom another decision holds; None when the reader's does, or when he knows."""
    view = decided_view(replica, names, card, me, here)
    record = replica.get(card["record_type"], card["record_id"])
    if record is None:
        return None
    if card["decided_by"] != me:  # somebody else was first, and the reader's later decision changed nothing
        return _with(view, "first", view.decided_by) if view.since is None else None
    writer, later = record["updated_by"], card["updated_by"]
    is_answered = later is not None and later != me
    if view.since is None or not (is_answered or writer != me):
        return None
    if view.kind in ARCHIVINGS and not is_answered:
        return None  # an ordinary later archive, or a return on purpose
    if view.since == "changed" and not is_answered and card["state"] != "edited":
        return None  # an ordinary later edit
    by = later if is_answered else writer
    return _with(view, view.since, names.name("user", by) if by in card["for_users"] else "")


def _with(view: CardView, how: How, by: str) -> CardView:
    return dataclasses.replace(view, how=how, since_by=by)


def note_read(replica: Replica, card: str) -> None:
    """Note that the reader knows what became of a card."""
    with replica.write(durable=False) as writing:
        read = [one for one in meta.get(writing.connection, "news_read") if one != card]
        meta.put(writing.connection, {"news_read": [*read, card][-MAX_WATCHED:]})
