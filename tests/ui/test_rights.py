"""What the reader has no right to is not offered, or says so at once; nothing that he typed is lost."""

import asyncio
from dataclasses import replace

import pytest

from client.events import RecordsChanged
from client.ui.router import FormPlace
from client.ui.view_models.form import FormModel
from tests.ui.fake_crm import believable_crm, company_id, empty_crm
from tests.ui.fake_rights import fill_guest

HOTEL = company_id(0)
PAGE = f"/companies/{HOTEL}"
FORM = f"{PAGE}?form=company:{HOTEL}"
WHY = "denied.change.company"
READ_ONLY = {
    **dict.fromkeys(("change", "note", "contact_point", "address", "company_contact"), WHY),
    "archive": "denied.archive.company",
    "bank_account": "denied.confidential",
}
SAID = "Your profile does not let you change this company."
NO_COMPANIES = "Your profile does not let you add companies."


def reader(denied=READ_ONLY, **add):
    crm = believable_crm()
    crm.denied = dict(denied)
    crm.person_ = replace(crm.person_, denied={entity: f"denied.create.{entity}" for entity in add})
    return crm


@pytest.mark.functions(32, 34)
@pytest.mark.parametrize("width", [1280, 390])
async def test_a_page_that_can_only_be_read_says_why_and_offers_no_change(window, width):
    ui = await window(PAGE, reader(), width=width)
    assert ui.keyed("record.denied").value == SAID
    for gone in ("record.edit", "record.more", "note.new", "note.text"):
        assert not ui.has(gone), gone
    await ui.go(f"{PAGE}/addresses")
    assert not ui.has("address.add")
    assert not [id for id in ui.ids() if id.startswith("part.") and id.endswith((".edit", ".remove"))]
    await ui.go(f"{PAGE}/contacts")
    assert ui.has("tie.add")  # it may lead to a person whom the reader may change
    assert not [id for id in ui.ids() if id.startswith("tie.") and id.endswith((".edit", ".remove"))]


@pytest.mark.functions(34)
@pytest.mark.parametrize("width", [1280, 390])
async def test_people_who_are_kept_from_the_reader_are_not_said_to_be_missing(window, width):
    crm = believable_crm()
    fill_guest(crm)
    ui = await window(f"{PAGE}/contacts", crm, width=width)
    assert ui.shows("Nobody whom you may see")
    assert ui.shows("There may be people here whom you have no right to see.")
    assert ui.shows("nobody you may see")
    assert ui.shows("none you may see")
    for untrue in ("Nobody yet", "nobody known", "add a contact", "not yet", "no notes so far"):
        assert not ui.shows(untrue), untrue
    assert not ui.has("tie.add")
    await ui.go(PAGE)
    assert ui.shows("Nothing yet that you may see")
    assert not ui.shows("Write down what was said")


@pytest.mark.functions(34)
@pytest.mark.parametrize("width", [1280, 390])
async def test_an_empty_record_of_his_own_is_told_empty_and_not_of_people_kept_from_him(window, width):
    crm = believable_crm()
    fill_guest(crm)
    crm.denied, crm.is_own = {}, True
    ui = await window(f"{PAGE}/contacts", crm, width=width)
    for said in ("Nobody yet", "Whom do you ask for when you arrive?", "not yet", "nobody known"):
        assert ui.shows(said), said
    for untrue in ("you may see", "kept from you"):
        assert not ui.shows(untrue), untrue
    assert ui.has("tie.add")


@pytest.mark.functions(34)
async def test_a_list_of_people_says_that_it_may_not_be_all(window):
    crm = believable_crm()
    ui = await window(f"{PAGE}/contacts", crm)
    assert not ui.has("tie.not_all")
    crm.sees_all_ties = False
    ui = await window(f"{PAGE}/contacts", crm)
    assert ui.keyed("tie.not_all").value == "Others may belong to it, too, whom you may not see."
    assert ui.has("tie.add")


@pytest.mark.functions(34)
async def test_nobody_is_asked_to_add_people_who_may_not_add_one(window):
    crm = reader({**READ_ONLY, "tie": WHY})
    crm.rows["company_contact"].clear()
    ui = await window(f"{PAGE}/contacts", crm)
    assert ui.shows("Nobody yet")
    assert not ui.shows("Whom do you ask for when you arrive?")
    assert not ui.shows("add a contact")


async def test_the_keys_of_such_a_page_say_why_and_open_nothing(window):
    ui = await window(PAGE, reader())
    for key in ("E", "N"):
        await ui.key(key)
        assert ui.keyed("snack").value == SAID
    assert not ui.has("form.save")


@pytest.mark.functions(34)
async def test_accounts_that_are_kept_from_the_reader_are_not_said_to_be_missing(window):
    crm = reader()
    crm.rows["bank_account"].clear()
    ui = await window(f"{PAGE}/accounts", crm)
    assert ui.shows("Not shown to you")
    assert not ui.shows("No account yet")
    assert not ui.has("bank_account.add")


async def test_a_form_that_was_opened_by_its_address_says_why_before_and_at_the_save_and_keeps_what_was_typed(window):
    crm = reader()
    ui = await window(FORM, crm)
    assert ui.keyed("form.denied").value == SAID
    await ui.type("field.legal_name", "Brazi Turism SRL")
    await ui.key("Enter", ctrl=True)
    assert ui.keyed("form.trouble").value == SAID
    assert ui.keyed("form.warned").value == "Not saved. What you typed stays here."
    assert ui.keyed("field.legal_name").value == "Brazi Turism SRL"
    assert crm.saved == []


async def test_a_right_that_ends_while_the_form_is_open_is_said_at_the_save_and_one_that_comes_lets_it_through(window):
    crm = reader({})
    ui = await window(FORM, crm)
    await ui.type("field.legal_name", "Brazi Turism SRL")
    crm.denied = dict(READ_ONLY)
    await ui.press("form.save")
    assert ui.keyed("form.trouble").value == SAID
    crm.denied = {}
    await ui.press("form.save")
    assert crm.saved[0].values == {"legal_name": "Brazi Turism SRL"}


async def test_a_check_that_waits_for_the_fingers_does_not_take_away_what_the_save_said():
    crm, rested = reader(), asyncio.Event()

    async def rest(_seconds: float) -> None:
        await rested.wait()

    model = FormModel(crm, FormPlace("company", HOTEL), None, {}, "key", rest)
    await model.start()
    model.type("legal_name", "Brazi Turism SRL")
    check = asyncio.create_task(model.look_over())
    await asyncio.sleep(0)
    assert await model.save() is None
    rested.set()
    await check
    assert [finding.reason for finding in model.state.findings] == [WHY]
    assert model.state.typed == {"legal_name": "Brazi Turism SRL"}


async def test_a_note_that_was_begun_before_the_right_ended_stays_in_sight(window):
    crm = reader({})
    ui = await window(PAGE, crm)
    await ui.type("note.text", "They move in May")
    crm.denied = dict(READ_ONLY)
    crm.tell(RecordsChanged({"profile_right": frozenset({"r"})}, from_centre=True))
    await ui.settle()
    assert ui.keyed("note.text").value == "They move in May"
    await ui.press("note.save")
    assert ui.keyed("snack").value == SAID
    assert ui.keyed("note.text").value == "They move in May"


@pytest.mark.functions(32)
@pytest.mark.parametrize("width", [1280, 900, 390])
async def test_whoever_may_add_nothing_finds_no_way_to_it(window, width):
    ui = await window("/companies", reader({}, company=True, contact=True), width=width)
    assert not ui.has("new")
    assert not ui.has("list.new")
    await ui.key("N")
    if width == 1280:  # beside the list a page is open, and the key is of its note
        await ui.key("Escape")
        await ui.go("/sync")
        await ui.key("N")
    assert ui.keyed("snack").value == NO_COMPANIES
    assert not ui.has("form.save")


@pytest.mark.functions(34)
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    ("route", "why", "list_place"),
    [
        ("/companies?form=company", NO_COMPANIES, "/companies"),
        (f"{PAGE}?form=contact&tie=1", "Your profile does not let you add people.", None),
        (f"{PAGE}?form=address", SAID, PAGE),
    ],
)
async def test_the_address_of_a_form_that_makes_what_one_may_not_make_shows_no_form_and_the_way_back(
    window, width, route, why, list_place
):
    crm = believable_crm()
    fill_guest(crm)
    ui = await window(route, crm, width=width)
    assert ui.keyed("form.closed").value == why
    assert not [id for id in ui.ids() if id.startswith("field.")]
    for gone in ("form.save", "form.discard", "form.denied"):
        assert not ui.has(gone), gone
    await ui.key("Control+Enter")
    assert crm.saved == []
    await ui.press("form.back")
    assert "form=contact&" not in ui.page.route
    assert list_place in (None, ui.page.route)
    assert not ui.has("snack.action")


async def test_a_draft_of_a_record_that_one_may_not_make_any_more_is_still_read_in_its_form(window):
    crm = believable_crm()
    await (await window("/companies?form=company", crm)).type("field.name", "Popas Nou")
    fill_guest(crm)
    ui = await window("/companies?form=company", crm)
    await ui.press("form.draft.continue")
    assert ui.keyed("field.name").value == "Popas Nou"
    assert ui.keyed("form.denied").value == NO_COMPANIES


async def test_whoever_may_add_one_kind_is_offered_that_one(window):
    ui = await window("/contacts", reader({}, company=True))
    assert ui.has("list.new")
    await ui.key("k", ctrl=True)
    await ui.type("palette.text", "new")
    assert ui.has("action.new.contact")
    assert not ui.has("action.new.company")


async def test_an_empty_list_of_whoever_may_add_nothing_promises_nothing(window):
    crm = reader({}, company=True)
    crm.rows["company"].clear()
    ui = await window("/companies", crm, width=390)
    assert ui.shows("Records that you may see will stand here.")
    assert not ui.has("list.first")


async def test_rights_that_arrive_are_in_force_at_once(window):
    crm = reader({}, company=True)
    ui = await window("/companies", crm)
    assert not ui.has("list.new")
    crm.person_ = replace(crm.person_, denied={})
    crm.tell(RecordsChanged({}, frozenset({"profile_right"}), from_centre=True))
    await ui.settle()
    assert ui.has("list.new")


@pytest.mark.functions(34)
@pytest.mark.parametrize("denied", [{}, {"company": WHY}])
async def test_an_empty_list_does_not_say_there_are_none_where_rights_may_keep_some_from_its_reader(window, denied):
    crm = empty_crm()
    crm.person_ = replace(crm.person_, denied=denied, narrowed=frozenset({"company"}))
    ui = await window("/companies", crm)
    assert ui.shows("No companies that you may see")
    assert ui.shows("your rights decide which ones you see")
    assert not ui.shows("No companies yet")
    assert ui.has("list.first") is not bool(denied)
    await ui.go("/contacts")
    assert ui.shows("No contacts yet")
