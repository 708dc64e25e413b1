"""How far a strip of tabs is scrolled so that the chosen one is in sight."""

import pytest

from client.ui.colours import LIGHT
from client.ui.theme import Look
from client.ui.widgets import tab_scroll
from shared_models.texts import Texts

ITEMS = [(word, word, 0) for word in ("timeline", "companies", "telephones", "addresses", "family", "details")]


@pytest.fixture
def look():
    return Look(LIGHT, Texts("en"), width=390)


def test_where_all_fit_nothing_is_scrolled(look):
    assert {tab_scroll(look, ITEMS, name, 700) for name, _, _ in ITEMS} == {None}


def test_the_first_ones_need_the_start_and_the_last_ones_the_end(look):
    assert [tab_scroll(look, ITEMS, name, 358) for name, _, _ in ITEMS] == [0, 0, 0, -1, -1, -1]


def test_one_between_both_ends_leaves_half_of_the_one_before_in_sight(look):
    offset = tab_scroll(look, ITEMS, "addresses", 200)
    start = tab_scroll(look, ITEMS, "telephones", 200)
    assert offset is not None
    assert start is not None
    assert 0 < start < offset


def test_one_that_would_stand_where_the_strip_fades_is_scrolled_into_sight(look):
    width = sum(len(word) for word, _, _ in ITEMS[:3]) * look.sizes["body"][0] * 0.56 + 3 * 24
    assert tab_scroll(look, ITEMS, "telephones", width + 1) != 0
