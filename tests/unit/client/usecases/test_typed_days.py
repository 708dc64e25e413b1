"""Days as people type them in both languages, and what is no day."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.usecases import typed_days
from client.usecases.typed_days import Parts, Wrong
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
        "", "x", "in May", "mai", "17", "17.05.8", "17.05.980", "05.80", "85 mai 3", "31.02.1980", "1980-02-30", "05/17/1980", "17.13.1980", "30.02", "--02-30",
        "--5", "17.05.19801", "1980 1981", "17.05.1980.1", "1 2 mai 1980", "mai iunie 1980", "~17.05.1980", "00.1980", "0.5.1980",
        "0000", "17 ma 1980", "²", "1² mai 1980", "1980.05.17.3",
    ],
)  # fmt: skip
def test_what_is_no_day_is_not_guessed(typed):
    assert typed_days.partial_day(typed) is None


@pytest.mark.functions(20)
@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("1.1.85", "1985-01-01"),
        ("1/1/85", "1985-01-01"),
        ("3 mai 85", "1985-05-03"),
        ("May 3, 85", "1985-05-03"),
        ("31.12.26", "2026-12-31"),
        ("1.1.27", "1927-01-01"),
        ("1.1.00", "2000-01-01"),
        ("31.02.85", None),
        ("1.13.85", None),
    ],
)
def test_two_digits_are_a_year_that_has_been(typed, stored):
    assert typed_days.partial_day(typed, 2026) == stored


def test_a_day_that_is_agreed_on_may_be_in_a_year_to_come():
    assert [typed_days.day(text, 2036) for text in ("1.1.36", "1.1.37", "1.1.98")] == ["2036-01-01", "1937-01-01", "1998-01-01"]
    assert typed_days.partial_day("1.1.85") == typed_days.day("1.1.85") == "1985-01-01"


@pytest.mark.parametrize(
    ("typed", "reason", "parts"),
    [
        ("31.02.1990", "day", Parts(31, 2, 1990)),
        ("29 februarie 1990", "day", Parts(29, 2, 1990)),
        ("30.02", "day", Parts(30, 2)),
        ("0.5.1980", "day", Parts(0, 5, 1980)),
        ("1.13.2000", "month", Parts(1, 13, 2000)),
        ("05/17/1980", "month", Parts(5, 17, 1980)),
        ("00.1980", "month", Parts(None, 0, 1980)),
        ("1.1.985", "digits", Parts()),
        ("1.1.5", "digits", Parts()),
    ],
)
@pytest.mark.parametrize("whole", [True, False])
def test_what_is_no_day_tells_why(typed, reason, parts, whole):
    assert typed_days.wrong(typed, whole=whole) == Wrong(reason, parts)


@pytest.mark.parametrize(("typed", "days"), [("31.02.1990", 28), ("30.02", 29), ("31.02.2000", 29), ("31.04.1980", 30)])
def test_a_month_tells_how_many_days_it_has(typed, days):
    assert typed_days.wrong(typed, whole=False).parts.days == days


@pytest.mark.parametrize(("typed", "reason"), [("17.05", "year"), ("17 mai", "year"), ("05.1980", "whole"), ("1980", "whole")])
def test_a_day_that_is_not_whole_tells_what_is_missing_only_where_it_has_to_be(typed, reason):
    assert typed_days.wrong(typed, whole=True).reason == reason
    assert typed_days.wrong(typed, whole=False) is None


@pytest.mark.parametrize("typed", ["ieri", "mai", "17", "0000", "1.1.0000", "1.2.mai", "17.05.1980", "1.1.85"])
def test_of_anything_else_no_reason_is_guessed(typed):
    assert typed_days.wrong(typed, whole=True) is None


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
    assert found is None or typed_days.wrong(text, whole=False) is None
