"""How to reach a company or a contact: phones, e-mails, addresses. And what was said: notes."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from shared_models.base import Id, Instant, Number, Record, Text
from shared_models.fields import Col, Merge, Parent

PointKind = Literal["phone", "mobile", "fax", "email", "url", "messenger"]
CHANNELS = {"phone": "tel", "mobile": "tel", "fax": "tel", "email": "email", "url": "url", "messenger": "messenger"}
"""Kinds that share one number space: the same number added as phone and as mobile is one row."""

CompanyRef = Annotated[Id | None, Parent(), Col(merge=Merge.AN, references="company")]
ContactRef = Annotated[Id | None, Parent(), Col(merge=Merge.AN, references="contact")]


class Owned(Record):
    """A record that belongs to a company or to a contact, never to both."""

    @model_validator(mode="after")
    def _has_one_owner(self) -> Self:
        if (getattr(self, "company_id", None) is None) == (getattr(self, "contact_id", None) is None):
            raise ValueError("belongs to one company or to one contact")
        return self


class ContactPoint(Owned):
    """A phone number, e-mail address, fax or web page. Two people who add the same one make one row."""

    entity_name = "contact_point"
    title_fields = ("value",)
    is_link: ClassVar[bool] = True

    company_id: CompanyRef = None
    contact_id: ContactRef = None
    kind: Annotated[PointKind, Col(widget="choice", in_list=True)]
    value: Annotated[
        Text,
        Field(min_length=1, max_length=254),
        Col(merge=Merge.AN, widget="contact_point", in_list=True, search=True),
    ]
    value_normalised: Annotated[Text, Field(min_length=1, max_length=254), Col(merge=Merge.AN, search=True)]
    """E.164 for numbers that are valid, lower case for e-mail and web, else the value without spaces."""
    label: Annotated[Text | None, Field(max_length=60), Col(merge=Merge.LE)] = None
    is_primary: Annotated[bool, Col(merge=Merge.LE, widget="switch")] = False
    validity: Annotated[Literal["unknown", "ok", "bounced", "wrong"], Col(merge=Merge.LE, widget="choice")] = "unknown"
    opted_out_at: Annotated[Instant | None, Col(merge=Merge.MX, widget="instant")] = None

    @classmethod
    def natural_key(cls, owner_id: str, kind: str, value_normalised: str) -> tuple[str, ...]:
        """Return what the deterministic id is derived from."""
        return owner_id, CHANNELS[kind], value_normalised


class Address(Owned):
    """A head office, branch, warehouse or home."""

    entity_name = "address"
    title_fields = ("street", "city")

    company_id: CompanyRef = None
    contact_id: ContactRef = None
    kind_id: Annotated[Id | None, Col(widget="list", references="pick_list_item", choices="address_kind", in_list=True)] = None
    street: Annotated[Text | None, Field(max_length=200), Col(merge=Merge.GR, group="address", in_list=True, search=True)] = (
        None
    )
    city: Annotated[Text | None, Field(max_length=100), Col(merge=Merge.GR, group="address", in_list=True, search=True)] = None
    county: Annotated[Text | None, Field(max_length=100), Col(merge=Merge.GR, group="address")] = None
    postcode: Annotated[Text | None, Field(max_length=20), Col(merge=Merge.GR, group="address")] = None
    country: Annotated[Text | None, Field(max_length=2), Col(merge=Merge.GR, group="address", widget="country")] = None
    latitude: Annotated[Number | None, Field(ge=-90, le=90), Col(merge=Merge.GR, group="position", widget="decimal")] = None
    longitude: Annotated[Number | None, Field(ge=-180, le=180), Col(merge=Merge.GR, group="position", widget="decimal")] = None
    opening_hours: Annotated[Text | None, Field(max_length=200), Col(merge=Merge.LE)] = None
    note: Annotated[Text | None, Field(max_length=2000), Col(merge=Merge.LM, widget="long_text")] = None


class Note(Owned):
    """What was said or seen. Written once; an author who wants to correct it writes another."""

    entity_name = "note"
    title_fields = ("body",)
    listed_by = "written_at"
    read_beside: ClassVar[Mapping[str, tuple[str, ...]]] = {"company_id": ("archived_at",), "contact_id": ("archived_at",)}
    """The last talk with every company is asked for by a list."""

    company_id: CompanyRef = None
    contact_id: ContactRef = None
    body: Annotated[
        Text, Field(min_length=1, max_length=20_000), Col(merge=Merge.AN, widget="long_text", in_list=True, search=True)
    ]
    written_at: Annotated[Instant, Col(merge=Merge.AN, in_list=True)]
    """When it was typed, on the author's device."""
    is_pinned: Annotated[bool, Col(merge=Merge.LE, widget="switch")] = False
