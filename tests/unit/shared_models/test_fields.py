from datetime import time
from typing import Annotated

import pytest

from shared_models.base import Record, Text
from shared_models.entities.company import Company
from shared_models.entities.contact import Contact
from shared_models.entities.reach import ContactPoint, Note
from shared_models.fields import SYSTEM_FIELDS, Col, Kind, Merge, column_of, columns, data_columns, unit_of, units


def test_people_write_all_fields_but_those_of_the_system():
    assert {c.name for c in columns(Company)} - {c.name for c in data_columns(Company)} == set(SYSTEM_FIELDS)


def test_a_field_knows_its_kind_length_and_whether_it_may_be_empty():
    name, visit, roles = (column_of(Company, n) for n in ("name", "visit_every_days", "roles"))
    assert (name.kind, name.max_length, name.optional) == (Kind.TEXT, 200, False)
    assert (visit.kind, visit.optional) == (Kind.INTEGER, True)
    assert roles.kind is Kind.SET
    assert column_of(Note, "written_at").kind is Kind.INSTANT


def test_a_field_with_fixed_choices_lists_them():
    assert column_of(Contact, "gender").values == ("female", "male", "other")
    assert column_of(ContactPoint, "kind").kind is Kind.TEXT


def test_the_reference_to_a_parent_is_told_from_other_references():
    assert column_of(Note, "company_id").is_owner
    assert not column_of(Company, "parent_id").is_owner


def test_a_group_is_one_unit_in_order_of_declaration():
    fiscal = units(Company)["fiscal"]
    assert fiscal.policy is Merge.GR
    assert fiscal.fields == ("fiscal_code", "vat_country", "is_vat_payer", "trade_register_no")
    assert unit_of(Company, "vat_country") == "fiscal"
    assert unit_of(Company, "name") == "name"
    assert unit_of(Company, "archived_at") == "archived_at"


def test_an_unknown_field_is_named_with_its_entity():
    with pytest.raises(KeyError, match=r"company\.colour"):
        column_of(Company, "colour")


def test_a_field_without_its_note_is_a_mistake():
    class Careless(Record):
        entity_name = "careless"

        name: Text

    with pytest.raises(TypeError, match=r"Careless\.name needs exactly one Col"):
        columns(Careless)


def test_a_field_of_a_type_that_cannot_be_stored_is_a_mistake():
    class Odd(Record):
        entity_name = "odd"

        at: Annotated[time, Col()]

    with pytest.raises(TypeError, match=r"Odd\.at has no kind"):
        columns(Odd)
