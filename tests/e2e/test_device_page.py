"""The page of a device in a real browser: it needs nothing but the device."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.e2e import driver
from tests.ports import free_port

SERVER = "https://crm.firma.ro"
PROGRAM = "**/main.dart.*"
"""What the page loads before it shows anything of its own."""
pytestmark = [pytest.mark.browser]


@contextmanager
def device(folder: Path, port: int) -> Iterator[str]:
    """Run the client of a device on which nobody has signed in; yields the address of its page."""
    url = f"http://127.0.0.1:{port}/"
    command = [
        sys.executable,
        "-m",
        "shared_models",
        "client",
        "--web",
        "--no-browser",
        "--data",
        str(folder),
        "--port",
        str(port),
        "--server",
        SERVER,
    ]
    with (folder / "client.log").open("wb") as log:
        client = subprocess.Popen(command, cwd=driver.ROOT, stdout=log, stderr=log, start_new_session=True)
    try:
        driver.wait_for(url, client)
        yield url
    finally:
        driver.end(client, signal.SIGTERM)
        assert client.returncode == 0


@pytest.fixture
def device_url(tmp_path: Path) -> Iterator[str]:
    """Address of the page of a device that runs."""
    with device(tmp_path, free_port()) as url:
        yield url


def test_the_page_speaks_the_browsers_language_and_says_so_when_nothing_answers_it_until_something_does(
    browser: Browser, tmp_path: Path
) -> None:
    port = free_port()
    with driver.window(browser, language="ro-RO") as window:
        gone = window.page.locator("#gone")
        with device(tmp_path, port) as url:
            seen = False
            held: list[Route] = []
            window.page.route(PROGRAM, lambda route: route.continue_() if seen else held.append(route))
            window.page.goto(url, wait_until="domcontentloaded")
            expect(window.page.locator("#loading")).to_contain_text("Se deschide Fieldfare…")
            seen = True
            for one in held:
                one.continue_()
            window.ready().sees("Conectare")
            expect(window.page.locator("html")).to_have_attribute("lang", "ro")
            expect(gone).to_be_hidden()
        expect(gone).to_contain_text("Fieldfare nu răspunde")
        gone.get_by_role("button").click()  # nobody is there, and the page stays
        expect(gone).to_contain_text("Încearcă din nou")
        with device(tmp_path, port):
            expect(gone).to_be_hidden()


def test_the_page_of_a_device_works_and_asks_nothing_of_another_host(browser: Browser, device_url: str) -> None:
    with driver.window(browser) as window:
        asked: list[str] = []
        errors: list[str] = []
        window.page.on("request", lambda request: asked.append(request.url))
        window.page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        window.open(device_url)
        window.sees("Sign in")
        window.picture(Path("build/pictures/device-door.png"))
        assert [url for url in asked if not url.startswith((device_url, "data:", "blob:"))] == []
        assert errors == []


def test_letters_of_any_script_are_seen_or_stand_as_boxes(browser: Browser, device_url: str) -> None:
    with driver.window(browser) as window:
        window.open(device_url)
        window.sees("Sign in")
        for script, word in (("hebrew", "שלום"), ("arabic", "مرحبا"), ("thai", "สวัสดี"), ("(sc|tc|hk|jp|kr)", "中文")):
            with window.page.expect_response(re.compile(f"/assets/fonts/notosans{script}/")) as font:
                window.type("sign_in.email", word)
            assert font.value.ok
        window.picture(Path("build/pictures/device-scripts.png"))
