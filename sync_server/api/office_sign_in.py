"""Signing in to the office web and out of it: pages of the server that work without script."""

import re
from typing import Any

from litestar import Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.datastructures import Cookie
from litestar.response import Redirect

from shared_models.errors import ErrorCode
from shared_models.texts import Texts, preferred
from shared_models.web_pages import is_same_origin
from sync_server.api.office import COOKIE, PREFIX, Office
from sync_server.api.office_page import SCRIPT_HASH, sign_in_page, sign_out_page
from sync_server.services.accounts import SESSION_S, sha256
from sync_server.services.refusals import Refusal

LANGUAGE_COOKIE = "fieldfare_language"
YEAR_S = 365 * 86_400
AnyRequest = Request[Any, Any, Any]
"""Any: see `problems.AnyRequest`."""
PAGE_HEADERS = {
    "content-security-policy": f"default-src 'none'; style-src 'unsafe-inline'; font-src 'self'; script-src {SCRIPT_HASH}; "
    "form-action 'self'; frame-ancestors 'none'",
    "cache-control": "no-store",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}


def sign_in_routes(office: Office) -> list[Any]:  # Any: Litestar's handlers have no common public type
    """Return the pages. The form is protected by its Origin and by a cookie that other sites cannot make a browser send."""

    @get("/", include_in_schema=False, sync_to_thread=False)
    def front_door() -> Redirect:
        """Lead a browser to the app."""
        return Redirect(f"{PREFIX}/", status_code=303)

    @get(f"{PREFIX}/sign-in", include_in_schema=False, media_type="text/html", sync_to_thread=False)
    def show_sign_in(request: AnyRequest) -> Response[str]:
        """Show the sign-in page."""
        answer = _page(sign_in_page(texts_of(request), "", ""))
        if "lang" in request.query_params:
            answer.set_cookie(_remembering(request, texts_of(request).language))
        return answer

    @post(f"{PREFIX}/sign-in", include_in_schema=False, status_code=200)
    async def take_sign_in(request: AnyRequest) -> Response[Any]:  # Any: a page or a redirect
        """Check what was typed; a wrong password shows the page again with the address still in it."""
        form = await request.form()
        # PostgreSQL stores no NUL, and no address has one.
        email, password = str(form.get("email", ""))[:254].replace("\0", ""), str(form.get("password", ""))[:256]
        texts = texts_of(request, str(form.get("lang", "")))
        if not is_same_origin(dict(request.headers)):
            return _page(sign_in_page(texts, email, texts.t("office.elsewhere")), 403)
        try:
            with office.limits.one_try(request.client.host if request.client else "", email):
                secret = await sync_to_thread(office.accounts.open_session, email, password)
        except Refusal as refusal:
            answer = _page(sign_in_page(texts, email, _told(texts, refusal)), refusal.http_status)
            if refusal.code is ErrorCode.L402:
                answer.headers["retry-after"] = str(refusal.retry_after_s)
            return answer
        cookie = Cookie(
            COOKIE, value=secret, path=PREFIX, httponly=True, samesite="strict", max_age=SESSION_S, secure=_is_safe(request)
        )
        known = await sync_to_thread(office.accounts.session_language, secret)
        return Redirect(f"{PREFIX}/", status_code=303, cookies=[cookie, _remembering(request, known or texts.language)])

    @get(f"{PREFIX}/sign-out", include_in_schema=False, media_type="text/html", sync_to_thread=False)
    def ask_sign_out(request: AnyRequest) -> Response[str]:
        """Ask before signing out: an address that a page merely links to must not end a session."""
        return _page(sign_out_page(texts_of(request)))

    @post(f"{PREFIX}/sign-out", include_in_schema=False)
    async def sign_out(request: AnyRequest) -> Redirect:
        """End the session and close its websockets."""
        if not is_same_origin(dict(request.headers)):
            return Redirect(f"{PREFIX}/", status_code=303)
        cookies = [Cookie(COOKIE, value="", path=PREFIX, max_age=0, httponly=True, samesite="strict")]
        if secret := request.cookies.get(COOKIE):
            known = await sync_to_thread(office.accounts.session_language, secret)
            cookies += [_remembering(request, known)] if known else []
            await sync_to_thread(office.accounts.close_session, secret)
            office.sockets.close(sha256(secret))
        return Redirect(f"{PREFIX}/sign-in", status_code=303, cookies=cookies)

    return [front_door, show_sign_in, take_sign_in, ask_sign_out, sign_out]


def _told(texts: Texts, refusal: Refusal) -> str:
    """Return why nobody was let in: after too many tries with the seconds to wait."""
    if refusal.code is ErrorCode.L402 and refusal.retry_after_s is not None:
        return texts.n("sign_in.braked", refusal.retry_after_s)
    return texts.t(f"error.{refusal.code}")


def texts_of(request: AnyRequest, asked: str = "") -> Texts:
    """Return the texts in the language of `?lang=`, else of the form, else of the last person here, else the browser's, else English."""
    chosen = [str(request.query_params.get("lang") or ""), asked, request.cookies.get(LANGUAGE_COOKIE, "")]
    return Texts(preferred([*chosen, *accepted(request.headers.get("accept-language", ""))]) or "en")


def accepted(header: str) -> list[str]:
    """Return the languages of an Accept-Language header, best first; RFC 9110, 12.5.4. A weight that is none counts as nought."""
    weighed = [(tag, re.fullmatch(r"q=([01](?:\.\d{0,3})?)", rest.replace(" ", "") or "q=1")) for tag, _, rest in (
        one.partition(";") for one in header.split(",")
    )]  # fmt: skip
    return [tag for tag, _ in sorted(weighed, key=lambda one: -float(one[1][1] if one[1] else 0))]


def _remembering(request: AnyRequest, language: str) -> Cookie:
    """Return the cookie by which the sign-in page speaks the language of the last person on this browser."""
    return Cookie(
        LANGUAGE_COOKIE,
        value=language,
        path=PREFIX,
        httponly=True,
        samesite="lax",
        max_age=YEAR_S,
        secure=_is_safe(request),
    )


def _is_safe(request: AnyRequest) -> bool:
    """Whether the browser came by https; a Secure cookie would be lost on plain http of this machine."""
    forwarded = request.headers.get("x-forwarded-proto", "") if request.app.state.config.behind_proxy else ""
    return (forwarded or request.url.scheme) == "https"


def _page(html: str, status: int = 200) -> Response[str]:
    return Response(html, status_code=status, media_type="text/html", headers=dict(PAGE_HEADERS))
