"""Letters are text and no keys of the screen from the moment a box is opened, before the window tells that the cursor is in it."""

import asyncio

import pytest

from client.ui.router import Place
from client.ui.views.form import HAND_S
from tests.ui.fake_crm import FakeCrm, believable_crm, company_id
from tests.ui.probe import hurried

HOTEL = Place("companies", company_id(0))


@pytest.mark.parametrize("opener", ["n", "note.new"])
async def test_letters_typed_at_once_into_the_note_box_open_no_form(window, opener):
    ui = await window(HOTEL.url)
    await (ui.key(opener) if opener == "n" else ui.press(opener))
    for letter in "nej?":
        await ui.key(letter)
    assert ui.page.route == HOTEL.url
    assert [name for name, _ in ui.connection.invoked].count("focus") == 1
    assert not ui.has("keys.close")


async def test_letters_that_follow_a_click_on_the_note_box_open_no_form(window):
    """The window tells of the old box last: its news come in the order in which they are drawn."""
    ui = await window(HOTEL.url)
    await ui.enter("list.search")
    await ui.enter("note.text")
    await ui.leave("list.search")
    for letter in "nej?":
        await ui.key(letter)
    assert ui.page.route == HOTEL.url
    assert not ui.has("keys.close")


async def test_letters_typed_at_once_into_the_search_box_open_no_form(window):
    ui = await window("/companies")
    for letter in "/new":
        await ui.key(letter)
    assert ui.page.route == "/companies"


@pytest.mark.parametrize("way", ["n", "note.new"])
async def test_letters_typed_before_the_cursor_came_stand_before_those_typed_since(window, way):
    ui = await window(HOTEL.url)
    await (ui.key(way) if way == "n" else ui.press(way))
    for letter in ("Ș", "A"):
        await ui.key(letter, shift=letter == "Ș")
    await ui.key("P")
    await ui.type("note.text", "te lădițe")
    assert ui.keyed("note.text").value == "Șapte lădițe"
    await ui.key("Enter", ctrl=True)
    assert ui.shows("Șapte lădițe")


async def test_early_letters_are_not_lost_by_a_save_that_is_as_hurried(window):
    crm = believable_crm()
    ui = await window(HOTEL.url, crm)
    await ui.type("note.text", "Vrea")
    await ui.leave("note.text")
    await ui.key("n")
    for key in (" ", "2", "0"):
        await ui.key(key)
    await ui.enter("note.text")
    await ui.key("Enter", ctrl=True)
    assert [entry.body for _, entry in crm.notes][-1] == "Vrea 20"


@pytest.mark.parametrize(("opener", "ctrl", "box"), [("/", False, "list.search"), ("k", True, "palette.text")])
async def test_early_letters_of_a_search_are_searched_for(window, opener, ctrl, box):
    ui = await window("/companies")
    await ui.key(opener, ctrl=ctrl)
    for letter in "bra":
        await ui.key(letter)
    await ui.type(box, "zi")
    assert ui.keyed(box).value == "brazi"
    assert ui.shows("Hotel Șapte Brazi")


async def test_letters_are_keys_again_once_the_note_is_closed(window):
    ui = await window(HOTEL.url)
    await ui.key("n")
    await ui.enter("note.text")
    await ui.key("Escape")
    await ui.key("e")
    assert ui.has("form.save")


async def test_letters_are_keys_again_when_the_screen_of_the_box_is_gone(window):
    """A box that goes with its screen does not tell that it lost the cursor."""
    ui = await window(HOTEL.url)
    await ui.enter("note.text")
    await ui.go("/sync")
    await ui.key("?")
    assert ui.has("keys.close")


async def test_n_puts_the_cursor_back_into_the_box_that_is_open(window):
    ui = await window(HOTEL.url)
    await ui.type("note.text", "De întrebat")
    await ui.leave("note.text")
    await ui.key("n")
    assert [name for name, _ in ui.connection.invoked].count("focus") == 1
    await ui.key("n")
    assert ui.page.route == HOTEL.url
    assert ui.keyed("note.text").value == "De întrebat"


async def test_n_opens_the_note_from_another_tab_and_letters_that_follow_are_text(window):
    ui = await window(HOTEL.url + "/contacts")
    for letter in "nee":
        await ui.key(letter)
    assert ui.keyed("note.text").autofocus
    assert ui.page.route == HOTEL.url


async def test_the_rest_of_a_word_whose_letter_opened_the_form_of_a_company_gets_into_no_name(window):
    """Letters that were meant for something else, with an `e` among them: the form takes the cursor when no more come."""
    hand = asyncio.Event()

    async def rest(seconds):
        await (hand.wait() if seconds == HAND_S else hurried(seconds))

    ui = await window(HOTEL.url, rest=rest)
    for letter in "vrea":
        await ui.key(letter)
    assert ui.has("form.save")
    assert not ui.keyed("field.name").autofocus
    assert [name for name, _ in ui.connection.invoked].count("focus") == 0
    await ui.key("Tab")
    assert [name for name, _ in ui.connection.invoked].count("focus") == 1, "Tab leads into it at once"
    hand.set()
    await ui.settle()
    assert [name for name, _ in ui.connection.invoked].count("focus") > 1
    assert ui.keyed("field.name").value == "Hotel Șapte Brazi"


class Waiting(FakeCrm):
    """A facade whose records are read when the test says so."""

    gate: asyncio.Event

    async def record(self, entity, id):
        await self.gate.wait()
        return await super().record(entity, id)


async def test_n_on_a_page_that_is_being_read_starts_no_new_company(window):
    crm = Waiting()
    crm.__dict__ |= believable_crm().__dict__
    crm.gate = asyncio.Event()
    ui = await window(HOTEL.url, crm)
    for letter in "ne":
        await ui.key(letter)
    assert ui.page.route == HOTEL.url
    crm.gate.set()
    await ui.settle()
    assert ui.has("note.text")
