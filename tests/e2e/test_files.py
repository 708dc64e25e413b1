"""Files on the real product: what the office adds is found on the field device, and the other way; each saves what the other had."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.e2e import driver
from tests.e2e.test_two_people import PICTURES, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.functions(135)]
COMPANY = "C-1000"


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Office and field device of a demo of its own."""
    with driver.demo(tmp_path_factory.mktemp("demo") / "demo.log") as found:
        yield found


def open_files(window: driver.Window) -> None:
    """Find the company by its code, and open its files."""
    window.press("nav.companies")
    window.type("list.search", COMPANY)
    row = window.page.locator("[flt-semantics-identifier^='row.']")
    expect(row).to_have_count(1)
    window.press(row.get_attribute("flt-semantics-identifier") or "")
    window.press("tab.files")


def add(window: driver.Window, path: Path) -> None:
    """Add a file by the browser's own picker."""
    with window.page.expect_file_chooser() as chooser:
        window.press("files.add")
    chooser.value.set_files(path)
    window.sees(path.name)


def look_at(window: driver.Window, name: str) -> None:
    """Open the sheet of a file, once its row lies still."""
    window.sees(name)
    window.page.wait_for_timeout(driver.PAINT_MS)
    window.text(name).click()
    window.id("file.close").wait_for(state="attached")


def saved_copy(window: driver.Window, name: str) -> bytes:
    """Look at a file, and save a copy of it."""
    look_at(window, name)
    with window.page.expect_download() as download:
        window.press("file.save")
    assert download.value.suggested_filename == name
    content = Path(download.value.path()).read_bytes()
    window.press("file.close")
    return content


def photo(path: Path) -> Path:
    """Write a photo of a few megabytes: noise cannot be packed."""
    noise = Image.effect_noise((1600, 1200), 90).convert("RGB")
    noise.save(path, "JPEG", quality=92)
    return path


def test_a_photo_of_the_office_is_found_on_the_device(browser: Browser, addresses: tuple[str, str], tmp_path: Path) -> None:
    office_url, device_url = addresses
    picture = photo(tmp_path / "Fațada hotelului.jpg")
    with driver.window(browser) as office, driver.window(browser) as field:
        sign_in(office, office_url)
        open_files(office)
        add(office, picture)
        field.open(device_url)
        open_files(field)
        assert saved_copy(field, picture.name) == picture.read_bytes()
        field.picture(PICTURES / "files-field.png")
        assert office.errors == []
        assert field.errors == []


def test_an_offer_of_the_device_is_read_in_the_office(browser: Browser, addresses: tuple[str, str], tmp_path: Path) -> None:
    office_url, device_url = addresses
    offer = tmp_path / "Ofertă „finală”.pdf"
    pages = [Image.new("RGB", (595, 842), tone) for tone in ("white", "beige")]
    pages[0].save(offer, save_all=True, append_images=pages[1:])
    with driver.window(browser) as office, driver.window(browser) as field:
        field.open(device_url)
        open_files(field)
        add(field, offer)
        sign_in(office, office_url)
        open_files(office)
        look_at(office, offer.name)
        office.sees("Pagina 1 din 2")
        office.press("file.forth")
        office.sees("Pagina 2 din 2")
        office.picture(PICTURES / "files-office.png")
        office.press("file.close")
        assert saved_copy(office, offer.name) == offer.read_bytes()
        assert office.errors == []
        assert field.errors == []
