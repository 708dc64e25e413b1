"""The message of the snack bar lies over the screen, which stays as it is; in a form it has a row, and hides no button."""

import flet as ft
import pytest

from client.usecases.form_drafts import FormDraft
from tests.ui.believable import ago
from tests.ui.fake_crm import believable_crm, company_id

HOTEL = company_id(0)
FORM = f"/companies/{HOTEL}?form=company:{HOTEL}"
SIZES = [(1280, 800), (900, 700), (390, 844)]


def telling():
    """Return a facade whose window begins with a message: of a form that was left unsaved."""
    crm = believable_crm()
    crm.drafts["contact:"] = FormDraft(
        "contact:", "/contacts?form=contact", "", "form.new.contact", {"last_name": "P"}, at=ago()
    )
    return crm


def above(control):
    """Return a control's ancestors, the nearest first."""
    found = []
    while getattr(control, "parent", None) is not None:
        control = control.parent
        found.append(control)
    return found


def meeting(ui, one, other):
    """Return the nearest part of the window that holds both."""
    ids = {id(control) for control in above(ui.keyed(other))}
    return next(control for control in above(ui.keyed(one)) if id(control) in ids)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("button", ["form.save", "form.discard"])
async def test_the_message_stands_beside_the_buttons_of_a_form(window, size, button):
    ui = await window(FORM, telling(), *size)
    assert isinstance(meeting(ui, "snack", button), ft.Column)


@pytest.mark.parametrize("size", SIZES)
async def test_the_message_lies_over_the_screen_and_takes_no_room_of_it(window, size):
    ui = await window(f"/companies/{HOTEL}/contacts", telling(), *size)
    assert isinstance(meeting(ui, "snack", "tie.add"), ft.Stack)


async def test_a_long_address_is_ended_before_it_squeezes_the_name_and_is_whole_in_the_tooltip(window):
    ui = await window(f"/companies/{HOTEL}/contacts")
    reaches = [c for c in ui.controls() if ".reach." in str(getattr(c.key, "value", c.key))]
    assert reaches
    for reach in reaches:
        assert (reach.max_lines, reach.overflow, reach.tooltip) == (1, ft.TextOverflow.ELLIPSIS, reach.value)
        ways = reach.parent
        words = next(c for c in ways.parent.controls if isinstance(c, ft.Column) and c is not ways)
        assert words.expand > ways.expand


@pytest.mark.parametrize(("width", "lines"), [(1280, True), (1000, False), (390, False)])
async def test_phone_and_e_mail_stand_beside_the_name_where_there_is_room(window, width, lines):
    ui = await window(f"/companies/{HOTEL}/contacts", width=width)
    assert any(".reach." in str(getattr(c.key, "value", c.key)) for c in ui.controls()) is lines
    assert ui.shows("0700\u00a0018\u00a0306" if lines else "0700 018 306")


async def test_the_actions_of_a_page_go_on_in_a_second_line_and_never_push_edit_out(window):
    ui = await window(f"/companies/{HOTEL}", width=1000)
    assert meeting(ui, "reach.call", "record.edit").wrap


async def test_phone_and_e_mail_of_a_person_stand_on_a_line_each(window):
    ui = await window(f"/companies/{HOTEL}/contacts")
    reaches = [c for c in ui.controls() if ".reach." in str(getattr(c.key, "value", c.key))]
    assert {str(getattr(c.key, "value", c.key)).rsplit(".", 1)[1] for c in reaches} == {"phone", "email"}
    assert not any("@" in c.value and "0700" in c.value for c in reaches)
