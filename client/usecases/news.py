"""News for whoever decided a clash: somebody who decided it otherwise, offline or later, has put the other value back.

All of it is read from the replica. What was read is noted on this device, so that each is told once.
"""

import dataclasses

from client.replica import meta
from client.replica.queries import Filter
from client.replica.replica import Replica
from client.usecases.decided import DAY_US, SOLVED_DAYS, decided_view
from client.usecases.shown import Names
from client.usecases.sync_answers import CardView
from shared_models.codec import Row

MAX_WATCHED = 100
"""The newest decisions of the reader that are looked at: it is done after every change."""


def news(replica: Replica, names: Names, now_ms: int) -> tuple[CardView, ...]:
    """Return the cards that the reader decided and whose other value holds again, but for those that he knows of."""
    facts = replica.facts()
    me, read = facts["user"], set(facts["news_read"])
    found = [
        _told(names, card, view, replica.get(card["record_type"], card["record_id"]) or {}, me)
        for card in _own(replica, me, now_ms)
        if card["id"] not in read
        for view in [decided_view(replica, names, card, me, facts["device"])]
        if view.since == "put_back"
    ]
    return tuple(one for one in found if one is not None)


def _own(replica: Replica, me: str | None, now_ms: int) -> list[Row]:
    since = now_ms * 1000 - SOLVED_DAYS * DAY_US
    filters = [Filter("decided_at", "at_least", since), Filter("decided_by", "is", me), Filter("kind", "is", "value")]
    page = replica.list_page("sync_conflict", sort="decided_at", descending=True, filters=filters, limit=MAX_WATCHED)
    return page.rows


def _told(names: Names, card: Row, view: CardView, record: Row, me: str | None) -> CardView | None:
    """Return the card with who put the value back, where that is certain: the last who wrote the record, of those whom it concerns.

    None when it was the reader, who knows.
    """
    by = record.get("updated_by")
    if by == me:
        return None
    return dataclasses.replace(view, since_by=names.name("user", by) if by in card["for_users"] else "")


def note_read(replica: Replica, card: str) -> None:
    """Note that the reader knows what became of a card."""
    with replica.write(durable=False) as writing:
        read = [one for one in meta.get(writing.connection, "news_read") if one != card]
        meta.put(writing.connection, {"news_read": [*read, card][-MAX_WATCHED:]})
