"""Forms that join two records: the one that lacks is picked by name, or made on the way. And a save that is pressed twice."""

import asyncio

import flet as ft
import pytest

from client.ui.router import FormPlace, place_of
from client.ui.view_models.form import GUARD_S, FormModel
from client.usecases.answers import Owner
from client.usecases.form_answers import Finding
from tests.ui.conftest import unhurried
from tests.ui.fake_crm import believable_crm, company_id, contact_id
from tests.ui.probe import hurried

HOTEL = company_id(0)
PEOPLE = f"/companies/{HOTEL}/people"
TIE = f"/companies/{HOTEL}?form=company_contact"


def without_people(crm):
    """Leave the hotel without anybody, so that a new tie is alone."""
    crm.rows["company_contact"] = {k: r for k, r in crm.rows["company_contact"].items() if r["company_id"] != HOTEL}
    return crm


@pytest.mark.functions(4)
async def test_a_person_is_picked_by_name_and_tied_to_the_company_that_is_open(window):
    crm = without_people(believable_crm())
    ui = await window(TIE, crm)
    assert not ui.has("field.company_id")
    name = crm.title("contact", contact_id(3))
    await ui.type("field.contact_id.search", name)
    await ui.press(f"pick.{contact_id(3)}")
    assert name in ui.texts()
    await ui.press("form.save")
    [link] = [r for r in crm.rows["company_contact"].values() if r["company_id"] == HOTEL]
    assert link["contact_id"] == contact_id(3)
    assert not ui.has("form.save")


@pytest.mark.functions(4)
async def test_a_company_is_picked_from_a_persons_page(window):
    crm = believable_crm()
    ui = await window(f"/contacts/{contact_id(1)}?form=company_contact", crm)
    assert not ui.has("field.contact_id")
    await ui.press(next(i for i in ui.ids() if i.startswith("pick.") and i != "pick.new"))
    await ui.press("form.save")
    assert crm.saved[0].values["company_id"]


@pytest.mark.functions(4)
@pytest.mark.parametrize(
    ("page", "language", "title", "other"),
    [
        (f"/companies/{HOTEL}/contacts", "en", "Add a contact", "New person…"),
        (f"/companies/{HOTEL}/contacts", "ro", "Adaugă o persoană", "Persoană nouă…"),
        (f"/contacts/{contact_id(1)}/companies", "en", "Add a company", "New company…"),
        (f"/contacts/{contact_id(1)}/companies", "ro", "Adaugă o firmă", "Firmă nouă…"),
    ],
)
async def test_whom_to_add_is_asked_first_those_who_are_here_and_a_new_one(window, page, language, title, other):
    crm = believable_crm()
    crm.preferences_ = type(crm.preferences_)(language, "light")
    ui = await window(page, crm)
    await ui.press("tie.add")
    assert ui.shows(title)
    assert not ui.shows("New tie")
    assert not ui.shows("Legătură nouă")
    assert ui.shows(other)
    [held] = [c.key for c in ui.controls() if isinstance(c, ft.TextField) and c.autofocus]
    assert str(held).endswith("_id.search")
    picks = [i for i in ui.ids() if i.startswith("pick.")]
    assert picks[0] == "pick.new"
    assert len(picks) > 1


@pytest.mark.parametrize(("language", "words"), [("en", "Choose a person"), ("ro", "Alege o persoană")])
async def test_a_tie_without_a_person_says_whom_to_choose(window, language, words):
    crm = believable_crm()
    crm.preferences_ = type(crm.preferences_)(language, "light")
    ui = await window(TIE, crm)
    await ui.press("form.save")
    assert ui.keyed("field.contact_id.message").value == words
    assert crm.saved == []


@pytest.mark.functions(4)
async def test_a_person_who_is_not_there_yet_is_made_and_tied_in_one_save(window):
    crm = without_people(believable_crm())
    ui = await window(TIE, crm)
    await ui.press("field.is_primary")
    await ui.type("field.contact_id.search", "Zamfira Nouă")
    assert ui.shows("Nothing found")
    await ui.press("pick.new")
    assert (ui.keyed("field.first_name").value, ui.keyed("field.last_name").value) == ("Zamfira", "Nouă")
    await ui.press("form.save")
    assert crm.saved[0].tie == {"is_primary": True}
    assert crm.saved[0].start.owner == Owner("company", HOTEL)
    assert ui.keyed("record.title").value == "Hotel Șapte Brazi"
    assert not ui.has("form.save")


async def test_giving_up_a_new_person_leads_back_to_the_tie(window):
    ui = await window(TIE)
    await ui.press("field.is_primary")
    await ui.press("pick.new")
    await ui.press("form.discard")
    assert ui.has("field.contact_id")


def test_the_address_of_a_new_person_who_is_tied_can_be_read_back():
    place = place_of(TIE).with_form(FormPlace("contact", tie=True))
    assert place_of(place.url) == place


async def test_what_is_wrong_with_a_field_that_is_not_there_stands_at_the_top(window):
    crm = believable_crm()

    async def check(entity, values, own_id=None):
        return (Finding("company_id", "problem.read_only"),)

    crm.check = check  # type: ignore[method-assign]  # a finding of its own
    ui = await window(TIE, crm)
    await ui.press("form.save")
    assert ui.keyed("form.trouble").value == "Company: This cannot be changed"
    assert ui.keyed("form.warned").value == "Not saved: correct what is marked."


@pytest.mark.parametrize(
    ("page", "entity"),
    [
        (f"/contacts/{contact_id(1)}", "contact_point"),
        (f"/contacts/{contact_id(1)}", "related_person"),
        (f"/companies/{HOTEL}", "address"),
        (f"/companies/{HOTEL}", "bank_account"),
    ],
)
async def test_a_part_of_the_page_that_is_open_asks_for_no_owner(window, page, entity):
    ui = await window(f"{page}?form={entity}")
    assert ui.has("form.save")
    assert not ui.has("field.contact_id")
    assert not ui.has("field.company_id")


async def test_a_relative_without_an_open_person_asks_whose_it_is(window):
    ui = await window("/contacts?form=related_person")
    assert ui.has("field.contact_id.search")


# -- pressed twice ---------------------------------------------------------------------------------------------------------


async def opened(crm, entity="contact", typed=(("last_name", "Nouă"),), clock=None):
    """Return the model of a form for a new record, with something typed."""
    model = FormModel(crm, FormPlace(entity), None, {}, "form", hurried, clock=clock or unhurried())
    await model.start()
    for name, value in typed:
        model.type(name, value)
    return model


async def test_two_presses_at_once_make_one_record():
    crm = believable_crm()
    model = await opened(crm)
    await asyncio.gather(model.save(), model.save())
    assert len(crm.saved) == 1


async def test_a_press_after_the_save_makes_no_second_record():
    crm = believable_crm()
    model = await opened(crm)
    assert await model.save() is not None
    assert await model.save() is None
    assert len(crm.saved) == 1


async def test_two_presses_on_save_anyway_make_one_record():
    crm = believable_crm()
    model = await opened(crm, "company", (("name", "Popas"), ("fiscal_code", "RO 99000081")))
    assert await model.save() is None
    await asyncio.gather(model.save(), model.save())
    await model.save()
    assert len(crm.saved) == 1


async def test_the_second_click_of_a_double_click_does_not_overrule_the_warning():
    crm, now = believable_crm(), [100.0]
    model = await opened(crm, "company", (("name", "Popas"), ("fiscal_code", "RO 99000081")), clock=lambda: now[0])
    assert await model.save() is None
    now[0] += 0.3
    assert await model.save() is None
    assert (crm.saved, model.state.warned, model.state.saving) == ([], True, False)
    now[0] += GUARD_S
    assert await model.save() is not None


async def test_a_save_that_failed_can_be_pressed_again():
    crm = believable_crm()
    model = await opened(crm, typed=())
    assert await model.save() is None
    assert not model.state.saving
    model.type("last_name", "Nouă")
    assert await model.save() is not None


async def test_two_presses_on_the_button_make_one_record(window):
    crm = believable_crm()
    ui = await window("/contacts?form=contact", crm)
    await ui.type("field.last_name", "Nouă")
    button = ui.keyed("form.save")
    await asyncio.gather(*(ui.session.dispatch_event(button._i, "click", None) for _ in range(2)))
    await ui.settle()
    assert len(crm.saved) == 1


async def test_a_picker_tells_the_lately_used_from_those_by_name(window):
    ui = await window(f"/companies/{HOTEL}?form=company:{HOTEL}")
    await ui.press("field.parent_id")
    texts = ui.texts()
    assert "By name" in texts[texts.index("Lately used") :]
    await ui.type("field.parent_id.search", "an")
    assert not ui.shows("Lately used")
