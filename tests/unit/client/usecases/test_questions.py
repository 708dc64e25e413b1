"""The open cards that are about a company or contact: those of the reader's inbox, about the record, a part of it, or its likeness."""

import json

import pytest

from client.usecases import decisions, record_pages
from shared_models.texts import Texts

EN = Texts("en").t


@pytest.fixture
def place(replica):
    """A company with a phone number and a person, and another company."""
    with replica.edit("a place") as edit:
        hotel = edit.insert("company", {"name": "Hotel Șapte Brazi"})
        inn = edit.insert("company", {"name": "Hanul Vechi"})
        phone = edit.insert(
            "contact_point", {"company_id": hotel, "kind": "mobile", "value": "0722 000 001", "value_normalised": "0722000001"}
        )
        ioana = edit.insert("contact", {"last_name": "Știrbei"})
        tie = edit.insert("company_contact", {"company_id": hotel, "contact_id": ioana})
    return {"hotel": hotel, "inn": inn, "phone": phone, "ioana": ioana, "tie": tie}


def card(replica, entity, record, unit, mine, theirs, *, kind="value", whom=None) -> str:
    with replica.edit("a card") as edit:
        pk = edit.insert("sync_conflict", {
            "record_type": entity, "record_id": record, "unit": unit, "kind": kind, "policy": "FM",
            "mine": json.dumps(mine), "theirs": json.dumps(theirs), "state": "open",
            "for_users": [whom or replica.facts()["user"]],
        })  # fmt: skip
    return str(pk)


def asked(replica, entity, pk):
    return record_pages.record_page(replica, entity, pk).questions


@pytest.mark.functions(146)
def test_cards_about_a_record_and_its_parts_are_told_on_its_page_until_they_are_decided(replica, place):
    name = card(replica, "company", place["hotel"], "name", {"name": "Hotel 7 Brazi"}, {"name": "Hotel Șapte Brazi"})
    phone = card(replica, "contact_point", place["phone"], "value", {"value": "1"}, {"value": "2"})
    assert asked(replica, "company", place["hotel"]) == (phone, name)
    assert asked(replica, "company", place["inn"]) == asked(replica, "contact", place["ioana"]) == ()
    decisions.decide(replica, EN, name, "kept_theirs")
    assert asked(replica, "company", place["hotel"]) == (phone,)


def test_a_card_about_a_tie_is_told_at_both_ends(replica, place):
    tie = card(replica, "company_contact", place["tie"], "ended_on", {"ended_on": "2026-01-01"}, {"ended_on": None})
    assert asked(replica, "company", place["hotel"]) == asked(replica, "contact", place["ioana"]) == (tie,)


def test_a_card_about_two_companies_that_may_be_one_is_told_on_both(replica, place):
    twins = card(replica, "company", place["hotel"], "fiscal_code", {}, {"id": place["inn"]}, kind="duplicate")
    assert asked(replica, "company", place["hotel"]) == asked(replica, "company", place["inn"]) == (twins,)


def test_a_card_that_is_not_in_the_readers_inbox_is_not_told(replica, place):
    card(replica, "company", place["hotel"], "name", {"name": "a"}, {"name": "b"}, whom=replica.ids.record_id())
    assert decisions.inbox(replica, 0).cards == ()
    assert asked(replica, "company", place["hotel"]) == ()


def test_a_card_of_a_part_that_is_not_here_and_of_a_kind_that_is_no_part_are_passed_over(replica, place):
    card(replica, "contact_point", replica.ids.record_id(), "value", {"value": "1"}, {"value": "2"})
    card(replica, "user", replica.facts()["user"], "name", {"name": "a"}, {"name": "b"})
    assert asked(replica, "company", place["hotel"]) == ()
