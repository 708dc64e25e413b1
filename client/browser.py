"""The app in a browser: as an ASGI application, and served to the browser of this device alone.

The device's page asks for no password, so only the browser's own tab of it is served: a page of another site that opens the same
address, or that has its own name point to this machine, is refused.
"""

import re
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import flet as ft
import flet_web.fastapi as flet_fastapi
import uvicorn
from flet.utils import open_in_browser

from client.browser_files import BrowserFiles
from shared_models.web_notice import with_notice
from shared_models.web_pages import FRAMEWORK_PATHS, SAFE_METHODS, is_same_origin, protected

HOST = "127.0.0.1"
OWN_NAMES = (HOST, "localhost")
TAB_S = 3600
"""Seconds that a tab which lost its connection, a laptop that slept, finds its page as it was."""
CLOSE_S = 3
"""Seconds that open tabs get when the client ends."""
MISSING_FONTS = re.compile(r"/assets/fonts/(noto[a-z0-9]+)/.*\.woff2$")
"""Where Flutter looks for the letters that the app's own font lacks; Flet ships none of them, and they would stay blank."""
OWN_FONTS = {
    "notocoloremoji": "NotoEmoji",  # all in black and white: in colour they are 11 MB
    "notosansarabic": "NotoSansArabic",
    "notosanshebrew": "NotoSansHebrew",
    "notosansthai": "NotoSansThai",
}
"""What answers, each in one file (SIL OFL 1.1)."""
BOXES = "Boxes"
"""Answers for every other script: a box in the place of each letter. Chinese alone would be 10 MB."""
NO_RIVE = b"""<script>(() => {
  const of = HTMLScriptElement.prototype, src = Object.getOwnPropertyDescriptor(of, "src");
  Object.defineProperty(of, "src", {...src, set(url) { if (!`${url}`.includes("/@rive-app/")) src.set.call(this, url); }});
})();</script>"""
"""Keeps Flet from asking a CDN for the animations of Rive, which the app has none of: the policy would block it with an error."""
OnPage = Callable[[ft.Page], Any]
"""Any: what Flet does not look at, or a coroutine of it."""


def flet_app(
    main: OnPage, assets: Path, session_s: int, files: BrowserFiles | None = None
) -> Any:  # Any: an ASGI application of another framework
    """Return the app. main: draws one tab; session_s: seconds that a tab is kept after it lost its connection.

    files: what takes the files that the browser uploads, and gives those that it saves.
    """
    app = flet_fastapi.app(
        main,
        assets_dir=str(assets),
        app_name="Fieldfare",
        app_short_name="Fieldfare",
        app_description="CRM",
        no_cdn=True,
        session_timeout_seconds=session_s,
    )
    return OwnPage(app, files)


@dataclass
class OwnPage:
    """Flet's app, whose page says in our words when nothing answers it, and finds letters that the app's font lacks."""

    app: Any
    """Any: an ASGI application of another framework."""
    files: BrowserFiles | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # Any: ASGI's own types differ by library
        """Serve one connection."""
        if self.files is not None and scope["type"] == "http" and await self.files.serve(scope, receive, send):
            return
        is_read = scope["type"] == "http" and scope["method"] == "GET"
        if is_read:
            scope = {**scope, "path": MISSING_FONTS.sub(_own_font, scope["path"])}
        await self.app(scope, receive, _Rewriting(send).take if is_read else send)


def _own_font(asked: re.Match[str]) -> str:
    return f"/fonts/{OWN_FONTS.get(asked[1], BOXES)}.woff2"


@dataclass
class _Rewriting:
    """One answer on its way: a page is held back until it is whole, and gets the notice; anything else passes."""

    send: Any
    """Any: as above."""
    start: Any = None
    body: bytes = b""

    async def take(self, message: Any) -> None:  # Any: an ASGI message
        """Take a message of the app."""
        if message["type"] == "http.response.start":
            headers = dict(message["headers"])
            if message["status"] == 200 and headers.get(b"content-type", b"").startswith(b"text/html"):
                self.start = message
                return
        elif self.start is not None:
            self.body += message.get("body", b"")
            if not message.get("more_body"):
                await self._finish(with_notice(self.body.replace(b"</head>", NO_RIVE + b"</head>", 1)))
            return
        await self.send(message)

    async def _finish(self, page: bytes) -> None:
        kept = [
            (name, value) for name, value in self.start["headers"] if name not in (b"content-length", b"etag", b"last-modified")
        ]
        await self.send({**self.start, "headers": [*kept, (b"content-length", str(len(page)).encode())]})
        await self.send({"type": "http.response.body", "body": page})


@dataclass
class DevicePage:
    """The ASGI application of a device: Flet's app behind a guard."""

    app: Any
    """Any: see `flet_app`."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # Any: ASGI's own types differ by library
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        status = _refusal(scope)
        if status and scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 4403, "reason": "another site"})
        elif status:
            await send({"type": "http.response.start", "status": status, "headers": protected([(b"content-length", b"0")])})
            await send({"type": "http.response.body", "body": b""})
        else:
            await self.app(scope, receive, _protecting(send))


def _refusal(scope: Any) -> int:  # Any: an ASGI scope
    """Return the status with which a connection is refused, or 0."""
    headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}
    if headers.get("host", "").rpartition(":")[0] not in OWN_NAMES:
        return 403
    is_read = scope["type"] == "http" and scope["method"] in SAFE_METHODS
    if not is_read and not is_same_origin(headers):
        return 403
    return 404 if scope["path"] in FRAMEWORK_PATHS else 0


def _protecting(send: Any) -> Any:  # Any: ASGI's own types differ by library
    async def protecting(message: Any) -> None:  # Any: an ASGI message
        if message["type"] == "http.response.start":
            message = {**message, "headers": protected(list(message["headers"]))}
        await send(message)

    return protecting


def serve_device(
    main: OnPage,
    assets: Path,
    port: int,
    tell: Callable[[str], None],
    *,
    show: bool = True,
    files: BrowserFiles | None = None,
) -> None:
    """Serve the app at a port of this machine (0: a free one) until Ctrl+C or a signal ends it.

    tell: gets the address once it is open; show: whether the browser is opened; files: as in `flet_app`.
    """
    with socket.create_server((HOST, port)) as listening:
        url = f"http://{HOST}:{listening.getsockname()[1]}/"
        for ending in (signal.SIGINT, signal.SIGTERM):
            signal.signal(ending, _ended)
        page = DevicePage(flet_app(main, assets, TAB_S, files))
        options = uvicorn.Config(
            page,
            log_level="warning",
            access_log=False,  # it would write addresses and queries
            server_header=False,
            ws="websockets-sansio",
            timeout_graceful_shutdown=CLOSE_S,
        )
        tell(url)
        if show:
            open_in_browser(url)
        uvicorn.Server(options).run(sockets=[listening])


def _ended(_number: int, _frame: FrameType | None) -> None:
    """Take the signal that uvicorn raises anew when it has ended in order: what runs after it shall run."""
