"""Small pictures of files: of images with Pillow, of the first page of a PDF where pypdfium2 is installed (no phone has it)."""

import io
from contextlib import suppress
from pathlib import Path

EDGE_PX = 96
"""Longest side of the small picture in a list."""
MAX_BYTES = 8_000
"""Of a small picture: 48 of them go to a browser with one page of a list."""
MAX_PIXELS = 120_000_000
"""Of an image that is opened: a photo of 108 megapixels fits; a file that unpacks to gigabytes does not."""
QUALITIES = (80, 60, 40, 25)


def thumbnail(path: Path, mime: str, edge_px: int = EDGE_PX, max_bytes: int = MAX_BYTES) -> bytes | None:
    """Return a JPEG of an image or of the first page of a PDF, upright, on white; None where there is none to be had.

    edge_px: the longest side. max_bytes: a picture that is larger at every quality is left out. Never raises for a bad file.
    """
    with suppress(Exception):  # what strangers call an image sets off whatever a decoder raises: there is no picture then
        if mime.startswith("image/") and mime != "image/svg+xml":
            return _of_image(path, edge_px, max_bytes)
        if mime == "application/pdf":
            return _of_pdf(path, edge_px, max_bytes)
    return None


def _of_image(path: Path, edge_px: int, max_bytes: int) -> bytes | None:
    from PIL import Image, ImageOps

    with Image.open(path) as image:
        if image.width * image.height > MAX_PIXELS:
            return None
        image.draft("RGB", (edge_px, edge_px))  # a JPEG is decoded at an eighth of its size
        return _jpeg(ImageOps.exif_transpose(image), edge_px, max_bytes)


def _of_pdf(path: Path, edge_px: int, max_bytes: int) -> bytes | None:
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    try:
        page = document[0]
        scale = edge_px / max(page.get_width(), page.get_height(), 1)
        return _jpeg(page.render(scale=scale).to_pil(), edge_px, max_bytes)
    finally:
        document.close()


def _jpeg(image: "Image.Image", edge_px: int, max_bytes: int) -> bytes | None:  # noqa: F821  # Pillow is imported where it is used
    from PIL import Image

    image.thumbnail((edge_px, edge_px))
    flat = Image.new("RGB", image.size, "white")
    seen = image.convert("RGBA")
    flat.paste(seen, mask=seen.getchannel("A"))
    for quality in QUALITIES:
        found = io.BytesIO()
        flat.save(found, "JPEG", quality=quality)
        if found.tell() <= max_bytes:
            return found.getvalue()
    return None
