"""A picker in a real browser, pressed as a screen reader presses: the keyboard goes with it, and comes back."""

import pytest
from playwright.sync_api import expect

from shared_models.ids import derived_id
from tests.e2e import driver
from tests.ui.fake_crm import company_id

pytestmark = pytest.mark.browser
MARIA, DAN = derived_id("user", "Maria Ilie"), derived_id("user", "Dan Rusu")
SIZES = [(1280, 800), (390, 844)]
HERE = f"{driver.CURSOR}?.closest?.('[flt-semantics-identifier]')?.getAttribute('flt-semantics-identifier')"
"""Script for the identifier of what has the keyboard."""


def has_keyboard(window: driver.Window, identifier: str) -> None:
    """Wait until something has the keyboard, and the browser has passed the letters of a moment."""
    window.page.wait_for_function(f"{HERE} === '{identifier}'", timeout=driver.PATIENCE_MS)
    window.page.wait_for_timeout(driver.FOCUS_MS)
    assert window.page.evaluate(HERE) == identifier


def holds(window: driver.Window, identifier: str, text: str) -> None:
    """Wait until a box holds a text."""
    expect(window.id(identifier).locator("input, textarea").first).to_have_value(text)


@pytest.mark.alone
@pytest.mark.parametrize("size", SIZES)
def test_letters_after_a_press_go_into_the_search_of_a_picker_and_never_into_the_box_before_it(browser, gallery_url, size):
    with driver.window(browser, width=size[0], height=size[1]) as window:
        window.open(f"{gallery_url}/contacts?form=contact")
        window.type("field.first_name", "Ana")
        window.press("field.company")
        has_keyboard(window, "field.company.search")
        window.page.keyboard.type("hotel", delay=30)
        holds(window, "field.company.search", "hotel")
        holds(window, "field.first_name", "Ana")

        window.key("Escape")
        has_keyboard(window, "field.company")
        expect(window.id("field.company.search")).to_have_count(0)
        window.page.keyboard.type("xyz", delay=30)
        holds(window, "field.first_name", "Ana")
        window.key("Tab")
        window.page.wait_for_function(f"{HERE} === 'field.job_title'", timeout=driver.PATIENCE_MS)


def test_a_record_is_picked_with_the_keyboard_alone(window, gallery_url):
    window.open(f"{gallery_url}/contacts?form=contact")
    window.type("field.last_name", "Popa")
    window.key("Tab")
    has_keyboard(window, "field.company")
    window.key("Enter")
    has_keyboard(window, "field.company.search")
    window.page.keyboard.type("hotel", delay=30)
    holds(window, "field.company.search", "hotel")
    window.id(f"pick.{company_id(0)}").first.wait_for(state="attached")
    for key in ("ArrowDown", "ArrowDown", "ArrowUp"):
        window.key(key)
    window.page.wait_for_timeout(driver.PAINT_MS)
    window.key("Enter")
    has_keyboard(window, "field.company")
    expect(window.id("field.company")).to_contain_text("Duna")
    holds(window, "field.last_name", "Popa")


def test_a_person_to_share_with_is_searched_where_the_keyboard_was_elsewhere(window, gallery_url):
    window.open(f"{gallery_url}/companies/{company_id(0)}?form=record_share&data=admin")
    window.type("share.until", "31.12.2027")
    window.press("share.whom")
    has_keyboard(window, "share.whom.search")
    window.id(f"share.whom.{DAN}").first.wait_for(state="attached")
    window.page.keyboard.type("ilie", delay=30)
    holds(window, "share.whom.search", "ilie")
    holds(window, "share.until", "31.12.2027")
    expect(window.id(f"share.whom.{DAN}")).to_have_count(0)  # she was there before: until then an Enter shows whom it found
    window.key("ArrowDown")
    window.page.wait_for_timeout(driver.PAINT_MS)
    window.key("Enter")
    has_keyboard(window, "share.whom")
    expect(window.id("share.whom")).to_contain_text("Maria Ilie")
    holds(window, "share.until", "31.12.2027")


def test_the_second_enter_takes_whom_the_first_has_shown(window, gallery_url):
    window.open(f"{gallery_url}/companies/{company_id(0)}?form=record_share&data=admin")
    window.press("share.whom")
    has_keyboard(window, "share.whom.search")
    window.page.keyboard.type("maria", delay=30)
    holds(window, "share.whom.search", "maria")
    window.id(f"share.whom.{MARIA}").first.wait_for(state="attached")
    window.key("Enter")
    has_keyboard(window, "share.whom.search")
    window.key("Enter")
    expect(window.id("share.whom.search")).to_have_count(0)
    window.sees("Maria Ilie")
