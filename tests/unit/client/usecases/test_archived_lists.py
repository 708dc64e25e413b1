"""What is archived is listed and found apart from what is in use, from the replica alone."""

import pytest

from client.usecases import lists
from client.usecases.list_answers import ListQuery
from tests.clients import ANA

ARCHIVED = ListQuery(archived=True)


@pytest.fixture
def companies(replica):
    """Names -> ids of 120 companies, every second of which is archived, the later ones later."""
    found = {}
    with replica.edit("companies") as edit:
        for number in range(120):
            name = f"Firma {number:03}"
            found[name] = edit.insert("company", {"name": name, "roles": ["customer" if number % 4 else "supplier"]})
        for name, end in (("Firma 003", "777"), ("Firma 004", "778")):
            phone = {"kind": "phone", "value": f"0722 000 {end}", "value_normalised": f"+40722000{end}"}
            edit.insert("contact_point", {"company_id": found[name], **phone})
    for name in list(found)[1::2]:
        with replica.edit("archived") as edit:
            edit.archive("company", found[name])
    return found


def names(page):
    """Return the names of the rows of a page."""
    return [row.name for row in page.rows]


@pytest.mark.functions(38)
def test_archived_companies_come_in_pages_the_last_archived_first(replica, companies):
    page = lists.companies(replica, ARCHIVED, None)
    rest = lists.companies(replica, ARCHIVED, page.next)
    assert (page.total, len(page.rows), rest.next, rest.total) == (60, lists.PAGE_ROWS, None, None)
    assert sorted([*names(page), *names(rest)]) == list(companies)[1::2]
    times = [row.archived_at or 0 for row in (*page.rows, *rest.rows)]
    assert 0 not in times
    assert times == sorted(times, reverse=True)


@pytest.mark.functions(38)
def test_what_is_archived_is_found_by_name_or_phone_among_the_archived_alone(replica, companies):
    for text, name in (("firma 003", "Firma 003"), ("0722 000 777", "Firma 003"), ("000777", "Firma 003")):
        assert names(lists.companies(replica, ListQuery(text, archived=True), None)) == [name]
        assert names(lists.companies(replica, ListQuery(text), None)) == []
    for text in ("firma 004", "0722 000 778", "%", "nimic"):
        assert names(lists.companies(replica, ListQuery(text, archived=True), None)) == []


def test_chips_narrow_what_is_archived_too(replica, companies):
    page = lists.companies(replica, ListQuery("firma 00", archived=True, role="customer"), None)
    assert names(page) == ["Firma 001", "Firma 003", "Firma 005", "Firma 007", "Firma 009"]
    assert lists.companies(replica, ListQuery(archived=True, role="supplier"), None).total == 0
    assert lists.companies(replica, ListQuery(archived=True, mine=True), None).total == 0


def test_an_archived_person_is_listed_until_brought_back(replica):
    with replica.edit("a person") as edit:
        pk = edit.insert("contact", {"first_name": "Ioana", "last_name": "Știrbei", "responsible_id": ANA})
    with replica.edit("archived") as edit:
        edit.archive("contact", pk)
    assert [row.id for row in lists.contacts(replica, ARCHIVED, None).rows] == [pk]
    assert lists.contacts(replica, ListQuery(), None).rows == ()
    with replica.edit("back") as edit:
        edit.unarchive("contact", pk)
    assert lists.contacts(replica, ARCHIVED, None).rows == ()
    assert [row.archived_at for row in lists.contacts(replica, ListQuery(), None).rows] == [None]
