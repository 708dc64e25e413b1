"""The palette opens over an open form as over any screen: the form waits under it, and loses nothing."""

import pytest

from tests.ui.fake_crm import believable_crm, company_id

FORM = f"/companies/{company_id(0)}?form=company:{company_id(0)}"
SHARE = f"/companies/{company_id(0)}?form=record_share"


@pytest.mark.parametrize("route", [FORM, SHARE])
async def test_ctrl_k_opens_the_palette_over_a_sheet_and_escape_leads_back_to_it(window, route):
    crm = believable_crm()
    crm.may_share = ("see",)
    ui = await window(route, crm)
    close = "share.close" if route == SHARE else "form.close"
    await ui.key("K", ctrl=True)
    assert ui.has("palette.text")
    assert ui.has(close)
    await ui.key("Escape")
    assert not ui.has("palette.text")
    assert ui.has(close)


async def test_only_what_lies_on_top_can_be_used(window):
    ui = await window(FORM)
    assert [c.disabled for c in ui.controls() if str(c.key or "").startswith("over.")] == [False]
    await ui.key("K", ctrl=True)
    assert [c.disabled for c in ui.controls() if str(c.key or "").startswith("over.")] == [True, False]


async def test_the_cursor_comes_back_to_its_box_at_the_end_of_what_was_typed(window):
    ui = await window(FORM)
    await ui.type("field.name", "Hotel Opt")
    box = ui.keyed("field.name")._i
    await ui.key("K", ctrl=True)
    await ui.leave("field.name")
    await ui.enter("palette.text")
    ui.connection.invoked.clear()
    await ui.key("Escape")
    assert {name for name, _ in ui.connection.invoked} == {"focus"}
    held = ui.keyed("field.name")
    assert held._i == box
    assert (held.selection.base_offset, held.selection.extent_offset) == (9, 9)
    await ui.type("field.name", "Hotel Opt B")
    assert ui.keyed("field.name").selection is None


async def test_a_palette_that_was_opened_from_no_box_sends_the_cursor_nowhere(window):
    ui = await window("/companies")
    await ui.key("K", ctrl=True)
    ui.connection.invoked.clear()
    await ui.key("Escape")
    assert ui.connection.invoked == []


async def test_a_record_chosen_over_a_form_opens_and_what_was_typed_is_kept(window):
    crm = believable_crm()
    ui = await window(FORM, crm)
    await ui.type("field.name", "Hotel Opt Brazi")
    await ui.key("K", ctrl=True)
    await ui.type("palette.text", "podgoria")
    await ui.submit("palette.text")
    assert ui.keyed("record.title").value == "Hotel Podgoria Iași"
    assert ui.keyed("snack").value == "Kept as a draft"
    assert [draft.typed for draft in crm.drafts.values()] == [{"name": "Hotel Opt Brazi"}]
    await ui.press("snack.action")
    assert ui.keyed("field.name").value == "Hotel Opt Brazi"
