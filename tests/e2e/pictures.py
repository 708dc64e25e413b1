"""The three pictures of the README, taken of the real product: `python -m tests.e2e.pictures FOLDER`.

A demo is served; a salesperson works offline in one window while the office works in the other, then both meet.
"""

import argparse
import re
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from tests.e2e import driver
from tests.e2e.test_two_people import rename, sign_in

OFFICE, FIELD = "Hotel Șapte Brazi Predeal", "Hotel Șapte Brazi & Spa"
OFFICE_LAST, FIELD_LAST = "Pop", "Știrbei-Pop"
NOTE = "Chef Mihai would like samples of the enzyme detergent. He decides after Thursday's tasting."
HUSH_MS = 11_000
"""Milliseconds after which the last message of the snack bar is gone."""


def in_english(window: driver.Window) -> None:
    """Choose English in the settings."""
    window.press("nav.settings")
    window.press("language.en")
    window.sees("Time zone")


def married(window: driver.Window, name: str) -> None:
    """Write down the new last name of Ioana Știrbei."""
    window.press("nav.contacts")
    expect(window.page).to_have_url(re.compile("/contacts"))
    window.page.wait_for_timeout(2 * driver.PAINT_MS)
    window.type("list.search", "stirbei ioana")
    row = window.page.locator("[flt-semantics-identifier^='row.']")
    expect(row).to_have_count(1)
    window.press(row.get_attribute("flt-semantics-identifier") or "")
    window.press("record.edit")
    window.type("field.last_name", name)
    window.key("Control+Enter")
    expect(window.id("form.save")).to_have_count(0)


def note(window: driver.Window, text: str) -> None:
    """Write a note on the record that is open."""
    window.type("note.text", text)
    window.key("Control+Enter")
    expect(window.id("note.save")).to_have_count(0)


def take(folder: Path, field: driver.Window, office: driver.Window, office_url: str, device_url: str) -> None:
    """Play the story, and take a picture where it is best told."""
    sign_in(office, office_url)
    field.open(f"{device_url}settings")
    in_english(field)
    field.press("nav.sync")
    field.press("sync.work_offline")
    rename(office, OFFICE)
    married(office, OFFICE_LAST)
    married(field, FIELD_LAST)
    rename(field, FIELD)
    note(field, NOTE)
    field.press("list.search.clear")
    field.page.wait_for_timeout(HUSH_MS)
    field.picture(folder / "company.png")
    field.press("nav.sync")
    field.picture(folder / "offline.png")
    field.press("sync.work_offline")
    field.press("nav.inbox")
    expect(field.page.locator("[flt-semantics-identifier^='inbox.']")).to_have_count(2)
    field.sees(f"You wrote {FIELD}")
    field.page.wait_for_timeout(driver.PAINT_MS)
    field.picture(folder / "clash.png")


def main(arguments: list[str]) -> int:
    """Take the pictures into a folder."""
    parser = argparse.ArgumentParser(description="Take the pictures of the README.")
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        browser = driver.launch(playwright)
        with (
            driver.demo(Path(temporary) / "demo.log") as (office_url, device_url),
            driver.window(browser) as field,
            driver.window(browser) as office,
        ):
            take(asked.folder, field, office, office_url, device_url)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
