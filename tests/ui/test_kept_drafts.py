"""What was typed about a record and not saved is told on its page and in its list, to be continued or given up."""

import pytest

from client.usecases.answers import Preferences
from tests.ui.fake_crm import believable_crm, company_id, contact_id

HOTEL = company_id(0)
PAGE, FORM = f"/companies/{HOTEL}", f"/companies/{HOTEL}?form=company:{HOTEL}"
PART = f"/companies/{HOTEL}?form=address"
LINE = "record.draft.0"


async def left(window, *forms, crm=None, width=1280):
    """Type into forms that are closed without a save, and open the page in another window."""
    crm = crm or believable_crm()
    for form, field, text in forms:
        ui = await window(form, crm)
        await ui.type(field, text)
    return await window(PAGE, crm, width=width), crm


def row_of(ui, id):
    """Return what stands in a row."""
    return ui.texts_of(f"row.{id}")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Draft: Edit company (10:42)"), ("ro", "Ciornă: Modifică firma (10:42)")],
)
async def test_the_page_of_a_record_tells_of_its_draft_and_goes_on_with_it(window, width, language, words):
    crm = believable_crm()
    crm.preferences_ = Preferences(language, "light")
    ui, _ = await left(window, (FORM, "field.name", "Hotel Opt Brazi"), crm=crm, width=width)
    assert ui.keyed(LINE).value == words
    await ui.press(f"{LINE}.continue")
    assert ui.keyed("field.name").value == "Hotel Opt Brazi"
    assert not ui.has("form.draft.continue")
    await ui.press("form.save")
    assert not ui.has(f"{LINE}.continue")
    assert crm.rows["company"][HOTEL]["name"] == "Hotel Opt Brazi"


async def test_a_draft_that_is_continued_from_the_page_names_what_others_wrote_meanwhile(window):
    ui, crm = await left(window, (FORM, "field.name", "Hotel Opt Brazi"))
    crm.rows["company"][HOTEL] |= {"name": "Hotel 7 Brazi"}
    await ui.press(f"{LINE}.continue")
    assert "Hotel 7 Brazi" in ui.keyed("field.name.message").value


async def test_a_draft_is_given_up_on_the_page_and_taken_back(window):
    ui, crm = await left(window, (FORM, "field.name", "Hotel Opt Brazi"))
    await ui.press(f"{LINE}.discard")
    assert crm.drafts == {}
    assert not ui.has(f"{LINE}.discard")
    assert ui.keyed("snack").value == "Changes not kept"
    await ui.press("snack.action")
    assert ui.keyed("field.name").value == "Hotel Opt Brazi"


async def test_drafts_of_its_parts_are_told_beside_each_other_and_its_note_where_it_is_written(window):
    ui, crm = await left(window, (FORM, "field.name", "Hotel Opt Brazi"), (PART, "field.city", "Sinaia"))
    await ui.type("note.text", "De sunat.")
    told = {ui.keyed(f"record.draft.{place}").value for place in (0, 1)}
    assert told == {"Draft: Edit company (10:42)", "Draft: New address (10:42)"}
    assert len(crm.drafts) == 3
    assert not ui.has("record.draft.2.continue")


@pytest.mark.parametrize("width", [1280, 390])
async def test_the_list_marks_a_record_with_a_draft_for_as_long_as_there_is_one(window, width):
    crm = believable_crm()
    ui = await window("/companies", crm, width=width)
    assert "Draft" not in row_of(ui, HOTEL)
    await ui.go(FORM)
    await ui.type("field.name", "Hotel Opt Brazi")
    await ui.key("Escape")
    await ui.go("/companies")
    assert "Draft" in row_of(ui, HOTEL)
    await ui.go(PAGE)
    await ui.press(f"{LINE}.discard")
    await ui.go("/companies")
    assert "Draft" not in row_of(ui, HOTEL)


async def test_a_contact_with_a_draft_is_marked_too(window):
    crm = believable_crm()
    person = contact_id(0)
    ui = await window(f"/contacts?form=contact:{person}", crm)
    await ui.type("field.last_name", "Știrbei-Pop")
    await ui.key("Escape")
    await ui.go("/contacts")
    assert "Draft" in row_of(ui, person)
