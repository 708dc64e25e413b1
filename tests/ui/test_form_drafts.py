"""What is typed in an open form survives a killed program: the next window offers it, and nothing else is in the way."""

import asyncio

import flet as ft
import pytest

from client.ui.router import FormPlace
from client.ui.view_models.base import KEEP_S
from client.ui.view_models.form import FormModel
from client.ui.view_models.form_state import form_key
from client.usecases.answers import Owner, Preferences
from shared_models.fields import data_columns
from shared_models.registry import CRM
from tests.ui.fake_crm import believable_crm, company_id, contact_id
from tests.ui.gallery import crm_of
from tests.ui.probe import hurried
from tests.ui.test_snack_place import meeting

HOTEL = company_id(0)
FORM = f"/companies/{HOTEL}?form=company:{HOTEL}"
NEW = "/companies?form=company"


async def leave(ui, way):
    """Leave an open form without a decision."""
    await (ui.key("Escape") if way == "escape" else ui.press({"cross": "form.close", "beside": "scrim"}[way]))


async def test_what_was_typed_before_the_program_was_killed_is_offered_and_continued(window):
    crm = believable_crm()
    killed = await window(NEW, crm)
    await killed.type("field.name", "Popas Nou")
    ui = await window(NEW, crm)
    assert ui.keyed("form.draft").value == "Continue your draft of 10:42?"
    assert ui.keyed("field.name").value == ""
    await ui.press("form.draft.continue")
    assert ui.keyed("field.name").value == "Popas Nou"
    assert not ui.has("form.draft.continue")
    await ui.press("form.save")
    assert crm.saved[0].values == {"name": "Popas Nou"}
    assert crm.drafts == {}


async def test_a_form_without_a_draft_opens_at_once_with_nothing_to_answer(window):
    ui = await window(NEW)
    assert ui.has("field.name")
    assert not ui.has("form.draft.continue")


async def test_a_draft_that_is_given_up_is_gone(window):
    crm = believable_crm()
    await (await window(FORM, crm)).type("field.name", "Hotel Opt Brazi")
    ui = await window(FORM, crm)
    await ui.press("form.draft.discard")
    assert ui.keyed("field.name").value == "Hotel Șapte Brazi"
    assert crm.drafts == {}


async def test_discarding_the_form_forgets_its_draft_until_it_is_taken_back(window):
    crm = believable_crm()
    ui = await window(FORM, crm)
    await ui.type("field.name", "Hotel Opt Brazi")
    await ui.press("form.discard")
    assert crm.drafts == {}
    await ui.press("snack.action")
    assert [draft.typed for draft in crm.drafts.values()] == [{"name": "Hotel Opt Brazi"}]


@pytest.mark.parametrize("way", ["escape", "cross", "beside"])
async def test_a_form_that_is_left_keeps_what_was_typed_as_a_draft(window, way):
    crm = believable_crm()
    ui = await window(FORM, crm)
    await ui.type("field.name", "Hotel Opt Brazi")
    await leave(ui, way)
    assert ui.keyed("snack").value == "Kept as a draft"
    assert [draft.typed for draft in crm.drafts.values()] == [{"name": "Hotel Opt Brazi"}]
    await ui.press("snack.action")
    assert ui.keyed("field.name").value == "Hotel Opt Brazi"


@pytest.mark.parametrize("way", ["escape", "cross", "beside"])
async def test_an_offered_draft_is_still_there_after_its_form_was_left_without_an_answer(window, way):
    crm = believable_crm()
    await (await window(NEW, crm)).type("field.name", "Popas Nou")
    ui = await window(NEW, crm)
    await leave(ui, way)
    await ui.go(NEW)
    assert ui.keyed("form.draft").value == "Continue your draft of 10:42?"
    await ui.press("form.draft.continue")
    assert ui.keyed("field.name").value == "Popas Nou"


async def test_text_that_is_typed_back_leaves_no_draft(window):
    crm = believable_crm()
    ui = await window(FORM, crm)
    await ui.type("field.name", "Altceva")
    await ui.type("field.name", "Hotel Șapte Brazi")
    assert crm.drafts == {}


async def test_typing_beside_an_offered_draft_loses_neither(window):
    crm = believable_crm()
    await (await window(NEW, crm)).type("field.name", "Popas Nou")
    await (await window(NEW, crm)).type("field.email", "popas@carpati.example")
    ui = await window(NEW, crm)
    await ui.press("form.draft.continue")
    assert ui.keyed("field.name").value == "Popas Nou"
    assert ui.keyed("field.email").value == "popas@carpati.example"


@pytest.mark.parametrize("way", ["escape", "cross", "beside", "killed"])
async def test_a_new_record_typed_beside_an_offered_draft_of_another_replaces_nothing_of_it(window, way):
    crm = believable_crm()
    first = await window(NEW, crm)
    await first.type("field.name", "Popas Nou")
    await first.type("field.email", "popas@carpati.example")
    ui = await window(NEW, crm)
    await ui.type("field.name", "C")
    await ui.type("field.name", "Cabana Nouă")
    if way != "killed":
        await leave(ui, way)
    typed = [draft.typed for draft in crm.drafts.values()]
    assert len(typed) == 2
    assert {"name": "Popas Nou", "email": "popas@carpati.example"} in typed
    assert {"name": "Cabana Nouă"} in typed


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Another draft, of 10:42: Popas Nou"), ("ro", "Altă ciornă, de la 10:42: Popas Nou")],
)
async def test_each_of_two_drafts_of_new_records_is_named_and_gone_on_with(window, language, words):
    crm = believable_crm()
    crm.preferences_ = Preferences(language)
    await (await window(NEW, crm)).type("field.name", "Popas Nou")
    await (await window(NEW, crm)).type("field.name", "Cabana Nouă")
    ui = await window(NEW, crm)
    assert ui.keyed("form.other.0").value == words
    assert not ui.has("snack.action"), "the form tells of both"
    await ui.press("form.other.0.continue")
    assert ui.keyed("field.name").value == "Popas Nou"
    await ui.press("form.save")
    assert [form.values for form in crm.saved] == [{"name": "Popas Nou"}]
    await ui.go(NEW)
    await ui.press("form.draft.continue")
    assert ui.keyed("field.name").value == "Cabana Nouă"
    assert not ui.has("form.other.0.continue")
    await ui.press("form.save")
    assert crm.drafts == {}


async def test_what_is_typed_is_at_hand_again_after_another_draft_was_looked_at(window):
    crm = believable_crm()
    await (await window(NEW, crm)).type("field.name", "Popas Nou")
    ui = await window(NEW, crm)
    await ui.type("field.name", "Cabana Nouă")
    await ui.press("form.other.0.continue")
    assert ui.keyed("field.name").value == "Popas Nou"
    assert ui.keyed("form.other.0").value == "Another draft, of 10:42: Cabana Nouă"
    await ui.press("form.other.0.continue")
    assert ui.keyed("field.name").value == "Cabana Nouă"
    assert {len(draft.typed) for draft in crm.drafts.values()} == {1}
    assert len(crm.drafts) == 2


async def test_a_further_draft_that_is_given_up_leaves_what_is_typed(window):
    crm = believable_crm()
    await (await window(NEW, crm)).type("field.name", "Popas Nou")
    ui = await window(NEW, crm)
    await ui.type("field.name", "Cabana Nouă")
    await ui.press("form.other.0.discard")
    assert not ui.has("form.other.0.continue")
    assert ui.keyed("field.name").value == "Cabana Nouă"
    assert [draft.typed for draft in crm.drafts.values()] == [{"name": "Cabana Nouă"}]


async def test_three_new_addresses_of_one_company_are_three_drafts_that_its_page_tells_of(window):
    crm, form = believable_crm(), f"/companies/{HOTEL}?form=address"
    streets = ("Strada Unu", "Strada Doi", "Strada Trei")
    for street in streets:
        await (await window(form, crm)).type("field.street", street)
    ui = await window(f"/companies/{HOTEL}", crm)
    found = set()
    for n in range(3):
        await ui.press(f"record.draft.{n}.continue")
        found.add(ui.keyed("field.street").value)
        await ui.key("Escape")
    assert found == set(streets)


async def test_a_new_person_looked_for_by_name_leaves_the_draft_of_another_alone(window):
    crm, form = believable_crm(), f"/companies/{HOTEL}?form=contact&tie=1"
    await (await window(form, crm)).type("field.last_name", "Popescu")
    ui = await window(f"/companies/{HOTEL}?form=company_contact", crm)
    await ui.type("field.contact_id.search", "Zamfira Nouă")
    await ui.press("pick.new")
    assert ui.keyed("field.last_name").value == "Nouă"
    typed = [dict(draft.typed) for draft in crm.drafts.values()]
    assert {"last_name": "Popescu"} in typed
    assert {"first_name": "Zamfira", "last_name": "Nouă"} in typed


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_form_whose_every_field_is_kept_from_the_reader_says_so_and_is_left(window, width):
    crm = believable_crm()
    crm.hidden = frozenset(column.name for column in data_columns(CRM.get("bank_account")))
    ui = await window(f"/companies/{HOTEL}?form=bank_account", crm, width=width)
    assert ui.shows("This is confidential, and your profile does not open it.")
    assert not ui.has("form.save")
    await ui.key("Control+Enter")
    assert crm.saved == []
    await ui.press("form.close")
    assert ui.keyed("record.title").value == "Hotel Șapte Brazi"


@pytest.mark.parametrize("way", ["escape", "cross", "beside"])
async def test_a_form_that_is_left_beside_an_offered_draft_offers_it_again_and_loses_nothing(window, way):
    crm = believable_crm()
    await (await window(FORM, crm)).type("field.legal_name", "Șapte Brazi Turism SRL")
    ui = await window(FORM, crm)
    for n, (field, text) in enumerate((("email", "patru@brazi.example"), ("phone", "0722 000 777")), 2):
        await ui.type(f"field.{field}", text)
        await leave(ui, way)
        await ui.go(FORM)
        assert ui.has("form.draft.continue")
        assert ui.keyed(f"field.{field}").value == text, "what this window typed is at hand"
        assert [len(draft.typed) for draft in crm.drafts.values()] == [n]
    await ui.press("form.draft.continue")
    await ui.press("form.save")
    assert set(crm.saved[0].values) == {"legal_name", "email", "phone"}
    assert crm.drafts == {}


async def test_discarding_what_was_typed_beside_an_offered_draft_leaves_that_alone(window):
    crm = believable_crm()
    await (await window(FORM, crm)).type("field.legal_name", "Șapte Brazi Turism SRL")
    ui = await window(FORM, crm)
    await ui.type("field.email", "patru@brazi.example")
    await ui.key("Escape")
    await ui.go(FORM)
    await ui.press("form.discard")
    assert [draft.typed for draft in crm.drafts.values()] == [{"legal_name": "Șapte Brazi Turism SRL"}]


@pytest.mark.parametrize("end", ["save", "discard"])
async def test_an_offered_draft_that_nobody_decided_on_outlives_the_form(window, end):
    crm = believable_crm()
    await (await window(FORM, crm)).type("field.name", "Hotel Opt Brazi")
    ui = await window(FORM, crm)
    await ui.type("field.legal_name", "Opt Brazi SRL")
    await ui.press(f"form.{end}")
    assert [form.values for form in crm.saved] == ([{"legal_name": "Opt Brazi SRL"}] if end == "save" else [])
    assert [draft.typed for draft in crm.drafts.values()] == [{"name": "Hotel Opt Brazi"}]


async def test_what_is_saved_over_an_offered_draft_is_no_draft_any_more(window):
    crm = believable_crm()
    await (await window(FORM, crm)).type("field.name", "Hotel Opt Brazi")
    ui = await window(FORM, crm)
    await ui.type("field.name", "Hotel Nouă Brazi")
    await ui.press("form.save")
    assert crm.drafts == {}


async def test_a_new_record_that_is_saved_leaves_the_draft_of_another_as_it_was(window):
    crm = believable_crm()
    await (await window(NEW, crm)).type("field.name", "Popas Nou")
    ui = await window(NEW, crm)
    await ui.type("field.name", "Cabana Nouă")
    await ui.press("form.save")
    assert [draft.typed for draft in crm.drafts.values()] == [{"name": "Popas Nou"}]


@pytest.mark.parametrize("first", ["Fereastra unu", ""], ids=["both-typed", "second-typed-first"])
@pytest.mark.parametrize("closed_last", [0, 1])
async def test_two_windows_that_make_a_record_each_keep_what_was_typed_in_both(window, first, closed_last):
    crm = believable_crm()
    windows = [await window(NEW, crm)]
    if first:
        await windows[0].type("field.name", first)
    windows.append(await window(NEW, crm))
    await windows[1].type("field.name", "Fereastra doi")
    await windows[0].type("field.name", "Fereastra unu, mai departe")
    await windows[1].type("field.email", "doi@example.ro")
    await windows[1 - closed_last].key("Escape")
    await windows[closed_last].key("Escape")
    kept = [draft.typed for draft in crm.drafts.values()]
    assert {"name": "Fereastra unu, mai departe"} in kept
    assert {"name": "Fereastra doi", "email": "doi@example.ro"} in kept


@pytest.mark.parametrize("end", ["save", "discard"])
async def test_the_end_of_a_form_leaves_what_another_window_typed_into_its_own(window, end):
    crm = believable_crm()
    one, two = await window(NEW, crm), await window(NEW, crm)
    await one.type("field.name", "Fereastra unu")
    await two.type("field.name", "Fereastra doi")
    await one.press(f"form.{end}")
    assert {"name": "Fereastra doi"} in [draft.typed for draft in crm.drafts.values()]
    assert [saved.values for saved in crm.saved] == ([{"name": "Fereastra unu"}] if end == "save" else [])
    await two.press("form.save")
    assert {"name": "Fereastra doi"} in [saved.values for saved in crm.saved]


async def test_a_discarded_text_comes_back_by_undo_alone(window):
    crm = believable_crm()
    ui = await window(FORM, crm)
    await ui.type("field.name", "Hotel Opt Brazi")
    await ui.press("form.discard")
    await ui.go(FORM)
    assert ui.keyed("field.name").value == "Hotel Șapte Brazi"
    assert not ui.has("snack.action")
    assert crm.drafts == {}


async def test_a_continued_draft_names_what_others_wrote_meanwhile(window):
    crm = believable_crm()
    await (await window(FORM, crm)).type("field.name", "Hotel Opt Brazi")
    crm.rows["company"][HOTEL] |= {"name": "Hotel 7 Brazi"}
    ui = await window(FORM, crm)
    await ui.press("form.draft.continue")
    assert ui.keyed("field.name").value == "Hotel Opt Brazi"
    assert "Hotel 7 Brazi" in ui.keyed("field.name.message").value


async def test_a_picked_record_comes_back_with_its_name(window):
    crm = believable_crm()
    killed = await window(FORM, crm)
    await killed.press("field.responsible_id")
    await killed.type("field.responsible_id.search", "dan")
    await killed.press(next(i for i in killed.ids() if i.startswith("pick.") and i != "pick.none"))
    ui = await window(FORM, crm)
    await ui.press("form.draft.continue")
    assert ui.shows("Dan Rusu")


async def test_the_start_tells_of_the_last_draft_and_leads_to_it(window):
    crm = believable_crm()
    await (await window(FORM, crm)).type("field.name", "Hotel Opt Brazi")
    ui = await window("/inbox", crm)
    assert ui.keyed("snack").value == "Not saved yet (10:42): Edit company · Hotel Șapte Brazi"
    await ui.press("snack.action")
    await ui.press("form.draft.continue")
    assert ui.keyed("field.name").value == "Hotel Opt Brazi"


async def test_a_form_that_is_open_tells_of_its_draft_itself(window):
    crm = believable_crm()
    await (await window(NEW, crm)).type("field.name", "Popas Nou")
    ui = await window("/contacts?form=company", crm)
    assert ui.has("form.draft.continue")
    assert not ui.has("snack.action")


def slow_form(crm, rests):
    """Return the model of a form whose pauses end when the test says so."""

    async def rest(seconds: float) -> None:
        if seconds != KEEP_S:
            return
        rests.append(asyncio.Event())
        await rests[-1].wait()

    return FormModel(crm, FormPlace("company"), None, {}, NEW, rest)


async def test_letters_that_come_at_once_are_written_once():
    crm, rests = believable_crm(), []
    model = slow_form(crm, rests)
    await model.start()
    tasks = []
    for text in ("P", "Po", "Pop"):
        model.type("name", text)
        tasks.append(asyncio.create_task(model.keep_soon()))
        await asyncio.sleep(0)
    assert (len(rests), crm.drafts) == (1, {})
    rests[0].set()
    await asyncio.gather(*tasks)
    assert [draft.typed for draft in crm.drafts.values()] == [{"name": "Pop"}]


async def test_no_letter_waits_longer_than_a_tenth_of_a_second():
    crm, rested = believable_crm(), []

    async def rest(seconds: float) -> None:
        rested.append(seconds)

    model = FormModel(crm, FormPlace("company"), None, {}, NEW, rest)
    await model.start()
    model.type("name", "P")
    await model.keep_soon()
    assert crm.drafts["company:"].typed == {"name": "P"}
    assert sum(rested) <= 0.1


async def test_a_letter_that_comes_while_the_last_one_is_written_is_written_next(monkeypatch):
    crm, written, go_on = believable_crm(), [], asyncio.Event()

    async def keep_draft(draft):
        written.append(draft.typed["name"])
        await go_on.wait()

    monkeypatch.setattr(crm, "keep_draft", keep_draft)
    model = FormModel(crm, FormPlace("company"), None, {}, NEW, hurried)
    await model.start()
    model.type("name", "P")
    first = asyncio.create_task(model.keep_soon())
    while not written:
        await asyncio.sleep(0)
    for text in ("Po", "Pop"):
        model.type("name", text)
        await model.keep_soon()
    assert written == ["P"]
    go_on.set()
    await first
    assert written == ["P", "Pop"]


async def test_leaving_a_field_writes_at_once():
    crm = believable_crm()
    model = slow_form(crm, [])
    await model.start()
    model.type("name", "Popas")
    await model.keep_now()
    assert crm.drafts["company:"].typed == {"name": "Popas"}


@pytest.mark.parametrize("end", ["save", "forget"])
async def test_no_late_write_brings_a_draft_back(end):
    crm, rests = believable_crm(), []
    model = slow_form(crm, rests)
    await model.start()
    model.type("name", "Popas")
    late = asyncio.create_task(model.keep_soon())
    await asyncio.sleep(0)
    await getattr(model, end)()
    rests[0].set()
    await late
    assert crm.drafts == {}


async def test_the_tie_of_a_new_person_survives_with_it():
    crm, owner = believable_crm(), Owner("company", HOTEL)
    tie = FormModel(crm, FormPlace("company_contact"), owner, {}, "tie", hurried)
    await tie.start()
    tie.type("started_on", "2026-01-05")
    await tie.keep_now()
    person = FormModel(crm, FormPlace("contact", tie=True), owner, {}, "new", hurried, "tie")
    await person.start()
    person.type("last_name", "Pop")
    await person.keep_now()
    again = FormModel(crm, FormPlace("contact", tie=True), owner, {}, "new", hurried, "tie")
    await again.start()
    await again.continue_draft()
    assert await again.save() is not None
    assert crm.saved[0].tie == {"started_on": "2026-01-05"}
    assert crm.drafts == {}


def test_a_form_is_the_same_wherever_it_is_opened():
    company, person = Owner("company", HOTEL), Owner("contact", contact_id(1))
    assert form_key(FormPlace("company"), company) == form_key(FormPlace("company"), None)
    assert form_key(FormPlace("address"), company) != form_key(FormPlace("address"), person)
    assert form_key(FormPlace("address", "x"), company) == form_key(FormPlace("address", "x"), None)
    assert form_key(FormPlace("company", HOTEL, refused="tx"), None) != form_key(FormPlace("company", HOTEL), None)


@pytest.mark.parametrize(("language", "words"), [("en", "Kept as a draft"), ("ro", "Păstrat ca ciornă")])
async def test_the_windows_back_says_that_a_draft_is_kept_and_leads_back_to_it(window, language, words):
    crm = believable_crm()
    crm.preferences_ = Preferences(language, "light")
    ui = await window(FORM, crm)
    await ui.type("field.name", "Hotel Opt Brazi")
    await ui.go(f"/companies/{HOTEL}")
    assert ui.keyed("snack").value == words
    assert [draft.typed for draft in crm.drafts.values()] == [{"name": "Hotel Opt Brazi"}]
    await ui.press("snack.action")
    assert ui.keyed("field.name").value == "Hotel Opt Brazi"


async def test_the_windows_back_says_nothing_of_a_form_that_nothing_was_typed_into(window):
    ui = await window(FORM)
    await ui.go(f"/companies/{HOTEL}")
    assert not ui.has("snack.action")


@pytest.mark.parametrize("end", ["form.save", "form.discard"])
async def test_a_form_that_was_saved_or_discarded_says_nothing_of_a_draft(window, end):
    ui = await window(FORM)
    await ui.type("field.name", "Hotel Opt Brazi")
    await ui.press(end)
    assert ui.keyed("snack").value != "Kept as a draft"


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("other", [NEW, "/contacts?form=contact", f"/companies/{HOTEL}?form=record_share"])
async def test_what_is_said_of_a_draft_goes_away_as_another_form_opens(window, width, other):
    crm = believable_crm()
    crm.may_share = ("see",)
    ui = await window(FORM, crm, width=width)
    await ui.type("field.name", "Hotel Opt Brazi")
    await ui.key("Escape")
    assert ui.keyed("snack").value == "Kept as a draft"
    await ui.go(other)
    assert not ui.has("snack.action")
    assert not ui.shows("Kept as a draft")


async def test_a_form_that_another_form_follows_says_nothing_over_that_one_and_keeps_its_draft(window):
    crm = believable_crm()
    ui = await window(FORM, crm)
    await ui.type("field.name", "Hotel Opt Brazi")
    await ui.go(NEW)
    assert not ui.shows("Kept as a draft")
    assert [draft.typed for draft in crm.drafts.values()] == [{"name": "Hotel Opt Brazi"}]


async def test_a_page_that_tells_of_its_own_draft_is_not_told_of_it_by_a_message_too(window):
    crm = believable_crm()
    await (await window(FORM, crm)).type("field.name", "Hotel Opt Brazi")
    ui = await window(f"/companies/{HOTEL}", crm)
    assert ui.has("record.draft.0.continue")
    assert not ui.has("snack.action")


@pytest.mark.parametrize(("width", "is_below"), [(1280, False), (390, True)])
async def test_the_strips_of_two_drafts_are_alike_and_keep_their_words_on_a_phone(window, width, is_below):
    crm = crm_of({"data": ["drafts"]})
    ui = await window(NEW, crm, width=width)
    for id in ("form.draft", "form.other.0"):
        assert isinstance(meeting(ui, id, f"{id}.continue"), ft.Column if is_below else ft.Row)
