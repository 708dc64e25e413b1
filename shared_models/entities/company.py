"""Companies (third parties of every kind) and what belongs to one."""

from typing import Annotated, Literal

from pydantic import Field

from shared_models.base import Id, Instant, Record, Tags, Text
from shared_models.fields import Col, Merge, Parent

ROLES = ("customer", "supplier", "partner", "prospect", "competitor")
"""What a company can be to us, any number at once (row 1)."""


class Company(Record):
    """A customer, supplier, partner, prospect or competitor."""

    entity_name = "company"
    title_fields = ("name",)
    owner_field = "responsible_id"
    team_field = "team_id"

    code: Annotated[
        Text | None, Field(max_length=30), Col(merge=Merge.PN, widget="code", in_list=True, search=True, series="C-")
    ] = None
    name: Annotated[Text, Field(min_length=1, max_length=200), Col(in_list=True, search=True)]
    legal_name: Annotated[Text | None, Field(max_length=200), Col(search=True)] = None
    roles: Annotated[Tags, Col(merge=Merge.SU, widget="roles", in_list=True)] = ()
    fiscal_code: Annotated[
        Text | None,
        Field(max_length=30),
        Col(merge=Merge.GR, group="fiscal", widget="fiscal_code", in_list=True, search=True),
    ] = None
    vat_country: Annotated[Text | None, Field(max_length=2), Col(merge=Merge.GR, group="fiscal", widget="country")] = None
    is_vat_payer: Annotated[bool | None, Col(merge=Merge.GR, group="fiscal", widget="switch")] = None
    trade_register_no: Annotated[
        Text | None, Field(max_length=40), Col(merge=Merge.GR, group="fiscal", widget="trade_register_no")
    ] = None
    type_id: Annotated[Id | None, Col(widget="list", references="pick_list_item", choices="company_type", in_list=True)] = None
    status_id: Annotated[Id | None, Col(widget="list", references="pick_list_item", choices="company_status", in_list=True)] = (
        None
    )
    industry_id: Annotated[Id | None, Col(widget="list", references="pick_list_item", choices="industry", in_list=True)] = None
    source_id: Annotated[
        Id | None,
        Col(merge=Merge.GR, group="source", widget="list", references="pick_list_item", choices="information_source"),
    ] = None
    source_note: Annotated[Text | None, Field(max_length=500), Col(merge=Merge.GR, group="source")] = None
    responsible_id: Annotated[Id | None, Col(merge=Merge.LE, widget="picker", references="user", in_list=True)] = None
    team_id: Annotated[Id | None, Col(merge=Merge.LE, widget="picker", references="team")] = None
    parent_id: Annotated[Id | None, Col(widget="picker", references="company")] = None
    description: Annotated[Text | None, Field(max_length=20_000), Col(merge=Merge.LM, widget="long_text")] = None
    language: Annotated[Text | None, Field(max_length=5), Col(merge=Merge.LE, widget="language")] = None
    price_segment_id: Annotated[
        Id | None, Col(widget="list", references="pick_list_item", choices="price_segment", right_group="price")
    ] = None
    visit_every_days: Annotated[int | None, Field(ge=1, le=3650), Col(merge=Merge.LE, widget="number")] = None
    do_not_contact: Annotated[bool, Col(merge=Merge.MX, widget="switch")] = False


class CompanyAlias(Record):
    """An old code or an old name of a company, kept by the server so that links and searches stay alive."""

    entity_name = "company_alias"
    title_fields = ("alias",)
    admin_only = True

    company_id: Annotated[Id, Parent(), Col(merge=Merge.AN, references="company")]
    kind: Annotated[Literal["code", "name"], Col(merge=Merge.AN)]
    alias: Annotated[Text, Field(min_length=1, max_length=200), Col(merge=Merge.AN, search=True)]


class BankAccount(Record):
    """A bank account of a company. Its id is made freely: a changed IBAN is one record with a before and an after.

    Confidential as a whole: not sent to those without the right.
    """

    entity_name = "bank_account"
    title_fields = ("iban",)

    company_id: Annotated[Id, Parent(), Col(merge=Merge.AN, references="company", right_group="bank")]
    iban: Annotated[
        Text,
        Field(min_length=1, max_length=40),
        Col(merge=Merge.GR, group="account", widget="iban", in_list=True, search=True, right_group="bank"),
    ]
    bank_name: Annotated[
        Text | None, Field(max_length=120), Col(merge=Merge.GR, group="account", in_list=True, right_group="bank")
    ] = None
    bic: Annotated[
        Text | None, Field(max_length=11), Col(merge=Merge.GR, group="account", widget="bic", right_group="bank")
    ] = None
    currency: Annotated[
        Text | None,
        Field(max_length=3),
        Col(merge=Merge.GR, group="account", widget="currency", in_list=True, right_group="bank"),
    ] = None
    holder: Annotated[Text | None, Field(max_length=200), Col(merge=Merge.GR, group="account", right_group="bank")] = None
    is_default: Annotated[bool, Col(merge=Merge.LE, widget="switch", right_group="bank")] = False
    verified_at: Annotated[Instant | None, Col(merge=Merge.GR, group="verification", widget="instant", right_group="bank")] = (
        None
    )
    verified_by: Annotated[Id | None, Col(merge=Merge.GR, group="verification", references="user", right_group="bank")] = None
