"""News for whoever decided a clash of which another decision holds: made offline before his, or later than it.

All of it is read from the replica. What was read is noted on this device, so that each is told once.
"""

import dataclasses

from client.replica import meta
from client.replica.queries import Filter
from client.replica.replica import Replica
from client.usecases.decided import DAY_US, SOLVED_DAYS, decided_view
from client.usecases.shown import Names
from client.usecases.sync_answers import ARCHIVINGS, CardView, How
from shared_models.codec import Row

MAX_WATCHED = 100
"""The newest decisions of the reader that are looked at: it is done after every change."""

TOLD = ("value", "archived", "revived")
"""Kinds of cards of which a later decision can be another one that holds."""


def news(replica: Replica, names: Names, now_ms: int) -> tuple[CardView, ...]:
    """Return the cards that the reader decided and of which another decision holds, but for those that he knows of."""
    facts = replica.facts()
    me, read = facts["user"], set(facts["news_read"])
    cards = [card for card in _own(replica, me, now_ms) if card["id"] not in read]
    states = replica.states_of("sync_conflict", [card["id"] for card in cards])
    found = [_told(replica, names, card, me, facts["device"]) for card in cards if states[card["id"]] != "waiting"]
    return tuple(one for one in found if one is not None)


def _own(replica: Replica, me: str | None, now_ms: int) -> list[Row]:
    """Return the cards that the reader decided, and those that he decided after somebody else had: newest first."""
    since = [Filter("decided_at", "at_least", now_ms * 1000 - SOLVED_DAYS * DAY_US), Filter("kind", "in", list(TOLD))]
    first = [*since, Filter("decided_by", "is", me)]
    later = [*since, Filter("updated_by", "is", me), Filter("decided_by", "is_not", me)]
    pages = [
        replica.list_page("sync_conflict", sort="decided_at", descending=True, filters=filters, limit=MAX_WATCHED)
        for filters in (first, later)
    ]
    return sorted((row for page in pages for row in page.rows), key=lambda row: -row["decided_at"])


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
