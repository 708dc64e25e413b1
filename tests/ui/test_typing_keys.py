"""Letters are text and no keys of the screen from the moment a box is opened, before the window tells that the cursor is in it."""

import asyncio

import pytest

from client.ui.router import Place
from tests.ui.fake_crm import FakeCrm, believable_crm, company_id

HOTEL = Place("companies", company_id(0))


@pytest.mark.parametrize("opener", ["n", "note.open", "note.new"])
async def test_letters_typed_at_once_into_the_note_box_open_no_form(window, opener):
    ui = await window(HOTEL.url)
    await (ui.key(opener) if opener == "n" else ui.press(opener))
    for letter in "nej?":
        await ui.key(letter)
    assert ui.page.route == HOTEL.url
    assert ui.has("note.text")
    assert not ui.has("keys.close")


async def test_letters_typed_at_once_into_the_search_box_open_no_form(window):
    ui = await window("/companies")
    for letter in "/new":
        await ui.key(letter)
    assert ui.page.route == "/companies"


async def test_letters_are_keys_again_once_the_note_is_folded(window):
    ui = await window(HOTEL.url)
    await ui.key("n")
    await ui.key("Escape")
    await ui.key("e")
    assert ui.has("form.save")


async def test_n_puts_the_cursor_back_into_the_box_that_is_open(window):
    ui = await window(HOTEL.url)
    await ui.key("n")
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
    assert ui.has("note.text")
    assert ui.page.route == HOTEL.url


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
    assert ui.has("note.open")
