"""Days as people type them in both languages, and what is no day."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.usecases import typed_days
from shared_models.texts import LANGUAGES, Texts


@pytest.mark.functions(20)
@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("17.05.1980", "1980-05-17"),
        ("17.5.1980 ", "1980-05-17"),
        ("17/05/1980", "1980-05-17"),
        ("17-05-1980", "1980-05-17"),
        ("17 05 1980", "1980-05-17"),
        ("1980-05-17", "1980-05-17"),
        ("1980.5.17", "1980-05-17"),
        ("3 mai 1980", "1980-05-03"),
        ("3 May 1980", "1980-05-03"),
        ("may 3, 1980", "1980-05-03"),
        ("3 SEPT. 1980", "1980-09-03"),
        ("1 ianuarie 1980", "1980-01-01"),
        ("1980 iunie 2", "1980-06-02"),
        ("05.1980", "1980-05"),
        ("1980-05", "1980-05"),
        ("mai 1980", "1980-05"),
        ("1980", "1980"),
        ("17.05", "--05-17"),
        ("29.02", "--02-29"),
        ("17 mai", "--05-17"),
        ("May 17", "--05-17"),
        ("--05-17", "--05-17"),
    ],
)
def test_a_birthday_is_understood_as_it_is_typed(typed, stored):
    assert typed_days.partial_day(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "", "x", "in May", "mai", "17", "17.05.80", "31.02.1980", "1980-02-30", "05/17/1980", "17.13.1980", "30.02", "--02-30",
        "--5", "17.05.19801", "1980 1981", "17.05.1980.1", "1 2 mai 1980", "mai iunie 1980", "~17.05.1980", "00.1980", "0.5.1980",
        "0000", "17 ma 1980", "²", "1² mai 1980", "1980.05.17.3",
    ],
)  # fmt: skip
def test_what_is_no_day_is_not_guessed(typed):
    assert typed_days.partial_day(typed) is None


def test_a_day_needs_its_year():
    assert typed_days.day("5 ianuarie 2026") == "2026-01-05"
    assert [typed_days.day(text) for text in ("17.05", "05.1980", "1980", "x")] == [None] * 4


@given(st.dates(), st.sampled_from(LANGUAGES), st.sampled_from(["month", "month.short"]))
def test_every_day_that_we_write_in_words_is_understood(day, language, months):
    words = f"{day.day} {Texts(language).t(f'{months}.{day.month}')} {day.year:04d}"
    assert typed_days.day(words) == day.isoformat()


@given(st.text(max_size=30))
def test_nothing_that_is_typed_breaks_it(text):
    found = typed_days.partial_day(text)
    assert found is None or typed_days.partial_day(found) == found
