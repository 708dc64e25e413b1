"""A record of which the centre did not take something says so, and leads to its card, until the person has dealt with it."""

from dataclasses import replace

import pytest

from client.events import ChangeLogChanged, RecordsChanged
from client.usecases.sync_answers import RefusedChange
from client.usecases.timeline_answers import Change
from tests.ui.believable import ago
from tests.ui.fake_crm import believable_crm, company_id

HOTEL = company_id(0)
PAGE = f"/companies/{HOTEL}"


def new_company(**more):
    change = RefusedChange(
        "tx-new", "New: Popas Nou", "company", "gone", "", ago(hours=1), "R305", changes=(Change("name", None, "Popas Nou"),),
        is_new=True,
    )  # fmt: skip
    return replace(change, **more)


def refusing(*refused):
    crm = believable_crm()
    crm.inbox_ = replace(crm.inbox_, refused=(*crm.inbox_.refused, *refused))
    return crm


@pytest.mark.functions(146)
@pytest.mark.parametrize("width", [1280, 390])
async def test_a_page_tells_of_what_was_not_accepted_and_leads_to_its_card_until_it_is_settled(window, width):
    crm = believable_crm()
    crm.refused = {HOTEL: ("tx-9", "tx-10")}
    ui = await window(PAGE, crm, width=width)
    assert ui.keyed("record.refused").value == "2 changes were not accepted"
    await ui.press("record.refused.open")
    assert ui.has("refused.edit")
    await ui.go(PAGE)
    crm.refused = {}
    crm.tell(ChangeLogChanged())
    await ui.settle()
    assert not ui.has("record.refused.open")


@pytest.mark.functions(146)
@pytest.mark.parametrize("width", [1280, 390])
async def test_a_refused_new_company_is_told_as_a_new_company(window, width):
    ui = await window("/inbox/tx-new", refusing(new_company()), width=width)
    assert ui.shows("This new company was not accepted. You have no right to add it; ask an admin.")
    assert not ui.shows("You may not change this record")
    assert ui.shows("Discard it")
    assert not ui.shows("Discard the change")


async def test_a_refused_new_note_is_told_of_the_record_that_it_belongs_to(window):
    note = new_company(entity="note", label="Note at Hotel Șapte Brazi", changes=(Change("body", None, "They move in May"),))
    ui = await window("/inbox/tx-new", refusing(note))
    assert ui.shows("This new note was not accepted. You have no right to change the record that it belongs to; ask an admin.")


async def test_a_new_record_with_a_wrong_value_says_what_is_wrong_with_which_field(window):
    wrong = new_company(code="R303", reason="problem.value", field="fiscal_code")
    ui = await window("/inbox/tx-new", refusing(wrong))
    assert ui.shows("This new company was not accepted. Fiscal code (CUI): ")
    assert ui.shows("Correct it and save again.")


async def test_the_page_of_a_new_company_that_was_not_accepted_says_where_it_is(window):
    crm = believable_crm()
    crm.rows["company"]["gone"] = {"id": "gone", "name": "Popas Nou", "updated_at": ago()}
    ui = await window("/companies/gone", crm)
    del crm.rows["company"]["gone"]
    crm.inbox_ = replace(crm.inbox_, refused=(new_company(),))
    crm.tell(RecordsChanged({"company": frozenset({"gone"})}, from_centre=True))
    await ui.settle()
    assert ui.shows("This new company was not accepted")
    assert not ui.shows("Not here any more")
    await ui.press("record.refused.open")
    assert ui.has("refused.edit")


@pytest.mark.functions(32, 146)
@pytest.mark.parametrize("width", [1280, 390])
async def test_a_new_company_that_was_not_accepted_heads_the_list_and_needs_its_author(window, width):
    crm = refusing(new_company())
    rows = crm.rows["company"]
    refused = {"id": "gone", "name": "Popas Nou", "updated_at": ago(), "_refused": True}
    crm.rows["company"], crm.states["gone"] = {"gone": refused, **rows}, "needs_you"
    ui = await window("/companies", crm, width=width)
    assert ui.shows("Refused by the centre")
    assert ui.has("row.gone")
    del crm.rows["company"]["gone"]  # the list has it from the save, and the record is not here
    await ui.press("row.gone")
    assert ui.has("record.refused.open")
