"""The keys of an open menu are the menu's own: Escape closes it, and neither the form nor the page under it."""

import pytest

from client.ui.keyboard import MENU_S, Keyboard
from client.ui.router import Place
from tests.ui.fake_crm import believable_crm, company_id

HOTEL = Place("companies", company_id(0))
FORM = "/companies?form=company"
TYPE = "field.type_id"


async def filled(window, width=1280):
    ui = await window(FORM, width=width)
    await ui.type("field.name", "Popas Nou")
    return ui


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("is_told_first", [True, False])
async def test_escape_in_a_menu_of_a_form_closes_the_menu_alone(window, width, is_told_first):
    ui = await filled(window, width)
    await ui.press("form.more")
    await ui.menu(TYPE, "open")
    if is_told_first:
        await ui.menu(TYPE, "cancel")
        await ui.key("Escape")
    else:
        await ui.key("Escape")
        await ui.menu(TYPE, "cancel")
    assert ui.keyed("field.name").value == "Popas Nou"
    await ui.key("Escape")
    assert not ui.has("form.save")
    assert ui.keyed("snack").value == "Kept as a draft"


async def test_a_key_that_saves_or_moves_does_nothing_while_a_menu_is_open(window):
    crm = believable_crm()
    ui = await window(f"{FORM}", crm)
    await ui.type("field.name", "Popas Nou")
    await ui.press("form.more")
    await ui.menu(TYPE, "open")
    await ui.key("Enter", ctrl=True)
    await ui.key("k", ctrl=True)
    assert crm.saved == []
    assert not ui.has("palette.text")
    await ui.menu(TYPE, "select")
    await ui.key("Enter", ctrl=True)
    assert [form.values["name"] for form in crm.saved] == ["Popas Nou"]


async def test_escape_in_the_menu_of_a_page_on_a_phone_does_not_lead_back_to_the_list(window):
    ui = await window(HOTEL.url, width=390)
    await ui.menu("record.more", "open")
    await ui.key("Escape")
    assert ui.page.route == HOTEL.url
    await ui.key("Escape")
    assert ui.page.route == "/companies"


def test_a_menu_that_was_left_long_ago_or_is_gone_takes_no_key():
    now, shown, pressed = [0.0], {1}, list[str]()
    keyboard = Keyboard(shown.__contains__, lambda: now[0])
    keyboard.push(lambda name: not pressed.append(name))  # type: ignore[func-returns-value]  # None, so True
    keyboard.menu(1, True)
    keyboard.menu(2, False)
    keyboard.press("escape")
    keyboard.menu(1, True)
    keyboard.menu(1, False)
    now[0] += 2 * MENU_S
    keyboard.press("escape")
    keyboard.menu(1, True)
    keyboard.press("j")
    shown.clear()
    keyboard.press("j")
    keyboard.press("escape")
    assert pressed == ["escape", "j", "escape"]
