"""What left the device because its reader may no longer see it: said calmly, in words, and nothing that was typed is lost."""

from dataclasses import replace

import pytest

from client.events import DeviceWiped, RecordsChanged
from client.ui.colours import LIGHT
from client.ui.figures import value
from client.ui.theme import Look
from client.usecases.record_answers import Tie
from shared_models.fields import column_of
from shared_models.registry import CRM
from shared_models.texts import Texts
from tests.ui.fake_crm import believable_crm, company_id

pytestmark = pytest.mark.functions(35)

HOTEL = company_id(0)
PAGE = f"/companies/{HOTEL}"
FORM = f"{PAGE}?form=company:{HOTEL}"


async def leave(ui, crm):
    """Take the hotel off the device, as a pull does."""
    del crm.rows["company"][HOTEL]
    crm.tell(RecordsChanged({"company": frozenset({HOTEL})}, from_centre=True))
    await ui.settle()


async def test_an_open_form_says_that_its_record_left_and_keeps_what_was_typed(window):
    crm = believable_crm()
    ui = await window(FORM, crm)
    await ui.type("field.name", "Hotel Opt Brazi")
    await leave(ui, crm)
    assert ui.keyed("form.left").value.startswith("You may no longer see this record")
    assert ui.keyed("field.name").value == "Hotel Opt Brazi"
    assert not ui.has("form.take_news")


async def test_a_form_that_is_opened_again_shows_what_was_typed_and_gives_it_up(window):
    crm = believable_crm()
    ui = await window(FORM, crm)
    await ui.type("field.name", "Hotel Opt Brazi")
    await leave(ui, crm)
    ui = await window(FORM, crm)
    assert ui.keyed("form.gone").value == "Not here any more"
    assert ui.keyed("typed.name").value == "Hotel Opt Brazi"
    assert not ui.has("form.save")
    await ui.press("form.close")
    assert not ui.has("typed.name")
    assert [draft.typed for draft in crm.drafts.values()] == [{"name": "Hotel Opt Brazi"}]
    await ui.go(FORM)
    await ui.press("form.discard")
    assert crm.drafts == {}


async def test_a_page_whose_record_left_shows_the_note_that_was_being_written(window):
    crm = believable_crm()
    ui = await window(PAGE, crm)
    await ui.key("N")
    await ui.type("note.text", "De întrebat de")
    await leave(ui, crm)
    assert ui.keyed("empty").value == "Hotel Șapte Brazi left your lists"
    assert ui.shows("is kept on this device, and is here again when the record is")
    assert ui.keyed("note.kept").value == "De întrebat de"
    await ui.press("note.copy")
    assert ("set", {"data": "De întrebat de"}) in ui.connection.invoked
    assert ui.keyed("snack").value == "The note is copied"
    await ui.press("note.discard")
    assert not ui.has("note.kept")


async def test_the_letters_of_a_sentence_whose_record_left_lead_nowhere_until_escape(window):
    crm = believable_crm()
    ui = await window(PAGE, crm)
    await ui.key("N")
    await ui.type("note.text", "De întrebat de")
    await leave(ui, crm)
    for letter in ("J", "K", "N", "E"):
        await ui.key(letter)
    assert ui.page.route == PAGE
    await ui.key("Escape")
    await ui.key("J")
    assert ui.page.route != PAGE


@pytest.mark.parametrize(
    ("language", "words"), [("en", "a company you may not see"), ("ro", "o firmă pe care nu o poți vedea")]
)
def test_a_reference_to_a_company_that_is_not_here_is_told_in_words(language, words):
    look = Look(LIGHT, Texts(language))
    column = column_of(CRM.get("company"), "parent_id")
    assert value(look, CRM.get("company"), column, HOTEL) == words


async def test_a_tie_to_a_contact_that_is_not_here_is_told_in_words_and_leads_nowhere(window, monkeypatch):
    crm = believable_crm()
    usual = crm.record

    async def record(entity, id):
        page = await usual(entity, id)
        return page and replace(page, ties=(Tie("link-1", "contact-9", "", is_primary=True),))

    monkeypatch.setattr(crm, "record", record)
    ui = await window(f"{PAGE}/contacts", crm)
    assert ui.shows("A contact you may not see")
    assert not ui.shows("contact-9")
    assert ui.keyed("tie.contact-9").on_click is None


async def test_a_refused_change_of_a_record_that_left_can_be_sent_again_or_discarded(window):
    crm = believable_crm()
    refused = crm.inbox_.refused[0]
    crm.inbox_ = replace(crm.inbox_, refused=(replace(refused, is_here=False),))
    ui = await window(f"/inbox/{refused.tx}", crm)
    assert ui.has("refused.retry")
    assert ui.has("refused.discard")
    assert not ui.has("refused.edit")


async def test_a_device_that_was_emptied_leaves_the_window_to_the_sign_in_page(window):
    crm = believable_crm()
    ui = await window(PAGE, crm)
    crm.tell(DeviceWiped())
    await ui.settle()
    assert "sign_out" in crm.calls
