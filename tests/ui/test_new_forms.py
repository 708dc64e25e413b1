"""Forms of a new person and a new company: what matters at the top, phone and e-mail beside it, the rest under "More"."""

import flet as ft
import pytest

from client.ui.router import FormPlace
from client.ui.view_models.form import FormModel
from client.ui.view_models.form_state import form_key
from client.ui.views.form import CURSOR_TURNS
from client.usecases.answers import Owner
from client.usecases.form_answers import Finding
from tests.ui.conftest import unhurried
from tests.ui.fake_crm import believable_crm, company_id, contact_id
from tests.ui.probe import hurried

HOTEL = company_id(0)
PERSON, COMPANY = "/contacts?form=contact", "/companies?form=company"


def fields(ui):
    """Return the fields of the form that are on the screen, from the top."""
    ids = [i.removeprefix("field.") for i in ui.ids() if i.startswith("field.")]
    return [i for i in ids if "." not in i]


@pytest.mark.functions(4, 16)
@pytest.mark.parametrize("route", [PERSON, f"/companies/{HOTEL}?form=contact&tie=1"])
async def test_a_new_person_begins_with_name_company_job_and_ways_to_reach_him(window, route):
    ui = await window(route)
    assert fields(ui) == ["first_name", "last_name", "company", "job_title", "phone", "email"]


async def test_a_new_company_begins_with_name_code_and_ways_to_reach_it(window):
    ui = await window(COMPANY)
    assert fields(ui) == ["name", "fiscal_code", "industry_id", "phone", "email"]
    assert ui.has("field.roles.customer")


@pytest.mark.parametrize(("route", "field"), [(PERSON, "nickname"), (COMPANY, "code")])
async def test_more_unfolds_the_rest_and_folds_it_again(window, route, field):
    ui = await window(route)
    await ui.press("form.more")
    assert ui.has(f"field.{field}")
    await ui.press("form.more")
    assert not ui.has(f"field.{field}")


async def test_what_was_typed_under_more_is_never_folded_away(window):
    ui = await window(PERSON)
    await ui.press("form.more")
    await ui.type("field.nickname", "Nelu")
    await ui.go("/sync")
    await ui.go(PERSON)
    assert ui.keyed("field.nickname").value == "Nelu"


async def test_what_is_wrong_under_more_unfolds_it(window):
    crm = believable_crm()

    async def check(entity, values, own_id=None):
        return (Finding("birth_date", "problem.value"),)

    crm.check = check  # type: ignore[method-assign]  # a check of its own
    ui = await window(PERSON, crm)
    await ui.type("field.last_name", "Pop")
    await ui.press("form.save")
    assert "17.05.1980" in ui.keyed("field.birth_date.message").value


@pytest.mark.functions(4, 19)
async def test_phone_mail_and_company_are_saved_with_the_person(window):
    crm = believable_crm()
    ui = await window(PERSON, crm)
    await ui.type("field.last_name", "Nouă")
    await ui.type("field.phone", "0722 000 777")
    await ui.type("field.email", "noua@brazi.example")
    await ui.press("field.company")
    await ui.type("field.company.search", "sapte brazi")
    await ui.press(f"pick.{HOTEL}")
    await ui.key("Enter", ctrl=True)
    assert crm.saved[0].values == {
        "last_name": "Nouă", "phone": "0722 000 777", "email": "noua@brazi.example", "company": HOTEL,
    }  # fmt: skip
    assert ui.keyed("record.title").value == "Nouă"
    assert len(crm.saved) == 1


async def test_the_company_that_is_open_stands_in_the_form_and_can_be_taken_out(window):
    crm = believable_crm()
    ui = await window(f"/companies/{HOTEL}?form=contact", crm)
    await ui.type("field.last_name", "Nouă")
    await ui.press("field.company")
    await ui.press("pick.none")
    await ui.press("form.save")
    assert crm.saved[0].values == {"last_name": "Nouă", "company": None}


async def test_initials_follow_the_name_that_is_typed(window):
    ui = await window(PERSON)
    await ui.type("field.first_name", "Zamfira")
    await ui.type("field.last_name", "Xenopol")
    assert "ZX" in ui.texts()


async def test_a_draft_keeps_phone_and_the_name_of_the_company(window):
    crm = believable_crm()
    ui = await window(PERSON, crm)
    await ui.type("field.phone", "0722 000 777")
    await ui.press("field.company")
    await ui.type("field.company.search", "sapte brazi")
    await ui.press(f"pick.{HOTEL}")
    again = await window(PERSON, crm)
    await again.press("form.draft.continue")
    assert again.keyed("field.phone").value == "0722 000 777"
    assert again.shows("Hotel Șapte Brazi")
    await again.type("field.last_name", "Nouă")
    await again.press("form.save")
    assert crm.saved[0].values == {"last_name": "Nouă", "phone": "0722 000 777", "company": HOTEL}


async def test_a_record_that_was_picked_still_has_its_name_after_going_elsewhere(window):
    ui = await window(PERSON)
    await ui.press("field.company")
    await ui.type("field.company.search", "sapte brazi")
    await ui.press(f"pick.{HOTEL}")
    await ui.go("/sync")
    await ui.go(PERSON)
    assert ui.shows("Hotel Șapte Brazi")


async def test_the_warning_on_a_phone_stands_at_the_phone_and_can_be_kept():
    crm = believable_crm()

    async def check(entity, values, own_id=None):
        return (Finding("phone", "warning.phone", {}, "warning"),) if values.get("phone") == "123" else ()

    crm.check = check  # type: ignore[method-assign]  # a check of its own
    model = FormModel(crm, FormPlace("contact"), None, {}, "form", hurried, clock=unhurried())
    await model.start()
    model.type("last_name", "Pop")
    model.type("phone", "123")
    assert await model.save() is None
    assert model.state.finding("phone") is not None
    model.keep("phone")
    assert await model.save() is not None


def test_a_new_person_of_one_company_is_another_form_than_of_none():
    hotel, person = Owner("company", HOTEL), Owner("contact", contact_id(1))
    assert form_key(FormPlace("contact"), hotel) == form_key(FormPlace("contact", tie=True), hotel)
    assert form_key(FormPlace("contact"), hotel) != form_key(FormPlace("contact"), None)
    assert form_key(FormPlace("contact"), person) == form_key(FormPlace("contact"), None)


def asked(ui):
    """Return how often the window was asked to put the cursor somewhere."""
    return [name for name, _ in ui.connection.invoked].count("focus")


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_new_form_asks_for_the_cursor_also_where_another_box_has_it(window, width):
    ui = await window(f"/companies/{company_id(0)}", width=width)
    await ui.enter("note.text")
    before = asked(ui)
    await ui.go("/companies?form=company")
    assert asked(ui) > before


async def test_the_form_of_a_company_that_is_here_asks_for_the_cursor_too(window):
    ui = await window(f"/companies/{company_id(0)}")
    await ui.key("e")
    assert asked(ui) > 0


async def test_a_phone_shows_no_keys_over_the_form_of_a_company_that_is_here(window):
    ui = await window(f"/companies/{company_id(0)}", width=390, height=844)
    await ui.press("record.edit")
    assert ui.has("form.save")
    assert asked(ui) == 0


async def test_a_form_that_opens_with_something_wrong_asks_for_the_cursor_there(window):
    ui = await window(f"/companies/{company_id(0)}")
    await ui.key("e")
    await ui.type("field.fiscal_code", "RO 99000081")
    await ui.key("Escape")
    await ui.press("snack.action")
    boxes = {c._i: c.key for c in ui.controls() if isinstance(c, ft.TextField)}
    focused = [boxes.get(id) for id, name in ui.connection.asked if name == "focus"]
    assert focused[-1] == "field.fiscal_code"


async def test_a_form_takes_no_cursor_from_the_box_that_the_person_has_put_it_in(window, monkeypatch):
    ui = await window(f"/companies/{company_id(0)}")
    usual = ui.connection.send_message
    told = []

    def entered_elsewhere(message):
        usual(message)
        if not told and any(getattr(c, "key", None) == "field.email" for c in ui.controls()):
            told.append(message)
            ui.connection.loop.create_task(ui.session.dispatch_event(ui.keyed("field.email")._i, "focus", None))

    monkeypatch.setattr(ui.connection, "send_message", entered_elsewhere)
    await ui.go("/companies?form=company")
    assert asked(ui) < CURSOR_TURNS
