"""Files between a browser and this program: each upload has an address of its own, for one file of a known size, and each download too.

An address cannot be guessed, and serves nobody but the window that it was made for.
"""

import asyncio
import secrets
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response, StreamingResponse

from client.ui.exchange import NotReceived, Received
from client.usecases.document_answers import Download
from shared_models.errors import FieldfareError

PLACE = "/files/"
"""How the addresses begin, after the app's own prefix."""
OFFER_S = 600.0
"""Seconds in which a download can be begun."""
WRITE_BYTES = 1 << 20
"""Bytes that are gathered before they are written, on another thread."""
BYTES = "application/octet-stream"
NO_STORE = {"cache-control": "no-store"}


@dataclass
class UploadSlot:
    """A place for one file, until it is closed. size: bytes that it has to have."""

    url: str
    who: str
    size: int
    path: Path
    _received: Received | None = None
    _is_begun: bool = False
    _is_whole: bool = False
    _is_over: asyncio.Event = field(default_factory=asyncio.Event)
    _forget: Callable[[], None] = lambda: None

    async def taken(self, received: Received) -> Path:
        """Wait until the whole file has come. Raises NotReceived when it does not, or has another size than it was said to have."""
        self._received = received
        await self._is_over.wait()
        if not self._is_whole:
            raise NotReceived
        return self.path

    def fail(self) -> None:
        """Note that the browser cannot send it."""
        self._is_over.set()

    def close(self) -> None:
        """Take no more; what came is deleted, unless somebody has moved it away."""
        self._is_over.set()
        self._forget()
        self.path.unlink(missing_ok=True)

    async def receive(self, request: Request) -> int:
        """Take what a browser sends. Returns the HTTP status with which it is answered."""
        if self._is_begun or self._is_over.is_set():
            return 409
        self._is_begun = True
        try:
            had = await self._write(request)
            if self._is_over.is_set():
                self.path.unlink(missing_ok=True)
                return 410
            self._is_whole = had == self.size
            return 200 if self._is_whole else 400
        except (ClientDisconnect, OSError):
            return 400
        finally:
            self._is_over.set()

    async def _write(self, request: Request) -> int:
        """Write what comes into the file. Returns how many bytes that were; at most one part too many is looked at."""
        had, held = 0, bytearray()
        with await asyncio.to_thread(lambda: self.path.open("wb")) as out:
            async for part in request.stream():
                had += len(part)
                if had > self.size or self._is_over.is_set():
                    break
                held += part
                if len(held) >= WRITE_BYTES:
                    await asyncio.to_thread(out.write, bytes(held))
                    held.clear()
                    self._tell(had)
            await asyncio.to_thread(out.write, bytes(held))
        self._tell(had)
        return had

    def _tell(self, had: int) -> None:
        if self._received is not None:
            self._received(had)


@dataclass(frozen=True)
class Offer:
    """A file that a browser may save. until: seconds of the clock."""

    who: str
    content: Download
    name: str
    until: float


@dataclass
class BrowserFiles:
    """The addresses that are open now. folder: where uploads lie; prefix: of the app in the address, as `/app`."""

    folder: Path
    prefix: str = ""
    clock: Callable[[], float] = time.monotonic
    """Seconds, from any beginning."""
    _slots: dict[str, UploadSlot] = field(default_factory=dict)
    _offers: dict[str, Offer] = field(default_factory=dict)

    def open(self) -> None:
        """Begin with an empty folder: what lies there was not taken in when the program ended."""
        self.close()
        self.folder.mkdir(parents=True, mode=0o700)

    def close(self) -> None:
        """Remove the folder, and what was not taken in."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def slot(self, who: str, size_bytes: int) -> UploadSlot:
        """Return a place for a file of that size."""
        token = secrets.token_urlsafe(24)
        made = UploadSlot(
            f"{self.prefix}{PLACE}{token}",
            who,
            size_bytes,
            self.folder / token,
            _forget=lambda: self._forget(token),
        )
        self._slots[token] = made
        return made

    def _forget(self, token: str) -> None:
        self._slots.pop(token, None)

    def offer(self, who: str, content: Download, name: str) -> str:
        """Return an address from which the browser saves a file under a name, for some minutes."""
        now, token = self.clock(), secrets.token_urlsafe(24)
        self._offers = {known: one for known, one in self._offers.items() if one.until > now}
        self._offers[token] = Offer(who, content, name, now + OFFER_S)
        return f"{self.prefix}{PLACE}{token}"

    async def serve(self, scope: Any, receive: Any, send: Any) -> bool:  # Any: ASGI's own types differ by library
        """Serve a request for one of the addresses; False for any other request."""
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if scope["type"] != "http" or not path.startswith(PLACE):
            return False
        token, who = path.removeprefix(PLACE), (scope.get("client") or ("", 0))[0]
        if scope["method"] == "PUT":
            answer = await self._take(token, who, Request(scope, receive))
        elif scope["method"] in ("GET", "HEAD"):
            answer = await self._give(token, who)
        else:
            answer = Response(status_code=405, headers=NO_STORE)
        await answer(scope, receive, send)
        return True

    async def _take(self, token: str, who: str, request: Request) -> Response:
        slot = self._slots.get(token)
        if slot is None or slot.who != who:
            return Response(status_code=404, headers=NO_STORE)
        return Response(status_code=await slot.receive(request), headers=NO_STORE)

    async def _give(self, token: str, who: str) -> Response:
        """Return the file as an attachment; the page of a browser that asks for one that is gone stays as it is (204)."""
        offer = self._offers.get(token)
        if offer is None or offer.who != who or offer.until <= self.clock():
            return Response(status_code=204, headers=NO_STORE)
        if (path := offer.content.path) is not None and path.is_file():
            return FileResponse(path, media_type=BYTES, filename=offer.name, headers=NO_STORE)
        pieces = offer.content.pieces()
        try:
            first = await asyncio.to_thread(next, pieces, b"")
        except (FieldfareError, KeyError):  # its bytes, or its record
            return Response(status_code=204, headers=NO_STORE)
        disposition = f"attachment; filename*=utf-8''{quote(offer.name)}"
        headers = {**NO_STORE, "content-length": str(offer.content.size), "content-disposition": disposition}
        return StreamingResponse(chain([first], pieces), media_type=BYTES, headers=headers)
