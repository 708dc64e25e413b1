"""What is here already under the name that is typed: found offline by the folded key, told quietly, never in the way."""

import pytest

from client.replica.queries import named
from client.usecases import findings, forms, writing
from client.usecases.form_answers import FormEnd
from shared_models.texts import Texts

EN = Texts("en").t


@pytest.fixture
def hotel(replica):
    with replica.edit("a hotel") as edit:
        pk = edit.insert("company", {"name": "Hotel Șapte Brazi", "code": "C-7"})
        edit.insert("address", {"company_id": pk, "city": "Predeal"})
        person = edit.insert("contact", {"first_name": "Ioana", "last_name": "Știrbei", "job_title": "Chef"})
        edit.insert("company_contact", {"company_id": pk, "contact_id": person})
    return pk


def hints(replica, entity, values, own_id=None):
    return [f for f in findings.check(replica, entity, values, own_id) if f.severity == "hint"]


@pytest.mark.functions(5)
@pytest.mark.parametrize(
    "typed", ["Hotel Șapte Brazi", " hotel  sapte BRAZI ", "Hotel Sapte Brazi SRL", "HOTEL ȘAPTE BRAZI S.R.L."]
)
def test_a_company_of_that_name_is_told_with_what_tells_it_apart(replica, hotel, typed):
    [hint] = hints(replica, "company", {"name": typed})
    assert (hint.field, hint.opens) == ("name", ("company", hotel))
    assert EN(hint.reason, **hint.params) == "There is already Hotel Șapte Brazi · Predeal · C-7"


@pytest.mark.parametrize("typed", ["", "Ho", "Hotel", "Hotel Brazi", None])
def test_another_name_says_nothing(replica, hotel, typed):
    assert hints(replica, "company", {"name": typed}) == []


def test_a_company_is_not_told_of_itself_nor_of_one_that_is_archived(replica, hotel):
    assert hints(replica, "company", {"name": "Hotel Sapte Brazi"}, hotel) == []
    writing.archive(replica, EN, "company", hotel)
    assert hints(replica, "company", {"name": "Hotel Șapte Brazi"}) == []


def test_the_shortest_name_is_found_by_its_key(replica):
    with replica.edit("a company") as edit:
        pk = edit.insert("company", {"name": "AB"})
    assert [f.opens for f in hints(replica, "company", {"name": "ab"})] == [("company", pk)]


@pytest.mark.functions(5, 16)
def test_a_person_of_that_name_at_the_same_company_is_told(replica, hotel):
    typed = {"first_name": "ioana", "last_name": "STIRBEI"}
    [hint] = hints(replica, "contact", {**typed, "company": hotel})
    assert (hint.field, hint.params["name"]) == ("last_name", "Ioana Știrbei · Chef · Hotel Șapte Brazi")
    with replica.edit("another company") as edit:
        other = edit.insert("company", {"name": "Popas"})
    assert hints(replica, "contact", {**typed, "company": other}) == []
    assert hints(replica, "contact", typed) == []
    assert hints(replica, "contact", {"first_name": "Ana", "last_name": "Știrbei", "company": hotel}) == []


def test_a_person_who_is_here_is_told_of_nobody(replica, hotel):
    _, person = hints(replica, "contact", {"first_name": "Ioana", "last_name": "Știrbei", "company": hotel})[0].opens
    assert hints(replica, "contact", {"first_name": "Ioana", "last_name": "Știrbei", "company": hotel}, person) == []


def test_a_second_company_of_the_name_is_saved_all_the_same(replica, hotel):
    opened = forms.OpenForms()
    start = forms.open_form(replica, opened, "company", None, None)
    forms.save_form(replica, opened, EN, FormEnd(start, {"name": "Hotel Șapte Brazi"}))
    assert replica.count("company") == 2


def test_the_name_is_looked_up_by_an_index(replica):
    said = []
    with replica.reading() as reader:
        reader.set_trace_callback(said.append)
        named(reader, replica.registry.get("company"), "Hotel")
        reader.set_trace_callback(None)
        [(*_, plan)] = reader.execute(f"EXPLAIN QUERY PLAN {said[0]}").fetchall()
    assert "SEARCH" in plan
    assert "_i_company_k" in plan
