"""Ties between companies and people over a real replica: what the picker offers, and a new person tied in the same save."""

from typing import Annotated, ClassVar

import pytest

from client.usecases import findings, forms, record_pages, writing
from client.usecases.answers import Owner
from client.usecases.form_answers import FormEnd, FormStart
from client.usecases.ties import TieKind, tie_between
from shared_models.base import Id, Record, Text
from shared_models.errors import RecordInvalid
from shared_models.fields import Col, Merge, Parent
from shared_models.registry import CRM, Registry
from shared_models.texts import Texts
from tests.clients import make_replica

EN = Texts("en").t


@pytest.fixture
def hotel(replica):
    with replica.edit("a hotel and two people of one name") as edit:
        edit.insert("contact", {"first_name": "Ion", "last_name": "Pop", "job_title": "Chef"})
        edit.insert("contact", {"first_name": "Ion", "last_name": "Pop", "job_title": "Director"})
        edit.insert("contact", {"first_name": "Ana", "last_name": "Albu"})
        return edit.insert("company", {"name": "Hotel Șapte Brazi"})


@pytest.mark.functions(4)
def test_a_person_who_is_picked_stands_on_the_page_of_the_company(replica, hotel):
    opened = forms.OpenForms()
    [ion, _] = forms.find_choices(replica, "contact", "ion")
    start = forms.open_form(replica, opened, "company_contact", None, Owner("company", hotel))
    saved = forms.save_form(replica, opened, EN, FormEnd(start, {"contact_id": ion.id}))
    assert [tie.id for tie in record_pages.record_page(replica, "company", hotel).ties] == [ion.id]
    assert saved.label.endswith("Hotel Șapte Brazi · Ion Pop")


@pytest.mark.functions(4)
def test_a_tie_without_a_person_is_refused_with_the_field_that_lacks(replica, hotel):
    opened = forms.OpenForms()
    start = forms.open_form(replica, opened, "company_contact", None, Owner("company", hotel))
    with pytest.raises(RecordInvalid) as refused:
        forms.save_form(replica, opened, EN, FormEnd(start, {}))
    assert [(p.field, p.reason) for p in refused.value.problems] == [("contact_id", "problem.required")]


@pytest.mark.functions(4)
def test_a_new_person_and_the_tie_are_one_save_that_one_undo_takes_back(replica, hotel):
    opened = forms.OpenForms()
    start = forms.open_form(replica, opened, "contact", None, Owner("company", hotel))
    saved = forms.save_form(replica, opened, EN, FormEnd(start, {"last_name": "Nouă"}, {"is_primary": True}))
    [tie] = record_pages.record_page(replica, "company", hotel).ties
    assert (tie.id, tie.is_primary) == (saved.id, True)
    assert writing.undo(replica, EN, saved.tx)
    assert record_pages.record_page(replica, "company", hotel).ties == ()


@pytest.mark.functions(4)
def test_a_tie_that_cannot_be_stored_keeps_the_new_person_out_too(replica, hotel):
    opened, before = forms.OpenForms(), replica.count("contact")
    start = forms.open_form(replica, opened, "contact", None, Owner("company", hotel))
    with pytest.raises(RecordInvalid) as refused:
        forms.save_form(replica, opened, EN, FormEnd(start, {"last_name": "Nouă"}, {"started_on": "yesterday"}))
    assert [p.field for p in refused.value.problems] == ["started_on"]
    assert replica.count("contact") == before


def test_the_picker_offers_the_last_used_first_and_tells_two_of_one_name_apart(replica, hotel):
    by_name = forms.find_choices(replica, "contact", "")
    assert [(c.label, c.detail) for c in by_name] == [("Ana Albu", ""), ("Ion Pop", "Chef"), ("Ion Pop", "Director")]
    assert [c.is_recent for c in by_name] == [False] * 3
    replica.used("contact", by_name[2].id)
    offered = forms.find_choices(replica, "contact", "")
    assert [(c.detail, c.is_recent) for c in offered] == [("Director", True), ("", False), ("Chef", False)]
    assert [c.is_recent for c in forms.find_choices(replica, "contact", "ion")] == [False, False]


class Boat(Record):
    """A boat."""

    entity_name = "boat"
    title_fields = ("name",)

    name: Annotated[Text, Col()]


class Sailor(Record):
    """A sailor."""

    entity_name = "sailor"
    title_fields = ("name",)

    name: Annotated[Text, Col()]


class Whistle(Record):
    """A link that belongs to a boat or to a sailor, and ties nothing."""

    entity_name = "whistle"
    is_link: ClassVar[bool] = True

    boat_id: Annotated[Id | None, Parent(), Col(merge=Merge.AN, references="boat")] = None
    sailor_id: Annotated[Id | None, Parent(), Col(merge=Merge.AN, references="sailor")] = None


class Crew(Record):
    """A sailor on a boat."""

    entity_name = "crew"
    is_link: ClassVar[bool] = True

    aboard: Annotated[Id, Parent(), Col(merge=Merge.AN, references="boat")]
    member: Annotated[Id, Parent(), Col(merge=Merge.AN, references="sailor")]

    @classmethod
    def natural_key(cls, aboard: str, member: str) -> tuple[str, ...]:
        """Return both ends."""
        return aboard, member


def test_which_entity_ties_two_kinds_follows_from_the_definitions():
    fleet = Registry((Boat, Sailor, Whistle, Crew))
    assert tie_between(fleet, "sailor", "boat") == TieKind("crew", {"boat": "aboard", "sailor": "member"})
    assert tie_between(CRM, "company", "contact") == TieKind(
        "company_contact", {"company": "company_id", "contact": "contact_id"}
    )
    with pytest.raises(KeyError):
        tie_between(fleet, "boat", "whistle")


def test_a_new_person_of_another_kind_of_tie_is_saved_with_it(tmp_path):
    boats = make_replica(tmp_path, registry=Registry((Boat, Sailor, Whistle, Crew, *CRM.entities)))
    with boats.edit("a boat") as edit:
        boat = edit.insert("boat", {"name": "Luntre"})
    start = FormStart("sailor", None, {"name": None}, {}, {}, "1", Owner("boat", boat))
    saved = forms.save_form(boats, forms.OpenForms(), lambda key, **_: key, FormEnd(start, {"name": "Ion"}, tie={}))
    assert [row["member"] for row in boats.children_of("crew", "aboard", boat)] == [saved.id]
    boats.close()


@pytest.mark.functions(4)
@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ({"started_on": "2026-02-02", "ended_on": "2020-01-01"}, ["ended_on"]),
        ({"started_on": "2020-01-01", "ended_on": "2020-01-01"}, []),
        ({"ended_on": "2018-12-31"}, ["ended_on"]),
        ({"started_on": "2018-01-01"}, []),
        ({"is_primary": True}, []),
        ({"started_on": "soon", "ended_on": "2018-12-31"}, []),
    ],
)
def test_a_time_that_ends_before_it_begins_looks_wrong(replica, hotel, typed, fields):
    person = replica.list_page("contact").rows[0]["id"]
    with replica.edit("tie") as edit:
        tie = edit.insert("company_contact", {"company_id": hotel, "contact_id": person, "started_on": "2019-01-01"})
    found = findings.check(replica, "company_contact", typed, tie)
    assert [one.field for one in found if one.reason == "warning.ends_before_it_begins"] == fields
    assert all(one.severity == "warning" for one in found if one.field in fields)
