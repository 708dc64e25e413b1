"""What is typed into a field in a reader's own way: understood, said back, and explained when it is not understood."""

import pytest

from client.usecases import findings
from shared_models.fields import data_columns
from shared_models.registry import CRM
from tests.ui.believable import NOW
from tests.ui.fake_crm import believable_crm, contact_id

FORM = f"/contacts/{contact_id(1)}?form=contact:{contact_id(1)}"


def in_language(language):
    crm = believable_crm()
    crm.preferences_ = type(crm.preferences_)(language, "light")
    return crm


@pytest.mark.functions(20)
@pytest.mark.parametrize(
    ("language", "typed", "stored", "words"),
    [
        ("en", "17.05.1980", "1980-05-17", "17 May 1980"),
        ("ro", "17.05.1980", "1980-05-17", "17 mai 1980"),
        ("en", "05.1980", "1980-05", "May 1980"),
        ("ro", "3.5", "--05-03", "3 mai"),
        ("en", "1.1.85", "1985-01-01", "1 Jan 1985"),
        ("ro", "1.1.85", "1985-01-01", "1 ian. 1985"),
    ],
)
async def test_a_birthday_is_understood_and_said_back(window, language, typed, stored, words):
    crm = in_language(language)
    ui = await window(FORM, crm)
    await ui.type("field.birth_date", typed)
    assert ui.shows(words)
    assert ui.keyed("field.birth_date").value == typed
    await ui.press("form.save")
    assert crm.saved[0].values == {"birth_date": stored}


async def test_a_day_in_the_words_that_we_use_needs_no_answer(window):
    crm = in_language("ro")
    ui = await window(FORM, crm)
    await ui.type("field.birth_date", "3 Mai 1980")
    assert not ui.shows("3 mai 1980")
    await ui.press("form.save")
    assert crm.saved[0].values == {"birth_date": "1980-05-03"}


async def test_a_stored_day_stands_in_its_field_as_a_person_types_it(window):
    crm = in_language("ro")
    crm.rows["contact"][contact_id(1)] |= {"birth_date": "1980-05-17", "consent_on": "2026-01-05"}
    ui = await window(FORM, crm)
    assert ui.keyed("field.birth_date").value == "17 mai 1980"
    assert ui.keyed("field.consent_on").value == "5 ian. 2026"
    await ui.type("field.birth_date", "17.05.1980")
    assert not ui.shows("modificat")


@pytest.mark.parametrize(
    ("language", "field", "words"),
    [
        ("en", "birth_date", "for example 17.05.1980 or 17 May 1980"),
        ("ro", "birth_date", "de exemplu 17.05.1980 sau 17 mai 1980"),
        ("ro", "consent_on", "o zi cu anul ei"),
    ],
)
@pytest.mark.parametrize("typed", ["ieri", "12"])
async def test_a_day_that_is_not_understood_says_how_to_write_it(window, language, field, words, typed):
    crm = in_language(language)
    ui = await window(FORM, by_the_rules(crm))
    await ui.type(f"field.{field}", typed)
    await ui.press("form.save")
    assert words in ui.keyed(f"field.{field}.message").value
    assert crm.saved == []


@pytest.mark.parametrize(
    ("language", "typed", "words"),
    [
        ("en", "31.02.1990", "There is no 31 February 1990: February has 28 days."),
        ("ro", "31.02.1990", "Nu există 31 februarie 1990: februarie are 28 de zile."),
        ("en", "1.13.2000", "There is no month 13. Write the day, then the month, then the year, for example 17.05.1980."),
        ("ro", "1.13.2000", "Nu există luna 13. Scrie ziua, apoi luna, apoi anul, de exemplu 17.05.1980."),
        ("en", "1.1.985", "Write the year with all four digits, for example 17.05.1980."),
        ("ro", "1.1.985", "Scrie anul cu toate cele patru cifre, de exemplu 17.05.1980."),
    ],
)
@pytest.mark.parametrize("field", ["birth_date", "consent_on"])
async def test_a_day_that_does_not_exist_says_why(window, language, field, typed, words):
    ui = await window(FORM, by_the_rules(in_language(language)))
    await ui.type(f"field.{field}", typed)
    assert ui.keyed(f"field.{field}.message").value == words


@pytest.mark.parametrize(
    ("language", "typed", "words"),
    [
        ("en", "17.05", "Write the year too, for example 17.05.2026."),
        ("ro", "17.05", "Scrie și anul, de exemplu 17.05.2026."),
        ("en", "05.2026", "Write the whole day, for example 17.05.2026."),
        ("ro", "2026", "Scrie ziua întreagă, de exemplu 17.05.2026."),
    ],
)
async def test_half_a_day_where_a_whole_one_is_needed_says_what_is_missing(window, language, typed, words):
    ui = await window(FORM, by_the_rules(in_language(language)))
    await ui.type("field.consent_on", typed)
    assert ui.keyed("field.consent_on.message").value == words


@pytest.mark.parametrize("width", [1280, 390])
async def test_the_foot_tells_of_a_save_only_once_somebody_wanted_to_save(window, width):
    crm = by_the_rules(in_language("en"))
    ui = await window(FORM, crm, width=width)
    await ui.type("field.birth_date", "31.02.1990")
    assert ui.shows("There is no 31 February 1990")
    assert not ui.shows("Not saved")
    await ui.press("form.save")
    assert ui.shows("Not saved: correct what is marked.")
    await ui.type("field.birth_date", "28.02.1990")
    assert not ui.shows("Not saved")
    await ui.type("field.birth_date", "28.13.1990")
    assert not ui.shows("Not saved")
    assert crm.saved == []


@pytest.mark.functions(5)
@pytest.mark.parametrize(("language", "typed", "said"), [("en", "Romania", "RO · Romania"), ("ro", "ungaria", "HU · Ungaria")])
async def test_a_country_is_understood_by_its_name(window, language, typed, said):
    crm = in_language(language)
    ui = await window("/companies?form=company", crm)
    await ui.type("field.name", "Popas")
    await ui.press("form.more")
    await ui.type("field.vat_country", typed)
    assert ui.shows(said)
    await ui.press("form.save")
    assert crm.saved[0].values["vat_country"] == said[:2]


@pytest.mark.parametrize(("language", "words"), [("en", "for example RO or Romania"), ("ro", "de exemplu RO sau România")])
async def test_a_country_that_nobody_knows_says_what_to_write(window, language, words):
    crm = in_language(language)
    ui = await window("/companies?form=company", by_the_rules(crm))
    await ui.press("form.more")
    await ui.type("field.vat_country", "Atlantida")
    await ui.press("form.save")
    assert words in ui.keyed("field.vat_country.message").value
    assert crm.saved == []


@pytest.mark.functions(20)
@pytest.mark.parametrize(("language", "words"), [("en", "This date is in the future"), ("ro", "Această dată este în viitor")])
@pytest.mark.parametrize("field", ["birth_date", "consent_on"])
async def test_a_day_that_has_not_come_is_a_warning_which_the_second_save_keeps(window, language, words, field):
    crm = by_the_rules(in_language(language))
    ui = await window(FORM, crm)
    await ui.type(f"field.{field}", "17.05.2031")
    await ui.press("form.save")
    assert ui.keyed(f"field.{field}.message").value == words
    assert crm.saved == []
    await ui.press("form.save")
    assert crm.saved[0].values == {field: "2031-05-17"}


def by_the_rules(crm):
    """Let the fake check values as the product does, but for records that look alike. It is 24 November 2026."""

    async def check(entity, values, own_id=None):
        kind = CRM.get(entity)
        own = {column.name: values.get(column.name) for column in data_columns(kind)}
        return (*findings.look_over(kind, own, own), *findings.not_come_yet(kind, own, NOW.date()))

    crm.check = check
    return crm
