import pytest

from shared_models.texts import Texts, load, plural_form, preferred

EN, RO = Texts("en"), Texts("ro")


@pytest.mark.functions(140)
@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "few"), (1, "one"), (2, "few"), (19, "few"), (20, "other"), (100, "other"), (101, "few"), (119, "few"), (1204, "few")],
)
def test_romanian_says_de_from_twenty_on(count, text):
    assert plural_form("ro", count) == text


@pytest.mark.parametrize(("count", "text"), [(0, "other"), (1, "one"), (2, "other"), (101, "other")])
def test_english_has_one_and_many(count, text):
    assert plural_form("en", count) == text


@pytest.mark.functions(140)
def test_a_count_stands_in_its_text_as_the_language_writes_it():
    key = next(key for key, text in load("ro").items() if isinstance(text, dict) and "{n} " in text["other"])
    assert "1.220 de" in RO.n(key, 1220)
    assert "1,220" in EN.n(key, 1220)


def test_a_text_takes_its_parameters():
    key = next(key for key, text in load("en").items() if isinstance(text, str) and "{name}" in text)
    assert "Hotel {x}" in Texts("en").t(key, **dict.fromkeys(_names(load("en")[key]), "Hotel {x}"))


def _names(text):
    import re

    return re.findall(r"{(\w+)}", text)


def test_an_unknown_key_or_one_of_the_other_kind_is_an_error():
    plural = next(key for key, text in load("en").items() if isinstance(text, dict))
    plain = next(key for key, text in load("en").items() if isinstance(text, str))
    for ask in (lambda: EN.t("no.such.key"), lambda: EN.t(plural), lambda: EN.n(plain, 1), lambda: EN.n("no.such.key", 1)):
        with pytest.raises(KeyError):
            ask()
    assert EN.has(plain)
    assert not EN.has("no.such.key")


def test_numbers_are_grouped_as_each_language_does():
    assert EN.number(1204) == "1,204"
    assert RO.number(1204) == "1.204"


@pytest.mark.parametrize(
    ("tags", "language"),
    [
        (["ro-RO", "en"], "ro"),
        (["de", "EN-gb", "ro"], "en"),
        ([" ro_RO"], None),
        (["rom"], None),
        (["*", ""], None),
        ([], None),
    ],
)
def test_the_first_language_of_a_reader_that_we_speak_is_taken(tags, language):
    assert preferred(tags) == language
