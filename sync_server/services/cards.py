"""Conflict cards: both values of a clash, kept until a person decides (`sync.md` 3, conflict inbox row)."""

from dataclasses import dataclass
from functools import lru_cache

import orjson

from shared_models.base import Record
from shared_models.clock import stamp_ms
from shared_models.codec import Row
from shared_models.fields import Unit, unit_of, units
from shared_models.ids import derived_id
from shared_models.protocol import Op
from sync_server.services.applying import Applying
from sync_server.services.shapes import FORMS
from sync_server.services.workspace import CentralRow


@dataclass(frozen=True)
class Clash:
    """What a card is about. Values are objects field -> value, or None where there is none to show."""

    kind: str
    unit: str
    policy: str
    before: Row | None
    mine: Row | None
    theirs: Row | None
    theirs_ver: int
    """Seq of the value in use; may be provisional."""


def ask(work: Applying, found: CentralRow, clash: Clash, *, is_news: bool = False) -> None:
    """Make a card, or continue the author's own open one on the same unit (`sync.md` 1.1).

    is_news: what was typed is stored all the same, and the card only tells somebody.
    """
    work.asked = True
    work.withheld |= not is_news
    put(work, found, clash, name=f"{work.tx.id}/{found.pk}/{clash.unit}")


def put(work: Applying, found: CentralRow, clash: Clash, *, name: str) -> None:
    """Store a card under a deterministic id, whether or not it makes the tx a conflict."""
    space, author = work.space, work.space.author(clash.theirs_ver)
    values = {
        "kind": clash.kind,
        "record_type": found.entity.entity_name,
        "record_id": found.pk,
        "unit": clash.unit,
        "policy": clash.policy,
        "before": _json_of(clash.before),
        "mine": _json_of(clash.mine),
        "theirs": _json_of(clash.theirs),
        "mine_by": work.actor.user_id,
        "mine_at": work.typed_at,
        "mine_device": work.actor.device_id,
        "theirs_by": author.user if author else None,
        "theirs_at": stamp_ms(author.hlc) * 1000 if author else None,
        "theirs_device": author.device if author else None,
        "theirs_version": clash.theirs_ver,
        "server_epoch": work.server_epoch,
        "transaction_id": work.origin,
        "note": work.note_on(_seen_with(work, found)),
        "for_users": sorted({u for u in (work.actor.user_id, author.user if author else None, _responsible(work, found)) if u}),
        "state": "open",
    }
    card = _own_open_card(work, found, clash.unit) if clash.kind == "value" else None
    if card is None:
        entity = space.central.registry.get("sync_conflict")
        pk = derived_id("sync_conflict", name)
        card = space.records.get(("sync_conflict", pk)) or space.create(entity, {"id": pk}, work.seq, work.origin, None)
    else:
        values["before"] = card.row["before"]
        _keep_earlier(work, found, card, clash)
    card.row.update(values)
    space.cards_by_record.setdefault(found.pk, set()).add(card.pk)
    space.touch(card, work.seq, None, exact=False)
    work.cards.append(card.pk)


def _keep_earlier(work: Applying, found: CentralRow, card: CentralRow, clash: Clash) -> None:
    """Keep the value that a continued card held so far: its author replaced it himself, and it stays findable."""
    work.remember(found.entity.entity_name, found.pk, clash.unit, None, orjson.loads(card.row["mine"] or "null"), "overwritten")
    work.space.history[-1].update(tx_id=card.row["transaction_id"], typed_at=card.row["mine_at"])


def close_own(work: Applying, found: CentralRow, unit: str, typed: Row) -> None:
    """Close the author's own open card on a unit: his later value was taken, which may be one of the two in question."""
    card = _own_open_card(work, found, unit)
    if card is not None:
        decide(work, card, _answer(card, typed))


def _answer(card: CentralRow, typed: Row) -> str:
    for side, state in (("mine", "restored_mine"), ("theirs", "kept_theirs")):
        values: Row = orjson.loads(card.row[side] or "null") or {}
        if values and all(typed.get(name) == value for name, value in values.items()):
            return state
    return "edited"


def decide(work: Applying, card: CentralRow, state: str) -> None:
    """Close a card. The first decision stays; of a later one that is another only who made it last is noted, as its writer."""
    if card.row["state"] == "open":
        card.row.update(state=state, decided_by=work.actor.user_id, decided_at=work.space.at)
    else:
        work.mixed = True
        if card.row["state"] == state:
            return
    work.space.touch(card, work.seq, work.actor.user_id, exact=False)


def reopen(work: Applying, card: CentralRow, decision: object) -> None:
    """Take a decision back for whoever made it; where it is not his, or not the one that stands, the card stays as it is."""
    if card.row["state"] != decision or card.row["decided_by"] != work.actor.user_id:
        work.mixed = True
        return
    card.row.update(state="open", decided_by=None, decided_at=None)
    work.space.touch(card, work.seq, work.actor.user_id, exact=False)


def _own_open_card(work: Applying, found: CentralRow, unit: str) -> CentralRow | None:
    if not work.after:
        return None
    for card in work.space.cards_of(found.pk):
        if card.row["unit"] == unit and card.row["kind"] == "value" and card.row["transaction_id"] in work.after:
            return card
    return None


def _responsible(work: Applying, found: CentralRow) -> str | None:
    """Return who is responsible for a record, or for the record that it belongs to."""
    if "responsible_id" in found.row:
        responsible: str | None = found.row["responsible_id"]
        return responsible
    for field, parent in work.space.central.registry.parents(found.entity):
        owner = work.space.peek(parent, found.row[field]) if found.row.get(field) else None
        if owner is not None and owner.get("responsible_id"):
            return str(owner["responsible_id"])
    return None


def _seen_with(work: Applying, found: CentralRow) -> set[tuple[str, str]]:
    """Return a record and those that it is a part of: whoever sees a card about it sees them all."""
    parents = work.space.central.registry.parents(found.entity)
    return {
        (found.entity.entity_name, found.pk),
        *((parent, str(found.row[name])) for name, parent in parents if found.row[name]),
    }


def values_of(found: CentralRow, unit: Unit) -> Row:
    """Return a unit's stored values as an object."""
    row = found.row
    return {name: row[name] for name in unit.fields}


def units_of(entity: type[Record], values: Row) -> tuple[Unit, ...]:
    """Return the units of which an op carries a field, in order of declaration."""
    return _units_of(entity, tuple(values))


@lru_cache(maxsize=FORMS)
def _units_of(entity: type[Record], names: tuple[str, ...]) -> tuple[Unit, ...]:
    touched = {unit_of(entity, name) for name in names}
    return tuple([unit for name, unit in units(entity).items() if name in touched])


def base_of(op: Op, unit: Unit) -> Row | None:
    """Return the values of a unit that the author had on the screen."""
    found = {name: op.base[name] for name in unit.fields if name in op.base}
    return found or None


def _json_of(values: Row | None) -> str | None:
    """Return the JSON of an object of values."""
    return None if values is None else orjson.dumps(values).decode()
