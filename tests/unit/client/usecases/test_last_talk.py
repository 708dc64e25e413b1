"""The last talk with a company, also through its people: on its page, in its row of the list, and in the order by visits due."""

import pytest

from client.replica.orders import BY_DUE
from client.replica.talks import LAST_TALK, OWN, PEOPLE
from client.usecases import lists, record_pages, timelines, writing
from client.usecases.answers import Owner
from client.usecases.list_answers import ListQuery
from shared_models.texts import Texts

EN = Texts("en").t
DAY_MS = 86_400_000
NOON_MS = 1_795_000_000_000
"""18 November 2026."""


def note(replica, entity: str, pk: str, days_ago: int) -> None:
    writing.add_note(replica, EN, NOON_MS - days_ago * DAY_MS, Owner(entity, pk), "Stoc mic.")


def at(days_ago: int) -> int:
    return (NOON_MS - days_ago * DAY_MS) * 1000


@pytest.fixture
def hotel(replica):
    with replica.edit("a hotel") as edit:
        edit.insert("user", {"name": "Ana Pop", "email": "ana@carpati.example"}, replica.facts()["user"])
        return edit.insert("company", {"name": "Hotel Șapte Brazi", "visit_every_days": 14})


def person(replica, hotel: str, **period: str) -> str:
    with replica.edit("a person") as edit:
        pk = edit.insert("contact", {"first_name": "Ioana", "last_name": "Știrbei"})
        edit.insert("company_contact", {"company_id": hotel, "contact_id": pk, **period})
        return str(pk)


def last(replica, hotel: str):
    """What page and list say; both the same."""
    page = record_pages.record_page(replica, "company", hotel)
    [row] = lists.companies(replica, ListQuery(order="due"), None).rows
    assert page.last_note_at == row.last_note_at
    return page, row


@pytest.mark.functions(1, 26)
def test_a_note_on_a_person_is_a_talk_with_the_company(replica, hotel):
    ioana = person(replica, hotel)
    note(replica, "company", hotel, 30)
    note(replica, "contact", ioana, 3)
    page, row = last(replica, hotel)
    assert (page.last_note_at, page.last_note_with, page.last_note_by) == (at(3), "Ioana Știrbei", "Ana Pop")
    assert row.due_at == at(3) + 14 * DAY_MS * 1000


def test_the_newest_talk_counts_and_one_on_the_company_names_nobody(replica, hotel):
    note(replica, "contact", person(replica, hotel), 9)
    note(replica, "company", hotel, 2)
    page, _ = last(replica, hotel)
    assert (page.last_note_at, page.last_note_with) == (at(2), "")


def test_only_the_time_of_a_person_at_the_company_counts(replica, hotel):
    gone = person(replica, hotel, ended_on="2026-11-01")
    note(replica, "contact", gone, 20)
    note(replica, "contact", gone, 1)
    later = person(replica, hotel, started_on="2026-11-10")
    note(replica, "contact", later, 10)
    assert last(replica, hotel)[0].last_note_at == at(20)
    note(replica, "contact", later, 8)
    assert last(replica, hotel)[0].last_note_at == at(8)


def notes_told(replica, entity: str, pk: str):
    told = timelines.timeline(replica, timelines.nobody, entity, pk, None).entries
    return [(entry.at, entry.talked_with) for entry in told if entry.kind == "note"]


@pytest.mark.functions(1, 26)
def test_the_timeline_of_a_company_begins_with_the_note_that_its_last_talk_counts(replica, hotel):
    ioana, gone = person(replica, hotel), person(replica, hotel, ended_on="2026-11-01")
    note(replica, "company", hotel, 38)
    note(replica, "contact", ioana, 19)
    note(replica, "contact", gone, 1)
    assert notes_told(replica, "company", hotel) == [(at(19), "Ioana Știrbei"), (at(38), "")]
    assert last(replica, hotel)[0].last_note_at == at(19)
    assert notes_told(replica, "contact", ioana) == [(at(19), "")]


def test_a_removed_tie_and_an_archived_note_are_no_talks(replica, hotel):
    ioana = person(replica, hotel)
    note(replica, "contact", ioana, 3)
    [written] = replica.children_of("note", "contact_id", ioana)
    with replica.edit("away") as edit:
        edit.archive("note", written["id"])
    assert last(replica, hotel)[0].last_note_at is None
    note(replica, "contact", ioana, 2)
    [tie] = replica.children_of("company_contact", "company_id", hotel)
    writing.archive(replica, EN, "company_contact", tie["id"])
    assert last(replica, hotel)[0].last_note_at is None


@pytest.mark.parametrize("sql", [f"SELECT 1 {OWN}".format(id="'x'"), f"SELECT 1 {PEOPLE}".format(id="'x'")])
def test_talks_are_found_by_indexes(replica, sql):
    with replica.reading() as reader:
        plan = [row[3] for row in reader.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()]
    assert plan
    assert all("USING INDEX" in step or "USING COVERING INDEX" in step for step in plan), plan


def test_an_order_by_due_reads_no_table_of_notes_or_ties_from_end_to_end(replica):
    with replica.reading() as reader:
        plan = reader.execute(f"EXPLAIN QUERY PLAN SELECT {LAST_TALK} FROM company t ORDER BY {BY_DUE}").fetchall()
    assert not [row[3] for row in plan if row[3].startswith("SCAN") and row[3].split()[1] in ("n", "k")]
