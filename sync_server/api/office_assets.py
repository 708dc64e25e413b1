"""Answers of the office app: packed once and kept, protected, and closed to other sites."""

import gzip
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from litestar.concurrency import sync_to_thread
from litestar.types import Receive, Send

from shared_models.web_pages import protected

PACKED_TYPES = ("text/", "application/javascript", "application/json", "application/wasm", "font/", "application/octet-stream")
MIN_BYTES = 1_000
"""Below it packing would not save a network packet."""
MAX_KEPT_BYTES = 64_000_000
"""Flet's own web files are 9 MB when packed."""
App = Callable[[Any, Any, Any], Awaitable[None]]
"""Any: ASGI's own types differ by library."""


@dataclass
class PackedAssets:
    """Assets in gzip, by path and ETag: `main.dart.wasm` alone is 8.5 MB and takes a third of a second to pack."""

    _kept: OrderedDict[tuple[str, bytes], bytes] = field(default_factory=OrderedDict)

    async def serve(self, app: App, scope: dict[str, Any], receive: Receive, send: Send) -> None:  # Any: an ASGI scope
        """Serve one request of the app."""
        accepts_gzip = any(k.lower() == b"accept-encoding" and b"gzip" in v for k, v in scope["headers"])
        answer = _Answer(self, scope["path"], send, may_pack=accepts_gzip and scope["method"] == "GET")
        await app(scope, receive, answer.send)

    async def packed(self, path: str, etag: bytes, body: bytes) -> bytes:
        """Return an asset in gzip, from what is kept if it was packed before."""
        found = self._kept.get((path, etag))
        if found is None:
            found = await sync_to_thread(lambda: gzip.compress(body, 6, mtime=0))
            self._kept[path, etag] = found
            while sum(map(len, self._kept.values())) > MAX_KEPT_BYTES:
                self._kept.popitem(last=False)
        return found


@dataclass
class _Answer:
    """One answer on its way: an asset is held back until it is whole, anything else passes."""

    assets: PackedAssets
    path: str
    outer_send: Callable[[Any], Awaitable[None]]
    may_pack: bool
    start: dict[str, Any] | None = None  # Any: an ASGI message
    body: bytearray = field(default_factory=bytearray)

    async def send(self, message: Any) -> None:  # Any: an ASGI message
        """Take a message of the app."""
        if message["type"] == "http.response.start":
            message = {**message, "headers": protected(list(message["headers"]))}
            if self.may_pack and _is_packable(message["status"], dict(message["headers"])):
                self.start = message
                return
        elif self.start is not None:
            self.body += message.get("body", b"")
            if not message.get("more_body"):
                await self._finish(self.start)
            return
        await self.outer_send(message)

    async def _finish(self, start: dict[str, Any]) -> None:  # Any: an ASGI message
        headers = dict(start["headers"])
        etag = headers[b"etag"]
        packed = await self.assets.packed(self.path, etag, bytes(self.body))
        headers |= {
            b"etag": etag if etag.startswith(b"W/") else b"W/" + etag,
            b"content-length": str(len(packed)).encode(),
            b"content-encoding": b"gzip",
            b"vary": b"accept-encoding",
        }
        await self.outer_send({**start, "headers": list(headers.items())})
        await self.outer_send({"type": "http.response.body", "body": packed, "more_body": False})


def _is_packable(status: int, headers: dict[bytes, bytes]) -> bool:
    kind = headers.get(b"content-type", b"").decode("latin-1")
    size = int(headers.get(b"content-length", b"0"))
    is_asset = b"etag" in headers and b"no-store" not in headers.get(b"cache-control", b"")
    return status == 200 and is_asset and b"content-encoding" not in headers and size >= MIN_BYTES and (
        kind.startswith(PACKED_TYPES)
    )  # fmt: skip
