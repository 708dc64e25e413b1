"""What the page of the app says by itself: in both languages, in a page that stays whole."""

import json
import re

from shared_models.texts import LANGUAGES, Texts
from shared_models.web_notice import with_notice

PAGE = b"<html><head><title>x</title></head><body><div id=loading></div></body></html>"


def test_the_page_carries_the_words_of_every_language():
    page = with_notice(PAGE).decode()
    texts = json.loads(re.search(r"texts = ({.*?}}),", page)[1])
    assert sorted(texts) == sorted(LANGUAGES)
    for language in LANGUAGES:
        assert texts[language]["gone"] == Texts(language).t("web.gone")
        assert texts[language]["language"] == language
    assert page.endswith("</script></head><body><div id=loading></div></body></html>")
    assert not any(left in page for left in ("TEXTS", "SIGNED_OUT", "PATIENCE_MS"))


def test_what_has_no_head_stays_as_it_is():
    assert with_notice(b"hello") == b"hello"
