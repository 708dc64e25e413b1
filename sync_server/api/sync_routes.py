"""`/sync/v1`: hello, push, pull, history. Parse, call one service on a thread, answer."""

from collections.abc import Iterator
from typing import Annotated, Any

import zstandard
from litestar import Request, Response, Router, get, post
from litestar.concurrency import sync_to_thread
from litestar.params import FromQuery, QueryParameter
from litestar.response import Stream
from pydantic import ValidationError

from shared_models.errors import ErrorCode
from shared_models.protocol import PATH, HelloAnswer, HelloRequest, HistoryPage, PushAnswer
from shared_models.transport import PullRequest, UpToDate
from sync_server.api import bodies
from sync_server.services import hello, history, pull, push
from sync_server.services.refusals import Refusal

NDJSON = "application/x-ndjson"
AnyRequest = Request[Any, Any, Any]
"""Any: see `problems.AnyRequest`."""
Seq = Annotated[int, QueryParameter(ge=0, le=2**62)]
Name = Annotated[str, QueryParameter(min_length=1, max_length=60)]


@post("/hello", operation_id="hello", status_code=200, summary="Say where the device stands")
async def say_hello(request: AnyRequest, central: GivenCentral, actor: GivenActor) -> HelloAnswer:
    """At start, after an error, and when an answer carries another epoch. Body: `HelloRequest`."""
    body = await bodies.read(request, limit=10_000)
    try:
        asked = HelloRequest.model_validate_json(body)
    except ValidationError as error:
        raise Refusal(ErrorCode.P201, 422, str(error.errors()[0]["type"])) from None
    return await sync_to_thread(hello.greet, central, actor, asked)


@post("/push", operation_id="push", status_code=200, summary="Send what the person did")
async def send_push(request: AnyRequest, central: GivenCentral, actor: GivenActor) -> PushAnswer:
    """At most 200 transactions or 1 MB. Body: `PushRequest`, plain, gzip or zstd."""
    body = await bodies.read(request)
    return await sync_to_thread(push.accept, central, actor, body)


@get("/pull", operation_id="pull", summary="Ask for what is newer")
async def ask_pull(
    request: AnyRequest,
    central: GivenCentral,
    actor: GivenActor,
    c: Annotated[int, QueryParameter(ge=0, le=2**62, description="cursor")],
    e: Annotated[str, QueryParameter(min_length=1, max_length=36, description="server epoch")],
    d: Annotated[str, QueryParameter(min_length=1, max_length=36, description="device epoch")],
    a: Annotated[str | None, QueryParameter(max_length=200, description="place in a staged pull")] = None,
) -> Response[Any]:
    """200 with the lines of a page, or 204 with the digest when nothing is newer."""
    found = await sync_to_thread(pull.open_page, central, actor, PullRequest(c, e, d, a))
    if isinstance(found, UpToDate):
        headers = {"x-digest": found.digest, "x-safe": str(found.safe_seq)}
        return Response(content=None, status_code=204, headers=headers)
    if "zstd" in request.headers.get("accept-encoding", ""):
        return Stream(_zstd(found), media_type=NDJSON, headers={"content-encoding": "zstd"})
    return Stream(found, media_type=NDJSON)


def _zstd(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Pack lines as they come; level 3 costs half of gzip's time for the same bytes (`sync.md` 4)."""
    packer = zstandard.ZstdCompressor(level=3).compressobj()
    for line in lines:
        if piece := packer.compress(line):
            yield piece
    yield packer.flush()


@get("/history", operation_id="history", summary="Past values of one record")
async def ask_history(
    central: GivenCentral,
    actor: GivenActor,
    t: Annotated[str, QueryParameter(min_length=1, max_length=60, description="entity")],
    r: Annotated[str, QueryParameter(min_length=1, max_length=36, description="record")],
    before: FromQuery[int | None] = None,
) -> HistoryPage:
    """Newest first, 50 a page."""
    return await sync_to_thread(history.page, central, actor, t, r, before)


def sync_router() -> Router:
    """Return the routes of the protocol."""
    return Router(path=PATH, route_handlers=[say_hello, send_push, ask_pull, ask_history], tags=["sync"])
