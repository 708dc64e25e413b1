"""Bodies of requests, unpacked within their limits: a small body must not become a large one in memory."""

import zlib
from typing import Any

import zstandard
from litestar import Request

from shared_models.errors import ErrorCode
from shared_models.protocol import MAX_PUSH_BYTES
from sync_server.services.refusals import Refusal

MAX_BYTES = MAX_PUSH_BYTES + MAX_PUSH_BYTES // 4
"""Of a body, unpacked: a full push and its envelope."""


async def read(request: Request[Any, Any, Any], limit: int = MAX_BYTES) -> bytes:  # Any: see `problems.AnyRequest`
    """Return the body, unpacked. Raises Refusal L401 when it is too large, P201 when it cannot be unpacked."""
    packed = bytearray()
    async for piece in request.stream():
        packed += piece
        if len(packed) > limit:
            raise Refusal(ErrorCode.L401, 413, f"more than {limit} bytes")
    return unpacked(bytes(packed), request.headers.get("content-encoding", ""), limit)


def unpacked(body: bytes, encoding: str, limit: int) -> bytes:
    """Return a body without its content encoding: gzip, zstd or none."""
    try:
        if encoding == "gzip":
            inflate = zlib.decompressobj(wbits=31)
            found = inflate.decompress(body, limit + 1)
            is_whole = inflate.eof
        elif encoding == "zstd":
            with zstandard.ZstdDecompressor(max_window_size=2**23).stream_reader(body) as reader:
                found = reader.read(limit + 1)
            is_whole = True
        elif encoding in ("", "identity"):
            return body
        else:
            raise Refusal(ErrorCode.P201, 415, "content-encoding: gzip, zstd or none")
    except (zlib.error, zstandard.ZstdError):
        raise Refusal(ErrorCode.P201, 400, f"not {encoding}") from None
    if len(found) > limit:
        raise Refusal(ErrorCode.L401, 413, f"more than {limit} bytes")
    if not is_whole:
        raise Refusal(ErrorCode.P201, 400, "the body is cut off")
    return found
