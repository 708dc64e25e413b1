"""The page of a device in a real browser: it needs nothing but the device."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.e2e import driver

pytestmark = [pytest.mark.browser]


@pytest.fixture
def device_url(tmp_path: Path) -> Iterator[str]:
    """Address of the page of a device on which nobody has signed in."""
    url = f"http://127.0.0.1:{driver.free_port()}/"
    port = url.rpartition(":")[2].rstrip("/")
    command = [
        sys.executable,
        "-m",
        "shared_models",
        "client",
        "--web",
        "--no-browser",
        "--data",
        str(tmp_path),
        "--port",
        port,
    ]
    with (tmp_path / "client.log").open("wb") as log:
        client = subprocess.Popen(command, cwd=driver.ROOT, stdout=log, stderr=log, start_new_session=True)
    try:
        driver.wait_for(url, client)
        yield url
    finally:
        driver.end(client, signal.SIGTERM)
        assert client.returncode == 0


def test_the_page_of_a_device_works_and_asks_nothing_of_another_host(browser: Browser, device_url: str) -> None:
    with driver.window(browser) as window:
        reached: list[str] = []
        window.page.on("requestfinished", lambda request: reached.append(request.url))
        window.page.on(
            "requestfailed", lambda request: reached.append(request.url) if not was_blocked(request.failure) else None
        )
        window.open(device_url)
        window.sees("Sign in")
        window.picture(Path("build/pictures/device-door.png"))
        assert [url for url in reached if not url.startswith((device_url, "data:", "blob:"))] == []


def was_blocked(failure: str | None) -> bool:
    """Whether the browser itself refused to send a request, as the page's policy says."""
    return failure is not None and "csp" in failure.lower()
