"""A form says quietly that the typed name is here already; it leads there, keeps what is typed, and never stops a save."""

import pytest

from tests.ui.fake_crm import believable_crm, company_id

NEW = "/companies?form=company"


@pytest.mark.functions(5)
@pytest.mark.parametrize("width", [390, 1280])
async def test_a_name_that_is_here_already_leads_to_its_company_and_what_was_typed_is_kept(window, width):
    ui = await window(NEW, width=width)
    await ui.type("field.name", "hanul domnesc")
    assert ui.keyed("field.name.message").value.startswith("There is already Hanul Domnesc · Tupilați · RO")
    await ui.press("field.name.fix")
    assert ui.page.route == f"/companies/{company_id(4)}"
    await ui.go(NEW)
    assert ui.keyed("field.name").value == "hanul domnesc"


async def test_the_hint_stops_no_save_and_goes_with_another_name(window):
    crm = believable_crm()
    ui = await window(NEW, crm)
    await ui.type("field.name", "Hanul Domnesc")
    await ui.type("field.name", "Hanul Domnesc Doi")
    assert not ui.shows("There is already")
    await ui.type("field.name", "Hanul Domnesc")
    assert ui.shows("There is already")
    await ui.press("form.save")
    assert [form.values["name"] for form in crm.saved] == ["Hanul Domnesc"]
