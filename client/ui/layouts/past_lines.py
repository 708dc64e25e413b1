"""The lines of one past save: a field or a part of the record in each, with what it was before and what it was made."""

from dataclasses import dataclass

from client.ui.figures import capital, iban, unbroken, unseen, value
from client.ui.theme import Look
from client.usecases.record_answers import Part
from client.usecases.timeline_answers import Change, PartChange, TimelineEntry
from shared_models.fields import column_of
from shared_models.registry import CRM

OF_PARTS = ("added", "removed", "brought_back")
"""Kinds of entries whose head says already what was done with every part in them."""
MAX_NAME = 80
"""Letters of a note by which it is called."""


@dataclass(frozen=True)
class Line:
    """What stands before the values, the value before, and the one after; without an after the value went."""

    head: str
    before: str
    after: str | None


def lines_of(look: Look, entry: TimelineEntry) -> list[Line]:
    """Return the lines of a save: the record's own fields first, then its parts."""
    own = [
        Line(look.t(f"{entry.entity}.{change.field}"), *_values(look, entry.entity, change))
        for change in entry.changes
    ]  # fmt: skip
    return own + [line for part in entry.parts for line in _part(look, entry, part)]


def subjects_of(look: Look, entry: TimelineEntry) -> list[str]:
    """Return what a save was about, each once: fields of the record, kinds of parts."""
    found = [look.t(f"{entry.entity}.{change.field}") for change in entry.changes]
    for change in entry.parts:
        part = change.new or change.old
        found += [kind_of_part(look, part, entry.entity)] if part else []
    return list(dict.fromkeys(found))


def values_of(look: Look, entity: str, change: Change) -> tuple[str, str]:
    """Return a field before and after, as a person reads it."""
    kind = CRM.get(entity)
    column = column_of(kind, change.field)
    return (
        value(look, kind, column, change.before, change.before_shown),
        value(look, kind, column, change.after, change.after_shown),
    )


def kind_of_part(look: Look, part: Part, page: str) -> str:
    """Return what a part of a page's record is: a mobile, an address, a contact."""
    values = part.values
    if part.entity == "contact_point":
        return _choice(look, "contact_point", values.get("kind"))
    if part.entity == "company_alias":
        return _choice(look, "company_alias", values.get("kind"))
    if part.entity == "related_person":
        return _choice(look, "related_person", values.get("kind"))
    if part.entity == "company_contact":
        return look.t("entity.contact" if page == "company" else "entity.company")
    return look.label(part.shown.get("kind_id")) or look.t(f"entity.{part.entity}")


def name_of_part(look: Look, part: Part, page: str) -> str:
    """Return what a part is called: its number, its place, the person at the other end."""
    values = part.values
    if part.entity == "contact_point":
        return unbroken(str(values.get("value") or ""))
    if part.entity == "address":
        return place(part)
    if part.entity == "bank_account":
        return iban(str(values.get("iban") or ""))
    if part.entity == "company_contact":
        other = "contact" if page == "company" else "company"
        return look.label(part.shown.get(f"{other}_id")) or capital(unseen(look, other))
    text = " ".join(str(values.get({"company_alias": "alias", "note": "body"}.get(part.entity, "name")) or "").split())
    return text if len(text) <= MAX_NAME else text[: MAX_NAME - 1] + "…"


def place(address: Part) -> str:
    """Return an address on one line."""
    return ", ".join(str(part) for name in ("street", "postcode", "city", "county") if (part := address.values.get(name)))


def _choice(look: Look, entity: str, stored: object) -> str:
    key = f"value.{entity}.kind.{stored}"
    return look.t(key) if look.texts.has(key) else look.t(f"entity.{entity}")


def _values(look: Look, entity: str, change: Change) -> tuple[str, str]:
    before, after = values_of(look, entity, change)
    return before, after or look.t("value.empty")


def _part(look: Look, entry: TimelineEntry, change: PartChange) -> list[Line]:
    """Return the lines of one part: what it is called now and was before, then its other fields under that name."""
    part = change.new or change.old
    assert part is not None, "a change has a part before or after it"
    kind, name = kind_of_part(look, part, entry.entity), name_of_part(look, part, entry.entity)
    verb = "" if entry.kind in OF_PARTS or change.verb == "changed" else f"{look.t(f'timeline.{change.verb}')} · "
    found = []
    if change.verb == "removed":
        found.append(Line(verb + kind, name, None))
    elif change.verb != "changed":
        found.append(Line(verb + kind, "", name))
    elif change.old and (old := name_of_part(look, change.old, entry.entity)) != name:
        found.append(Line(kind, old, name or look.t("value.empty")))
    whose = kind if found or not name else f"{kind} {name}"
    return found + [
        Line(f"{whose} · {look.t(f'{part.entity}.{one.field}')}", *_values(look, part.entity, one)) for one in change.changes
    ]
