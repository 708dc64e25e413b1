"""What is typed into a field in a reader's own way: understood, said back, and explained when it is not understood."""

import pytest

from client.usecases import findings
from shared_models.registry import CRM
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
@pytest.mark.parametrize("typed", ["31.02.1980", "ieri", "12", "1980-02-31"])
async def test_a_day_that_is_not_understood_says_how_to_write_it(window, language, field, words, typed):
    crm = in_language(language)
    ui = await window(FORM, by_the_rules(crm))
    await ui.type(f"field.{field}", typed)
    await ui.press("form.save")
    assert words in ui.keyed(f"field.{field}.message").value
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


def by_the_rules(crm):
    """Let the fake check values as the product does, but for records that look alike."""

    async def check(entity, values, own_id=None):
        return findings.look_over(CRM.get(entity), values, values)

    crm.check = check
    return crm
