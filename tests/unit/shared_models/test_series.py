"""Codes that are given by themselves."""

import pytest

from shared_models.protocol import MAX_NUMBER
from shared_models.registry import CRM
from shared_models.series import code_of, is_provisional, number_of, provisional_code, series_of

pytestmark = pytest.mark.functions(2)


def test_a_company_has_a_series_and_a_note_has_none():
    assert series_of(CRM.get("company")) == {"code": "C-"}
    assert series_of(CRM.get("note")) == {}


@pytest.mark.parametrize(
    ("code", "number"),
    [("C-1044", 1044), ("c-1044", 1044), (" C-0007 ", 7), (f"C-{MAX_NUMBER}", MAX_NUMBER), (f"C-{MAX_NUMBER + 1}", None),
     ("C-", None), ("C-12b", None), ("D-12", None), ("C-99999999999", None)],
)  # fmt: skip
def test_a_number_is_read_from_a_code_of_the_series_alone(code, number):
    assert number_of("C-", code) == number


def test_code_and_number_are_inverse():
    assert [number_of("C-", code_of("C-", n)) for n in (1, 1001, MAX_NUMBER)] == [1, 1001, MAX_NUMBER]


def test_a_provisional_code_says_whose_it_is_and_counts():
    first = provisional_code("device-1", 1)
    assert first[0] == "~"
    assert first[1].isalpha()
    assert first[2].isdigit()
    assert first.endswith("-1")
    assert provisional_code("device-1", 3) == first[:-1] + "3"
    assert len({provisional_code(f"device-{n}", 1) for n in range(50)}) > 25
    assert is_provisional(first)
    assert not is_provisional("C-1")
    assert not is_provisional(None)
