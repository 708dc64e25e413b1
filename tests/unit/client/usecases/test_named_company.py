"""A new person and the company that is not there yet, in one save: taken back whole, refused and corrected whole."""

import pytest

from client.replica.remote_page import Ack
from client.usecases import findings, forms, lists, record_pages, writing
from client.usecases.answers import Owner
from client.usecases.form_answers import FormEnd
from client.usecases.form_parts import name_to_make, to_make
from client.usecases.list_answers import ListQuery
from shared_models.errors import RecordInvalid
from shared_models.texts import Texts
from tests.clients import ANA, bring

EN = Texts("en").t
PERSON = {"last_name": "Pop", "company": to_make("Popas Brădet"), "phone": "0722 000 001"}


def save(replica, values, owner=None, tie=None):
    opened = forms.OpenForms()
    start = forms.open_form(replica, opened, "contact", None, owner)
    return forms.save_form(replica, opened, EN, FormEnd(start, values, tie))


def companies(replica):
    return [row.name for row in lists.companies(replica, ListQuery(), None).rows if not row.is_refused]


@pytest.mark.functions(1, 16)
def test_a_person_and_his_new_company_are_one_save_taken_back_whole(replica):
    before = len(replica.waiting())
    saved = save(replica, PERSON)
    [tie] = record_pages.record_page(replica, "contact", saved.id).ties
    assert (tie.name, saved.label, len(replica.waiting())) == ("Popas Brădet", "New: Pop", before + 1)
    assert replica.get("company", tie.id)["responsible_id"] == ANA
    assert writing.undo(replica, EN, saved.tx)
    assert (companies(replica), replica.count("contact"), replica.count("company_contact")) == ([], 0, 0)


def test_the_new_company_begins_as_one_of_its_own_form_does(replica):
    with replica.edit("statuses") as edit:
        states = edit.insert("pick_list", {"key": "company_status", "label_en": "Status", "label_ro": "Stare"})
        item = {"list_id": states, "key": "active", "label_en": "Active", "label_ro": "Activă", "is_default": True}
        active = edit.insert("pick_list_item", item)
    [tie] = record_pages.record_page(replica, "contact", save(replica, PERSON).id).ties
    assert replica.get("company", tie.id)["status_id"] == active


def test_what_was_typed_of_the_tie_holds_for_the_new_company(replica):
    with replica.edit("a hotel") as edit:
        hotel = edit.insert("company", {"name": "Hotel"})
    saved = save(replica, PERSON, Owner("company", hotel), {"is_primary": True})
    [tie] = record_pages.record_page(replica, "contact", saved.id).ties
    assert (tie.name, tie.is_primary) == ("Popas Brădet", True)


def test_a_name_that_is_too_long_is_said_at_its_field_and_nothing_is_saved(replica):
    long = {**PERSON, "company": to_make("x" * 201)}
    assert [(f.field, f.reason) for f in findings.check(replica, "contact", long)] == [("company", "problem.too_long")]
    with pytest.raises(RecordInvalid) as refused:
        save(replica, long)
    assert [(p.field, p.reason) for p in refused.value.problems] == [("company", "problem.too_long")]
    assert (replica.count("contact"), replica.count("company")) == (0, 0)


def test_a_company_of_that_name_that_is_here_is_told_at_the_field(replica):
    with replica.edit("a company") as edit:
        pk = edit.insert("company", {"name": "Popas Bradet"})
    [hint] = findings.check(replica, "contact", PERSON)
    assert (hint.field, hint.severity, hint.opens) == ("company", "hint", ("company", pk))


def test_a_phone_or_a_name_that_begins_like_the_mark_is_a_text(replica):
    odd = {"last_name": "new: Pop", "phone": "new: 12"}
    assert {f.reason for f in findings.check(replica, "contact", odd)} == {"warning.phone"}
    saved = save(replica, odd)
    assert [p.value for p in record_pages.record_page(replica, "contact", saved.id).points] == ["new: 12"]
    assert companies(replica) == []


# -- refused ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def refused(replica):
    """The form on a person whom the centre has refused, with his new company."""
    saved = save(replica, PERSON)
    bring(replica, to=6, acks=(Ack(saved.tx, "rejected", 6, 77, "R305"),))
    assert companies(replica) == []
    opened = forms.OpenForms()
    start = forms.open_refused(replica, opened, saved.tx)
    assert name_to_make(start.values["company"]) == "Popas Brădet"
    return opened, start


@pytest.mark.functions(140)
@pytest.mark.parametrize("name", ["Popas Brădet", "Popas Nou"])
def test_the_correction_makes_the_company_once(replica, refused, name):
    opened, start = refused
    again = forms.save_form(replica, opened, EN, FormEnd(start, {"first_name": "Ion", "company": to_make(name)}))
    [tie] = record_pages.record_page(replica, "contact", again.id).ties
    assert (tie.name, companies(replica)) == (name, [name])


@pytest.mark.functions(140)
@pytest.mark.parametrize("other", [True, False])
def test_the_correction_that_chooses_another_company_or_none_does_not_make_it(replica, refused, other):
    with replica.edit("another") as edit:
        hotel = edit.insert("company", {"name": "Hotel"})
    opened, start = refused
    again = forms.save_form(replica, opened, EN, FormEnd(start, {"company": hotel if other else None}))
    ties = record_pages.record_page(replica, "contact", again.id).ties
    assert ([tie.name for tie in ties], companies(replica)) == (["Hotel"] if other else [], ["Hotel"])


@pytest.mark.parametrize("value", [None, "", "018f1111", 7, "new:", "new:  "])
def test_an_id_or_nothing_names_nothing_to_make(value):
    assert name_to_make(value) == ""
