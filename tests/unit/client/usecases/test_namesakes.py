"""Records of one name in a picker: each says in a second line what tells it from the others."""

import pytest

from client.usecases import forms, namesakes
from shared_models.fields import column_of
from shared_models.registry import CRM


@pytest.fixture
def popasuri(replica):
    """Two companies of one name, each with an Ion Pop."""
    found = []
    with replica.edit("namesakes") as edit:
        for town, fiscal, code, phone in (("Predeal", "RO14399840", "C-7", "0368 000 120"), ("Lugoj", None, None, None)):
            company = edit.insert("company", {"name": "Popas", "fiscal_code": fiscal, "code": code})
            edit.insert("address", {"company_id": company, "city": town})
            person = edit.insert("contact", {"first_name": "Ion", "last_name": "Pop", "job_title": "Chef"})
            edit.insert("company_contact", {"company_id": company, "contact_id": person})
            if phone:
                point = {"contact_id": person, "kind": "phone", "value": phone, "value_normalised": "+40368000120"}
                edit.insert("contact_point", point)
            found.append(company)
    return found


@pytest.mark.functions(5, 38)
@pytest.mark.parametrize("text", ["", "popas"])
def test_companies_of_one_name_say_town_and_codes(replica, popasuri, text):
    offered = forms.find_choices(replica, "company", text)
    assert {(c.label, c.detail) for c in offered} == {("Popas", "Predeal · RO14399840 · C-7"), ("Popas", "Lugoj")}


@pytest.mark.functions(16, 38)
@pytest.mark.parametrize("text", ["", "ion pop"])
def test_people_of_one_name_say_job_company_and_phone(replica, popasuri, text):
    offered = forms.find_choices(replica, "contact", text)
    assert {c.detail for c in offered} == {"Chef · Popas · 0368 000 120", "Chef · Popas"}


def test_colleagues_say_their_address_and_teams_nothing(replica):
    with replica.edit("people") as edit:
        edit.insert("user", {"name": "Ana Pop", "email": "ana@carpati.example"})
        edit.insert("team", {"name": "Nord"})
    assert [c.detail for c in forms.find_choices(replica, "user", "ana")] == ["ana@carpati.example"]
    assert [c.detail for c in forms.find_choices(replica, "team", "")] == [""]


def test_a_colleague_of_many_is_found(replica):
    for first in (0, 300):
        with replica.edit("people") as edit:
            for i in range(first, first + 300):
                edit.insert("user", {"name": f"Om {i:03}", "email": f"om{i}@carpati.example"})
    assert [c.label for c in forms.find_choices(replica, "user", "om 599")] == ["Om 599"]


def test_what_is_told_is_in_the_definition_or_beside_a_row(replica):
    beside = {"place", "company", "phone"}
    for entity, told in namesakes.TOLD_APART.items():
        assert all(column_of(CRM.get(entity), name) for name in set(told) - beside)


@pytest.mark.functions(34)
def test_colleagues_stand_by_name_whatever_the_order_in_which_they_came(replica):
    names = ["Vlad Înotescu", "Șerban Pop", "Ana Pop", "Ștefan Ilie", "Ilie Dan", "Sorin Rusu"]
    with replica.edit("people") as edit:
        for name in names:
            edit.insert("user", {"name": name, "email": "x@carpati.example"})
    ordered = ["Ana Pop", "Ilie Dan", "Șerban Pop", "Sorin Rusu", "Ștefan Ilie", "Vlad Înotescu"]
    assert [c.label for c in forms.find_choices(replica, "user", "")] == ordered
    assert [c.label for c in forms.find_choices(replica, "user", "STEFAN")] == ["Ștefan Ilie"]
