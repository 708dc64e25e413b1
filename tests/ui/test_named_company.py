"""The picker of a new person's company offers to make the one that is looked for and not there, in the same save."""

import pytest

from client.usecases.form_parts import to_make
from tests.ui.fake_crm import believable_crm, company_id

NEW = "/contacts?form=contact"


@pytest.mark.functions(1, 16)
@pytest.mark.parametrize("width", [390, 1280])
async def test_a_company_that_is_not_there_is_made_with_its_first_person(window, width):
    crm = believable_crm()
    ui = await window(NEW, crm, width=width)
    await ui.press("field.company")
    assert not ui.has("pick.named")
    await ui.type("field.company.search", "Popas  Brădet ")
    assert ui.shows("New company “Popas Brădet”")
    await ui.press("pick.named")
    assert ui.shows("New company “Popas Brădet”")
    assert ui.shows("Added by the same save")
    await ui.type("field.last_name", "Nouă")
    await ui.press("form.save")
    assert [form.values for form in crm.saved] == [{"last_name": "Nouă", "company": to_make("Popas Brădet")}]
    assert ui.shows("Popas Brădet")


async def test_the_offer_stands_below_what_is_found_and_survives_a_walk_elsewhere(window):
    ui = await window(NEW)
    await ui.press("field.company")
    await ui.type("field.company.search", "brazi")
    ids = ui.ids()
    assert ids.index(f"pick.{company_id(0)}") < ids.index("pick.named")
    await ui.press("pick.named")
    await ui.go("/companies")
    await ui.go(NEW)
    assert ui.shows("New company “brazi”")


async def test_the_picker_of_a_record_that_is_here_makes_nothing(window):
    ui = await window(f"/companies/{company_id(0)}?form=company:{company_id(0)}")
    await ui.press("field.parent_id")
    await ui.type("field.parent_id.search", "Popas")
    assert not ui.has("pick.named")


async def test_enter_takes_the_best_of_what_is_found_else_the_only_offer(window):
    ui = await window(NEW)
    await ui.press("field.company")
    await ui.type("field.company.search", "sapte brazi")
    await ui.submit("field.company.search")
    assert ui.shows("Hotel Șapte Brazi")
    assert not ui.has("pick.named")
    await ui.press("field.company")
    await ui.type("field.company.search", "Popas Brădet")
    await ui.submit("field.company.search")
    assert ui.shows("New company “Popas Brădet”")
    assert not ui.has("pick.named")


async def test_a_name_that_is_typed_and_not_chosen_is_not_lost_by_a_save(window):
    crm = believable_crm()
    ui = await window(NEW, crm)
    await ui.type("field.last_name", "Popa")
    await ui.press("field.company")
    await ui.type("field.company.search", "Popas Brădet")
    await ui.press("form.save")
    assert crm.saved == []
    assert ui.shows("Choose one of these, or clear what you typed")
    assert ui.keyed("field.company.search").value == "Popas Brădet"
    await ui.submit("field.company.search")
    await ui.press("form.save")
    assert [form.values["company"] for form in crm.saved] == [to_make("Popas Brădet")]
