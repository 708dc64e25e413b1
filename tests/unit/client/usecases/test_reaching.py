import pytest

from client.usecases.reaching import address_of, place_address
from client.usecases.record_answers import Point, RecordPage


@pytest.mark.parametrize(
    ("kind", "value", "address"),
    [
        ("phone", "0368 000 120", "tel:0368000120"),
        ("mobile", "+40 (721) 12.34-56", "tel:+40721123456"),
        ("phone", "112", "tel:112"),
        ("phone", "*100#", "tel:*100%23"),
        ("phone", "tel. 0368 000 120 int. 14", "tel:0368000120"),
        ("phone", "etaj 2, 0721 000 111", "tel:0721000111"),
        ("phone", "abc", ""),
        ("mobile", "camera 12", ""),
        ("phone", "abc phone ☎ 999…", ""),
        ("phone", "tel. 999999", "tel:999999"),
        ("phone", "9" * 18, ""),
        ("phone", "0721 000 111 / 0722 000 222", "tel:0721000111"),
        ("phone", "0368/000120", "tel:0368000120"),
        ("phone", "12", ""),
        ("phone", "---", ""),
        ("fax", "0368 000 121", ""),
        ("email", " office@brazi.test ", "mailto:office@brazi.test"),
        ("email", "a&b?cc=x@brazi.test", "mailto:a%26b%3Fcc%3Dx@brazi.test"),
        ("email", "office at brazi", ""),
        ("url", "www.brazi.test/oferte", "https://www.brazi.test/oferte"),
        ("url", "HTTP://brazi.test", "HTTP://brazi.test"),
        ("url", "brazi", ""),
        ("url", "javascript:alert(1)", ""),
        ("url", "file://brazi.test/x", ""),
        ("messenger", "ioana.stirbei", ""),
        ("messenger", "https://wa.test/40721", "https://wa.test/40721"),
    ],
)
def test_a_value_is_an_address_where_it_reaches_somebody(kind, value, address):
    assert address_of(kind, value) == address


def test_a_place_on_the_map_is_quoted():
    assert place_address("Baia Mare & co") == "geo:0,0?q=Baia%20Mare%20%26%20co"


def test_the_first_number_is_one_that_can_be_dialled():
    points = (Point("1", "phone", "abc", is_primary=True), Point("2", "phone", "0368 000 120"))
    page = RecordPage("r", "company", "Brazi", {}, {}, "sent", points=points)
    assert page.first("phone").id == "2"
    assert RecordPage("r", "company", "Brazi", {}, {}, "sent", points=points[:1]).first("phone").id == "1"
