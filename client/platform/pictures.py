"""Small pictures of files, for lists: made once, when a file comes to the device, and kept beside it."""

import io
from pathlib import Path
from typing import IO

from PIL import Image

from client.platform.previews import page_picture

EDGE_PX = 96
"""Longest side."""
MAX_BYTES = 8_000
"""48 of them go to a browser with one page of a list."""
QUALITIES = (82, 60, 40, 25)


def thumbnail(source: Path | IO[bytes], mime: str) -> bytes | None:
    """Return a small JPEG of an image, or of the first page of a PDF; None where there is none to be had. Raises for no file."""
    found = page_picture(source, mime, 0, EDGE_PX)
    if found is None or len(found[0]) <= MAX_BYTES:
        return found and found[0]
    with Image.open(io.BytesIO(found[0])) as image:
        for quality in QUALITIES:
            out = io.BytesIO()
            image.save(out, "JPEG", quality=quality)
            if out.tell() <= MAX_BYTES:
                return out.getvalue()
    return None
