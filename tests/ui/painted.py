"""Pictures that are painted here, so that tests need no files: a hotel in the hills, and a page of text."""

import struct
import zlib
from collections.abc import Callable
from functools import cache

Colour = tuple[int, int, int]


def png(width: int, height: int, at: Callable[[float, float], Colour]) -> bytes:
    """Return a PNG. at: colour of a place, by its part of width and height."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            rows += bytes(at(x / width, y / height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(rows))) + chunk(b"IEND", b"")


@cache
def hills(width: int, height: int) -> bytes:
    """Return a house before hills under an evening sky."""

    def at(x: float, y: float) -> Colour:
        if 0.35 < x < 0.65 and 0.5 < y < 0.82:
            is_window = (x * 20) % 1 > 0.55 and (y * 16) % 1 > 0.5
            return (255, 214, 130) if is_window else (148, 92, 70)
        if 0.3 < x < 0.7 and 0.5 - (0.2 - abs(x - 0.5)) * 0.8 < y <= 0.5:
            return 96, 44, 40
        if y > 0.55 + 0.12 * abs((x * 2.2) % 2 - 1):
            return 70, int(120 + 40 * y), 74
        return int(250 - 120 * y), int(180 - 20 * y), int(150 + 90 * y)

    return png(width, height, at)


@cache
def letter(width: int, height: int, number: int = 0) -> bytes:
    """Return a page with lines of grey in place of words, another one for every number."""

    def at(x: float, y: float) -> Colour:
        is_margin = not 0.12 < x < 0.88 or not 0.08 < y < 0.92
        line, word = int(y * 40), (x * 23 + int(y * 40) * (7 + number)) % 3
        if is_margin or (y * 40) % 1 < 0.45 or (line % 9 == 0) or word < 0.25 or (line % 9 == 8 and x > 0.5):
            return 255, 255, 255
        return (40, 60, 120) if y < 0.12 else (120, 124, 132)

    return png(width, height, at)
