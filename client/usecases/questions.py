"""The open questions of the inbox that are about one company or contact: about itself, a part of it, or its likeness to another."""

import json
from itertools import groupby

from client.replica.replica import Replica
from shared_models.codec import Row


def questions_about(replica: Replica, entity: str, pk: str) -> tuple[str, ...]:
    """Return the reader's open cards about a record and its parts, in the order of the inbox: those that it shows him, and no others."""
    cards = replica.cards()
    owned = _owned(replica, [card for card in cards if card["record_type"] != entity], f"{entity}_id", pk)
    return tuple(
        card["id"]
        for card in cards
        if (card["record_id"] in owned if card["record_type"] != entity else pk in (card["record_id"], _twin(card)))
    )


def _owned(replica: Replica, cards: list[Row], field: str, pk: str) -> set[str]:
    """Return the ids of those records of cards that are a part of a record."""
    found: set[str] = set()
    for kind, some in groupby(sorted(cards, key=lambda card: str(card["record_type"])), lambda card: str(card["record_type"])):
        if field in replica.registry.get(kind).model_fields:
            rows = {card["record_id"]: replica.get(kind, card["record_id"]) for card in some}
            found.update(id for id, row in rows.items() if row is not None and row[field] == pk)
    return found


def _twin(card: Row) -> str | None:
    """Return the other one of two companies that may be one."""
    return json.loads(card["theirs"] or "{}").get("id") if card["kind"] == "duplicate" else None
