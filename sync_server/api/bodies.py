"""Bodies of requests, unpacked within their limits: a small body must not become a large one in memory."""

import asyncio
import zlib
from typing import Any, TypeVar

import zstandard
from litestar import Request
from pydantic import BaseModel, ValidationError

from shared_models.errors import ErrorCode
from shared_models.protocol import MAX_PUSH_BYTES
from sync_server.services.refusals import Refusal

MAX_BYTES = MAX_PUSH_BYTES + MAX_PUSH_BYTES // 4
"""Of a body, unpacked: a full push and its envelope."""
ARRIVAL_S = 30.0
"""Time for a body to arrive; 1.25 MB at 350 kbit/s, a poor phone link."""
MAX_WINDOW_BYTES = 2**23
"""Memory that a zstd body may ask for."""
AnyRequest = Request[Any, Any, Any]
"""Any: see `problems.AnyRequest`."""
M = TypeVar("M", bound=BaseModel)


async def parsed(request: AnyRequest, model: type[M], limit: int) -> M:
    """Return a body as a message. Raises Refusal P201 with the place of the first mistake, never with what was sent."""
    try:
        return model.model_validate_json(await read(request, limit))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])[:100]
        raise Refusal(ErrorCode.P201, 422, f"{place}: {first['type']}") from None


async def read(request: AnyRequest, limit: int = MAX_BYTES) -> bytes:
    """Return the body, unpacked. Raises Refusal L401 when it is too large, P201 when it cannot be unpacked, S502 too slow."""
    try:
        packed = await asyncio.wait_for(_arrived(request, limit), ARRIVAL_S)
    except TimeoutError:
        raise Refusal(ErrorCode.S502, 408, "the body did not arrive in time", retry_after_s=5) from None
    return unpacked(packed, request.headers.get("content-encoding", "").strip().lower(), limit)


async def _arrived(request: AnyRequest, limit: int) -> bytes:
    packed = bytearray()
    async for piece in request.stream():
        packed += piece
        if len(packed) > limit:
            raise Refusal(ErrorCode.L401, 413, f"more than {limit} bytes")
    return bytes(packed)


def unpacked(body: bytes, encoding: str, limit: int) -> bytes:
    """Return a body without its content encoding: gzip, zstd or none. At most limit + 1 bytes are ever unpacked."""
    try:
        if encoding in ("", "identity"):
            return body
        if encoding == "gzip":
            inflate = zlib.decompressobj(wbits=31)
            found, is_whole = inflate.decompress(body, limit + 1), inflate.eof
        elif encoding == "zstd":
            found, is_whole = _from_zstd(body, limit)
        else:
            raise Refusal(ErrorCode.P201, 415, "content-encoding: gzip, zstd or none")
    except (zlib.error, zstandard.ZstdError):
        raise Refusal(ErrorCode.P201, 400, f"not {encoding}") from None
    if len(found) > limit:
        raise Refusal(ErrorCode.L401, 413, f"more than {limit} bytes")
    if not is_whole:
        raise Refusal(ErrorCode.P201, 400, "the body is cut off")
    return found


def _from_zstd(body: bytes, limit: int) -> tuple[bytes, bool]:
    """Return what a frame holds, and whether all of it was there: the reader itself takes a cut frame for the end."""
    with zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW_BYTES).stream_reader(body) as reader:
        found = reader.read(limit + 1)
    if len(found) > limit:
        return found, False
    whole = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW_BYTES).decompressobj()
    whole.decompress(body)
    return found, whole.eof
