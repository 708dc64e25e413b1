"""The first phone and e-mail of a record in the form that edits it: one save, taken back whole, and corrected whole."""

import pytest

from client.replica.remote_page import Ack
from client.usecases import decisions, forms, record_pages, writing
from client.usecases.form_answers import FormEnd
from client.usecases.form_parts import form_sections
from shared_models.errors import RecordInvalid
from shared_models.texts import LANGUAGES, Texts
from tests.clients import bring

EN = Texts("en").t
OLD, NEW, MAIL = "0368 000 120", "0368 000 121", "receptie@brazi.example"


@pytest.fixture
def hotel(replica):
    """A company that the centre has, with a phone."""
    opened = forms.OpenForms()
    start = forms.open_form(replica, opened, "company", None, None)
    saved = forms.save_form(replica, opened, EN, FormEnd(start, {"name": "Hotel", "phone": OLD}))
    bring(replica, to=6, acks=(Ack(saved.tx, "applied", 6, 77, None),))
    return saved.id


def edit(replica, pk, **values):
    opened = forms.OpenForms()
    return forms.save_form(replica, opened, EN, FormEnd(forms.open_form(replica, opened, "company", pk, None), values))


def points(replica, pk):
    return [(p.kind, p.value) for p in record_pages.record_page(replica, "company", pk).points]


def point(replica, pk, value, **more):
    normalised = "+4" + value.replace(" ", "")
    with replica.edit("a point") as edit:
        row = {"company_id": pk, "kind": "phone", "value": value, "value_normalised": normalised, **more}
        return edit.insert("contact_point", row)


@pytest.mark.functions(1, 4)
def test_phone_and_mail_stand_in_the_form_and_are_changed_and_added_by_one_save(replica, hotel):
    start = forms.open_form(replica, forms.OpenForms(), "company", hotel, None)
    assert (start.values["phone"], start.values.get("email")) == (OLD, None)
    before = len(replica.waiting())
    saved = edit(replica, hotel, name="Hotel Nou", phone=NEW, email=MAIL)
    assert set(points(replica, hotel)) == {("phone", NEW), ("email", MAIL)}
    assert (len(replica.waiting()), saved.label) == (before + 1, "Hotel Nou: Name, Phone, E-mail")
    assert writing.undo(replica, EN, saved.tx)
    assert points(replica, hotel) == [("phone", OLD)]


@pytest.mark.functions(4)
def test_a_save_of_a_number_is_named_by_its_kind(replica, hotel):
    edit(replica, hotel, phone="0722 000 111")
    assert points(replica, hotel) == [("mobile", "0722 000 111")]
    start = forms.open_form(replica, forms.OpenForms(), "company", hotel, None)
    assert start.kinds == {"phone": "mobile"}
    assert edit(replica, hotel, phone="0722 000 222").label == "Hotel: Mobile"


@pytest.mark.functions(4, 146)
def test_the_form_that_decides_a_card_changes_the_number_that_stands_in_it(replica, hotel):
    with replica.edit("a card") as card:
        pk = card.insert("sync_conflict", {
            "record_type": "company", "record_id": hotel, "unit": "name", "kind": "value", "policy": "FM", "state": "open",
            "mine": '{"name": "A"}', "theirs": '{"name": "B"}',
        })  # fmt: skip
    opened = forms.OpenForms()
    start = decisions.decide_by_edit(replica, opened, pk)
    forms.save_form(replica, opened, EN, FormEnd(start, {"name": "C", "phone": NEW}))
    assert points(replica, hotel) == [("phone", NEW)]
    assert replica.get("sync_conflict", pk)["state"] == "edited"


@pytest.mark.functions(142)
@pytest.mark.parametrize("values", [{"email": MAIL}, {"legal_name": "Hotel SRL"}, {"name": "Hotel", "phone": NEW}, {}])
def test_a_card_stays_open_while_its_form_changes_something_else(replica, hotel, values):
    with replica.edit("a card") as card:
        pk = card.insert("sync_conflict", {
            "record_type": "company", "record_id": hotel, "unit": "name", "kind": "value", "policy": "FM", "state": "open",
            "mine": '{"name": "A"}', "theirs": '{"name": "Hotel"}',
        })  # fmt: skip
    opened = forms.OpenForms()
    forms.save_form(replica, opened, EN, FormEnd(decisions.decide_by_edit(replica, opened, pk), values))
    assert replica.get("sync_conflict", pk)["state"] == "open"
    forms.save_form(replica, opened, EN, FormEnd(decisions.decide_by_edit(replica, opened, pk), {"name": "A"}))
    assert replica.get("sync_conflict", pk)["state"] == "restored_mine"


def test_a_phone_alone_is_changed_without_a_change_of_the_company(replica, hotel):
    edit(replica, hotel, phone=NEW)
    assert points(replica, hotel) == [("phone", NEW)]
    assert not replica.pending_fields("company", hotel)


def test_an_emptied_phone_is_removed(replica, hotel):
    edit(replica, hotel, phone=None)
    assert points(replica, hotel) == []


def test_the_same_number_in_another_spelling_is_the_same_point(replica, hotel):
    assert edit(replica, hotel, phone="+40368000120").tx == ""
    assert points(replica, hotel) == [("phone", OLD)]


def test_a_mobile_in_the_place_of_a_phone_becomes_one_and_keeps_its_label(replica, hotel):
    [held] = record_pages.record_page(replica, "company", hotel).points
    with replica.edit("a label") as one:
        one.update("contact_point", held.id, {"label": "Recepție"})
    edit(replica, hotel, phone="0722 000 001")
    [found] = record_pages.record_page(replica, "company", hotel).points
    assert (found.kind, found.value, found.label) == ("mobile", "0722 000 001", "Recepție")


def test_the_number_that_is_used_first_is_the_one_that_changes_and_stays_first(replica, hotel):
    point(replica, hotel, "0368 000 001", is_primary=True)
    point(replica, hotel, "0368 000 002")
    assert forms.open_form(replica, forms.OpenForms(), "company", hotel, None).values["phone"] == "0368 000 001"
    edit(replica, hotel, phone=NEW)
    page = record_pages.record_page(replica, "company", hotel)
    assert page.first("phone", "mobile").value == NEW
    assert {p.value for p in page.points} == {OLD, NEW, "0368 000 002"}


def test_a_changed_number_stays_before_the_others_though_none_was_marked(replica, hotel):
    point(replica, hotel, "0368 000 002")
    first = record_pages.record_page(replica, "company", hotel).first("phone", "mobile")
    edit(replica, hotel, phone="0368 000 777")
    page = record_pages.record_page(replica, "company", hotel)
    assert page.first("phone", "mobile").value == "0368 000 777"
    assert first.value not in {p.value for p in page.points}


def test_a_number_that_is_known_to_be_wrong_is_not_the_one_to_change(replica):
    with replica.edit("a company") as one:
        pk = one.insert("company", {"name": "Popas"})
    point(replica, pk, OLD, validity="wrong")
    assert "phone" not in forms.open_form(replica, forms.OpenForms(), "company", pk, None).values
    edit(replica, pk, phone=NEW)
    assert {value for _, value in points(replica, pk)} == {OLD, NEW}


def test_a_number_that_somebody_removed_meanwhile_is_added(replica, hotel):
    opened = forms.OpenForms()
    start = forms.open_form(replica, opened, "company", hotel, None)
    writing.archive(replica, EN, "contact_point", start.parts["phone"])
    forms.save_form(replica, opened, EN, FormEnd(start, {"phone": NEW}))
    assert points(replica, hotel) == [("phone", NEW)]


def test_what_cannot_be_stored_is_named_by_its_field_and_nothing_is_saved(replica, hotel):
    with pytest.raises(RecordInvalid) as refused:
        edit(replica, hotel, name="Hotel Nou", email="x" * 255)
    assert {(p.field, p.reason) for p in refused.value.problems} == {("email", "problem.too_long")}
    assert replica.get("company", hotel)["name"] == "Hotel"


@pytest.mark.functions(16)
def test_a_person_has_them_too(replica):
    with replica.edit("a person") as one:
        pk = one.insert("contact", {"last_name": "Pop"})
    opened = forms.OpenForms()
    start = forms.open_form(replica, opened, "contact", pk, None)
    forms.save_form(replica, opened, EN, FormEnd(start, {"phone": "0722 000 001", "email": "pop@brazi.example"}))
    found = record_pages.record_page(replica, "contact", pk).points
    assert {(p.kind, p.value) for p in found} == {("mobile", "0722 000 001"), ("email", "pop@brazi.example")}


# -- a refused edit --------------------------------------------------------------------------------------------------------


def refused(replica, saved):
    """Open the form on a save that the centre has refused."""
    bring(replica, to=7, acks=(Ack(saved.tx, "rejected", 7, 77, "R305"),))
    opened = forms.OpenForms()
    return opened, forms.open_refused(replica, opened, saved.tx)


@pytest.mark.functions(140)
def test_the_correction_of_a_refused_edit_saves_what_it_leaves_as_it_was_typed(replica, hotel):
    opened, start = refused(replica, edit(replica, hotel, name="Hotel Nou", roles=["customer"], phone=NEW, email=MAIL))
    assert {name: start.values[name] for name in ("name", "phone", "email")} == {
        "name": "Hotel Nou", "phone": NEW, "email": MAIL,
    }  # fmt: skip
    forms.save_form(replica, opened, EN, FormEnd(start, {"email": "alta@brazi.example"}))
    row = replica.get("company", hotel)
    assert (row["name"], row["roles"]) == ("Hotel Nou", ["customer"])
    assert set(points(replica, hotel)) == {("phone", NEW), ("email", "alta@brazi.example")}
    assert replica.drafts() == []


@pytest.mark.functions(140)
def test_a_phone_that_was_emptied_in_a_refused_edit_is_removed_by_its_correction(replica, hotel):
    opened, start = refused(replica, edit(replica, hotel, name="Hotel Nou", phone=None))
    assert start.values["phone"] is None
    forms.save_form(replica, opened, EN, FormEnd(start, {"name": "Hotel Vechi"}))
    assert (replica.get("company", hotel)["name"], points(replica, hotel)) == ("Hotel Vechi", [])


@pytest.mark.functions(140)
def test_a_refused_number_alone_opens_as_it_was_typed_and_is_saved(replica, hotel):
    opened, start = refused(replica, edit(replica, hotel, phone=NEW))
    assert (start.entity, start.values["value"]) == ("contact_point", NEW)
    forms.save_form(replica, opened, EN, FormEnd(start, {"label": "Recepție"}))
    [found] = record_pages.record_page(replica, "company", hotel).points
    assert (found.value, found.label) == (NEW, "Recepție")


@pytest.mark.functions(140)
def test_the_correction_of_a_refused_number_saves_what_its_form_does_not_show(replica, hotel):
    edit(replica, hotel, email=MAIL)
    opened, start = refused(replica, edit(replica, hotel, phone=NEW, email="alta@brazi.example"))
    assert (start.entity, start.values["value"]) == ("contact_point", NEW)
    forms.save_form(replica, opened, EN, FormEnd(start, {"value": "0368 000 122"}))
    assert set(points(replica, hotel)) == {("phone", "0368 000 122"), ("email", "alta@brazi.example")}


@pytest.mark.functions(140)
def test_a_mark_that_a_refused_number_took_away_is_taken_away_by_its_correction(replica, hotel):
    first = point(replica, hotel, "0368 000 002", is_primary=True)
    opened = forms.OpenForms()
    [other] = [p.id for p in record_pages.record_page(replica, "company", hotel).points if p.id != first]
    start = forms.open_form(replica, opened, "contact_point", other, None)
    saved = forms.save_form(replica, opened, EN, FormEnd(start, {"is_primary": True}))
    opened, start = refused(replica, saved)
    forms.save_form(replica, opened, EN, FormEnd(start, {"label": "Recepție"}))
    assert {p.value for p in record_pages.record_page(replica, "company", hotel).points if p.is_primary} == {OLD}
    assert not replica.get("contact_point", first)["is_primary"]


@pytest.mark.parametrize("entity", ["company", "contact"])
def test_the_form_of_a_record_that_is_here_names_how_to_reach_it_after_its_identity(entity):
    sections = form_sections(entity, is_new=False)
    assert [name for name, _ in sections][:2] == ["identity", "reach"]
    assert [column.name for column in sections[1][1]] == ["phone", "email"]
    assert all(Texts(language).has("section.reach") for language in LANGUAGES)
