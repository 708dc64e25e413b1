"""A new company or person with phone, e-mail and company in one save: all of it or nothing, taken back whole, and corrected whole."""

from collections import Counter

import pytest

from client.replica.remote_page import Ack
from client.usecases import findings, forms, record_pages, writing
from client.usecases.answers import Owner
from client.usecases.form_answers import FormEnd
from client.usecases.form_parts import FIRST, PARTS, form_sections, is_of_form, sections_of
from shared_models.errors import RecordInvalid
from shared_models.fields import data_columns
from shared_models.registry import CRM
from shared_models.texts import LANGUAGES, Texts
from tests.clients import bring

EN = Texts("en").t
PERSON = {"first_name": "Ioana", "last_name": "Știrbei", "phone": " 0722 000 001 ", "email": "ioana@brazi.example"}


@pytest.fixture
def hotel(replica):
    with replica.edit("a hotel") as edit:
        return edit.insert("company", {"name": "Hotel Șapte Brazi"})


def save(replica, entity, values, owner=None, tie=None):
    opened = forms.OpenForms()
    start = forms.open_form(replica, opened, entity, None, owner)
    return forms.save_form(replica, opened, EN, FormEnd(start, values, tie))


def counts(replica):
    return {entity: replica.count(entity) for entity in ("company", "contact", "contact_point", "company_contact")}


@pytest.mark.functions(4, 16, 19)
def test_a_new_person_is_saved_with_phone_mail_and_company_as_one_save(replica, hotel):
    before = len(replica.waiting())
    saved = save(replica, "contact", {**PERSON, "company": hotel})
    page = record_pages.record_page(replica, "contact", saved.id)
    assert {(point.kind, point.value) for point in page.points} == {
        ("mobile", "0722 000 001"),
        ("email", "ioana@brazi.example"),
    }
    assert [tie.id for tie in page.ties] == [hotel]
    [row] = [row for row in replica.children_of("contact_point", "contact_id", saved.id) if row["kind"] == "mobile"]
    assert row["value_normalised"] == "+40722000001"
    assert len(replica.waiting()) == before + 1
    assert saved.label == "New: Ioana Știrbei"


@pytest.mark.functions(4)
@pytest.mark.parametrize(
    ("entity", "name", "phone", "kind"),
    [
        ("company", "name", "0368 000 120", "phone"),
        ("company", "name", "0722 000 001", "mobile"),
        ("contact", "last_name", "0368 000 120", "phone"),
        ("contact", "last_name", "int. 12", "phone"),
        ("company", "name", "int. 12", "phone"),
    ],
)
def test_a_number_is_a_mobile_or_a_phone_as_its_digits_say(replica, entity, name, phone, kind):
    saved = save(replica, entity, {name: "Popas", "phone": phone})
    [point] = record_pages.record_page(replica, entity, saved.id).points
    assert (point.kind, point.value) == (kind, phone)


def test_one_undo_takes_back_the_person_with_all_parts(replica, hotel):
    before = counts(replica)
    saved = save(replica, "contact", {**PERSON, "company": hotel})
    assert writing.undo(replica, EN, saved.tx)
    assert counts(replica) == before
    assert record_pages.record_page(replica, "company", hotel).ties == ()


def test_one_undo_takes_back_what_the_centre_has_already(replica, hotel):
    saved = save(replica, "contact", {**PERSON, "company": hotel})
    bring(replica, to=6, acks=(Ack(saved.tx, "applied", 6, 77, None),))
    assert writing.undo(replica, EN, saved.tx)
    live = [replica.children_of(entity, "contact_id", saved.id) for entity in ("contact_point", "company_contact")]
    assert live == [[], []]
    assert replica.get("contact", saved.id)["archived_at"] is not None


def test_a_part_that_cannot_be_stored_keeps_the_person_out_and_names_its_own_field(replica):
    before = counts(replica)
    with pytest.raises(RecordInvalid) as refused:
        save(replica, "contact", {**PERSON, "email": "x" * 255})
    assert {(p.field, p.reason) for p in refused.value.problems} == {("email", "problem.too_long")}
    assert counts(replica) == before


def test_a_company_that_is_open_stands_in_the_form_of_a_new_person(replica, hotel):
    start = forms.open_form(replica, forms.OpenForms(), "contact", None, Owner("company", hotel))
    assert (start.values["company"], start.shown["company"]) == (hotel, "Hotel Șapte Brazi")


def test_a_person_for_whom_the_company_was_taken_out_is_tied_to_none(replica, hotel):
    save(replica, "contact", {"last_name": "Pop", "company": None}, Owner("company", hotel), {"is_primary": True})
    assert record_pages.record_page(replica, "company", hotel).ties == ()


def test_a_company_made_on_a_persons_page_is_tied_to_him_with_what_was_typed(replica):
    person = save(replica, "contact", {"last_name": "Pop"}).id
    saved = save(replica, "company", {"name": "Popas"}, Owner("contact", person), {"started_on": "2026-01-05"})
    [tie] = replica.children_of("company_contact", "contact_id", person)
    assert (tie["company_id"], tie["started_on"]) == (saved.id, "2026-01-05")


@pytest.mark.functions(4, 19)
@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"phone": "123"}, [("phone", "warning.phone", "warning")]),
        ({"phone": "ana@brazi.example"}, [("phone", "warning.phone_is_email", "warning")]),
        ({"email": "no at"}, [("email", "warning.email", "warning")]),
        ({"email": "x" * 255}, [("email", "problem.too_long", "error")]),
        ({"phone": "", "email": None}, []),
        ({"phone": "0722 000 001", "email": "ana@brazi.example"}, []),
    ],
)
@pytest.mark.parametrize("entity", ["company", "contact"])
def test_parts_are_checked_as_in_a_form_of_their_own(replica, entity, values, found):
    assert [(f.field, f.reason, f.severity) for f in findings.check(replica, entity, values)] == found


def refused(replica, saved):
    bring(replica, to=6, acks=(Ack(saved.tx, "rejected", 6, 77, "R305"),))
    assert counts(replica)["contact_point"] == 0
    return saved.tx


@pytest.mark.functions(140)
def test_a_refused_person_opens_with_all_parts_and_the_correction_saves_them(replica, hotel):
    saved = save(replica, "contact", {**PERSON, "phone": "0368 000 120"}, Owner("company", hotel), {"is_primary": True})
    opened = forms.OpenForms()
    start = forms.open_refused(replica, opened, refused(replica, saved))
    assert {name: start.values[name] for name in ("phone", "email", "company")} == {
        "phone": "0368 000 120", "email": "ioana@brazi.example", "company": hotel,
    }  # fmt: skip
    assert start.shown["company"] == "Hotel Șapte Brazi"
    again = forms.save_form(replica, opened, EN, FormEnd(start, {"email": "i@brazi.example"}))
    page = record_pages.record_page(replica, "contact", again.id)
    assert {(p.kind, p.value) for p in page.points} == {("phone", "0368 000 120"), ("email", "i@brazi.example")}
    assert [(tie.id, tie.is_primary) for tie in page.ties] == [(hotel, True)]
    assert replica.drafts() == []


@pytest.mark.functions(140)
def test_what_the_form_of_a_refused_company_does_not_show_is_saved_with_the_correction_too(replica):
    with replica.edit("a person") as edit:
        person = edit.insert("contact", {"last_name": "Pop"})
    saved = save(replica, "company", {"name": "Popas"}, Owner("contact", person), {"is_primary": True})
    opened = forms.OpenForms()
    start = forms.open_refused(replica, opened, refused(replica, saved))
    again = forms.save_form(replica, opened, EN, FormEnd(start, {"name": "Popas Nou"}))
    [tie] = record_pages.record_page(replica, "contact", person).ties
    assert (tie.id, tie.name, tie.is_primary) == (again.id, "Popas Nou", True)


# -- the definition --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entity", sorted(PARTS))
def test_no_part_has_the_name_of_a_field_and_each_stands_at_the_top_with_a_text(entity):
    own = {column.name for column in data_columns(CRM.get(entity))}
    for part in PARTS[entity]:
        assert part.name not in own
        assert part.name in FIRST[entity]
        assert all(Texts(language).has(f"{entity}.{part.name}") for language in LANGUAGES)
        assert is_of_form(entity, part.name)
    assert not is_of_form(entity, "colour")


@pytest.mark.parametrize("entity", ["company", "contact", "address"])
def test_a_form_of_a_new_record_offers_every_field_once(entity):
    new, old = (
        Counter(column.name for _, columns in form_sections(entity, is_new=is_new) for column in columns)
        for is_new in (True, False)
    )
    parts = {part.name for part in PARTS.get(entity, ())}
    assert set(new.values()) == set(old.values()) == {1}
    assert set(new) - set(old) == parts - {"phone", "email"}
    assert set(old) - parts <= {name for _, fields in sections_of(entity) for name in fields}
