"""A browser that a test drives: the canvas of Flutter is read and pressed through its semantics, which are ordinary DOM."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Browser, CDPSession, Error, Locator, Page, Playwright, expect

from tests.ports import free_port

ROOT = Path(__file__).parents[2]
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--log-level=3",
    "--js-flags=--liftoff-only",  # a page lives for seconds: to compile it a second time, better, cost a tenth of a run
)  # fmt: skip
START_S = 120.0
END_S = 30.0
PATIENCE_MS = 60_000
"""Milliseconds that the interface may take on a machine that is busy with other suites; it takes a fraction of a second alone."""
expect.set_options(timeout=PATIENCE_MS)
FOCUS_MS = 300
"""Milliseconds until a text field that was pressed takes letters; without it the first ones are lost. Source: `flet.md` 2."""
PAINT_MS = 700
"""Milliseconds by which painting lags behind semantics on two shared cores."""
ANSWER_MS = 3000
"""Milliseconds that a form may take to answer a key by moving the cursor."""
STILL_TURNS = 40
COARSE = ((4, 0.25), (2, 0.5))
"""Divisor of a window's width and height -> pixels that are painted for each of theirs while no picture is taken.

Flutter paints without a graphics card here: to paint every pixel was two thirds of the CPU time of a test.
"""
WHEEL_PX = 240
"""Pixels that a form is scrolled at once: less than it shows, so that no field is passed by."""
FOOT_PX = 72
"""Height of the foot of a form."""


def launch(playwright: Playwright) -> Browser:
    """Start an installed Chromium, else the one that Playwright has downloaded."""
    installed = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)
    return playwright.chromium.launch(executable_path=installed, headless=True, args=list(FLAGS))


@contextlib.contextmanager
def gallery(log: Path) -> Iterator[str]:
    """Serve the gallery over believable data; yields its address without the trailing slash."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with log.open("wb") as out:
        command = [sys.executable, "-m", "tests.ui.gallery", str(port)]
        server = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out, start_new_session=True)
        try:
            wait_for(url, server)
            yield url
        finally:
            end(server, signal.SIGTERM)


@contextlib.contextmanager
def demo(log: Path) -> Iterator[tuple[str, str]]:
    """Run `fieldfare demo` on free ports; yields the addresses of the office and of the field device."""
    port = free_port(following=1)
    command = [sys.executable, "-m", "shared_models", "demo", "--no-browser", "--size", "small", "--port", str(port)]
    with log.open("wb") as out:
        server = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out, start_new_session=True)
        try:
            office, device = f"http://127.0.0.1:{port}/app/", f"http://127.0.0.1:{port + 1}/"
            wait_for(device, server)
            yield office, device
        finally:
            end(server, signal.SIGINT)


def end(server: "subprocess.Popen[bytes]", how: signal.Signals, patience_s: float = END_S) -> None:
    """End a server that leads a process group: in order, else at once; nothing that it started is left."""
    server.send_signal(how)
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.wait(patience_s)
    with contextlib.suppress(ProcessLookupError):  # nobody of the group is left
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()


def wait_for(url: str, server: "subprocess.Popen[bytes]") -> None:
    """Wait until a server answers. Raises RuntimeError when it ended, TimeoutError when it does not come up."""
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        if server.poll() is not None:
            raise RuntimeError(f"the server ended with {server.returncode}")
        # HTTPException: while nobody listens at the port, the question may come from it, and be its own answer.
        with contextlib.suppress(OSError, HTTPException), urlopen(url, timeout=2):
            return
        time.sleep(0.2)
    raise TimeoutError(url)


CURSOR = "(document.activeElement?.shadowRoot?.activeElement ?? document.activeElement)"
"""Script for what the cursor is in."""


@dataclass
class Window:
    """One browser window on the interface, and what a person does in it."""

    page: Page
    outside: list[str] = field(default_factory=list)
    """Addresses outside this machine that the page asked for."""
    errors: list[str] = field(default_factory=list)
    """What the browser's console complained about."""
    scale: float = 1.0
    """Pixels that are painted for each of its width, and of its height."""

    def __post_init__(self) -> None:
        """Note what the page asks for and complains about."""
        self.page.on("request", lambda request: self._note(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, url: str) -> "Window":
        """Open an address and wait until the interface can be read."""
        self.page.goto(url)
        return self.ready()

    def ready(self) -> "Window":
        """Wait until the interface can be read."""
        placeholder = self.page.locator("flt-semantics-placeholder")
        placeholder.wait_for(state="attached", timeout=START_S * 1000)
        self.page.evaluate("document.querySelector('flt-semantics-placeholder').click()")
        self.page.locator("[flt-semantics-identifier]").first.wait_for(state="attached")
        return self

    def _note(self, url: str) -> None:
        if not url.startswith(("http://127.0.0.1", "http://localhost", "data:", "blob:")):
            self.outside.append(url)

    def id(self, identifier: str) -> Locator:
        """Return what has that semantics identifier."""
        return self.page.locator(f"[flt-semantics-identifier='{identifier}']")

    def text(self, text: str) -> Locator:
        """Return what shows that text, or says it: Flutter joins the words of a group into one label."""
        quoted = text.replace('"', '\\"')
        return self.page.locator(f'flt-semantics-host :is([aria-label*="{quoted}"], :text("{quoted}"))').first

    def sees(self, text: str) -> None:
        """Wait until a text is on the screen."""
        expect(self.text(text)).to_be_attached(timeout=PATIENCE_MS)

    def press(self, identifier: str) -> None:
        """Press what has that identifier: the button in it, or itself."""
        place = self.id(identifier)
        place.first.wait_for(state="attached", timeout=PATIENCE_MS)
        inner = place.first.get_by_role("button")
        (inner.first if inner.count() else place.first).click()

    def reach(self, identifier: str) -> None:
        """Bring a field of the open form into sight: far below the fold, or above it, it has no semantics until one scrolls.

        What is no field of a form is only waited for. Raises AssertionError when it does not come.
        """
        end, before, step = time.monotonic() + PATIENCE_MS / 1000, None, WHEEL_PX
        fields = self.page.locator("[flt-semantics-identifier^='field.']")
        while not self._is_in_sight(identifier):
            assert time.monotonic() < end, f"{identifier} does not come"
            if identifier.startswith("field.") and fields.count():
                last = fields.last.bounding_box()
                step = -step if last == before else step  # the end of the form
                before = last
                self.page.mouse.move(last["x"] + 1 if last else 0, self.page.evaluate("innerHeight / 2"))
                self.page.mouse.wheel(0, step)
                self.page.wait_for_timeout(PAINT_MS)
            self.page.wait_for_timeout(FOCUS_MS)

    def _is_in_sight(self, identifier: str) -> bool:
        """Whether something is there and, if it is a field of a form, above the foot of it."""
        place = self.id(identifier).first
        if not place.count() or not identifier.startswith("field."):
            return bool(place.count())
        box = place.bounding_box()
        return box is not None and box["y"] > 0 and box["y"] + box["height"] < self.page.evaluate("innerHeight") - FOOT_PX

    def type(self, identifier: str, text: str) -> None:
        """Put the cursor into a text field and replace what stands in it."""
        self.reach(identifier)
        box = self.id(identifier).locator("input, textarea").first
        with contextlib.suppress(Error):  # the screen before it is still going away, and its box with it
            box.scroll_into_view_if_needed()
        self.page.wait_for_timeout(FOCUS_MS)
        if identifier.startswith("field.") and self.page.evaluate(f"!['INPUT', 'TEXTAREA'].includes({CURSOR}?.tagName)"):
            # A box of a form that took the cursor while the semantics were being switched on has it for Flutter alone, and hears nothing.
            # The answer to the key moves the cursor: a click that comes before it would lose the cursor again.
            self.key("Tab")
            with contextlib.suppress(Error):  # no box is waiting for the key
                self.page.wait_for_function(f"['INPUT', 'TEXTAREA'].includes({CURSOR}?.tagName)", timeout=ANSWER_MS)
        box.click()
        expect(box).to_be_focused()
        self.page.wait_for_timeout(FOCUS_MS)
        box.fill(text)
        self.page.wait_for_timeout(FOCUS_MS)

    def still(self, identifier: str) -> tuple[float, float]:
        """Return where something lies, once it lies there for a while: what is painted lags behind on a busy machine."""
        place, before = self.id(identifier).first, (-1.0, -1.0)
        for _ in range(STILL_TURNS):
            self.page.wait_for_timeout(PAINT_MS)
            box = place.bounding_box()
            now = (box["x"], box["y"]) if box else before
            if box and now == before:
                return now
            before = now
        raise AssertionError(f"{identifier} does not come to rest")

    def choose(self, menu: str, item: str) -> None:
        """Open a menu, and press an item of it once it has unfolded: a press on an item that still moves is lost."""
        self.press(menu)
        self.id(item).first.wait_for(state="attached", timeout=PATIENCE_MS)
        self.still(item)
        self.press(item)

    def key(self, name: str) -> None:
        """Press a key or a chord, `Control+k`."""
        self.page.keyboard.press(name)

    def picture(self, path: Path) -> None:
        """Take a picture once the paint has caught up."""
        path.parent.mkdir(parents=True, exist_ok=True)
        if self.scale == 1.0:
            self.page.wait_for_timeout(PAINT_MS)
            self.page.screenshot(path=path)
            return
        with self._sharp() as session:
            self.page.wait_for_timeout(PAINT_MS)
            path.write_bytes(b64decode(session.send("Page.captureScreenshot")["data"]))

    @contextlib.contextmanager
    def _sharp(self) -> Iterator[CDPSession]:
        """Have every pixel painted for a while: Flutter looks how many there are when it hears of another size."""
        session, size = self.page.context.new_cdp_session(self.page), self.page.viewport_size

        def paint(scale: float) -> None:
            screen = {**(size or {}), "mobile": False, "deviceScaleFactor": scale}
            session.send("Emulation.setDeviceMetricsOverride", screen)
            self.page.evaluate("dispatchEvent(new Event('resize')); visualViewport.dispatchEvent(new Event('resize'))")

        paint(1.0)
        yield session
        paint(self.scale)
        session.detach()


@contextlib.contextmanager
def windows(browser: Browser) -> Iterator[Callable[[int, int], Window]]:
    """Open windows one after the other that share a cache, so that only the first one loads the program; each is a session."""
    context = browser.new_context(locale="en-GB")

    def start(width: int, height: int) -> Window:
        for page in context.pages:
            page.close()
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.set_default_timeout(PATIENCE_MS)
        return Window(page)

    try:
        yield start
    finally:
        context.close()


@contextlib.contextmanager
def window(browser: Browser, *, width: int = 1280, height: int = 800, language: str = "en-GB") -> Iterator[Window]:
    """Open an empty window of its own: another context is another Flet session. It is painted coarsely, but for pictures."""
    scale = next((scale for divisor, scale in COARSE if not (width % divisor or height % divisor)), 1.0)
    context = browser.new_context(viewport={"width": width, "height": height}, locale=language, device_scale_factor=scale)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    try:
        yield Window(page, scale=scale)
    finally:
        context.close()
