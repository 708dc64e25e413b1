"""What a packed stream holds, a bounded piece at a time: a few bytes of gzip or zstd can stand for gigabytes."""

import gzip
import zlib
from collections.abc import Iterator
from typing import Any, Protocol

from shared_models.errors import ProtocolFault

PIECE = 1024 * 1024
"""Most bytes that are unpacked at a time."""
WINDOW = 2**23
"""Most memory that unpacking may ask for, as zstd counts it: what every decoder takes (RFC 8878, 3.1.1.1.2)."""


class Source(Protocol):
    """What packed bytes are read from: a file, or a body on its way."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, at most so many; none at the end."""
        ...


class Arriving:
    """The pieces of a body as a source."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        """pieces: as they come from the socket."""
        self._pieces, self._rest = pieces, b""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, no more than one piece of the socket has."""
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._rest = piece
        found, self._rest = self._rest[:size], self._rest[size:]
        return found


def encodings() -> tuple[str, ...]:
    """Return what can be unpacked here: zstd where it is installed (desktops), gzip everywhere."""
    try:
        import zstandard  # noqa: F401  # only whether it is there
    except ImportError:
        return ("gzip",)
    return ("zstd", "gzip")


def unpacked(packed: Source, encoding: str) -> Iterator[bytes]:
    """Yield what a source holds, at most PIECE bytes at a time. encoding: one of `encodings()`.

    Raises ProtocolFault for bytes that are not packed so.
    """
    source: Any = packed  # Any: both libraries read from whatever has `read`, and say that they want a file
    reader: Any  # Any: the two have no type in common
    faults: tuple[type[Exception], ...]
    if encoding == "zstd":
        import zstandard

        reader = zstandard.ZstdDecompressor(max_window_size=WINDOW).stream_reader(source)
        faults = (zstandard.ZstdError,)
    else:
        reader, faults = gzip.GzipFile(fileobj=source), (gzip.BadGzipFile, EOFError, zlib.error)
    while True:
        try:
            piece: bytes = reader.read1(PIECE)
        except faults as error:
            raise ProtocolFault(None, "cannot be unpacked") from error
        if not piece:
            return
        yield piece
