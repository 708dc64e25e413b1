"""Pages of a file as pictures that fill a window: images, and PDFs where this machine can read them."""

import io
import logging
from pathlib import Path
from threading import Lock
from typing import IO

from PIL import Image, ImageOps

from shared_models.errors import FileDamaged

log = logging.getLogger("fieldfare.platform")
PDF = "application/pdf"
EDGE_PX = 1600
"""Longest edge of a picture: sharp in a window and when enlarged twice, and some 300 KB on the way to it."""
QUALITY = 82
PDFIUM = Lock()
"""Held by whoever reads a PDF: the library is used by one thread at a time. Source: its documentation, "Thread safety"."""
MOST_PIXELS = 120_000_000
"""An image that claims more is not opened: it would take half a gigabyte."""


def page_picture(source: Path | IO[bytes], mime: str, number: int, edge_px: int = EDGE_PX) -> tuple[bytes, int] | None:
    """Return a page as a JPEG and how many pages there are; None for a file of which none can be made.

    number: of the page, from 0; one beyond the last is the last. Raises FileDamaged where the stream does.
    """
    try:
        if mime == PDF:
            return _pdf_page(source, number, edge_px)
        if mime.startswith("image/"):
            with Image.open(source) as image:
                if image.width * image.height > MOST_PIXELS:
                    return None
                image.draft("RGB", (edge_px, edge_px))
                return _jpeg(ImageOps.exif_transpose(image), edge_px), 1
    except FileDamaged:
        raise
    except Exception:  # whatever a file holds that says it is a picture: it is shown as a file without one
        log.info("a file has no picture", exc_info=True)
    return None


def _pdf_page(source: Path | IO[bytes], number: int, edge_px: int) -> tuple[bytes, int] | None:
    try:
        import pypdfium2  # there is none for phones
    except ImportError:
        return None
    # What a stream raises would be lost in the library, which is C: it gets the bytes.
    with PDFIUM, pypdfium2.PdfDocument(source if isinstance(source, Path) else source.read()) as document:
        pages = len(document)
        page = document[min(max(0, number), pages - 1)]
        scale = edge_px / max(page.get_size())
        return _jpeg(page.render(scale=scale).to_pil(), edge_px), pages


def _jpeg(image: Image.Image, edge_px: int) -> bytes:
    """Return an image as a JPEG of that longest edge at most; what is clear in it becomes white."""
    image.thumbnail((edge_px, edge_px))
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        clear = image.convert("RGBA")
        image = Image.new("RGB", clear.size, "white")
        image.paste(clear, mask=clear.getchannel("A"))
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
