"""The headers of every page of the app that a browser shows."""

import pytest

from shared_models.web_pages import PAGE_HEADERS, is_same_origin, protected


def test_a_page_is_asked_for_anew_unless_it_says_how_long_it_may_be_kept():
    assert protected([(b"Content-Type", b"text/html")]) == [
        (b"content-type", b"text/html"),
        (b"cache-control", b"no-cache"),
        *PAGE_HEADERS,
    ]
    assert protected([(b"Cache-Control", b"max-age=60")]) == [(b"cache-control", b"max-age=60"), *PAGE_HEADERS]


@pytest.mark.parametrize("name", [b"Access-Control-Allow-Origin", b"Cross-Origin-Embedder-Policy"])
def test_what_lets_other_sites_read_a_page_or_lets_it_freeze_is_dropped(name):
    assert protected([(name, b"*"), (b"x-kept", b"1")])[0] == (b"x-kept", b"1")


@pytest.mark.parametrize(
    ("origin", "is_own"),
    [(None, True), ("http://here:8400", True), ("http://elsewhere", False), ("null", False)],
)
def test_a_request_is_our_own_when_its_origin_is_our_host(origin, is_own):
    headers = {"host": "here:8400"} | ({"origin": origin} if origin else {})
    assert is_same_origin(headers) is is_own
