"""Cells of records: canonical, readable again, and seen as the rights say."""

import pytest

from shared_models.cells import EVERYONE, NOWHERE, Cell, cell_of, cell_within
from shared_models.rights import View, view
from tests.unit.shared_models.ruled import AT, company, contact, rules, share, user

ALL = View(frozenset({"company/all", "contact/all"}), frozenset(), frozenset())


@pytest.mark.parametrize(
    "cell",
    [EVERYONE, cell_of(company("a", "t")), cell_of(contact(None), alone=True), Cell((NOWHERE,)), cell_within([], "price")],
)
def test_a_cell_is_read_again_from_its_key(cell):
    assert Cell.parse(cell.key) == cell


def test_a_link_is_in_one_cell_whichever_end_comes_first():
    ends = cell_of(company("a", "t")), cell_of(contact("b"))
    assert cell_within(ends).key == cell_within(reversed(ends)).key
    assert cell_within([ends[0], ends[0]]) == ends[0]


def test_a_part_of_what_everyone_sees_is_seen_by_everyone():
    assert cell_within([EVERYONE]) == EVERYONE
    assert EVERYONE.is_shown(View(frozenset(), frozenset(), frozenset()))


def test_a_part_of_nothing_is_seen_by_nobody():
    assert not cell_within([]).is_shown(ALL)


def test_a_shared_record_is_seen_alone():
    found = rules(user("me", "guest"), share("s", "company", "c", user_id="me"))
    mine = view(found, "me", AT)
    theirs = company("other", "south")
    assert cell_of(theirs, alone=True).is_shown(mine)
    assert not cell_of(theirs).is_shown(mine)
    assert not cell_of(company("other", "south", pk="d"), alone=True).is_shown(mine)


def test_what_tells_about_a_confidential_field_is_kept_from_whoever_may_not_see_it():
    card = cell_within([cell_of(company("a", "t"))], "price")
    assert card.is_shown(ALL)
    assert not card.is_shown(View(ALL.scopes, frozenset({"price"}), frozenset()))
    assert cell_within([card]).group == "price"
