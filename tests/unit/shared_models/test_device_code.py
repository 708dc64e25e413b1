"""One-time codes of devices, as they are typed and as a QR code says them."""

import pytest

from shared_models.device_code import LENGTH, LETTERS, grouped, parts_of, plain, scanned

CODE = "K7QF29XWRM"
pytestmark = pytest.mark.functions(148)


@pytest.mark.parametrize("typed", [CODE, "k7qf2-9xwrm", " K7QF2 9XWRM\n", "k 7 q f 2 - 9 x w r m"])
def test_a_code_is_the_same_however_it_is_typed(typed):
    assert plain(typed) == CODE


@pytest.mark.parametrize("server", ["https://crm.firma.ro", "http://127.0.0.1:8400", "https://firma.ro/crm"])
def test_what_a_camera_reads_says_address_and_code(server):
    text = scanned(f"{server}/", CODE)
    assert parts_of(f" {text}\n") == (server, grouped(CODE))
    assert plain(grouped(CODE)) == CODE


@pytest.mark.parametrize(
    "text", ["", "crm.firma.ro", CODE, "https://crm.firma.ro/#other", "two words/#fieldfare-K7QF2", "#fieldfare-"]
)
def test_any_other_text_says_none(text):
    assert parts_of(text) is None


def test_no_two_signs_of_a_code_look_alike():
    assert len(set(LETTERS)) == len(LETTERS) == 30
    assert not set("01IOLU") & set(LETTERS)
    assert LETTERS.upper() == LETTERS
    assert 30**LENGTH > 2**49
