"""A card speaks to its reader: whose value lost, whose is in use, and which answers fit."""

from dataclasses import replace

import flet as ft
import pytest

from client.usecases.answers import Preferences
from client.usecases.sync_answers import CardView, Inbox, Side, Twin
from tests.ui.believable import ago
from tests.ui.fake_crm import believable_crm, company_id

A, B = company_id(0), company_id(1)
HERE = Side({"job_title": "Șef achiziții"}, by="Ana Pop", is_me=True, at=ago(days=7), is_here=True)
AWAY = Side({"job_title": "Director achiziții"}, by="Maria Ilie", at=ago(days=8))
OTHER = Side({"job_title": "Achiziții"}, by="Dan Rusu", at=ago(days=9))


def duplicate():
    twins = (
        Twin(A, "Hotel Șapte Brazi", "C-1", "Predeal", "RO 99000018", "Maria Ilie", at=ago(days=90)),
        Twin(B, "Brazi", is_me=True, at=ago(days=1)),
    )
    return CardView(
        "c-1", "duplicate", "company", B, "Brazi", "", "fiscal_code", "FM",
        Side({}), Side({"fiscal_code": "RO 99000018"}, by="Ana Pop", is_me=True, at=ago(days=1)),
        Side({"id": A, "fiscal_code": "99000018"}, by="Ana Pop", is_me=True, at=ago(days=1)), "", ago(days=1), twins=twins,
    )  # fmt: skip


def account():
    now = Side({"iban": "RO09BCYP0000001234567890"}, by="Maria Ilie", at=ago(days=1))
    return CardView(
        "c-2", "bank_account", "bank_account", "b-1", "RO09BCYP0000001234567890", "Hotel Șapte Brazi", "account", "GR",
        Side({"iban": "RO49AAAA1B31007593840000"}), now, now, "", ago(days=1), owner=("company", A),
    )  # fmt: skip


def ancestors(control):
    """Yield what holds a control, the nearest first."""
    while (control := getattr(control, "parent", None)) is not None:
        yield control


def crm_with(card):
    crm = believable_crm()
    crm.inbox_ = Inbox((card,))
    return crm


@pytest.mark.functions(142)
@pytest.mark.parametrize("width", [1280, 390])
async def test_two_companies_that_may_be_one_are_told_apart_and_lead_to_their_pages(window, width):
    crm = crm_with(duplicate())
    ui = await window("/inbox", crm, width=width)
    assert ui.shows("Brazi and Hotel Șapte Brazi have the same fiscal code")
    assert width == 390 or ui.shows("Hotel Șapte Brazi, Brazi")  # the row in the list; on a phone it is open in its place
    assert ui.shows("Code C-1")
    assert ui.shows("Predeal")
    assert ui.shows("Added: Maria Ilie, ")
    assert ui.shows("Added: You, ")
    assert not any(A in text or "Restore" in text or "Keep" in text for text in ui.texts())
    await ui.key("2")
    assert crm.decided == []
    await ui.press(f"card.twin.{A}")
    assert ui.shows("Hotel Șapte Brazi")
    await ui.go("/inbox")
    await ui.press("card.kept_theirs")
    assert crm.decided == [("c-1", "kept_theirs")]


@pytest.mark.functions(142)
@pytest.mark.parametrize("width", [1280, 390])
async def test_a_changed_account_names_its_company_and_both_numbers_and_asks_for_a_look(window, width):
    crm = crm_with(account())
    ui = await window("/inbox", crm, width=width)
    flat = [text.replace("\u00a0", " ") for text in ui.texts()]
    told = "from RO49 AAAA 1B31 0075 9384 0000 to RO09 BCYP 0000 0012 3456 7890"
    assert any(f"The account of Hotel Șapte Brazi changed {told}" in text for text in flat)
    assert ui.shows("I have checked it")
    assert not ui.has("card.restored_mine")
    await ui.key("1")
    assert crm.decided == [("c-2", "kept_theirs")]


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    ("mine", "theirs", "acts", "hint"),
    [
        (
            HERE,
            AWAY,
            {1280: ("Keep theirs", "Restore mine"), 390: ("Theirs", "Mine")},
            "yours replaces what is in use, as a new edit",
        ),
        (
            AWAY,
            HERE,
            {1280: ("Keep mine", "Take Maria Ilie's"), 390: ("Mine", "Theirs")},
            "it replaces yours, as a new edit",
        ),
        (
            AWAY,
            OTHER,
            {1280: ("Keep what is used", "Take Maria Ilie's"), 390: ("In use", "Other")},
            "it replaces what is in use",
        ),
        (
            HERE,
            HERE,
            {1280: ("Keep what is used", "Take the other one"), 390: ("In use", "Other")},
            "it replaces what is in use",
        ),
    ],
)
async def test_the_words_fit_the_side_of_the_reader(window, width, mine, theirs, acts, hint):
    first = believable_crm().inbox_.cards[0]
    ui = await window("/inbox", crm_with(replace(first, mine=mine, theirs=theirs)), width=width)
    keep, take = acts[width]
    assert keep in ui.texts()
    assert take in ui.texts()
    assert ui.shows(hint)
    assert ui.shows("in use now")
    if theirs is HERE and mine is AWAY:
        assert ui.shows(f"{keep}: yours is in use and stays.")
        assert not ui.shows("yours is kept in the history")


@pytest.mark.parametrize(
    ("language", "heads"),
    [("en", ["By Maria Ilie", "By Dan Rusu · in use now"]), ("ro", ["Scris de Maria Ilie", "Scris de Dan Rusu · în uz"])],
)
async def test_a_value_of_somebody_else_says_who_wrote_it(window, language, heads):
    crm = crm_with(replace(believable_crm().inbox_.cards[0], mine=AWAY, theirs=OTHER))
    crm.preferences_ = Preferences(language)
    ui = await window("/inbox", crm)
    assert [text for text in ui.texts() if text in heads] == heads


@pytest.mark.parametrize("width", [1280, 390])
async def test_what_an_answer_does_is_told_under_the_words_of_its_button_and_in_the_order_of_the_buttons(window, width):
    ui = await window("/inbox", width=width)
    told = [text.split(":")[0] for text in ui.texts() if "stays in the timeline of the record" in text]
    assert told == (["Mine", "Theirs"] if width == 390 else ["Keep theirs", "Restore mine"])
    assert set(told) <= set(ui.texts())


async def test_an_account_is_named_by_its_company_and_has_the_whole_width_of_a_phone(window):
    ui = await window("/inbox", crm_with(account()), width=390)
    now = next(c for c in ui.controls() if getattr(c, "value", "") == "In use now")
    line = next(c for c in ancestors(now) if isinstance(c, ft.Row))
    assert len(line.controls) == 1
    assert "Hotel Șapte Brazi" in ui.texts()
    assert not any("RO09BCYP0000001234567890" in text for text in ui.texts())


async def test_on_a_phone_the_name_of_who_wrote_a_value_has_a_line_alone(window):
    ui = await window("/inbox", width=390)
    assert "Maria Ilie" in ui.texts()
    assert "Mon 16\u00a0Nov, 17:42" in ui.texts()


async def test_restoring_an_archive_says_that_the_record_is_archived(window):
    gone = believable_crm().inbox_.cards[2]
    ui = await window("/inbox", crm_with(gone))
    assert ui.shows("Keep it in use: nothing changes, and the new work stays.")
    assert ui.shows("Archive it: it leaves the lists. The new work stays with the record.")


@pytest.mark.functions(142)
@pytest.mark.parametrize("width", [1280, 390])
async def test_the_name_of_a_person_is_told_as_a_name_and_whole(window, width):
    sides = [
        replace(side, values={"first_name": "Ioana", "last_name": last})
        for side, last in ((HERE, "Știrbei-Pop"), (AWAY, "Pop"), (Side({}), "Știrbei"))
    ]
    mine, theirs, before = sides
    one = CardView("c-3", "value", "contact", "p", "Ioana Pop", "", "name", "GR", before, mine, theirs, "", ago(days=1))
    ui = await window("/inbox", crm_with(one), width=width)
    assert ui.shows("Ioana Știrbei-Pop")
    assert ui.shows("Ioana Pop")
    assert not ui.shows("Ioana, Pop")
    if width == 390:
        assert "Ioana Știrbei" in ui.texts()
