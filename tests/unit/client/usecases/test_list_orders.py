"""The orders of the lists over a real replica: visits due, last names; pages join without a gap; provisional codes."""

import pytest

from client.replica import orders
from client.usecases import lists, writing
from client.usecases.answers import Owner
from client.usecases.list_answers import ListQuery
from shared_models.texts import Texts
from tests.clients import bring, central_row

EN = Texts("en").t
DAY_MS = 86_400_000
NOON_MS = 1_795_000_000_000


def company(replica, name: str, every: int | None, note_days_ago: int | None = None, **more: object) -> str:
    with replica.edit("a company") as edit:
        pk = edit.insert("company", {"name": name, "visit_every_days": every, **more})
    if note_days_ago is not None:
        writing.add_note(replica, EN, NOON_MS - note_days_ago * DAY_MS, Owner("company", pk), "Stoc mic.")
    return str(pk)


def names(page) -> list[str]:
    return [row.name for row in page.rows]


def test_the_longest_overdue_visit_comes_first_and_companies_without_a_rhythm_last_by_name(replica):
    company(replica, "Zefir", None, 400)
    company(replica, "Alun", None)
    company(replica, "Hotel", 14, 18)
    company(replica, "Han", 14, 2)
    company(replica, "Brutărie", 21, 60)
    page = lists.companies(replica, ListQuery(order="due"), None)
    assert names(page) == ["Brutărie", "Hotel", "Han", "Alun", "Zefir"]
    assert page.rows[1].due_at == (NOON_MS - 4 * DAY_MS) * 1000
    assert page.rows[3].due_at is None


def test_a_company_that_nobody_talked_to_is_due_its_rhythm_after_it_was_entered(replica):
    pk = company(replica, "Nou", 10)
    [row] = lists.companies(replica, ListQuery(order="due"), None).rows
    entered = replica.get("company", pk)["created_at"]
    assert row.due_at == entered + 10 * DAY_MS * 1000


def test_an_archived_note_is_no_talk(replica):
    pk = company(replica, "Hotel", 14, 30)
    saved = writing.add_note(replica, EN, NOON_MS, Owner("company", pk), "Greșit.")
    note = next(row["id"] for row in replica.children_of("note", "company_id", pk) if row["body"] == "Greșit.")
    assert saved.tx
    writing.archive(replica, EN, "note", note)
    [row] = lists.companies(replica, ListQuery(order="due"), None).rows
    assert row.due_at == (NOON_MS - 16 * DAY_MS) * 1000


@pytest.mark.functions(38)
def test_pages_by_due_join_without_a_gap_or_a_double_and_keep_to_the_chips(replica, monkeypatch):
    monkeypatch.setattr(lists, "PAGE_ROWS", 3)
    for place in range(10):
        roles = ["customer"] if place % 2 else ["supplier"]
        company(replica, f"Firma {place}", 14 if place % 3 else None, place if place % 4 else None, roles=roles)
    for query in (ListQuery(order="due"), ListQuery(order="due", role="customer")):
        page = lists.companies(replica, query, None)
        found, total = names(page), page.total
        while page.next is not None:
            page = lists.companies(replica, query, page.next)
            found += names(page)
        assert len(found) == len(set(found)) == total


def test_contacts_stand_by_last_name_whatever_the_first_name_and_the_marks(replica):
    with replica.edit("people") as edit:
        for first, last in (
            ("Zoe", "Albu"), (None, "Stan"), ("Ana", "Știrbei"), ("Ion", "Stirbei"), ("Țuțu", "Ene"), ("Ada-Maria", "Țurcanu"),
        ):  # fmt: skip
            edit.insert("contact", {"first_name": first, "last_name": last})
    page = lists.contacts(replica, ListQuery(), None)
    assert names(page) == ["Zoe Albu", "Țuțu Ene", "Stan", "Ana Știrbei", "Ion Stirbei", "Ada-Maria Țurcanu"]
    with replica.reading() as reader:
        kind = replica.registry.get("contact")
        begin = orders.by_last_name(reader, kind, orders.Asked(), None, 2)
        rest = orders.by_last_name(reader, kind, orders.Asked(), begin.next, 9)
    assert [row["last_name"] for row in begin.rows + rest.rows] == [row.last_name for row in page.rows]
    assert rest.next is None


def test_a_code_typed_here_is_provisional_in_the_list_and_one_from_the_centre_is_not(replica):
    pk = "018f1111-0000-7000-8000-000000000001"
    bring(replica, (5, "company", central_row("company", pk, name="Acme", roles=[], code="C-1")), to=5)
    assert [row.is_provisional for row in lists.companies(replica, ListQuery(), None).rows] == [False]
    with replica.edit("another name") as edit:
        edit.update("company", pk, {"name": "Acme SRL"})
    assert [row.is_provisional for row in lists.companies(replica, ListQuery(), None).rows] == [False]
    with replica.edit("another code") as edit:
        edit.update("company", pk, {"code": "C-2"})
    assert [row.is_provisional for row in lists.companies(replica, ListQuery(), None).rows] == [True]
