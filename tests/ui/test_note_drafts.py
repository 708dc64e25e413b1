"""A half-written note survives a killed program: its page shows it again, says that it is not saved, and lets go of it."""

import asyncio

import pytest

from client.ui.view_models.base import KEEP_S
from client.ui.view_models.record_page import RecordPageModel
from tests.ui.fake_crm import believable_crm, company_id, contact_id

HOTEL = company_id(0)
PAGE = f"/companies/{HOTEL}"
NOTE = f"note:company:{HOTEL}"
TEXT = "De întrebat de ambalaje"


async def left_behind(window):
    """Return a facade under which a window was killed while a note was written."""
    crm = believable_crm()
    killed = await window(PAGE, crm)
    await killed.type("note.text", TEXT)
    return crm


async def test_a_note_that_was_being_written_is_on_its_page_again_and_says_that_it_is_not_saved(window):
    ui = await window(PAGE, await left_behind(window))
    assert ui.keyed("note.unsaved").value == "Not saved yet"
    assert ui.keyed("note.text").value == TEXT
    await ui.go(f"/companies/{company_id(3)}")
    assert not ui.keyed("note.text").value


async def test_saving_the_note_ends_its_draft(window):
    crm = await left_behind(window)
    ui = await window(PAGE, crm)
    await ui.press("note.save")
    assert [entry.body for _, entry in crm.notes][-1] == TEXT
    assert crm.drafts == {}
    assert not ui.has("note.discard")


@pytest.mark.parametrize("is_open", [False, True])
async def test_a_note_that_is_given_up_is_gone_and_can_be_taken_back(window, is_open):
    crm = await left_behind(window)
    ui = await window(PAGE, crm)
    if is_open:
        await ui.key("N")
    await ui.press("note.discard")
    assert not ui.keyed("note.text").value
    assert crm.drafts == {}
    await ui.press("note.take_back")
    assert ui.keyed("note.text").value == TEXT
    assert crm.drafts[NOTE].typed == {"body": TEXT}


async def test_text_that_is_taken_out_leaves_no_draft(window):
    crm = await left_behind(window)
    ui = await window(PAGE, crm)
    await ui.type("note.text", " ")
    assert crm.drafts == {}


async def test_the_start_tells_of_the_note_and_leads_to_its_page_not_to_a_form(window):
    ui = await window("/inbox", await left_behind(window))
    assert ui.keyed("snack").value == "Not saved yet (10:42): Note · Hotel Șapte Brazi"
    await ui.press("snack.action")
    assert ui.page.route == PAGE
    assert ui.keyed("note.text").value == TEXT


async def test_a_page_that_is_open_tells_of_its_note_itself(window):
    ui = await window(PAGE, await left_behind(window))
    assert not ui.has("snack.action")


async def test_a_note_about_a_contact_is_its_own(window):
    crm, page = believable_crm(), f"/contacts/{contact_id(1)}"
    killed = await window(page, crm)
    await killed.type("note.text", TEXT)
    assert (await window(page, crm)).keyed("note.text").value == TEXT


def slow_page(crm, rests, drafts):
    """Return the model of a page whose pauses end when the test says so."""

    async def rest(seconds: float) -> None:
        if seconds != KEEP_S:
            return
        rests.append(asyncio.Event())
        await rests[-1].wait()

    return RecordPageModel(crm, "company", HOTEL, drafts, rest)


async def test_letters_of_a_note_are_written_once_in_a_second_and_at_once_when_the_box_is_left():
    crm, rests = believable_crm(), []
    model = slow_page(crm, rests, {})
    await model.start()
    tasks = []
    for text in ("D", "De", "De î"):
        model.write(text)
        tasks.append(asyncio.create_task(model.keep_soon()))
        await asyncio.sleep(0)
    assert (len(rests), crm.drafts) == (1, {})
    await model.keep_now()
    assert crm.drafts[NOTE].typed == {"body": "De î"}
    rests[0].set()
    await asyncio.gather(*tasks)


@pytest.mark.parametrize("end", ["add_note", "discard_note"])
async def test_no_late_write_of_a_page_that_was_left_brings_a_note_back(end):
    crm, rests, drafts = believable_crm(), [], {}
    left = slow_page(crm, rests, drafts)
    await left.start()
    left.write(TEXT)
    late = asyncio.create_task(left.keep_soon())
    await asyncio.sleep(0)
    again = slow_page(crm, rests, drafts)
    await again.start()
    await getattr(again, end)()
    rests[0].set()
    await late
    assert crm.drafts == {}
