"""An open form in a real browser: a closed window loses nothing, a double click overrules nothing, no message hides a button,
the cursor is where one types first."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.e2e import driver
from tests.ui.fake_crm import company_id

pytestmark = pytest.mark.browser
HOTEL = company_id(0)
SIZES = [(1280, 800), (390, 844)]
KEPT_MS = 1500
"""Milliseconds after which what was typed is on the disk: it is written once in a second."""


def wait_for_the_end_of(box: Locator) -> None:
    """Wait until the cursor stands behind what is in a text field, so that no letter replaces it."""
    for _ in range(driver.PATIENCE_MS // 100):
        if box.evaluate("box => box.selectionStart === box.value.length"):
            return
        box.page.wait_for_timeout(100)
    raise AssertionError("the cursor does not come behind the text")


def test_the_second_click_of_a_double_click_leaves_the_warning_standing(window, gallery_url):
    window.open(f"{gallery_url}/companies/{HOTEL}?form=company:{HOTEL}")
    window.type("field.fiscal_code", "RO 99000081")
    window.id("form.save").get_by_role("button").first.dblclick(delay=30)
    window.sees("Save anyway")
    window.page.wait_for_timeout(KEPT_MS)
    expect(window.id("form.save")).to_have_count(1)
    window.press("form.save")
    window.sees("saved here")


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
@pytest.mark.parametrize("route", ["/companies?form=company", "/contacts?form=contact"])
def test_a_form_that_just_opened_is_filled_in_without_a_press(browser, gallery_url, size, route):
    with driver.window(browser, width=size[0], height=size[1]) as window:
        window.page.goto(gallery_url + route)
        for name in ("Popas", "Nou") if "contact" in route else ("Popas Nou",):
            window.page.wait_for_function(f"{driver.CURSOR}?.value === ''", timeout=driver.PATIENCE_MS)
            window.page.keyboard.type(name, delay=30)
            window.page.wait_for_function(f"{driver.CURSOR}?.value === '{name}'")
            window.key("Tab")
        window.key("Control+Enter")
        window.ready().sees("Popas Nou")
        expect(window.id("form.save")).to_have_count(0)


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_a_message_hides_no_button_of_a_form(browser, gallery_url, size):
    with driver.window(browser, width=size[0], height=size[1]) as window:
        window.open(f"{gallery_url}/contacts?form=company&data=draft&theme=light")
        window.id("snack.action").wait_for(state="attached")
        window.page.wait_for_timeout(KEPT_MS)
        top = window.id("snack.action").bounding_box()
        for name in ("form.save", "form.discard", "form.draft.continue", "field.name"):
            box = window.id(name).bounding_box()
            assert top is not None
            assert box is not None
            assert box["y"] + box["height"] <= top["y"] or top["y"] + top["height"] <= box["y"], name


@pytest.mark.alone
@pytest.mark.parametrize("size", SIZES)
def test_a_newer_version_that_comes_while_one_types_takes_no_letter(browser, gallery_url, size):
    with driver.window(browser, width=size[0], height=size[1]) as window:
        window.open(f"{gallery_url}/companies/{HOTEL}?form=company:{HOTEL}&data=arrives")
        window.type("field.legal_name", "")
        text = "Hotelul de la marginea pădurii, cu patruzeci de camere și o sală"
        window.page.keyboard.type(text, delay=60)
        window.sees("A newer version")
        expect(window.id("field.legal_name").locator("input").first).to_have_value(text)


@pytest.mark.parametrize("size", SIZES)
def test_each_save_that_is_stopped_brings_into_sight_what_is_wrong(browser, gallery_url, size):
    with driver.window(browser, width=size[0], height=size[1]) as window:
        window.open(f"{gallery_url}/companies/{HOTEL}?form=company:{HOTEL}")
        window.type("field.name", "")
        for _ in range(2):
            window.page.mouse.move(size[0] - 200, size[1] / 2)
            window.page.mouse.wheel(0, 5000)
            window.page.wait_for_timeout(KEPT_MS)
            window.press("form.save")
            expect(window.text("Fill this in")).to_be_in_viewport()


@pytest.mark.slow
def test_a_closed_window_loses_nothing_that_was_typed(browser: Browser, tmp_path: Path) -> None:
    with driver.demo(tmp_path / "demo.log") as (_, device_url):
        with driver.window(browser) as closed:
            closed.open(f"{device_url}companies?form=company")
            closed.type("field.name", "Popas Nou")
            closed.page.wait_for_timeout(KEPT_MS)
        with driver.window(browser) as again:
            again.open(f"{device_url}companies")
            again.press("snack.action")
            again.press("form.draft.continue")
            expect(again.id("form.draft.continue")).to_have_count(0)
            again.press("form.save")
            expect(again.id("form.save")).to_have_count(0)
            again.sees("Popas Nou")


@pytest.mark.alone
def test_the_palette_opens_over_a_form_and_gives_the_cursor_back_at_the_end_of_the_text(window, gallery_url):
    window.open(f"{gallery_url}/contacts?form=contact")
    window.type("field.first_name", "Ana")
    window.key("Control+k")
    palette = window.id("palette.text").locator("input")
    expect(palette).to_be_focused()
    window.page.wait_for_timeout(driver.FOCUS_MS)
    window.page.keyboard.type("podg", delay=30)
    expect(palette).to_have_value("podg")
    window.key("Escape")
    first = window.id("field.first_name").locator("input")
    expect(first).to_be_focused()
    window.page.wait_for_timeout(driver.FOCUS_MS)
    window.page.keyboard.type("maria", delay=30)
    expect(first).to_have_value("Anamaria")


@pytest.mark.parametrize("size", SIZES)
def test_escape_in_the_menu_of_a_form_closes_the_menu_and_leaves_the_form_open(browser, gallery_url, size):
    with driver.window(browser, width=size[0], height=size[1]) as window:
        window.open(f"{gallery_url}/companies?form=company")
        window.type("field.name", "Popas Nou")
        window.press("form.more")
        window.press("field.type_id")
        items = window.page.locator("[flt-semantics-identifier^='option.type_id.']")
        items.first.wait_for(state="attached")
        window.key("Escape")
        expect(items).to_have_count(0)
        window.page.wait_for_timeout(driver.FOCUS_MS)
        expect(window.id("form.save")).to_have_count(1)
        window.key("Escape")
        expect(window.id("form.save")).to_have_count(0)
        window.sees("Kept as a draft")


@pytest.mark.parametrize("size", SIZES)
def test_the_form_of_a_new_person_takes_the_cursor_from_the_picker_that_led_to_it(browser, gallery_url, size):
    with driver.window(browser, width=size[0], height=size[1]) as window:
        window.open(f"{gallery_url}/companies/{HOTEL}/contacts?form=company_contact")
        window.type("field.contact_id.search", "Zamfira Nouă")
        window.press("pick.new")
        first = window.id("field.first_name").locator("input").first
        expect(first).to_be_focused()
        window.page.wait_for_timeout(KEPT_MS)  # the browser takes it away as the picker goes, and gets it again
        expect(first).to_be_focused()
        window.key("End")
        window.page.keyboard.type("xy", delay=30)
        expect(first).to_have_value("Zamfiraxy")


def test_a_company_is_edited_without_a_tab_once_its_form_is_there(window, gallery_url):
    window.open(f"{gallery_url}/companies/{HOTEL}")
    window.sees("Hotel Șapte Brazi")
    window.key("e")
    name = window.id("field.name").locator("input").first
    expect(name).to_be_focused()
    wait_for_the_end_of(name)
    window.page.keyboard.type(" Nou", delay=30)  # no letter replaces the name
    expect(name).to_have_value("Hotel Șapte Brazi Nou")
    window.key("Control+Enter")
    window.sees("saved here")
