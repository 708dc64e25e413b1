"""The layout follows the size of the window, also when it changes while nobody listens yet or any more."""

import pytest

from client.ui.app import open_ui
from tests.ui.believable import NOW
from tests.ui.fake_crm import believable_crm
from tests.ui.probe import Probe, hurried

PHONE, WIDE = (390, 844), (1280, 800)


def is_phone(ui):
    return ui.has("nav.more")


@pytest.mark.parametrize(("first", "then"), [(PHONE, WIDE), (WIDE, PHONE)])
async def test_a_window_that_is_resized_while_it_is_drawn_first_has_the_layout_of_its_last_size(first, then):
    def main(page):
        open_ui(page, believable_crm(), lambda: NOW, rest=hurried)
        page.session.apply_page_patch({"width": then[0], "height": then[1]})

    ui = await Probe.open(main, width=first[0], height=first[1], route="/companies")
    try:
        assert is_phone(ui) == (then == PHONE)
    finally:
        await ui.close()


@pytest.mark.parametrize(("first", "then"), [(PHONE, WIDE), (WIDE, PHONE)])
async def test_a_window_that_was_away_comes_back_in_the_layout_of_its_new_size(window, first, then):
    ui = await window("/companies", width=first[0], height=first[1])
    ui.session.apply_page_patch({"width": then[0], "height": then[1]})
    await ui.session.dispatch_event(1, "connect", None)
    await ui.settle()
    assert is_phone(ui) == (then == PHONE)
