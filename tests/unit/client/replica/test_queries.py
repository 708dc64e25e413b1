"""Lists page by key, in the order of the reader's alphabet, with simple filters."""

import pytest

from client.replica.queries import Filter
from tests.clients import make_replica

NAMES = ["Știr", "alfa", "Zeta", "Beta", "Ăla", "Țara", "șarpe", "Omega"]


@pytest.fixture
def replica(tmp_path):
    opened = make_replica(tmp_path)
    with opened.edit("Some") as edit:
        for i, name in enumerate(NAMES):
            edit.insert(
                "company",
                {"name": name, "roles": ["customer"] if i % 2 else ["supplier"], "visit_every_days": i + 1 if i else None},
            )
    yield opened
    opened.close()


def paged(replica, **how) -> list[str]:
    names, after = [], None
    while True:
        page = replica.list_page("company", limit=3, after=after, **how)
        names += [row["name"] for row in page.rows]
        if page.next is None:
            return names
        after = page.next


def test_pages_join_to_the_whole_list_in_order_of_the_folded_name(replica):
    assert paged(replica) == ["Ăla", "alfa", "Beta", "Omega", "șarpe", "Știr", "Țara", "Zeta"]
    assert paged(replica, descending=True) == list(reversed(paged(replica)))


def test_list_sorts_by_any_field_with_empty_values_first(replica):
    assert paged(replica, sort="visit_every_days") == NAMES
    assert paged(replica, sort="visit_every_days", descending=True) == NAMES[::-1]


def test_filters_narrow_list_and_count_alike(replica):
    customers = (Filter("roles", "has", "customer"),)
    assert paged(replica, filters=customers) == ["alfa", "Beta", "Omega", "Țara"]
    assert replica.count("company", filters=customers) == 4
    several = (Filter("visit_every_days", "at_least", 3), Filter("name", "starts", "s"))
    assert paged(replica, filters=several) == ["șarpe"]
    assert replica.count("company", filters=(Filter("visit_every_days", "in", [2, 3]),)) == 2
    assert replica.count("company", filters=(Filter("visit_every_days", "is", None),)) == 1


def test_archived_rows_are_hidden_shown_alone_or_shown_too(replica):
    pk = replica.list_page("company", limit=1).rows[0]["id"]
    with replica.edit("Archive") as edit:
        edit.archive("company", pk)
    assert replica.count("company") == 7
    assert paged(replica, archived=True) == ["Ăla"]
    assert replica.count("company", archived=None) == 8
    with replica.edit("Back") as edit:
        edit.unarchive("company", pk)
    assert replica.count("company") == 8


def test_titles_name_records_that_are_here(replica):
    rows = replica.list_page("company", limit=2).rows
    assert replica.titles("company", [*(row["id"] for row in rows), "gone"]) == {
        rows[0]["id"]: "Ăla",
        rows[1]["id"]: "alfa",
    }
