"""A browser for the run, the gallery behind it, and a window for each test."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e import driver


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the run."""
    with sync_playwright() as playwright:
        chromium = driver.launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def gallery_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The interface over believable data, served on a free port."""
    with driver.gallery(tmp_path_factory.mktemp("gallery") / "server.log") as url:
        yield url


@pytest.fixture
def window(browser: Browser) -> Iterator[driver.Window]:
    """A wide window."""
    with driver.window(browser) as one:
        yield one


@pytest.fixture
def phone(browser: Browser) -> Iterator[driver.Window]:
    """A window as wide as a phone."""
    with driver.window(browser, width=390, height=844) as one:
        yield one
