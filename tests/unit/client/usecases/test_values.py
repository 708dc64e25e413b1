"""Values that follow an outside rule: right ones pass, wrong ones are warnings, and all of them can be stored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.usecases import values


@pytest.mark.functions(5)
@pytest.mark.parametrize("text", ["RO 14399840", "14399840", "ro14399840"])
def test_a_cui_with_a_right_check_digit_passes_with_or_without_its_prefix(text):
    assert values.fiscal_code(text, "RO").warning is None


@pytest.mark.functions(5)
def test_a_wrong_check_digit_is_a_warning():
    assert values.fiscal_code("14399841").warning == "warning.fiscal_code.check_digit"
    assert values.fiscal_code("RO12A").warning == "warning.fiscal_code.form"


def test_vat_numbers_of_other_countries_have_their_own_rules():
    assert values.fiscal_code("DE136695976").warning is None
    assert values.fiscal_code("136695976", "DE").warning is None
    assert values.fiscal_code("DE136695970").warning == "warning.fiscal_code.country"


@pytest.mark.functions(5)
@pytest.mark.parametrize("text", ["DROP TABLE", "QQ123", "select", "Ștefan 12", "romania", "DE"])
def test_letters_that_begin_no_number_say_what_is_expected(text):
    assert values.fiscal_code(text).warning == "warning.fiscal_code.unknown"


@pytest.mark.parametrize(
    ("text", "country", "warning"),
    [
        ("EL094259216", None, None),
        ("XI123", None, "warning.fiscal_code.country"),
        ("DROP TABLE", "DE", "warning.fiscal_code.country"),
        ("DROP TABLE", "RO", "warning.fiscal_code.form"),
        ("RO 1", None, "warning.fiscal_code.form"),
        ("12345678901", None, "warning.fiscal_code.form"),
    ],
)
def test_a_number_of_a_country_is_checked_by_its_rules(text, country, warning):
    assert values.fiscal_code(text, country).warning == warning


def test_both_forms_of_a_trade_register_number_pass():
    assert values.trade_register_no("J40/372/2002").warning is None
    assert values.trade_register_no("X1").warning == "warning.trade_register_no"


@pytest.mark.functions(6)
def test_an_iban_is_checked_and_shown_in_groups():
    assert values.iban("RO49AAAA1B31007593840000").warning is None
    assert values.iban("RO49 aaaa1B31007593840000").fix == "RO49 AAAA 1B31 0075 9384 0000"
    assert values.iban("RO48AAAA1B31007593840000").warning == "warning.iban"
    assert values.bank_of("nothing") == (None, None)


@pytest.mark.functions(4, 19)
@pytest.mark.parametrize("text", ["0722 123 456", "+40722123456", "0040 722 123 456", "(0722) 123-456"])
def test_one_phone_number_is_one_however_it_is_typed(text):
    assert values.contact_point_value("mobile", text).normalised == "+40722123456"


def test_a_number_that_cannot_be_called_is_kept_with_a_warning():
    assert values.phone("123") == values.Checked("123", "warning.phone")
    assert values.phone("x").warning == "warning.phone"


def test_mail_and_web_addresses_are_compared_without_case():
    assert values.email("Ana.Pop@Carpati.example").normalised == "ana.pop@carpati.example"
    assert values.email("no at").warning == "warning.email"
    assert values.url("HTTPS://www.Hotel.ro/").normalised == "hotel.ro"
    assert values.url("not a page").warning == "warning.url"


def test_codes_of_currencies_and_countries():
    assert values.currency("ron").normalised == "RON"
    assert values.currency("XYZ").warning == "warning.currency"
    assert values.country("ro").normalised == "RO"
    assert values.country("ZZZ").warning == "warning.country"
    assert ("RO", "România") in values.countries("ro")


@pytest.mark.functions(5)
@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Romania", "RO"), ("ROMÂNIA", "RO"), (" ro ", "RO"), ("Germany", "DE"), ("Germania", "DE"), ("țările de jos", "NL"),
        ("Olanda", "NL"), ("Regatul  Unit", "GB"), ("UK", "GB"), ("Atlantis", None), ("", None),
    ],
)  # fmt: skip
def test_a_country_is_known_by_its_code_and_by_its_name_in_both_languages(typed, code):
    assert values.country_code(typed) == code


def test_a_country_is_named_in_the_readers_language():
    assert [values.country_name("DE", language) for language in ("en", "ro")] == ["Germany", "Germania"]
    assert values.country_name("ZZQ", "en") == "ZZQ"


@given(st.text(max_size=40), st.sampled_from(["phone", "mobile", "fax", "email", "url", "messenger"]))
def test_anything_can_be_typed_and_its_comparison_is_stable(text, kind):
    once = values.contact_point_value(kind, text)
    assert isinstance(once.normalised, str)
    if once.warning is None and kind != "messenger":
        assert values.contact_point_value(kind, once.normalised).normalised == once.normalised


@given(st.text(max_size=40))
def test_no_text_breaks_a_check(text):
    for check in (
        values.fiscal_code,
        values.trade_register_no,
        values.iban,
        values.currency,
        values.country,
        values.country_code,
    ):
        check(text)


@pytest.mark.functions(19)
@pytest.mark.parametrize("kind", ["phone", "mobile", "fax"])
def test_an_address_in_the_place_of_a_number_is_told_which_kind_to_choose(kind):
    assert values.contact_point_value(kind, "ana@carpati.example").warning == "warning.phone_is_email"
    assert values.contact_point_value(kind, "abc").warning == "warning.phone"
