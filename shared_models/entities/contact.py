"""Contacts (people at companies), their relatives, and their ties to companies over time."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from shared_models.base import Day, Id, Record, Text
from shared_models.fields import Col, Merge, Parent


def _in_a_calendar(text: str) -> str:
    """Return a partial date that some calendar has. Raises ValueError for 31 February."""
    year, *rest = ("2000", *text[2:].split("-")) if text.startswith("--") else text.split("-")
    date(int(year), *(int(part) for part in (*rest, "01", "01")[:2]))
    return text


PartialDate = Annotated[
    str,
    Field(pattern=r"^(\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?|--(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]))$"),
    AfterValidator(_in_a_calendar),
]
"""What is known of a day: `1980-05-17`, `1980-05`, `1980`, or `--05-17` when its year is not known."""


class Contact(Record):
    """A person whom the salesperson visits or calls."""

    entity_name = "contact"
    title_fields = ("first_name", "last_name")
    owner_field = "responsible_id"

    first_name: Annotated[Text | None, Field(max_length=100), Col(merge=Merge.GR, group="name", in_list=True, search=True)] = (
        None
    )
    last_name: Annotated[
        Text, Field(min_length=1, max_length=100), Col(merge=Merge.GR, group="name", in_list=True, search=True)
    ]
    nickname: Annotated[Text | None, Field(max_length=100), Col(search=True)] = None
    salutation: Annotated[Text | None, Field(max_length=60), Col(merge=Merge.LE)] = None
    gender: Annotated[Literal["female", "male", "other"] | None, Col(merge=Merge.LE, widget="choice")] = None
    job_title: Annotated[Text | None, Field(max_length=120), Col(merge=Merge.LE, in_list=True)] = None
    type_id: Annotated[Id | None, Col(widget="list", references="pick_list_item", choices="contact_type", in_list=True)] = None
    status_id: Annotated[Id | None, Col(widget="list", references="pick_list_item", choices="contact_status", in_list=True)] = (
        None
    )
    birth_date: Annotated[PartialDate | None, Col(widget="partial_date", right_group="personal", is_past=True)] = None
    language: Annotated[Text | None, Field(max_length=5), Col(merge=Merge.LE, widget="language")] = None
    responsible_id: Annotated[Id | None, Col(merge=Merge.LE, widget="picker", references="user", in_list=True)] = None
    description: Annotated[Text | None, Field(max_length=20_000), Col(merge=Merge.LM, widget="long_text")] = None
    do_not_call: Annotated[bool, Col(merge=Merge.MX, widget="switch")] = False
    consent_email: Annotated[bool | None, Col(merge=Merge.GR, group="consent", widget="switch")] = None
    consent_basis: Annotated[
        Literal["consent", "contract", "legitimate_interest"] | None,
        Col(merge=Merge.GR, group="consent", widget="choice"),
    ] = None
    consent_on: Annotated[Day | None, Col(merge=Merge.GR, group="consent", widget="day", is_past=True)] = None
    consent_source: Annotated[Text | None, Field(max_length=200), Col(merge=Merge.GR, group="consent")] = None


class RelatedPerson(Record):
    """A person in a contact's family or office. Personal data: not sent to those without the right."""

    entity_name = "related_person"
    title_fields = ("name",)

    contact_id: Annotated[Id, Parent(), Col(merge=Merge.AN, references="contact", right_group="personal")]
    kind: Annotated[Literal["spouse", "child", "assistant"], Col(widget="choice", in_list=True, right_group="personal")]
    name: Annotated[Text, Field(min_length=1, max_length=200), Col(in_list=True, right_group="personal")]
    birth_date: Annotated[PartialDate | None, Col(widget="partial_date", right_group="personal", is_past=True)] = None
    note: Annotated[Text | None, Field(max_length=2000), Col(merge=Merge.LM, widget="long_text", right_group="personal")] = None


class CompanyContact(Record):
    """A contact's place at a company, now or in the past. One row for one pair, whoever adds it."""

    entity_name = "company_contact"
    is_link: ClassVar[bool] = True
    read_beside: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "company_id": ("contact_id", "archived_at", "started_on", "ended_on")
    }
    """The last talk with a company counts what was said to its people."""

    company_id: Annotated[Id, Parent(), Col(merge=Merge.AN, references="company", widget="picker")]
    contact_id: Annotated[Id, Parent(), Col(merge=Merge.AN, references="contact", widget="picker")]
    role_id: Annotated[Id | None, Col(widget="list", references="pick_list_item", choices="contact_role", in_list=True)] = None
    is_primary: Annotated[bool, Col(merge=Merge.LE, widget="switch")] = False
    started_on: Annotated[Day | None, Col(merge=Merge.GR, group="period", widget="day")] = None
    ended_on: Annotated[Day | None, Col(merge=Merge.GR, group="period", widget="day")] = None

    @classmethod
    def natural_key(cls, company_id: str, contact_id: str) -> tuple[str, ...]:
        """Return what the deterministic id is derived from."""
        return company_id, contact_id
