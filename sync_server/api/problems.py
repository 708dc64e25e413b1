"""Every failure as `application/problem+json` (RFC 9457) with a code of ours; none of them shows how the server is made."""

from collections.abc import Callable
from typing import Any

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, NotFoundException, ValidationException

from shared_models.errors import ErrorCode
from sync_server.db.engine import Contended, StoreDown
from sync_server.services.refusals import Refusal

logger = structlog.get_logger("api")
AnyRequest = Request[Any, Any, Any]
"""Any: Litestar's request is generic in user, token and state, of which we use none."""
Problem = dict[str, str | int]

TITLES: dict[ErrorCode, str] = {
    ErrorCode.A101: "Not signed in",
    ErrorCode.A102: "The access token has expired",
    ErrorCode.A103: "E-mail or password is wrong",
    ErrorCode.A104: "The device was revoked",
    ErrorCode.A105: "Only an admin may do this",
    ErrorCode.A106: "Plain http is refused",
    ErrorCode.A107: "The device is to be wiped",
    ErrorCode.A108: "The account is switched off",
    ErrorCode.P201: "The request cannot be read",
    ErrorCode.P202: "The schema version is not supported",
    ErrorCode.P203: "Another server epoch",
    ErrorCode.P205: "A known transaction with another content",
    ErrorCode.P206: "The cursor is unknown",
    ErrorCode.P207: "No such address or method",
    ErrorCode.P208: "The snapshot is gone, or has no such place",
    ErrorCode.P209: "Another place in the file",
    ErrorCode.P210: "Not the bytes of this digest",
    ErrorCode.R301: "Unknown entity",
    ErrorCode.R305: "Not this user's to see or change",
    ErrorCode.R309: "No such file for this user",
    ErrorCode.L401: "The request is too large",
    ErrorCode.L402: "Too many requests",
    ErrorCode.L403: "A transaction is too large",
    ErrorCode.L404: "The file is too large",
    ErrorCode.S501: "The server failed",
    ErrorCode.S502: "The server is busy",
    ErrorCode.S503: "The device is paused",
    ErrorCode.S511: "Nobody asked for diagnostics",
    ErrorCode.S512: "No diagnostics of this device",
    ErrorCode.S513: "The code is unknown, used or over",
    ErrorCode.S514: "No account that is on",
}
"""What a code says to a developer; people read the text `error.<code>` of their language."""
CODES: dict[int, ErrorCode] = {
    400: ErrorCode.P201,
    401: ErrorCode.A101,
    403: ErrorCode.A105,
    404: ErrorCode.P207,
    405: ErrorCode.P207,
    413: ErrorCode.L401,
    422: ErrorCode.P201,
    429: ErrorCode.L402,
}
"""Code for a failure that the framework found before any of our code ran."""


def problem(code: ErrorCode, status: int, detail: str = "", retry_after_s: int | None = None) -> Response[Problem]:
    """Return the answer for a coded failure."""
    headers = {} if retry_after_s is None else {"retry-after": str(retry_after_s)}
    content: Problem = {
        "type": f"urn:fieldfare:error:{code}",
        "title": TITLES.get(code, "Refused"),
        "status": status,
        "code": code.value,
    }
    if detail:
        content["detail"] = detail[:300]
    return Response(content, status_code=status, media_type="application/problem+json", headers=headers)


def on_refusal(request: AnyRequest, refusal: Refusal) -> Response[Problem]:
    """Answer a refusal of a service."""
    answer = problem(refusal.code, refusal.http_status, refusal.detail, refusal.retry_after_s)
    if refusal.goes_on_at is not None:
        answer.headers["upload-offset"] = str(refusal.goes_on_at)
    return answer


def on_http_error(request: AnyRequest, error: HTTPException) -> Response[Problem]:
    """Answer what the framework refused: unknown address, wrong method, bad parameters, too large a body."""
    status = error.status_code
    if isinstance(error, NotFoundException):
        return problem(ErrorCode.P207, 404)
    if status == 405:
        answer = problem(ErrorCode.P207, 405)
        answer.headers["allow"] = (error.headers or {}).get("allow", "")
        return answer
    if status >= 500:
        return on_fault(request, error)
    extra: Any = error.extra if isinstance(error, ValidationException) else None
    detail = "; ".join(str(e.get("key", "")) for e in extra or () if isinstance(e, dict))
    return problem(CODES.get(status, ErrorCode.P201), status, detail)


def on_contention(request: AnyRequest, error: Contended) -> Response[Problem]:
    """Answer that other transactions were in the way; nothing was stored, and the same may pass in a moment."""
    logger.warning("contended", path=request.url.path, kind=str(error))
    return problem(ErrorCode.S502, 503, retry_after_s=2)


def on_store_down(request: AnyRequest, error: StoreDown) -> Response[Problem]:
    """Answer that the database cannot work now: the device keeps what waits and comes back."""
    logger.error("store down", path=request.url.path, kind=str(error))
    return problem(ErrorCode.S502, 503, retry_after_s=5)


def on_fault(request: AnyRequest, error: Exception) -> Response[Problem]:
    """Answer a fault of ours without a word about it; the log has the rest."""
    logger.error("fault", path=request.url.path, kind=type(error).__name__, exc_info=error)
    return problem(ErrorCode.S501, 500)


HANDLERS: dict[int | type[Exception], Callable[[AnyRequest, Any], Response[Any]]] = {
    Refusal: on_refusal,
    Contended: on_contention,
    StoreDown: on_store_down,
    HTTPException: on_http_error,
    Exception: on_fault,
}
