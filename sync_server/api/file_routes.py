"""`/sync/v1/blobs`: the bytes of files, sent and fetched from any place on (PROTOCOL 17).

The names of the headers are those of the IETF's draft of resumable uploads; addresses are made of contents, so nothing is created.
"""

import asyncio
import re
from collections.abc import AsyncGenerator
from typing import Annotated, Any

from litestar import MediaType, Request, Response, Router, get, head, patch, put
from litestar.concurrency import sync_to_thread
from litestar.datastructures import ResponseHeader
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter, PathParameter, SkipValidation
from litestar.response import Stream

from shared_models.errors import ErrorCode
from shared_models.protocol import PATH
from shared_models.transport import FilePlace
from sync_server.api.access import FOR_THE_LOST, GivenActor
from sync_server.api.bodies import ARRIVAL_S
from sync_server.api.documentation import BEARER, failures
from sync_server.services.files import Files, Upload
from sync_server.services.refusals import Refusal

GivenFiles = NamedDependency[SkipValidation[Files]]
Digest = Annotated[str, PathParameter(pattern="^[0-9a-f]{64}$", description="SHA-256 of the file")]
Length = Annotated[int, HeaderParameter(name="upload-length", ge=0, le=2**40, description="bytes of the whole file")]
Offset = Annotated[int, HeaderParameter(name="upload-offset", ge=0, le=2**40, description="place that the body follows")]
AnyRequest = Request[Any, Any, Any]
"""Any: see `problems.AnyRequest`."""
BINARY = "application/octet-stream"
_RANGE = re.compile(r"bytes=(\d{1,15})-")
_TOLD = {
    "upload-offset": ResponseHeader(name="upload-offset", documentation_only=True, description="bytes that have come"),
    "upload-complete": ResponseHeader(name="upload-complete", documentation_only=True, description="?1: all, verified"),
}
_PART = ResponseSpec(None, description="The bytes from the place that Range names", media_type=BINARY, generate_examples=False)
_WHOLE = ResponseSpec(None, description="The centre has the file", generate_examples=False)


@put(
    "/blobs/{sha256:str}",
    operation_id="announceFile",
    opt={FOR_THE_LOST: True},
    status_code=201,
    media_type=MediaType.TEXT,
    summary="Say that a file is to be sent",
    response_headers=list(_TOLD.values()),
    responses={**failures(), 200: _WHOLE},
)
async def announce_file(files: GivenFiles, actor: GivenActor, sha256: Digest, length: Length) -> Response[bytes]:
    """Answer 200 where the sender has the file at the centre already, else 201 and how much of it has come."""
    place = await sync_to_thread(files.announce, actor, sha256, length)
    return _told(place, 200 if place.is_whole else 201)


@head(
    "/blobs/{sha256:str}",
    operation_id="filePlace",
    opt={FOR_THE_LOST: True},
    status_code=204,
    summary="Ask how much of a file has come",
    response_headers=list(_TOLD.values()),
    responses=failures(),
)
async def ask_place(files: GivenFiles, actor: GivenActor, sha256: Digest) -> Response[None]:
    """A request that still sends the file has no say any more."""
    return _told(await sync_to_thread(files.place, actor, sha256), 204)


@patch(
    "/blobs/{sha256:str}",
    operation_id="sendFile",
    opt={FOR_THE_LOST: True},
    status_code=204,
    summary="Send the bytes that follow a place",
    response_headers=list(_TOLD.values()),
    responses=failures(),
    request_max_body_size=None,
)
async def send_file(
    request: AnyRequest, files: GivenFiles, actor: GivenActor, sha256: Digest, length: Length, offset: Offset
) -> Response[None]:
    """What has come counts, also when the connection breaks in the middle of the body. The last byte makes the file whole."""
    upload = await sync_to_thread(files.upload, actor, sha256, length, offset)
    await _take(request, upload)
    return _told(await sync_to_thread(upload.end), 204)


@get(
    "/blobs/{sha256:str}",
    operation_id="fileBytes",
    summary="Fetch a file, from any place on",
    media_type=BINARY,
    responses={**failures(), 206: _PART, 304: ResponseSpec(None, description="It is the one", generate_examples=False)},
)
async def fetch_file(request: AnyRequest, files: GivenFiles, actor: GivenActor, sha256: Digest) -> Stream | Response[bytes]:
    """`Range: bytes=N-` answers 206 with what follows. What has a digest for a name never changes."""
    asked = _RANGE.fullmatch(request.headers.get("range", ""))
    start = int(asked[1]) if asked else 0
    pieces, size = await sync_to_thread(files.read, actor, sha256, start)
    headers = {"etag": f'"{sha256}"', "cache-control": "private, max-age=31536000, immutable"}
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(b"", status_code=304, headers=headers)
    headers |= {"accept-ranges": "bytes", "content-length": str(size - start), "content-disposition": "attachment"}
    if asked:
        headers["content-range"] = f"bytes {start}-{size - 1}/{size}"
    return Stream(pieces, status_code=206 if asked else 200, media_type=BINARY, headers=headers)


async def _take(request: AnyRequest, upload: Upload) -> None:
    """Write the body as it comes: never more than a piece of it is in memory. Raises Refusal S502 for one that stands still."""
    pieces: AsyncGenerator[bytes, None] = request.stream()
    try:
        while True:
            try:
                piece = await asyncio.wait_for(anext(pieces), ARRIVAL_S)
            except StopAsyncIteration:
                return
            except TimeoutError:
                raise Refusal(ErrorCode.S502, 408, "the body did not arrive in time", retry_after_s=5) from None
            except HTTPException as error:  # the connection broke: nobody hears the answer, and what came is kept
                raise Refusal(ErrorCode.P201, 400, "the body is cut off") from error
            if piece:
                upload.take(piece)
    finally:
        await pieces.aclose()


def _told(
    place: FilePlace, status: int
) -> Response[Any]:  # Any: no content, which Litestar wants called None or not by the status
    headers = {"upload-offset": str(place.offset), "upload-complete": "?1" if place.is_whole else "?0"}
    return Response(None if status == 204 else b"", status_code=status, headers=headers)


def file_router() -> Router:
    """Return the routes of files."""
    routes = [announce_file, ask_place, send_file, fetch_file]
    return Router(path=PATH, route_handlers=routes, tags=["files"], security=[{BEARER: []}])
