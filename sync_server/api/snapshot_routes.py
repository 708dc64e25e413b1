"""`/sync/v1/snapshot`: which file a first sync may begin with, and its bytes, from any place on."""

import re
from typing import Annotated, Any

from litestar import Request, Router, get
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import PathParameter, QueryParameter, SkipValidation
from litestar.response import Stream

from shared_models.message import PRINTABLE
from shared_models.protocol import PATH
from shared_models.snapshot import SnapshotAnswer, SnapshotRequest
from sync_server.api.access import GivenActor
from sync_server.api.documentation import BEARER, failures
from sync_server.services.snapshots import Snapshots

GivenSnapshots = NamedDependency[SkipValidation[Snapshots]]
BINARY = "application/octet-stream"
_RANGE = re.compile(r"bytes=(\d{1,18})-")
_PART = ResponseSpec(None, description="The bytes from the place that Range names", media_type=BINARY, generate_examples=False)


@get("/snapshot", operation_id="snapshot", summary="Ask for the file that a first sync may begin with", responses=failures())
async def ask_snapshot(
    snapshots: GivenSnapshots,
    actor: GivenActor,
    e: Annotated[str, QueryParameter(min_length=1, max_length=36, pattern=PRINTABLE, description="server epoch")],
    s: Annotated[str, QueryParameter(min_length=1, max_length=36, pattern=PRINTABLE, description="shape of the replica")],
    p: Annotated[str, QueryParameter(max_length=60, pattern=PRINTABLE, description="packings, the best first: zstd,gzip")],
    h: Annotated[str | None, QueryParameter(max_length=64, pattern=PRINTABLE, description="SHA-256 of one begun")] = None,
) -> SnapshotAnswer:
    """Without a name in the answer there is none now: pages bring everything."""
    return await sync_to_thread(snapshots.offer, actor, SnapshotRequest(e, s, tuple(p.split(",")), h))


@get(
    "/snapshot/{name:str}",
    operation_id="snapshotBytes",
    summary="Fetch a snapshot, from any place on",
    media_type=BINARY,
    responses={**failures(), 206: _PART},
)
async def fetch_snapshot(
    request: Request[Any, Any, Any],  # Any: see `problems.AnyRequest`
    snapshots: GivenSnapshots,
    actor: GivenActor,
    name: Annotated[str, PathParameter(max_length=100, description="name of a snapshot")],
) -> Stream:
    """`Range: bytes=N-` answers 206 with what follows; any other range is passed over (RFC 9110, 14.2)."""
    asked = _RANGE.fullmatch(request.headers.get("range", ""))
    start = int(asked[1]) if asked else 0
    pieces, size = await sync_to_thread(snapshots.read, actor, name, start)
    headers = {"accept-ranges": "bytes", "content-length": str(size - start)}
    if asked:
        headers["content-range"] = f"bytes {start}-{size - 1}/{size}"
    return Stream(pieces, status_code=206 if asked else 200, media_type=BINARY, headers=headers)


def snapshot_router() -> Router:
    """Return the routes of snapshots."""
    return Router(path=PATH, route_handlers=[ask_snapshot, fetch_snapshot], tags=["sync"], security=[{BEARER: []}])
