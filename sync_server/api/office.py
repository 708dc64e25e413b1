"""The office web at /app: who may come in, and the mount of the app that the client half brings.

The mounted app is an ASGI application that knows nothing of accounts. It gets who is signed in by the header
`x-fieldfare-user`, which only this guard sets; page, websocket and uploads are refused without a session.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from litestar import Request, Response, asgi, get, post
from litestar.concurrency import sync_to_thread
from litestar.datastructures import Cookie
from litestar.response import Redirect
from litestar.types import Message, Receive, Scope, Send

from shared_models.texts import Texts
from sync_server.api.limits import TryLimit
from sync_server.api.office_page import sign_in_page
from sync_server.services.accounts import SESSION_S, Accounts
from sync_server.services.actor import Actor
from sync_server.services.refusals import Refusal

PREFIX = "/app"
COOKIE = "fieldfare_session"
USER_HEADER = b"x-fieldfare-user"
HIDDEN = ("/docs", "/redoc", "/openapi.json")
AnyRequest = Request[Any, Any, Any]
"""Any: see `problems.AnyRequest`."""


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
    """The mounted app and the sessions that are open in it."""

    app: OfficeApp
    accounts: Accounts
    try_limit: TryLimit
    sockets: dict[str, list[Callable[[], None]]] = field(default_factory=dict)
    """Session secret -> what closes each of its websockets."""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep the app running."""
        await self.app.start()
        try:
            yield
        finally:
            await self.app.close()


def office_routes(office: Office) -> list[Any]:  # Any: Litestar's handlers have no common public type
    """Return the pages of signing in and out, and the mount."""

    @get("/app/sign-in", opt={"public": True}, include_in_schema=False, media_type="text/html")
    async def show_sign_in(request: AnyRequest, lang: str | None = None) -> Response[str]:
        """Show the sign-in page."""
        return _page(request, lang, "", "")

    @post("/app/sign-in", opt={"public": True}, include_in_schema=False, status_code=200)
    async def take_sign_in(request: AnyRequest) -> Response[Any]:  # Any: a page or a redirect
        """Check what was typed; a wrong password shows the page again with the address still in it."""
        form = await request.form()
        email, password, lang = str(form.get("email", ""))[:254], str(form.get("password", ""))[:256], str(form.get("lang", ""))
        if not _is_same_origin(dict(request.headers)):
            return _page(request, lang, email, "office.elsewhere", 403)
        try:
            office.try_limit.take(f"address {request.client.host if request.client else ''}")
            secret = await sync_to_thread(office.accounts.open_session, email, password)
        except Refusal as refusal:
            return _page(request, lang, email, f"error.{refusal.code}", refusal.http_status)
        cookie = Cookie(
            COOKIE,
            value=secret,
            path="/app",
            httponly=True,
            samesite="strict",
            max_age=SESSION_S,
            secure=request.url.scheme == "https",
        )
        return Redirect(f"{PREFIX}/", status_code=303, cookies=[cookie])

    @post("/app/sign-out", opt={"public": True}, include_in_schema=False)
    async def sign_out(request: AnyRequest) -> Redirect:
        """End the session and close its websockets."""
        if (secret := request.cookies.get(COOKIE)) and _is_same_origin(dict(request.headers)):
            await sync_to_thread(office.accounts.close_session, secret)
            for close in office.sockets.pop(secret, []):
                close()
        return Redirect(f"{PREFIX}/sign-in", status_code=303, cookies=[Cookie(COOKIE, value="", path="/app", max_age=0)])

    @asgi(PREFIX, is_mount=True, copy_scope=True)
    async def mount(scope: Scope, receive: Receive, send: Send) -> None:
        """Let a signed-in person through to the app."""
        await _guarded(office, scope, receive, send)

    return [show_sign_in, take_sign_in, sign_out, mount]


def _page(request: AnyRequest, lang: str | None, email: str, error: str, status: int = 200) -> Response[str]:
    wanted = str(lang or request.headers.get("accept-language") or "")
    texts = Texts("ro" if wanted.startswith("ro") else "en")
    return Response(sign_in_page(texts, email, error), status_code=status, media_type="text/html", headers=PAGE_HEADERS)


PAGE_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
}


def _is_same_origin(headers: dict[str, str]) -> bool:
    """Whether a browser says that the request comes from our own pages; one without an Origin is no cross-site form."""
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")


async def _guarded(office: Office, scope: Scope, receive: Receive, send: Send) -> None:
    headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}
    secret = _cookie(headers.get("cookie", ""))
    actor = await sync_to_thread(office.accounts.session, secret) if secret else None
    inner = _inner(scope, actor)
    is_socket = str(scope["type"]) == "websocket"
    if actor is None or (is_socket and not _is_same_origin(headers)):
        await _refuse(inner, receive, send)
    elif inner["path"].removeprefix(PREFIX) in HIDDEN:
        await _answer(send, 404, [])
    else:
        await office.app(inner, receive, _without_cors(send))


def _inner(scope: Scope, actor: Actor | None) -> dict[str, Any]:  # Any: an ASGI scope
    """Return the scope as the mounted app expects it: the whole path, its prefix named, and who is signed in."""
    inner: dict[str, Any] = dict(scope)
    raw = inner.get("raw_path") or inner["path"].encode()
    inner["root_path"] = PREFIX
    inner["path"] = unquote(raw.decode("latin-1").split("?", 1)[0])
    if inner["path"] == PREFIX:
        inner["path"] = f"{PREFIX}/"
    inner["headers"] = [(key, value) for key, value in inner["headers"] if key.lower() != USER_HEADER]
    if actor is not None:
        inner["headers"].append((USER_HEADER, actor.user_id.encode()))
    for name in ("app", "path_params"):
        inner.pop(name, None)
    return inner


def _cookie(header: str) -> str | None:
    for part in header.split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE and value:
            return value
    return None


async def _refuse(scope: dict[str, Any], receive: Receive, send: Send) -> None:  # Any: an ASGI scope
    """Send a browser that shows a page to the sign-in; anything else gets 401."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 4401, "reason": "sign in"})
        return
    is_page = scope["path"] == f"{PREFIX}/" or "." not in scope["path"].rsplit("/", 1)[-1]
    if is_page and scope.get("method") == "GET":
        await _answer(send, 303, [(b"location", f"{PREFIX}/sign-in".encode())])
    else:
        await _answer(send, 401, [])


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [*headers, (b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


def _without_cors(send: Send) -> Send:
    """Drop what would let other sites read the app: Flet allows every origin by default."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [(k, v) for k, v in message["headers"] if not k.lower().startswith(b"access-control-")]
            message = {**message, "headers": kept}
        await send(message)

    return sent
