"""One contact sheet for every screen: its eight variants of width, theme and language in one picture.

`python -m tests.e2e.screens FOLDER [SCREEN...]` serves the gallery, takes the pictures, and writes `FOLDER/<screen>.png`.
"""

import argparse
import base64
import contextlib
import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, FilePayload, TimeoutError, sync_playwright

from shared_models.ids import derived_id
from tests.e2e import driver
from tests.ui.fake_crm import company_id, contact_id
from tests.ui.fake_rights import person_id, profile_pk
from tests.ui.fake_state import TEAM

Prepare = Callable[[driver.Window], None]
PHONE = "device-dan – galaxy a55"
HOTEL, IOANA = company_id(0), contact_id(0)
DAN, MARIA, VLAD = person_id("Dan Rusu"), person_id("Maria Ilie"), person_id("Vlad Înotescu")
BANAT = derived_id("team", "Banat")
GONE = derived_id("card", "2")
"""A card about a company that was archived while somebody worked on it: `believable_trouble`."""
OWN = [derived_id("card", f"own {number}") for number in range(1, 7)]
"""Cards with answers of their own: `believable_cards`."""
SIZES = ((1280, 800), (390, 844))
THEMES = ("light", "dark")
LANGUAGES = ("en", "ro")
SHEET_WIDTH = 2 * 1280 + 2 * 390 + 5 * 16
TRIES = 5
SPLASH_BYTES = 9_000
"""A picture of the splash is smaller than this, one of any screen larger."""
SETTLE_MS, READ_MS = 1500, 60_000
"""Milliseconds that glyphs and detail get after the first sign of a screen, and that the sign may take on a busy machine."""


def nothing(_window: driver.Window) -> None:
    """Leave the screen as it opens."""


def wrong_code(window: driver.Window) -> None:
    """Change two fields of a form, one of them to a value that looks wrong."""
    window.type("field.legal_name", "Șapte Brazi Turism SRL")
    window.page.keyboard.press("Tab")
    window.type("field.fiscal_code", "RO 99000081")
    window.page.wait_for_timeout(1500)


def make_code(window: driver.Window) -> None:
    """Have a code made for a person."""
    window.press(f"add_device.{DAN}")
    window.id("add_device.copy").wait_for(state="attached")
    window.page.wait_for_timeout(SETTLE_MS)


def paste_code(window: driver.Window) -> None:
    """Paste what a camera read of a code that is used into the first field, and try to sign in by it."""
    window.type("sign_in.server", "https://crm.carpati.example/#fieldfare-AAAAA-AAAAA")
    window.press("sign_in.enter")
    window.page.wait_for_timeout(SETTLE_MS)


def to_the_end(window: driver.Window) -> None:
    """Scroll the page to what stands last."""
    width = window.page.viewport_size["width"] if window.page.viewport_size else 0
    window.page.mouse.move(width * 0.75, 500)
    window.page.mouse.wheel(0, 4000)
    window.page.wait_for_timeout(SETTLE_MS)


def in_the_future(window: driver.Window) -> None:
    """Go on with a draft that has days that have not come yet in fields of what has been, and show these fields."""
    window.press("form.draft.continue")
    window.page.wait_for_timeout(SETTLE_MS)
    to_the_end(window)


def archived(window: driver.Window) -> None:
    """Show the archived records of a list: the chip is the last one, and on a phone out of sight."""
    chips = window.id("filter.role.customer").bounding_box()
    assert chips is not None
    window.page.mouse.move(chips["x"], chips["y"] + 4)
    window.page.mouse.wheel(2000, 0)
    window.page.wait_for_timeout(SETTLE_MS)
    window.press("filter.archived")
    window.page.wait_for_timeout(SETTLE_MS)


def new_by_key(window: driver.Window) -> None:
    """Ask for a new record by its key, which may find nobody listening yet."""
    for _ in range(2):
        window.key("n")
        window.page.wait_for_timeout(SETTLE_MS)


def circle(window: driver.Window) -> None:
    """Choose somebody who reports to a person as the manager of that person."""
    window.press("person.manager_id")
    window.type("person.manager_id.search", "dan")
    window.press(f"person.manager_id.{DAN}")
    window.page.wait_for_timeout(SETTLE_MS)


def new_person(window: driver.Window) -> None:
    """Fill in the form of a new person, and unfold what stands under "More"."""
    for field, text in (("first_name", "Zamfira"), ("last_name", "Nouă"), ("phone", "0722 000 777")):
        window.type(f"field.{field}", text)
    window.press("form.more")
    window.page.wait_for_timeout(SETTLE_MS)


def ask_wipe(window: driver.Window) -> None:
    """Ask to have a device emptied."""
    window.page.mouse.move(window.page.viewport_size["width"] - 100 if window.page.viewport_size else 0, 600)
    window.page.mouse.wheel(0, 2000)
    window.page.wait_for_timeout(SETTLE_MS)
    window.press("device.wipe")
    window.page.wait_for_timeout(SETTLE_MS)
    window.page.mouse.wheel(0, 2000)
    window.page.wait_for_timeout(SETTLE_MS)


def wrong_password(window: driver.Window) -> None:
    """Try to sign in with a password that is not right."""
    window.type("sign_in.password", "nu-i asta")
    window.key("Enter")
    window.page.wait_for_timeout(SETTLE_MS)


def press(id: str) -> Prepare:
    """Return a preparation that presses something."""

    def prepare(window: driver.Window) -> None:
        window.press(id)
        window.page.wait_for_timeout(SETTLE_MS)

    return prepare


def sign_in_again(window: driver.Window) -> None:
    """Ask to sign in once more, with a password that is not right."""
    window.press("sync.sign_in")
    window.page.wait_for_timeout(SETTLE_MS)
    wrong_password(window)


def chord(keys: str, shows: str) -> Prepare:
    """Return a preparation that presses keys until what they show is there: the first press may come before anyone listens."""

    def prepare(window: driver.Window) -> None:
        for _ in range(TRIES):
            window.key(keys)
            with contextlib.suppress(TimeoutError):
                window.id(shows).first.wait_for(state="attached", timeout=2 * SETTLE_MS)
                return

    return prepare


def add_too_big(window: driver.Window) -> None:
    """Add two files that are bigger than any may be."""
    with window.page.expect_file_chooser() as chooser:
        window.press("files.add")
    names = ("Film de prezentare.mp4", "Catalog 2026, toate paginile, pentru tipar.pdf")
    chooser.value.set_files([FilePayload(name=name, mimeType="video/mp4", buffer=bytes(6_000)) for name in names])
    window.id("job.2.cancel").wait_for(state="attached")
    window.page.wait_for_timeout(SETTLE_MS)


SCREENS: dict[str, tuple[str, str, Prepare]] = {
    "devices": ("/devices?data=admin", "device.", nothing),
    "device": (f"/devices/{PHONE}?data=admin", "device.", nothing),
    "device-wipe": (f"/devices/{PHONE}?data=admin", "device.", ask_wipe),
    "alarms": ("/devices/alarms?data=admin", "alarms.", nothing),
    "add-device": ("/devices/add?data=admin", "add_device.", nothing),
    "add-device-code": ("/devices/add?data=admin", "add_device.", make_code),
    "incidents": ("/devices/incidents?data=admin", "incidents.", nothing),
    "incidents-far": ("/devices/incidents?data=far", "incidents.", nothing),
    "inbox-alarms": ("/inbox?data=admin", "inbox.", nothing),
    "alarms-far": ("/devices/alarms?data=far", "alarms.", nothing),
    "devices-far": ("/devices?data=far", "device.", nothing),
    "companies": (f"/companies/{HOTEL}?data=waiting", "note.text", nothing),
    "companies-offline": ("/companies?data=work_offline", "row.", nothing),
    "companies-list": ("/companies?data=waiting", "row.", nothing),
    "company-decided": (f"/companies/{HOTEL}?data=decided", "record.", nothing),
    "company-archived": (f"/companies/{HOTEL}?data=archived", "record.unarchive", nothing),
    "company-past": (f"/companies/{HOTEL}?data=past", "note.text", nothing),
    "company-back": (f"/companies/{HOTEL}?data=back", "note.text", nothing),
    "files-few": (f"/companies/{HOTEL}/files?data=files", "file.", nothing),
    "files-empty": (f"/companies/{HOTEL}/files?data=calm", "files.add", nothing),
    "files-two-versions": (f"/companies/{HOTEL}/files?data=rivals", "file.", nothing),
    "file-preview": (f"/companies/{HOTEL}/files?form=file:f3&data=files", "file.close", nothing),
    "file-photo": (f"/companies/{HOTEL}/files?form=file:h9&data=rivals", "file.close", nothing),
    "files-too-big": (f"/companies/{HOTEL}/files?data=big_file", "files.add", add_too_big),
    "file-edit": (f"/companies/{HOTEL}/files?form=document:f3&data=files", "field.name", nothing),
    "file-fetching": (f"/companies/{HOTEL}/files?form=file:f5&data=files", "file.close", nothing),
    "company-contacts": (f"/companies/{HOTEL}/contacts?data=waiting", "tie.", nothing),
    "guest-contacts": (f"/companies/{HOTEL}/contacts?data=guest", "tab.", nothing),
    "guest": (f"/companies/{HOTEL}?data=guest", "tab.", nothing),
    "company-details": (f"/companies/{HOTEL}/details?data=waiting", "point.", nothing),
    "company-unseen": (f"/companies/{HOTEL}?data=unseen", "note.discard", nothing),
    "edit-unseen": (f"/companies/{HOTEL}?form=company:{HOTEL}&data=unseen", "form.discard", nothing),
    "contact": (f"/contacts/{IOANA}?data=waiting", "note.text", nothing),
    "contacts": ("/contacts?data=waiting", "row.", nothing),
    "edit": (f"/companies/{HOTEL}?form=company:{HOTEL}&data=waiting", "field.name", wrong_code),
    "company-draft": (f"/companies/{HOTEL}?data=kept", "note.text", nothing),
    "companies-draft": ("/companies?data=kept", "row.", nothing),
    "draft": ("/contacts?form=company&data=draft", "form.save", nothing),
    "drafts": ("/companies?form=company&data=drafts", "form.save", nothing),
    "companies-archived": ("/companies?data=archived_list", "row.", archived),
    "companies-none-archived": ("/companies?data=calm", "row.", archived),
    "companies-reader": ("/companies?data=reader", "row.", new_by_key),
    "companies-reader-empty": ("/companies?data=empty_reader", "list.search", nothing),
    "form-closed": ("/companies?form=company&data=reader", "form.back", nothing),
    "contact-future": (f"/contacts/{IOANA}?form=contact:{IOANA}&data=future", "form.draft.continue", in_the_future),
    "contact-new": ("/contacts?form=contact&data=waiting", "field.last_name", new_person),
    "tie-new": (f"/companies/{HOTEL}/contacts?form=contact&tie=1&data=waiting", "field.last_name", nothing),
    "tie": (f"/companies/{HOTEL}/contacts?form=company_contact&data=waiting", "form.save", nothing),
    "inbox": ("/inbox", "inbox.", nothing),
    "inbox-refused": ("/inbox/tx-9", "refused.edit", nothing),
    "inbox-news": ("/inbox?data=news", "news.", nothing),
    "inbox-news-archive": (f"/inbox/{OWN[1]}?data=news", "news.", nothing),
    "inbox-resolved": ("/inbox/resolved?data=decided", "resolved.", nothing),
    "card-twins": (f"/inbox/{OWN[0]}?data=own", "card.", nothing),
    "card-archived": (f"/inbox/{GONE}", "card.", nothing),
    "card-revived": (f"/inbox/{OWN[1]}?data=own", "card.", nothing),
    "card-code": (f"/inbox/{OWN[2]}?data=own", "card.", nothing),
    "card-cycle": (f"/inbox/{OWN[3]}?data=own", "card.", nothing),
    "card-account": (f"/inbox/{OWN[4]}?data=own", "card.", nothing),
    "card-removed": (f"/inbox/{OWN[5]}?data=own", "card.", nothing),
    "sync": ("/sync", "sync.now", nothing),
    "sync-files": ("/sync?data=files", "sync.now", nothing),
    "settings-files": ("/settings?data=calm", "theme.dark", to_the_end),
    "sync-calm": ("/sync?data=calm", "sync.now", nothing),
    "sync-mended": ("/sync?data=mended", "sync.now", nothing),
    "sync-offline": ("/sync?data=offline", "sync.now", nothing),
    "sync-stopped": ("/sync?data=stopped", "sync.lift", nothing),
    "sync-signed-out": ("/sync?data=signed_out", "sync.sign_in", nothing),
    "sync-switched-off": ("/sync?data=switched_off", "sync.now", nothing),
    "sign-in-again": ("/sync?data=signed_out", "sync.sign_in", sign_in_again),
    "settings": ("/settings?data=calm", "theme.dark", nothing),
    "sign-out": ("/settings?data=waiting", "settings.sign_out", press("settings.sign_out")),
    "sign-out-off": ("/settings?data=switched_off", "settings.sign_out", press("settings.sign_out")),
    "people": ("/people?data=admin", "person.", nothing),
    "person": (f"/people/{DAN}?data=admin", "person.profile_id", nothing),
    "person-seen": (f"/people/{DAN}/seen?data=admin", "seen.", nothing),
    "profile": (f"/people/profiles/{profile_pk('salesperson')}?data=admin", "reach.", nothing),
    "profiles": ("/people/profiles?data=admin", "profile.", nothing),
    "profile-new": ("/people/profiles/new?data=admin", "profile.save", nothing),
    "share": (f"/companies/{HOTEL}?form=record_share&data=admin", "share.until", nothing),
    "company-shared": (f"/companies/{HOTEL}/details?data=admin", "point.", to_the_end),
    "person-free": (f"/people/{VLAD}?data=admin", "person.profile_id", nothing),
    "person-own": (f"/people/{DAN}?data=admin", "person.profile_id", to_the_end),
    "person-circle": (f"/people/{MARIA}?data=admin", "person.profile_id", circle),
    "teams": ("/people/teams?data=admin", "team.", nothing),
    "team": (f"/people/teams/{TEAM}?data=admin", "team.leader_id", nothing),
    "team-archived": (f"/people/teams/{BANAT}?data=admin", "team.restore", nothing),
    "team-new": ("/people/teams/new?data=admin", "team.save", nothing),
    "people-closed": ("/people?data=calm", "people.home", nothing),
    "palette": ("/companies?data=calm", "row.", chord("Control+k", "palette.text")),
    "keys": ("/companies?data=calm", "row.", chord("?", "keys.close")),
    "sign-in": ("/sign-in", "sign_in.", nothing),
    "sign-in-code": ("/sign-in", "sign_in.", paste_code),
    "sign-in-known": ("/sign-in?data=known", "sign_in.", wrong_password),
    "sign-in-unreachable": ("/sign-in?data=unreachable", "sign_in.", wrong_password),
    "sign-in-braked": ("/sign-in?data=braked", "sign_in.", wrong_password),
    "sign-in-others": ("/sign-in?data=others", "sign_in.", wrong_password),
    "sign-in-wiped": ("/sign-in?data=wiped", "sign_in.", nothing),
    "sealed": ("/sign-in?data=sealed", "frame.again", nothing),
    "key-lost": ("/sign-in?data=key_lost", "frame.again", nothing),
    "key-lost-asked": ("/sign-in?data=key_lost", "sealed.ask", press("sealed.ask")),
    "encrypting": ("/sign-in?data=encrypts", "sign_in.language", nothing),
    "empty": ("/companies?data=empty", "list.first", nothing),
    "loading": ("/companies?data=slow", "list.search", nothing),
    "failure": ("/companies?data=broken", "list.again", nothing),
    "failure-frame": ("/companies?data=unread", "frame.again", nothing),
}
"""Screen -> its address in the gallery, how the identifier begins that is there once it is drawn, and what is done then."""


def variants() -> Iterator[tuple[int, int, str, str]]:
    """Yield width, height, theme and language of the eight variants: the wide ones first."""
    for (width, height), theme, language in product(SIZES, THEMES, LANGUAGES):
        yield width, height, theme, language


def take(start: Callable[[int, int], driver.Window], base: str, screen: str, folder: Path) -> list[Path]:
    """Take the eight pictures of a screen, and return where they are."""
    address, sign, prepare = SCREENS[screen]
    joint = "&" if "?" in address else "?"
    pictures = []
    for width, height, theme, language in variants():
        window = start(width, height)
        window.open(f"{base}{address}{joint}theme={theme}&lang={language}")
        window.page.locator(f"[flt-semantics-identifier^='{sign}']").first.wait_for(state="attached", timeout=READ_MS)
        window.page.wait_for_timeout(SETTLE_MS)
        prepare(window)
        path = folder / f"{screen}-{width}-{theme}-{language}.png"
        still_picture(window, path)
        pictures.append(path)
    return pictures


def still_picture(window: driver.Window, path: Path) -> None:
    """Take a picture once two in a row are the same and show more than the splash: painting lags behind the semantics."""
    before = b""
    for _ in range(4 * TRIES):
        window.picture(path)
        taken = path.read_bytes()
        if taken == before and len(taken) > SPLASH_BYTES:
            return
        before = taken


def lay(browser: Browser, pictures: list[Path], target: Path) -> None:
    """Lay pictures on one sheet: the browser itself is the image library."""
    wide, phone = pictures[:4], pictures[4:]
    cells = [f'<img src="data:image/png;base64,{base64.b64encode(p.read_bytes()).decode()}">' for p in (*wide, *phone)]
    rows = [cells[0] + cells[1] + cells[4] + cells[5], cells[2] + cells[3] + cells[6] + cells[7]]
    style = "body{margin:16px;background:#777}div{display:flex;gap:16px;align-items:flex-start;margin-bottom:16px}"
    page = browser.new_page(viewport={"width": SHEET_WIDTH, "height": 800})
    page.set_content(f"<style>{style}</style>" + "".join(f"<div>{row}</div>" for row in rows))
    page.screenshot(path=target, full_page=True)
    page.close()


def main(arguments: list[str]) -> int:
    """Make the sheets that are asked for, by default all."""
    parser = argparse.ArgumentParser(description="Make one contact sheet for every screen.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("screens", nargs="*", choices=[[], *SCREENS], default=[])
    asked = parser.parse_args(arguments)
    asked.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        browser = driver.launch(playwright)
        with driver.gallery(Path(temporary) / "server.log") as base, driver.windows(browser) as start:
            start(800, 600).open(f"{base}/sync")  # fills the cache
            for screen in asked.screens or SCREENS:
                pictures = take(start, base, screen, Path(temporary))
                lay(browser, pictures, asked.folder / f"{screen}.png")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
