from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_models.base import MAX_MICROS, from_micros, normal_text, to_micros
from shared_models.codec import parse, stored_value
from shared_models.entities.company import Company
from shared_models.entities.reach import Note
from shared_models.errors import RecordInvalid

PK = "018f0000-0000-7000-8000-000000000001"


@given(st.integers(0, MAX_MICROS))
def test_a_time_keeps_every_microsecond(micros):
    assert to_micros(from_micros(micros)) == micros


def test_a_time_is_stored_in_utc():
    bucharest = timezone(timedelta(hours=2))
    note = Note(id=PK, company_id=PK, body="x", written_at=datetime(2026, 11, 24, 10, 0, tzinfo=bucharest))
    assert note.row()["written_at"] == to_micros(datetime(2026, 11, 24, 8, 0, tzinfo=UTC))


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(RecordInvalid):
        parse(Note, {"id": PK, "company_id": PK, "body": "x", "written_at": datetime(2026, 11, 24, 10, 0)})  # noqa: DTZ001


@given(st.text())
def test_text_has_one_form(text):
    once = normal_text(text)
    assert normal_text(once) == once
    assert "\r" not in once
    assert "\x00" not in once


def test_composed_and_decomposed_letters_are_the_same_text():
    assert normal_text("S\u0326oimul\r\nde sus") == "Șoimul\nde sus"


@pytest.mark.parametrize("mark", [*"\u202a\u202b\u202c\u202d\u202e", *"\u2066\u2067\u2068\u2069"])
def test_a_name_does_not_turn_the_text_behind_it_around(mark):
    assert normal_text(f"Hotel{mark} Alpin") == "Hotel Alpin"
    assert normal_text(f"S{mark}\u0326oimul") == "Șoimul"
    with pytest.raises(RecordInvalid):
        stored_value(Company, "name", mark)


def test_marks_of_a_language_that_is_written_to_the_left_stay():
    assert normal_text("שלום\u200f!") == "שלום\u200f!"


def test_a_set_is_sorted_and_has_no_value_twice():
    assert stored_value(Company, "roles", ["supplier", "customer", "supplier"]) == ["customer", "supplier"]


@pytest.mark.parametrize("roles", [3, [3], ["customer", None], {"customer": 1}])
def test_a_set_of_something_else_is_refused(roles):
    with pytest.raises(RecordInvalid):
        parse(Company, {"id": PK, "name": "Hotel", "roles": roles})


@pytest.mark.parametrize("micros", [-1, MAX_MICROS + 1])
def test_a_time_outside_the_calendar_is_refused(micros):
    with pytest.raises(RecordInvalid):
        stored_value(Note, "written_at", micros)
