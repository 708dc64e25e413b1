import pytest

from shared_models.codec import dumps, parse, stored_row, stored_value
from shared_models.entities.company import Company
from shared_models.entities.contact import Contact
from shared_models.entities.reach import Address, Note
from shared_models.errors import RecordInvalid

PK = "018f0000-0000-7000-8000-000000000001"


def problems(build):
    with pytest.raises(RecordInvalid) as caught:
        build()
    return [(problem.field, problem.reason) for problem in caught.value.problems]


def test_equal_values_give_equal_text():
    assert dumps({"b": "ș", "a": [1, None]}) == dumps({"a": [1, None], "b": "ș"}) == '{"a":[1,null],"b":"ș"}'


def test_a_row_has_every_field_in_order_with_its_default():
    row = stored_row(Company, {"id": PK, "name": "Hotel Șapte Brazi"})
    assert list(row) == list(Company.model_fields)
    assert row["roles"] == []
    assert row["do_not_contact"] is False


def test_a_number_is_kept_as_it_was_written():
    assert stored_value(Address, "latitude", "45.500000") == "45.500000"


@pytest.mark.parametrize(
    ("entity", "field", "value"),
    [
        (Company, "name", 5),
        (Company, "visit_every_days", "14"),
        (Company, "visit_every_days", True),
        (Company, "is_vat_payer", 1),
        (Company, "roles", "customer"),
        (Note, "written_at", "2026-11-24"),
        (Address, "latitude", 45),
        (Contact, "consent_on", 20261124),
    ],
)
def test_a_value_of_another_kind_is_refused(entity, field, value):
    assert problems(lambda: stored_value(entity, field, value)) == [(field, "problem.type")]


@pytest.mark.parametrize(
    ("entity", "field", "value", "reason"),
    [
        (Company, "name", "", "problem.required"),
        (Company, "name", None, "problem.required"),
        (Company, "roles", [None], "problem.value"),
        (Company, "name", "x" * 201, "problem.too_long"),
        (Company, "code", "x" * 31, "problem.too_long"),
        (Company, "visit_every_days", 0, "problem.range"),
        (Company, "visit_every_days", 3651, "problem.range"),
        (Contact, "birth_date", "17.05.1980", "problem.value"),
        (Contact, "gender", "f", "problem.value"),
        (Contact, "consent_on", "2026-02-30", "problem.value"),
        (Contact, "consent_on", "86400", "problem.value"),
        (Contact, "consent_on", "2026-11-24T00:00:00", "problem.value"),
    ],
)
def test_a_value_that_breaks_a_rule_says_which(entity, field, value, reason):
    assert problems(lambda: stored_value(entity, field, value)) == [(field, reason)]


def test_an_empty_optional_field_is_none():
    assert stored_value(Company, "code", None) is None
    assert stored_value(Company, "is_vat_payer", None) is None


def test_a_row_names_every_problem_at_once():
    found = problems(lambda: parse(Company, {"id": PK, "visit_every_days": 0, "colour": "red"}))
    assert set(found) == {
        ("name", "problem.required"),
        ("visit_every_days", "problem.range"),
        ("colour", "problem.unknown_field"),
    }


def test_a_note_belongs_to_one_company_or_to_one_contact():
    values = {"id": PK, "body": "x", "written_at": 1}
    assert problems(lambda: parse(Note, values)) == [("", "problem.owner")]
    assert problems(lambda: parse(Note, {**values, "company_id": PK, "contact_id": PK})) == [("", "problem.owner")]
    assert parse(Note, {**values, "contact_id": PK}).row()["contact_id"] == PK


@pytest.mark.parametrize("text", ["1980-05-17", "--05-17", "--02-29", "1980-05", "1980"])
def test_of_a_birthday_only_a_part_may_be_known(text):
    assert stored_value(Contact, "birth_date", text) == text


@pytest.mark.parametrize("text", ["1981-02-29", "--02-30", "1980-13", "--05", "0000"])
def test_a_birthday_is_in_some_calendar(text):
    assert problems(lambda: stored_value(Contact, "birth_date", text)) == [("birth_date", "problem.value")]
