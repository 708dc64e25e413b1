import pytest

from client.events import RecordsChanged
from client.usecases.answers import Owner
from tests.ui.fake_crm import believable_crm, company_id, contact_id

HOTEL = company_id(0)
FORM = f"/companies/{HOTEL}?form=company:{HOTEL}"


async def test_the_head_counts_changed_fields_and_a_save_sends_only_those(window):
    crm = believable_crm()
    ui = await window(FORM, crm)
    await ui.type("field.legal_name", "Șapte Brazi Turism SRL")
    await ui.press("field.roles.partner")
    assert ui.keyed("form.changed").value == "2 fields changed"
    await ui.key("Enter", ctrl=True)
    assert crm.saved[0].values == {"legal_name": "Șapte Brazi Turism SRL", "roles": ["customer", "partner"]}
    assert not ui.has("form.save")
    assert "Hotel Șapte Brazi" in ui.keyed("snack").value


async def test_typing_a_value_back_leaves_nothing_changed(window):
    ui = await window(FORM)
    await ui.type("field.name", "Altceva")
    await ui.type("field.name", "Hotel Șapte Brazi")
    assert not ui.shows("field changed")


async def test_letters_that_arrive_while_the_form_is_drawn_are_not_eaten(window):
    ui = await window(FORM)
    await ui.type_on("field.legal_name", "Șapte", then="Șapte Brazi")
    assert ui.keyed("field.legal_name").value == "Șapte Brazi"
    await ui.type_on("field.description", "Plătesc", then="Plătesc la timp")
    assert ui.keyed("field.description").value == "Plătesc la timp"
    await ui.type("field.legal_name", "Șapte Brazi Turism")
    assert ui.keyed("field.legal_name").value == "Șapte Brazi Turism"


async def test_a_missing_value_is_named_under_its_field_and_nothing_is_saved(window):
    crm = believable_crm()
    ui = await window(FORM, crm)
    await ui.type("field.name", "")
    await ui.press("form.save")
    assert ui.keyed("field.name.message").value == "Fill this in"
    assert crm.saved == []


async def test_a_warning_offers_the_fix_and_the_second_save_keeps_the_value(window):
    crm = believable_crm()
    ui = await window(FORM, crm)
    await ui.type("field.fiscal_code", "RO 99000081")
    await ui.press("form.save")
    assert crm.saved == []
    assert ui.has("field.fiscal_code.fix")
    await ui.press("form.save")
    assert crm.saved[0].values == {"fiscal_code": "RO 99000081"}


async def test_the_fix_puts_the_right_value_in(window):
    ui = await window(FORM)
    await ui.type("field.fiscal_code", "RO 99000081")
    await ui.press("field.fiscal_code.fix")
    assert ui.keyed("field.fiscal_code").value == "RO 99000018"


@pytest.mark.functions(16)
@pytest.mark.parametrize("from_centre", [True, False], ids=["pulled", "saved in another window"])
async def test_a_newer_record_never_takes_what_was_typed(window, from_centre):
    crm = believable_crm()
    ui = await window(FORM, crm)
    await ui.type("field.name", "Hotel Șapte Brazi & Spa")
    crm.rows["company"][HOTEL] |= {"name": "Hotel 7 Brazi", "legal_name": "Brazi SA"}
    crm.tell(RecordsChanged({"company": frozenset({HOTEL})}, from_centre=from_centre))
    await ui.settle()
    assert ui.keyed("field.name").value == "Hotel Șapte Brazi & Spa"
    assert ui.shows("What you typed is kept")
    await ui.press("form.take_news")
    assert ui.keyed("field.name").value == "Hotel Șapte Brazi & Spa"
    assert ui.keyed("field.legal_name").value == "Brazi SA"
    assert "Hotel 7 Brazi" in ui.keyed("field.name.message").value


async def test_discarded_text_comes_back_with_undo(window):
    ui = await window(FORM)
    await ui.type("field.name", "Hotel Opt Brazi")
    await ui.key("Escape")
    assert not ui.has("form.save")
    await ui.press("snack.action")
    assert ui.keyed("field.name").value == "Hotel Opt Brazi"


async def test_typed_text_survives_going_elsewhere_and_back(window):
    ui = await window(FORM)
    await ui.type("field.name", "Hotel Nouă Brazi")
    await ui.go("/sync")
    await ui.go(FORM)
    assert ui.keyed("field.name").value == "Hotel Nouă Brazi"


async def test_a_picker_finds_a_record_and_puts_its_name_in(window):
    crm = believable_crm()
    ui = await window(FORM, crm)
    await ui.press("field.responsible_id")
    await ui.type("field.responsible_id.search", "dan")
    await ui.press(next(i for i in ui.ids() if i.startswith("pick.") and i != "pick.none"))
    assert ui.shows("Dan Rusu")
    await ui.key("Enter", ctrl=True)
    assert list(crm.saved[0].values) == ["responsible_id"]


async def test_a_new_company_leads_to_its_page(window):
    ui = await window("/companies")
    await ui.key("N", ctrl=False)
    await ui.key("Escape")
    await ui.press("new.company")
    await ui.type("field.name", "Popas Nou")
    await ui.key("Enter", ctrl=True)
    assert ui.keyed("record.title").value == "Popas Nou"


async def test_a_new_phone_belongs_to_the_page_that_is_open(window):
    crm = believable_crm()
    ui = await window(f"/contacts/{contact_id(1)}/reach", crm)
    await ui.press("contact_point.add")
    await ui.type("field.value", "0700 018 399")
    await ui.key("Enter", ctrl=True)
    assert crm.saved[0].start.owner == Owner("contact", contact_id(1))
    assert ui.shows("0700\u00a0018\u00a0399")
