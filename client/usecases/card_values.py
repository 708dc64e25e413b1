"""The values of a conflict card against those of its record: which one a decision kept, and which one holds now."""

import json

from client.replica.replica import Replica
from client.usecases.sync_answers import ARCHIVINGS, KEPT, Decision, SideName, Since
from shared_models.codec import Row
from shared_models.fields import ARCHIVED, columns

SIDES: tuple[SideName, ...] = ("mine", "theirs")
DECISIONS: dict[SideName, Decision] = {"theirs": "kept_theirs", "mine": "restored_mine"}


def side_of(card: Row, side: SideName) -> Row:
    """Return the values of a side; empty when the card has none."""
    found: Row = json.loads(card[side] or "{}")
    return found


def kind_of(card: Row) -> str:
    """Return the kind of a card as a person sees it: to bring a record back is another matter than to archive it."""
    is_back = card["kind"] == "archived" and side_of(card, "mine").get(ARCHIVED, 0) is None
    return "unarchived" if is_back else str(card["kind"])


def holds(record: Row, values: Row) -> bool:
    """Whether a record has these values; one that it has no field for is not had."""
    return bool(values) and all(name in record and record[name] == value for name, value in values.items())


def side_that_holds(card: Row, record: Row) -> SideName | None:
    """Return the side whose value a record has; None for a third value, or when both sides are alike."""
    found: list[SideName] = [side for side in SIDES if holds(record, side_of(card, side))]
    return found[0] if len(found) == 1 else None


def answer_of(card: Row, record: Row) -> Decision:
    """Return what a form decided whose save made the record so: to type one of the two values is to keep it."""
    side = side_that_holds(card, record) if card["kind"] == "value" else None
    return DECISIONS[side] if side else "edited"


def since_of(replica: Replica, card: Row) -> Since | None:
    """Return what became of the value that was kept: the other one was put back, or another one came; None while it holds."""
    record = replica.get(card["record_type"], card["record_id"])
    if record is not None and kind_of(card) in ARCHIVINGS:
        return _since_archiving(card, record)
    if card["kind"] != "value" or record is None:
        return None
    known = {column.name for column in columns(replica.registry.get(card["record_type"]))}
    if not set(side_of(card, "mine")) | set(side_of(card, "theirs")) <= known:
        return None
    kept, now = KEPT.get(card["state"]), side_that_holds(card, record)
    if kept is None:  # what was typed instead of both, or made of both, is not in the card
        return "changed" if now else None
    values = side_of(card, kept)
    if not values or holds(record, values):
        return None
    return "put_back" if now else "changed"


def _since_archiving(card: Row, record: Row) -> Since | None:
    """Return whether a record that was to stay in use was archived after all, or the other way round; when, does not matter."""
    kept = KEPT.get(card["state"])
    wanted = side_of(card, kept) if kept else {}
    if ARCHIVED not in wanted:
        return None
    return "put_back" if (wanted[ARCHIVED] is None) != (record[ARCHIVED] is None) else None
