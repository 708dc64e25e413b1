"""A conflict card as a person needs it: who wrote what and when, what it belongs to, and whether it can be taken back."""

import json

from client.replica.replica import Replica
from client.usecases.card_values import kind_of, side_of
from client.usecases.shown import Names
from client.usecases.sync_answers import CardView, Side, Twin
from shared_models.base import Record
from shared_models.codec import Row
from shared_models.fields import ARCHIVED, units

OWNERS = ("company_id", "contact_id")


def card_view(replica: Replica, names: Names, card: Row, me: str | None, here: str | None) -> CardView:
    """Return a card with the names that a person needs. here: id of this device; other devices have no name on it."""
    kind = replica.registry.get(card["record_type"])
    record = replica.get(card["record_type"], card["record_id"]) or {}
    owner = _owner(record)
    theirs: Row = json.loads(card["theirs"] or "{}")
    return CardView(
        id=card["id"],
        kind=kind_of(card),
        entity=card["record_type"],
        record=card["record_id"],
        title=replica.titles(card["record_type"], (card["record_id"],)).get(card["record_id"], ""),
        about=names.name(*owner) if owner else "",
        unit=card["unit"],
        policy=card["policy"],
        before=_side(names, kind, card["before"]),
        mine=_author(names, kind, card, "mine", me, here),
        theirs=_author(names, kind, card, "theirs", me, here),
        note=card["note"] or "",
        at=card["created_at"] or 0,
        can_keep_both=card["kind"] == "value" and card["policy"] == "LM",
        owner=owner or (card["record_type"], card["record_id"]),
        twins=_twins(replica, names, (card["record_id"], theirs.get("id")), me) if card["kind"] == "duplicate" else (),
        other=_holder(replica, card, theirs) if card["kind"] == "code" else "",
    )


def _author(names: Names, kind: type[Record], card: Row, side: str, me: str | None, here: str | None) -> Side:
    by = card[f"{side}_by"]
    return _side(names, kind, card[side], by, by is not None and by == me, card[f"{side}_at"], card[f"{side}_device"] == here)


def present(replica: Replica, names: Names, card: Row) -> Side:
    """Return what the record holds now in the fields that a card is about; empty when it is not here."""
    kind, record = replica.registry.get(card["record_type"]), replica.get(card["record_type"], card["record_id"])
    fields = {**side_of(card, "mine"), **side_of(card, "theirs")}
    values = {name: record[name] for name in fields if name in record} if record is not None else {}
    return _side(names, kind, json.dumps(values))


def _side(
    names: Names,
    kind: type[Record],
    values: str | None,
    by: str | None = None,
    is_me: bool = False,
    at: int | None = None,
    is_here: bool = False,
) -> Side:
    found: Row = json.loads(values) if values else {}
    known = {
        name: value
        for name, value in found.items()
        if name == ARCHIVED or name in {c for u in units(kind).values() for c in u.fields}
    }
    return Side(found, names.shown(kind, known), names.name("user", by), is_me, at, is_here)


def _holder(replica: Replica, card: Row, theirs: Row) -> str:
    """Return the title of the record that has the code which was typed."""
    pk = theirs.get("id")
    return replica.titles(card["record_type"], (pk,)).get(pk, "") if isinstance(pk, str) else ""


def _owner(record: Row) -> tuple[str, str] | None:
    """Return (entity, id) of the company or contact that a part belongs to."""
    field = next((field for field in OWNERS if record.get(field)), None)
    return (field.removesuffix("_id"), record[field]) if field else None


def _twins(replica: Replica, names: Names, pks: tuple[str | None, ...], me: str | None) -> tuple[Twin, ...]:
    """Return the companies that may be one, the older first; one that is not on this device has only its id."""
    found = [_twin(replica, names, pk, me) for pk in pks if pk]
    return tuple(sorted(found, key=lambda twin: (twin.at or 0, twin.id)))


def _twin(replica: Replica, names: Names, pk: str, me: str | None) -> Twin:
    row = replica.get("company", pk)
    if row is None:
        return Twin(pk)
    towns = [address["city"] for address in replica.children_of("address", "company_id", pk) if address["city"]]
    return Twin(
        id=pk,
        name=row["name"],
        code=row["code"] or "",
        town=towns[0] if towns else "",
        fiscal_code=row["fiscal_code"] or "",
        by=names.name("user", row["created_by"]),
        is_me=row["created_by"] is not None and row["created_by"] == me,
        at=row["created_at"],
    )
