"""What is there is not added once more: an Undo would take away what was there before."""

import pytest

from client.usecases import forms
from client.usecases.answers import Owner
from client.usecases.form_answers import FormEnd
from shared_models.errors import RecordInvalid
from shared_models.texts import Texts

EN = Texts("en").t
PHONE, SECOND = "0722123456", "0733000111"


@pytest.fixture
def raluca(replica):
    """Raluca with two phones, and tied to a hotel."""
    with replica.edit("raluca") as edit:
        hotel = edit.insert("company", {"name": "Hotel Șapte Brazi"})
        person = edit.insert("contact", {"last_name": "Florea"})
        for value, is_primary in ((PHONE, True), (SECOND, False)):
            normalised = f"+4{value}"
            point = {"kind": "mobile", "value": value, "value_normalised": normalised, "is_primary": is_primary}
            edit.insert("contact_point", {"contact_id": person, **point})
        edit.insert("company_contact", {"company_id": hotel, "contact_id": person, "is_primary": True})
    return hotel, person


def refusal(replica, entity, pk, owner, values):
    """Save a form that is refused, and return why."""
    opened, before = forms.OpenForms(), replica.waiting()
    start = forms.open_form(replica, opened, entity, pk, owner)
    with pytest.raises(RecordInvalid) as refused:
        forms.save_form(replica, opened, EN, FormEnd(start, values))
    assert replica.waiting() == before
    return [(problem.field, problem.reason) for problem in refused.value.problems]


@pytest.mark.functions(2, 18)
def test_a_phone_that_is_there_is_not_added_again(replica, raluca):
    _, person = raluca
    values = {"kind": "mobile", "value": "0722 123 456"}
    told = refusal(replica, "contact_point", None, Owner("contact", person), values)
    assert told == [("value", "problem.there_already.contact_point")]
    assert [one["is_primary"] for one in replica.children_of("contact_point", "contact_id", person)] == [True, False]


@pytest.mark.functions(2)
def test_the_first_phone_does_not_become_another_one_that_is_there(replica, raluca):
    _, person = raluca
    assert refusal(replica, "contact", person, None, {"phone": SECOND}) == [("phone", "problem.there_already.contact_point")]


@pytest.mark.functions(4)
@pytest.mark.parametrize("end", ["company", "contact"])
def test_a_person_who_is_tied_is_not_tied_again(replica, raluca, end):
    ids = dict(zip(("company", "contact"), raluca, strict=True))
    other = "contact" if end == "company" else "company"
    told = refusal(replica, "company_contact", None, Owner(end, ids[end]), {f"{other}_id": ids[other], "is_primary": True})
    assert told == [(f"{other}_id", "problem.there_already.company_contact")]


@pytest.mark.functions(4)
def test_a_tie_that_was_removed_comes_back_and_is_taken_back(replica, raluca):
    hotel, person = raluca
    [tie] = replica.children_of("company_contact", "company_id", hotel)
    with replica.edit("remove") as edit:
        edit.archive("company_contact", tie["id"])
    opened = forms.OpenForms()
    start = forms.open_form(replica, opened, "company_contact", None, Owner("company", hotel))
    saved = forms.save_form(replica, opened, EN, FormEnd(start, {"contact_id": person}))
    assert replica.get("company_contact", tie["id"])["archived_at"] is None
    assert replica.undo(saved.tx, "undo")
    assert replica.get("company_contact", tie["id"])["archived_at"] is not None
