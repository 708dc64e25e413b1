"""Cards that somebody has decided: both values stay readable with the decision, and the losing one can be brought back.

All of it is read from the replica: a card's row stays in it after the decision.
"""

import dataclasses
import json

from client.replica.queries import Filter
from client.replica.replica import Replica
from client.usecases.allowed import NotAllowed, allowed
from client.usecases.answers import Saved
from client.usecases.card_values import since_of
from client.usecases.card_views import card_view, present
from client.usecases.decision_labels import decision_label
from client.usecases.labels import Say
from client.usecases.list_answers import Page
from client.usecases.shown import Names
from client.usecases.sync_answers import CardView, Decision
from shared_models.codec import Row
from shared_models.fields import ARCHIVED, columns

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
    rows, following = decided_page(replica, here, central, after)
    return Page(
        tuple(decided_view(replica, names, row, facts["user"], facts["device"]) for row in rows if replica.knows(row)),
        following,
    )


def decided_page(
    replica: Replica, here: list[Filter], central: list[Filter], after: str | None
) -> tuple[list[Row], str | None]:
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
        decided_at=when(card),
        can_restore=_lost(replica, card) is not None,
        since=since_of(replica, card),
        now=present(replica, names, card),
    )


def when(card: Row) -> int:
    """Return when a card was decided: by the clock of the centre, or by this device's while only it knows."""
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


def restore_lost(replica: Replica, say: Say, card_id: str) -> Saved:
    """Bring the losing value of a decided card back, as a new edit on what the record holds now. Raises KeyError, NotAllowed.

    The card stays as it was decided. Raises KeyError as well when there is nothing to bring back.
    """
    card = replica.get("sync_conflict", card_id)
    values = _lost(replica, card) if card is not None else None
    if card is None or values is None:
        raise KeyError(card_id)
    if why := allowed(replica).write(card["record_type"], card["record_id"]):
        raise NotAllowed(why)
    decision: Decision = "kept_theirs" if card["state"] == "restored_mine" else "restored_mine"
    label = decision_label(replica, say, card, decision, replica.facts()["user"], verb="brought_back")
    with replica.edit(label) as edit:
        edit.update(card["record_type"], card["record_id"], values)
        tx = edit.tx_id
    return Saved(tx, card["record_id"], label)
