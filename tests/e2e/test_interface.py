"""What only a browser can show: painting, focus, keys, typing, the address bar, and that nothing comes from outside."""

import re

import pytest
from playwright.sync_api import expect

from tests.bench.relay import Link, counting
from tests.e2e import driver
from tests.e2e.driver import FOCUS_MS, PAINT_MS, PATIENCE_MS
from tests.ui.fake_crm import company_id

pytestmark = pytest.mark.browser
NOTE = "enunță Țuică/țambal: de încercat joi la Șieu-Măgheruș"
SWIFT = 1e9
"""Bytes a second of a line whose only fault is that everything takes long to arrive."""
HOTEL = f"/companies/{company_id(0)}"


def test_every_thing_comes_from_this_machine_and_nothing_breaks(window, gallery_url):
    window.open(gallery_url + HOTEL)
    window.sees("Hotel Șapte Brazi")
    assert window.page.evaluate("window.crossOriginIsolated") is False  # else Flutter's threads: `shared_models/web_pages.py`
    assert window.outside == []
    assert window.errors == []


def test_a_company_is_edited_by_keys_alone(window, gallery_url):
    window.open(gallery_url + HOTEL)
    window.sees("Hotel Șapte Brazi")
    window.key("e")
    window.type("field.name", "Hotel Opt Brazi")
    window.sees("1 field changed")
    window.key("Control+Enter")
    window.sees("Edited: Hotel Opt Brazi · saved here")


@pytest.mark.alone
@pytest.mark.parametrize("trip_s", [0.0, 0.2], ids=["at once", "slow line"])
@pytest.mark.parametrize("way", ["click", "key"])
def test_a_note_that_is_typed_at_once_is_a_note_and_loses_no_letter(window, gallery_url, trip_s, way):
    """There is an `e`, an `n`, a `j` and a `/` in it: keys of the screen, each of which would do harm."""
    with counting(gallery_url, Link(trip_s, SWIFT)) as (url, _):
        window.open(url + HOTEL)
        window.sees("Hotel Șapte Brazi")
        box = window.id("note.text").locator("textarea").first
        if way == "click":
            box.click()
            expect(box).to_be_focused()
            window.page.wait_for_timeout(FOCUS_MS)  # Flutter's semantics, and they alone, lose what is typed sooner
        else:
            window.key("n")
            expect(box).to_be_focused()
        window.page.keyboard.type(NOTE, delay=40)
        expect(box).to_have_value(NOTE)
        window.key("Control+Enter")
        window.sees("Note saved on this device")
        window.sees(NOTE)
        assert window.page.url.endswith(HOTEL)
        expect(window.id("form.save")).to_have_count(0)


@pytest.mark.alone
@pytest.mark.parametrize("trip_s", [0.0, 0.1], ids=["at once", "slow line"])
@pytest.mark.parametrize("word", ["podgoria", "jen"])
def test_letters_that_are_typed_right_after_the_palettes_key_are_all_in_its_box(window, gallery_url, trip_s, word):
    """Nobody waits for the box; all of `jen` may be typed before it is there, and `j`, `e` and `n` are keys of the screen under it."""
    with counting(gallery_url, Link(trip_s, SWIFT)) as (url, _):
        window.open(url + HOTEL)
        window.sees("Hotel Șapte Brazi")
        window.key("Control+k")
        window.page.keyboard.type(word, delay=60)
        expect(window.id("palette.text").locator("input, textarea").first).to_have_value(word)
        assert window.page.url.endswith(HOTEL)


def test_the_palette_opens_a_record_and_the_address_follows(window, gallery_url):
    window.open(gallery_url + "/sync")
    window.sees("3 changes wait on this device")
    window.key("Control+k")
    window.type("palette.text", "podgoria")
    window.sees("Hotel Podgoria Iași")
    window.key("Enter")
    expect(window.page).to_have_url(re.compile(company_id(11)))
    window.sees("Hotel Podgoria Iași")
    window.page.go_back()
    window.sees("3 changes wait on this device")


def test_a_phone_is_used_with_one_thumb(phone, gallery_url):
    phone.open(gallery_url + "/companies")
    phone.press(f"row.{company_id(8)}")
    phone.sees("Bistro La Răscruce")
    phone.press("nav.inbox")
    phone.press("card.kept_theirs")
    phone.sees("Kept both: Ioana Știrbei")


def test_a_list_scrolls_and_search_follows_the_fingers(window, gallery_url):
    window.open(gallery_url + "/companies?lang=ro")
    window.sees("Vila Belvedere")
    window.key("/")
    window.page.wait_for_timeout(500)
    window.page.keyboard.type("hotel sapte", delay=30)
    expect(window.id("list.search").locator("input")).to_have_value("hotel sapte")
    expect(window.id(f"row.{company_id(4)}")).to_have_count(0)
    expect(window.id(f"row.{company_id(0)}")).to_be_visible()


def test_a_page_that_is_loaded_anew_shows_the_row_of_the_open_record_where_it_was(window, gallery_url):
    window.open(gallery_url + "/companies")
    window.sees("Vila Belvedere")
    place, row = scrolled_down(window, window.page.locator("[flt-semantics-identifier^='row.']"), 400)
    window.press(row)
    expect(window.page).to_have_url(re.compile(row.removeprefix("row.")))
    window.page.reload()
    window.ready()
    assert window.still(row) == place


def test_a_phone_that_goes_back_from_a_record_finds_the_list_where_it_was(phone, gallery_url):
    phone.open(gallery_url + "/companies")
    phone.sees("Vila Belvedere")
    place, row = scrolled_down(phone, phone.page.locator("[flt-semantics-identifier^='row.']"), 200)
    phone.press(row)
    phone.press("back")
    assert phone.still(row) == place


def scrolled_down(window, rows, x):
    """Scroll a list down; returns where a row in the middle of what is in sight lies then, and its identifier."""
    window.page.mouse.move(x, 500)
    window.page.mouse.wheel(0, 700)
    window.page.wait_for_timeout(PAINT_MS)
    row = rows.nth(rows.count() // 2).get_attribute("flt-semantics-identifier")
    return window.still(row), row


def test_a_search_is_made_and_walked_through_without_a_mouse(window, gallery_url):
    window.open(gallery_url + "/companies")
    window.sees("Vila Belvedere")
    window.key("/")
    expect(window.id("list.search").locator("input")).to_be_focused()
    window.page.wait_for_timeout(500)
    window.page.keyboard.type("hotel", delay=40)
    expect(window.id(f"row.{company_id(4)}")).to_have_count(0)
    window.key("Enter")
    expect(window.page).to_have_url(re.compile("/companies/"))
    first = window.page.url
    window.key("/")
    window.page.wait_for_timeout(500)
    window.key("ArrowDown")
    expect(window.page).not_to_have_url(first)
    window.key("Escape")
    expect(window.id("list.search").locator("input")).to_have_value("")


def test_the_palette_is_walked_through_by_arrows_while_its_box_has_the_cursor(window, gallery_url):
    window.open(gallery_url + "/sync")
    window.sees("3 changes wait on this device")
    window.key("Control+k")
    expect(window.id("palette.text").locator("input")).to_be_focused()
    window.page.wait_for_timeout(500)
    window.page.keyboard.type("hotel", delay=40)
    window.sees("Grand Hôtel Duna Kft.")
    hits = window.page.locator("[flt-semantics-identifier^='hit.']")
    expect(hits).to_have_count(3)
    second = hits.nth(1).get_attribute("flt-semantics-identifier")
    window.key("ArrowDown")
    window.key("Enter")
    expect(window.page).to_have_url(re.compile(second.removeprefix("hit.")))


def test_tab_goes_from_field_to_field_and_control_s_saves(window, gallery_url):
    window.open(gallery_url + HOTEL + f"?form=company:{company_id(0)}")
    window.type("field.name", "Hotel Nouă Brazi")
    window.page.keyboard.press("Tab")
    expect(window.id("field.code").locator("input")).to_be_focused()
    window.key("Control+s")
    window.sees("Edited: Hotel Nouă Brazi · saved here")


@pytest.mark.alone
def test_a_list_stays_where_it_was_scrolled_to_when_a_row_changes(window, gallery_url):
    window.open(gallery_url + "/companies")
    window.sees("Vila Belvedere")
    window.page.mouse.move(400, 500)
    window.page.mouse.wheel(0, 2000)
    row = window.id(f"row.{company_id(22)}")
    expect(row).to_be_visible()
    window.press(f"row.{company_id(22)}")
    window.sees("Ferma de la Deal")
    before = window.still(f"row.{company_id(22)}")
    window.key("e")
    window.type("field.legal_name", "Ferma de la Deal SRL")
    window.key("Control+Enter")
    window.sees("saved here")
    assert window.still(f"row.{company_id(22)}") == before


@pytest.mark.parametrize("width", [390, 320])
def test_the_tab_that_an_address_names_is_whole_on_a_phone(browser, gallery_url, width):
    """What of a tab is out of the strip is not in its node either, so that a node of half a word is a narrow one."""
    with driver.window(browser, width=width, height=844) as phone:
        phone.open(f"{gallery_url}{HOTEL}/details")
        phone.id("tab.details").wait_for(state="attached")
        wide = "document.querySelector(\"[flt-semantics-identifier='tab.details']\").getBoundingClientRect().width > 50"
        phone.page.wait_for_function(wide, timeout=PATIENCE_MS)
