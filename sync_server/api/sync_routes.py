"""`/sync/v1`: hello, push, pull, history, digest, fetch. Parse, call one service on a thread, answer."""

import gzip
from collections.abc import Iterable
from typing import Annotated, Any, cast

import zstandard
from litestar import MediaType, Request, Response, Router, get, post
from litestar.concurrency import sync_to_thread
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter
from pydantic import ValidationError

from shared_models.device_report import MAX_REPORT, DeviceReport
from shared_models.diagnostics import MAX_BYTES as MAX_DIAGNOSTICS
from shared_models.diagnostics import Diagnostics
from shared_models.errors import ErrorCode
from shared_models.message import PRINTABLE
from shared_models.protocol import (
    PATH,
    WHOLE_ROWS,
    DigestAnswer,
    DigestRequest,
    FetchRequest,
    HelloAnswer,
    HelloRequest,
    HistoryPage,
    PushAnswer,
    PushRequest,
)
from shared_models.salvage import SalvageAnswer, SalvageRequest
from shared_models.transport import PullRequest, UpToDate
from sync_server.api import bodies
from sync_server.api.access import FOR_THE_LOST, FOR_THE_PAUSED, GivenActor, GivenCentral
from sync_server.api.bodies import MAX_BYTES
from sync_server.api.documentation import BEARER, failures, taking
from sync_server.services import diagnosing, digest, hello, history, pull, push, salvage
from sync_server.services.actor import Actor
from sync_server.services.central import Central
from sync_server.services.refusals import Refusal

NDJSON = "application/x-ndjson"
UP_TO_DATE = ResponseSpec(None, description="Nothing is newer: headers x-digest and x-safe", generate_examples=False)
SMALL = 10_000
"""Bytes of a hello, and of the names of 256 parts."""
LISTS = 30_000
"""Bytes of 500 ids."""
AnyRequest = Request[Any, Any, Any]
"""Any: see `problems.AnyRequest`."""


@post(
    "/hello",
    operation_id="hello",
    opt={FOR_THE_LOST: True, FOR_THE_PAUSED: True},
    status_code=200,
    summary="Say where the device stands",
    operation_class=taking(HelloRequest),
    responses=failures(),
)
async def say_hello(request: AnyRequest, central: GivenCentral, actor: GivenActor) -> HelloAnswer:
    """At start, after an error, and when an answer carries another epoch."""
    asked = await bodies.parsed(request, HelloRequest, SMALL)
    return await sync_to_thread(hello.greet, central, actor, asked)


@post(
    "/push",
    operation_id="push",
    opt={FOR_THE_LOST: True},
    status_code=200,
    summary="Send what the person did",
    operation_class=taking(PushRequest),
    responses=failures(),
)
async def send_push(request: AnyRequest, central: GivenCentral, actor: GivenActor) -> Response[PushAnswer]:
    """At most 1,000 transactions and 1 MB; plain, gzip or zstd. The same transaction sent twice has one effect, one verdict."""
    body = await bodies.read(request)
    answer = await sync_to_thread(push.accept_json, central, actor, body)
    return Response(cast("PushAnswer", answer), media_type=MediaType.JSON)  # bytes, which are sent as they are


@get(
    "/pull",
    operation_id="pull",
    summary="Ask for what is newer",
    media_type=NDJSON,
    responses={**failures(), 204: UP_TO_DATE},
)
async def ask_pull(
    request: AnyRequest,
    central: GivenCentral,
    actor: GivenActor,
    c: Annotated[int, QueryParameter(ge=0, le=2**62, description="cursor")],
    e: Annotated[str, QueryParameter(min_length=1, max_length=36, pattern=PRINTABLE, description="server epoch")],
    d: Annotated[str, QueryParameter(min_length=1, max_length=36, pattern=PRINTABLE, description="device epoch")],
    a: Annotated[str | None, QueryParameter(max_length=200, pattern=PRINTABLE, description="place in a staged pull")] = None,
    n: Annotated[int | None, QueryParameter(ge=1, le=WHOLE_ROWS, description="most rows in one page")] = None,
    r: Annotated[
        str | None, QueryParameter(max_length=MAX_REPORT, pattern=PRINTABLE, description="JSON of a device report")
    ] = None,
) -> Response[bytes]:
    """Answer 200 with the lines of one page, zstd or gzip if accepted; or 204 when nothing is newer."""
    accepted = request.headers.get("accept-encoding", "")
    return await sync_to_thread(_page, central, actor, PullRequest(c, e, d, a, n, _report(r)), accepted)


def _report(text: str | None) -> DeviceReport | None:
    """Return what a device says of itself. Raises Refusal P201."""
    try:
        return None if text is None else DeviceReport.model_validate_json(text)
    except ValidationError:
        raise Refusal(ErrorCode.P201, 422, "r: no report") from None


def _page(central: Central, actor: Actor, asked: PullRequest, accepted: str) -> Response[bytes]:
    """Return a page packed as one body: a slow device keeps no snapshot and no thread."""
    found = pull.open_page(central, actor, asked)
    if isinstance(found, UpToDate):
        # No other header: an idle pull is at most 376 bytes both ways.
        return Response(b"", status_code=204, headers={"x-digest": found.digest, "x-safe": str(found.safe_seq)})
    return _body(found, accepted)


def packed(lines: Iterable[bytes], accepted: str) -> tuple[bytes, str]:
    """Return lines as one body and its content encoding. Level 3 of zstd takes half of gzip's time (`server.md` 4)."""
    body, names = b"".join(lines), accepted_encodings(accepted)
    if "zstd" in names:
        return zstandard.ZstdCompressor(level=3).compress(body), "zstd"
    if "gzip" in names:
        return gzip.compress(body, 1, mtime=0), "gzip"
    return body, ""


def accepted_encodings(header: str) -> set[str]:
    """Return the names that an Accept-Encoding header allows; `gzip;q=0` forbids gzip (RFC 9110, 12.5.3)."""
    found = set[str]()
    for part in header.lower().split(","):
        name, _, weight = part.partition(";")
        if weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000"):
            found.add(name.strip())
    return found


@get("/history", operation_id="history", summary="Past values of one record and of its parts", responses=failures())
async def ask_history(
    central: GivenCentral,
    actor: GivenActor,
    t: Annotated[str, QueryParameter(min_length=1, max_length=60, pattern=PRINTABLE, description="entity")],
    r: Annotated[str, QueryParameter(min_length=1, max_length=36, pattern=PRINTABLE, description="record")],
    before: Annotated[
        int | None, QueryParameter(ge=0, le=2**62, description="seq of the last entry of the page before")
    ] = None,
) -> HistoryPage:
    """Newest first, 50 a page."""
    return await sync_to_thread(history.page, central, actor, t, r, before)


@post(
    "/digest",
    operation_id="digest",
    status_code=200,
    summary="Ask what the view holds in parts of the key space",
    operation_class=taking(DigestRequest),
    responses=failures(),
)
async def ask_digest(request: AnyRequest, central: GivenCentral, actor: GivenActor) -> DigestAnswer:
    """Where a replica differs, part by part, down to its rows."""
    asked = await bodies.parsed(request, DigestRequest, SMALL)
    return await sync_to_thread(digest.compare, central, actor, asked)


@post(
    "/fetch",
    operation_id="fetch",
    status_code=200,
    summary="Ask for rows again",
    operation_class=taking(FetchRequest),
    media_type=NDJSON,
    responses=failures(),
)
async def ask_fetch(request: AnyRequest, central: GivenCentral, actor: GivenActor) -> Response[bytes]:
    """At most 500 rows of one entity, as the lines of a pull; what is not among them, the view does not hold."""
    asked = await bodies.parsed(request, FetchRequest, LISTS)
    accepted = request.headers.get("accept-encoding", "")
    return await sync_to_thread(_fetched, central, actor, asked, accepted)


@post(
    "/salvage",
    operation_id="salvage",
    status_code=200,
    summary="Tell what is left of a time that a restore took away",
    operation_class=taking(SalvageRequest),
    responses=failures(),
)
async def send_salvage(request: AnyRequest, central: GivenCentral, actor: GivenActor) -> SalvageAnswer:
    """Rows and saves above the seq that both timelines share. Nothing of it changes a record: that is for an admin."""
    asked = await bodies.parsed(request, SalvageRequest, MAX_BYTES)
    return await sync_to_thread(salvage.take, central, actor, asked)


@post(
    "/diagnostics",
    operation_id="sendDiagnostics",
    opt={FOR_THE_PAUSED: True},
    status_code=204,
    summary="Tell how the device fares, as an admin has ordered",
    operation_class=taking(Diagnostics),
    responses=failures(),
)
async def send_diagnostics(request: AnyRequest, central: GivenCentral, actor: GivenActor) -> None:
    """Figures, codes and names of ours; S511 where nobody has asked. Kept for 30 days, the newest 3 of a device."""
    found = await bodies.parsed(request, Diagnostics, MAX_DIAGNOSTICS)
    await sync_to_thread(diagnosing.take, central, actor, found)


def _fetched(central: Central, actor: Actor, asked: FetchRequest, accepted: str) -> Response[bytes]:
    return _body(digest.fetch(central, actor, asked), accepted)


def _body(lines: Iterable[bytes], accepted: str) -> Response[bytes]:
    """Return lines as one packed body."""
    body, encoding = packed(lines, accepted)
    return Response(body, media_type=NDJSON, headers={"content-encoding": encoding} if encoding else {})


def sync_router() -> Router:
    """Return the routes of the protocol."""
    return Router(
        path=PATH,
        route_handlers=[say_hello, send_push, ask_pull, ask_history, ask_digest, ask_fetch, send_salvage, send_diagnostics],
        tags=["sync"],
        security=[{BEARER: []}],
    )
