"""The keys of a picker: the cursor goes with it, arrows choose what is offered, Enter takes it."""

from tests.ui.fake_crm import believable_crm, company_id

FORM = "/contacts?form=contact"


def focused(ui):
    return [name for name, _ in ui.connection.invoked].count("focus")


def chosen(ui):
    return [c.identifier for c in ui.controls() if getattr(c, "identifier", None) and getattr(c, "selected", None) is True]


async def test_the_cursor_is_sent_into_the_search_and_back_to_the_closed_box(window):
    ui = await window(FORM)
    before = focused(ui)
    await ui.press("field.company")
    opened = focused(ui)
    assert opened > before
    assert ui.ids().count("field.company") == 0
    await ui.type("field.company.search", "hot")
    assert focused(ui) == opened
    await ui.key("Escape")
    assert focused(ui) > opened
    assert not ui.has("field.company.search")


async def test_arrows_choose_from_what_is_offered_and_enter_takes_it(window):
    ui = await window(FORM)
    await ui.press("field.company")
    await ui.type("field.company.search", "hotel")
    offered = [i for i in ui.ids() if i.startswith("pick.")]
    for key, place in (("Arrow Down", 0), ("Arrow Down", 1), ("Arrow Up", 0), ("Arrow Up", 0), ("Arrow Down", 1)):
        await ui.key(key)
        assert [i for i in chosen(ui) if i in offered] == [offered[place]]
    name = ui.keyed(offered[1]).content.controls[0].value
    await ui.submit("field.company.search")
    assert not ui.has("field.company.search")
    assert ui.shows(name)


async def test_what_was_chosen_is_so_no_more_when_something_else_is_typed(window):
    ui = await window(FORM)
    await ui.press("field.company")
    await ui.type("field.company.search", "hotel")
    await ui.key("Arrow Down")
    await ui.type("field.company.search", "hotels")
    assert not [i for i in chosen(ui) if i.startswith("pick.")]


async def test_arrows_pass_the_end_of_what_is_offered_to_the_offer_to_make_it(window):
    ui = await window(FORM)
    await ui.press("field.company")
    await ui.type("field.company.search", "Popas Cu Totul Nou")
    await ui.key("Arrow Down")
    assert "pick.named" in chosen(ui)


async def test_enter_that_shows_whom_it_would_take_leaves_the_cursor_in_the_search(window):
    crm = believable_crm()
    crm.may_share = ("see",)
    ui = await window(f"/companies/{company_id(0)}?form=record_share", crm)
    await ui.press("share.whom")
    await ui.type("share.whom.search", "dan")
    before = focused(ui)
    await ui.submit("share.whom.search")
    assert focused(ui) > before
    await ui.submit("share.whom.search")
    assert not ui.has("share.whom.search")
    assert ui.shows("Dan Rusu")


async def test_enter_in_a_search_of_people_first_shows_whom_it_would_take(window):
    crm = believable_crm()
    crm.may_share = ("see",)
    ui = await window(f"/companies/{company_id(0)}?form=record_share", crm)
    await ui.press("share.whom")
    await ui.type("share.whom.search", "a")
    await ui.submit("share.whom.search")
    assert len([i for i in chosen(ui) if i.startswith("share.whom.")]) == 1
    await ui.submit("share.whom.search")
    assert not ui.has("share.whom.search")


async def test_tab_leads_into_a_form_once_and_then_goes_on_from_where_the_cursor_is(window):
    ui = await window(FORM)
    before = focused(ui)
    await ui.key("Tab")
    assert focused(ui) == before + 1
    await ui.enter("field.first_name")
    await ui.leave("field.first_name")
    await ui.key("Tab")
    assert focused(ui) == before + 1
