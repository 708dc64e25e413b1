"""Pages of files as pictures: images as a person took them, PDFs page by page, and what is none."""

import io

import pytest
from PIL import Image

from client.platform import previews
from client.platform.previews import page_picture

pytestmark = pytest.mark.functions(135)


def opened(found):
    assert found is not None
    return Image.open(io.BytesIO(found[0]))


def test_a_big_photo_becomes_a_small_one_that_stands_upright(tmp_path):
    turned = Image.new("RGB", (4000, 3000), "navy").getexif()
    turned[0x0112] = 6  # turned by a quarter
    Image.new("RGB", (4000, 3000), "navy").save(tmp_path / "a.jpg", exif=turned)
    found = page_picture(tmp_path / "a.jpg", "image/jpeg", 0)
    assert opened(found).size == (1200, 1600)
    assert found[1] == 1


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1", "CMYK", "I;16"])
def test_an_image_of_any_kind_is_shown(tmp_path, mode):
    path = tmp_path / ("a.tiff" if mode in ("CMYK", "I;16") else "a.png")
    Image.new(mode, (40, 30)).save(path)
    assert opened(page_picture(path, "image/png", 0)).size == (40, 30)


def test_what_is_clear_becomes_white(tmp_path):
    Image.new("RGBA", (10, 10), (200, 0, 0, 0)).save(tmp_path / "a.png")
    assert min(opened(page_picture(tmp_path / "a.png", "image/png", 0)).getpixel((5, 5))) > 250


@pytest.mark.parametrize("content", [b"", b"no image", b"\xff\xd8\xff\xe0" + b"\x00" * 50])
@pytest.mark.parametrize("mime", ["image/jpeg", "application/pdf", "text/plain"])
def test_what_is_no_picture_has_none(tmp_path, content, mime):
    (tmp_path / "a").write_bytes(content)
    assert page_picture(tmp_path / "a", mime, 0) is None


def test_an_image_that_would_fill_the_memory_is_not_opened(tmp_path, monkeypatch):
    Image.new("L", (100, 100)).save(tmp_path / "a.png")
    monkeypatch.setattr(previews, "MOST_PIXELS", 9_999)
    assert page_picture(tmp_path / "a.png", "image/png", 0) is None


def test_a_pdf_is_shown_page_by_page(tmp_path):
    pytest.importorskip("pypdfium2")
    pages = [Image.new("RGB", size, "white") for size in ((300, 200), (200, 300))]
    pages[0].save(tmp_path / "a.pdf", save_all=True, append_images=pages[1:])
    first, second, beyond = (page_picture(tmp_path / "a.pdf", "application/pdf", number, 600) for number in (0, 1, 7))
    assert (opened(first).size, first[1]) == ((600, 400), 2)
    assert opened(second).size == (400, 600)
    assert beyond == second
