"""A search for signs alone: it is said that there is nothing to search for in them, and nothing else is offered as if found."""

import pytest

from tests.ui.fake_crm import believable_crm

SAYS = {
    "en": "“{}” has no letter or digit to search for, and no name with it was found.",
    "ro": "„{}” nu are nicio literă sau cifră de căutat, iar în nume nu a fost găsit.",
}


def in_language(language):
    crm = believable_crm()
    crm.preferences_ = type(crm.preferences_)(language, "light")
    return crm


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("typed", ["%", "'\""])
@pytest.mark.parametrize("language", ["en", "ro"])
async def test_the_palette_says_that_signs_are_nothing_to_search_for(window, language, typed, width):
    ui = await window("/inbox", in_language(language), width=width)
    await ui.key("K", ctrl=True)
    await ui.type("palette.text", typed)
    assert ui.keyed("palette.nothing").value == SAYS[language].format(typed)
    assert not [id for id in ui.ids() if id.startswith("hit.")]


@pytest.mark.parametrize("language", ["en", "ro"])
async def test_a_list_says_it_too(window, language):
    ui = await window("/companies", in_language(language))
    await ui.type("list.search", " % ")
    assert ui.shows(SAYS[language].format("%"))
    await ui.type("list.search", "zzz")
    assert not ui.shows(SAYS[language].format("zzz"))


SAYS_TO_TYPE = {
    "en": "Type a name, a town, a phone or a code to look for.",
    "ro": "Scrie un nume, o localitate, un telefon sau un cod de căutat.",
}


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("language", ["en", "ro"])
async def test_a_picker_says_what_can_be_typed_and_that_signs_are_nothing_to_search_for(window, language, width):
    crm = in_language(language)
    crm.rows["company"].clear()
    ui = await window("/contacts?form=contact", crm, width=width)
    await ui.press("field.company")
    assert ui.keyed("field.company.nothing").value == SAYS_TO_TYPE[language]
    await ui.type("field.company.search", "%%%")
    assert ui.keyed("field.company.nothing").value == SAYS[language].format("%%%")
    assert ui.has("pick.named")
    await ui.type("field.company.search", "zzz")
    assert ui.keyed("field.company.nothing").value == {"en": "Nothing found", "ro": "Nimic găsit"}[language]


async def test_a_picker_with_something_to_offer_says_nothing_more(window):
    ui = await window("/contacts?form=contact", in_language("en"))
    await ui.press("field.company")
    assert "field.company.nothing" not in [getattr(one, "key", None) for one in ui.controls()]
