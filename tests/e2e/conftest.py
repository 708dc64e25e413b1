"""A browser for the run, the gallery behind it, and a window for each test."""

import contextlib
import gc
import signal
import sys
import traceback
from collections.abc import Generator, Iterator
from pathlib import Path

import psutil
import pytest
from greenlet import greenlet
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.e2e import driver

HANG_S = 200
"""Seconds after which a test hangs: a call that waits for the page itself, as a pressed key does, has no limit of its own.
Less than `faulthandler_timeout`, which ends the whole run."""
GALLERY_LOGS: list[Path] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show with a failed test what Flet's server complained about."""
    report = yield
    if report.failed:
        report.sections += [("log of the gallery", log.read_text()) for log in GALLERY_LOGS]
    return report


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Return what starts browsers."""
    with sync_playwright() as one:
        yield one


@pytest.fixture(scope="session")
def _chromium() -> list[Browser]:
    """Return a place for the run's browser."""
    return []


@pytest.fixture
def browser(playwright: Playwright, _chromium: list[Browser]) -> Iterator[Browser]:
    """One Chromium for the run; another one after a test in which it hung, which says where that was."""
    if not _chromium or not _chromium[0].is_connected():
        _chromium[:] = [driver.launch(playwright)]
    before = signal.signal(signal.SIGALRM, lambda *_: _end_hang())
    signal.alarm(HANG_S)
    try:
        yield _chromium[0]
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _end_hang() -> None:
    """Write down where every greenlet waits, and end the browser, so that the call that waits for it fails."""
    for one in [found for found in gc.get_objects() if isinstance(found, greenlet) and found.gr_frame is not None]:
        traceback.print_stack(one.gr_frame, file=sys.stderr)
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):  # the end of one takes others with it
            if "chrom" in process.name():
                sys.stderr.write(f"{process.pid} {process.status()} {process.cpu_times()} {process.cmdline()[:3]}\n")
                process.kill()


@pytest.fixture(scope="session")
def gallery_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The interface over believable data, served on a free port."""
    log = tmp_path_factory.mktemp("gallery") / "server.log"
    GALLERY_LOGS.append(log)
    with driver.gallery(log) as url:
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
