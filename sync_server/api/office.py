"""The office web at /app: the mount of the app that the client half brings, and who may come in.

The mounted app is an ASGI application that knows nothing of accounts. It gets who is signed in by the header
`x-fieldfare-user`, which only this guard sets. Page, assets, websocket and uploads are refused without a session.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import unquote

from litestar import asgi
from litestar.concurrency import sync_to_thread
from litestar.types import Receive, Scope, Send

from shared_models.web_pages import FRAMEWORK_PATHS, SAFE_METHODS, is_same_origin
from sync_server.api.limits import SignInLimits
from sync_server.api.office_assets import PackedAssets
from sync_server.api.office_sockets import OpenSockets
from sync_server.services.accounts import Accounts, sha256
from sync_server.services.actor import Actor

PREFIX = "/app"
COOKIE = "fieldfare_session"
USER_HEADER = b"x-fieldfare-user"
OPEN = re.compile(r"/app/fonts/[A-Za-z-]+\.ttf")
"""What the sign-in page itself needs of the app."""
AnyScope = dict[str, Any]
"""Any: an ASGI scope."""


class OfficeApp(Protocol):
    """What `client.office:create_office` returns: an ASGI application with a life of its own."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # Any: ASGI's own types differ by library
        """Serve one connection."""
        ...

    async def start(self) -> None:
        """Begin."""
        ...

    async def close(self) -> None:
        """End; every replica is closed."""
        ...


@dataclass
class Office:
    """The mounted app, its sessions and its packed assets."""

    app: OfficeApp
    accounts: Accounts
    limits: SignInLimits
    sockets: OpenSockets = field(default_factory=OpenSockets)
    assets: PackedAssets = field(default_factory=PackedAssets)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep the app running."""
        await self.app.start()
        try:
            yield
        finally:
            await self.app.close()


def office_mount(office: Office) -> Any:  # Any: Litestar's handlers have no common public type
    """Return the mount of the app."""

    @asgi(PREFIX, is_mount=True, copy_scope=True)
    async def mount(scope: Scope, receive: Receive, send: Send) -> None:
        """Let a signed-in person through to the app."""
        await _guard(office, scope, receive, send)

    return mount


async def _guard(office: Office, scope: Scope, receive: Receive, send: Send) -> None:
    headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}
    secret = _cookie(headers.get("cookie", ""))
    actor = await sync_to_thread(office.accounts.session, secret) if secret else None
    inner = _inner(scope, actor, secret)
    is_socket = inner["type"] == "websocket"
    may_be_foreign = not is_socket and inner["method"] in SAFE_METHODS
    if not is_socket and inner["method"] in SAFE_METHODS and OPEN.fullmatch(inner["path"]):
        await office.assets.serve(office.app, inner, receive, send)
    elif actor is None or secret is None or not (may_be_foreign or is_same_origin(headers)):
        await _refuse(inner, receive, send)
    elif inner["path"].removeprefix(PREFIX) in FRAMEWORK_PATHS:
        await _answer(send, 404, [])
    elif is_socket:

        async def stands() -> bool:
            return await sync_to_thread(office.accounts.session, secret) is not None

        await office.sockets.serve(office.app, inner, receive, send, sha256(secret), stands)
    else:
        await office.assets.serve(office.app, inner, receive, send)


def _inner(scope: Scope, actor: Actor | None, secret: str | None) -> AnyScope:
    """Return the scope as the mounted app expects it: the whole path, its prefix named, and who is signed in.

    The client's address is replaced by a mark of the session: Flet resumes a page by it, and must not resume one person's
    page for the next who signs in on the same browser.
    """
    inner: AnyScope = dict(scope)
    raw = inner.get("raw_path") or inner["path"].encode()
    inner["root_path"] = PREFIX
    inner["path"] = unquote(raw.decode("latin-1").split("?", 1)[0])
    if inner["path"] == PREFIX:
        inner["path"] = f"{PREFIX}/"
    inner["headers"] = [(key, value) for key, value in inner["headers"] if key.lower() != USER_HEADER]
    if actor is not None and secret is not None:
        inner["headers"].append((USER_HEADER, actor.user_id.encode()))
        inner["client"] = (f"session-{sha256(secret)[:16]}", 0)
    for name in ("app", "litestar_app", "path_params", "route_handler", "state"):
        inner.pop(name, None)
    return inner


def _cookie(header: str) -> str | None:
    for part in header.split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE and value:
            return value
    return None


async def _refuse(scope: AnyScope, receive: Receive, send: Send) -> None:
    """Send a browser that shows a page to the sign-in; anything else gets 401, a websocket the close code 4401."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 4401, "reason": "sign in"})
        return
    is_page = "." not in scope["path"].rsplit("/", 1)[-1]
    if is_page and scope["method"] == "GET":
        await _answer(send, 303, [(b"location", f"{PREFIX}/sign-in".encode()), (b"cache-control", b"no-store")])
    else:
        await _answer(send, 401, [])


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [*headers, (b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
