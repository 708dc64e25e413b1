"""The main jobs on the real product: two people change one company, one of them offline, and both understand what happened; an
administrator takes a right, and what a colleague's device holds follows while both look on."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from sync_server.services.demo_company import user_id
from sync_server.services.shipped_profiles import profile_id
from tests.e2e import driver

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PICTURES = Path(os.environ.get("FIELDFARE_PICTURES", "build/pictures"))
"""Where the pictures of the run are kept."""
ANA = user_id("Ana Pop")
OF_DAN = "Țesătoria Îndrăzneață"
"""A company of a colleague in Ana's team, whose the field device is."""
OFFICE, FIELD = "Hotel Șapte Brazi Predeal", "Hotel Șapte Brazi de Sus"


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Office and field device of a demo of its own."""
    with driver.demo(tmp_path_factory.mktemp("demo") / "demo.log") as found:
        yield found


def sign_in(window: driver.Window, office: str, email: str = "maria.stan@carpati.example") -> None:
    """Sign in on the server's own page, and wait for the interface."""
    window.page.goto(office)
    window.page.locator("input[name=email]").fill(email)
    window.page.locator("input[name=password]").fill("carpati-demo")
    window.page.keyboard.press("Enter")
    window.ready()


def rename(window: driver.Window, name: str) -> None:
    """Find the hotel by its code and give it another name."""
    window.press("nav.companies")
    window.type("list.search", "C-1000")
    row = window.page.locator("[flt-semantics-identifier^='row.']")
    expect(row).to_have_count(1)
    window.press(row.get_attribute("flt-semantics-identifier") or "")
    window.press("record.edit")
    window.type("field.name", name)
    window.key("Control+Enter")
    expect(window.id("form.save")).to_have_count(0)
    window.sees(name)


@pytest.mark.functions(16, 17)
def test_a_clash_made_offline_is_shown_and_restored_on_both_sides(browser: Browser, addresses: tuple[str, str]) -> None:
    office_url, device_url = addresses
    with driver.window(browser) as field, driver.window(browser) as office:
        sign_in(office, office_url)
        field.open(f"{device_url}sync")
        field.press("sync.work_offline")
        rename(office, OFFICE)
        rename(field, FIELD)
        field.press("nav.sync")
        field.picture(PICTURES / "1-waits-offline.png")
        field.press("sync.work_offline")
        field.press("nav.inbox")
        field.sees(OFFICE)
        expect(field.id("card.restored_mine")).to_be_visible()
        field.picture(PICTURES / "2-clash.png")
        field.press("card.restored_mine")
        expect(field.id("card.restored_mine")).to_have_count(0)
        field.picture(PICTURES / "3-restored.png")
        office.sees(FIELD)
        office.picture(PICTURES / "4-office.png")
        assert field.errors == []
        assert office.errors == []


def shows_rows(field: driver.Window, number: int) -> None:
    """Wait until the field device's list has so many rows, syncing now."""
    field.press("nav.sync")
    field.press("sync.now")
    field.press("nav.companies")
    expect(field.page.locator("[flt-semantics-identifier^='row.']")).to_have_count(number)


@pytest.mark.functions(32, 33, 35)
def test_a_right_that_is_taken_in_the_office_leaves_the_device_and_comes_back_with_the_undo(
    browser: Browser, addresses: tuple[str, str]
) -> None:
    office_url, device_url = addresses
    with driver.window(browser) as field, driver.window(browser) as office:
        field.open(f"{device_url}companies")
        field.type("list.search", OF_DAN)
        shows_rows(field, 1)
        sign_in(office, office_url, "alina.voicu@carpati.example")
        office.press("nav.settings")
        office.press("settings.people")
        office.press(f"person.{ANA}")
        office.choose("person.profile_id", f"person.profile_id.{profile_id('guest')}")
        office.sees("saved here")
        shows_rows(field, 0)
        office.press("snack.action")
        office.sees("Taken back")
        shows_rows(field, 1)
        assert field.errors == []
        assert office.errors == []
