"""What a form offers: which fields, in which order, and which records a new company or person is saved together with.

The one place that knows it. Screens draw what is here; a save (`new_records`) makes what is here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from client.usecases.values import number_kind
from shared_models.codec import Row
from shared_models.fields import Column, column_of, data_columns
from shared_models.registry import CRM

SECTIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "company": {
        "identity": ("name", "code", "industry_id", "roles", "legal_name", "type_id", "status_id", "parent_id"),
        "fiscal": ("fiscal_code", "trade_register_no", "vat_country", "is_vat_payer"),
        "work": ("responsible_id", "team_id", "visit_every_days", "price_segment_id", "language", "do_not_contact"),
        "origin": ("source_id", "source_note", "description"),
    },
    "contact": {
        "identity": ("first_name", "last_name", "job_title", "type_id", "status_id", "nickname", "salutation", "gender"),
        "work": ("responsible_id", "language", "do_not_call"),
        "personal": ("birth_date", "description"),
        "consent": ("consent_email", "consent_basis", "consent_on", "consent_source"),
    },
}
"""Sections of a page and of a form, in order. What no section names stands in the last one (`sections_of`)."""
HIDDEN = {
    "contact_point": ("value_normalised", "opted_out_at"),
    "address": ("latitude", "longitude"),
    "bank_account": ("verified_at", "verified_by"),
    "document": ("mime", "size", "sha256", "version_of_id", "added_at", "state"),
}
"""Fields that a person does not type: made by the use case, or set by an action of their own."""
FIRST = {
    "company": ("name", "fiscal_code", "industry_id", "phone", "email", "roles"),
    "contact": ("first_name", "last_name", "company", "job_title", "phone", "email"),
}
"""What the form of a new record shows at once, parts among them; the rest stands below, under "More"."""


@dataclass(frozen=True)
class PartField:
    """A field of a new record's form that becomes a record of its own in the same save.

    name: in the form, where no field of the record has it. entity, field: what is made, and which field of it is typed.
    """

    name: str
    entity: str
    field: str
    kinds: tuple[str, ...] = ()
    """Of a contact point: the kinds that it may be, the usual one first."""

    def holds(self, entity: str, values: Row) -> bool:
        """Whether a record is one that this field makes."""
        return entity == self.entity and (not self.kinds or values.get("kind") in self.kinds)

    @property
    def target(self) -> str:
        """Return the entity that the field names a record of, empty when what is typed is no other record."""
        return column_of(CRM.get(self.entity), self.field).col.references or ""

    def named(self, value: object) -> str:
        """Return the name of the record that a value wants made; empty where it is an id, or a text of another kind."""
        return name_to_make(value) if self.target else ""

    def row(self, value: object) -> Row:
        """Return what the part is made of, but for its owner."""
        return {**({"kind": self.kinds[0]} if self.kinds else {}), self.field: value}


NEW = "new:"
"""Stands before the name of a record that a field names and that is made by the same save; no id begins so."""


def to_make(name: str) -> str:
    """Return what a field holds in the place of an id, for a record of that name that is not there yet."""
    return f"{NEW}{name}"


def name_to_make(value: object) -> str:
    """Return the name of the record that a field wants made; empty where it holds an id, or nothing."""
    return value.removeprefix(NEW).strip() if isinstance(value, str) and value.startswith(NEW) else ""


PARTS: Mapping[str, tuple[PartField, ...]] = {
    "company": (
        PartField("phone", "contact_point", "value", ("phone", "mobile")),
        PartField("email", "contact_point", "value", ("email",)),
    ),
    "contact": (
        PartField("company", "company_contact", "company_id"),
        PartField("phone", "contact_point", "value", ("phone", "mobile")),
        PartField("email", "contact_point", "value", ("email",)),
    ),
}


def parts_of(entity: str) -> tuple[PartField, ...]:
    """Return the parts that the form of a new record offers."""
    return PARTS.get(entity, ())


def points_of(entity: str) -> tuple[PartField, ...]:
    """Return the phone and e-mail among the parts: the form of a record that is here offers them, too."""
    return tuple(part for part in parts_of(entity) if part.entity == "contact_point")


def point_kind(entity: str, name: str, value: object, kept: str | None = None) -> str | None:
    """Return the kind of the contact point that a value in a field makes: a mobile or a phone by its number.

    kept: the kind of the point that stands in the field. None for a field that makes no contact point, and for an empty one.
    """
    part = next((one for one in points_of(entity) if one.name == name), None)
    text = str(value or "").strip()
    return None if part is None or not (kept or text) else number_kind(text, kept or part.kinds[0])


def part_to(entity: str, other: str) -> PartField | None:
    """Return the part that ties a new record to one of another kind."""
    found = (part for part in parts_of(entity) if part.target == other)
    return next(found, None)


@cache
def form_column(entity: str, name: str) -> Column:
    """Return a field of a form: the record's own, or a part's, which may be left empty. Raises KeyError for neither."""
    for part in parts_of(entity):
        if part.name == name:
            return replace(column_of(CRM.get(part.entity), part.field), name=name, optional=True, is_owner=False)
    return column_of(CRM.get(entity), name)


def is_of_form(entity: str, name: str) -> bool:
    """Whether a form has such a field; a draft of an earlier version may hold others."""
    return name in {c.name for c in data_columns(CRM.get(entity))} | {part.name for part in parts_of(entity)}


def sections_of(entity: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return (section, fields) so that every field that people write stands in exactly one, and no retired one."""
    named = SECTIONS.get(entity, {"main": ()})
    owned = {c.name for c in data_columns(CRM.get(entity)) if c.is_owner}
    rest = [
        c.name
        for c in data_columns(CRM.get(entity))
        if c.name not in owned and not c.col.retired and not any(c.name in fields for fields in named.values())
    ]
    found = list(named.items())
    last, fields = found[-1]
    return [*found[:-1], (last, (*fields, *rest))]


def _sections_of_form(entity: str, *, is_new: bool) -> list[tuple[str, tuple[str, ...]]]:
    """Return the sections of a page, and after the first one how to reach a record that is here."""
    first, *rest = sections_of(entity)
    reach = tuple(part.name for part in points_of(entity)) if not is_new else ()
    return [first, ("reach", reach), *rest] if reach else [first, *rest]


def form_sections(entity: str, *, is_new: bool) -> list[tuple[str, tuple[Column, ...]]]:
    """Return (section, fields) of a form. Of a new record's the first has no name, and all others stand under "More"."""
    first = FIRST.get(entity, ()) if is_new else ()
    left_out = (*HIDDEN.get(entity, ()), *first)
    found = [("", tuple(form_column(entity, name) for name in first))] if first else []
    for section, fields in _sections_of_form(entity, is_new=is_new):
        if shown := tuple(form_column(entity, name) for name in fields if name not in left_out):
            found.append((section, shown))
    return found
