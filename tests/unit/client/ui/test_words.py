from datetime import UTC, date, datetime

import pytest

from client.ui import dates, figures
from client.ui.colours import LIGHT
from client.ui.keyboard import CURSOR_S, Keyboard, chord
from client.ui.theme import Look
from client.ui.widgets.marks import company_initials, initials_of
from client.ui.widgets.text import W6, marked
from shared_models.base import to_micros
from shared_models.texts import Texts

NOW = datetime(2026, 11, 24, 8, 42, tzinfo=UTC)


def look(language="en"):
    return Look(LIGHT, Texts(language), now=NOW)


def at(day, hour=0, minute=0, second=0):
    return to_micros(datetime(2026, 11, day, hour, minute, second, tzinfo=UTC))


def test_ages_are_short_and_days_follow_the_readers_midnight():
    assert dates.age(look(), at(24, 8, 41, 30)) == "now"
    assert dates.age(look(), at(24, 8, 22)) == "20 min"
    assert dates.age(look("ro"), at(6, 8)) == "18 z"
    # 22:30 UTC is half past midnight in Bucharest: today already.
    assert dates.days_since(look(), at(23, 22, 30)) == 0


def test_days_are_headings_in_both_languages():
    assert dates.day(look(), date(2026, 11, 24)) == "Today"
    assert dates.day(look(), date(2026, 11, 19)) == "Thursday 19 November"
    assert dates.day(look("ro"), date(2026, 11, 19)) == "Joi, 19 noiembrie"
    assert dates.day(look(), date(2025, 11, 19)).endswith("2025")


def test_figures_follow_the_language():
    assert figures.count(look("ro"), 1204) == "1.204"
    assert figures.size(look(), 2_400_000) == "2.4\u00a0MB"
    assert figures.size(look("ro"), 18_000_000) == "18\u00a0MB"
    assert figures.partial_day(look(), "--05-17") == "17 May"
    assert figures.partial_day(look("ro"), "1980-01-07") == "7 ian. 1980"
    assert figures.partial_day(look("ro"), "1980-05") == "mai 1980"
    assert figures.partial_day(look(), "1980") == "1980"
    assert figures.iban("RO49AAAA1B31007593840000") == "RO49 AAAA 1B31 0075 9384 0000"


@pytest.mark.parametrize(("name", "letter"), [("Șoim", "S"), ("țuică", "T"), ("Иван", "И"), ("7 Brazi", "#"), ("", "#")])
def test_names_are_filed_under_their_letter(name, letter):
    assert figures.initial(name) == letter


def test_initials_leave_out_the_legal_form():
    assert company_initials("Țesătoria Îndrăzneață SRL") == "ȚÎ"
    assert company_initials("Hotel Șapte Brazi") == "ȘB"
    assert company_initials("SRL") == "S"
    assert initials_of("Ana Maria Pop") == "AP"


def test_values_stand_in_bold_inside_their_sentence():
    assert marked("You wrote A1. Maria wrote B2.", ["A1", "B2"]) == [
        "You wrote ", ("A1", "ink", W6), ". Maria wrote ", ("B2", "ink", W6), ".",
    ]  # fmt: skip


def test_the_newest_handler_gets_a_key_first():
    keyboard, pressed = Keyboard(), []

    def taker(name, wanted):
        def take(key):
            pressed.append((name, key))
            return key in wanted

        return take

    keyboard.push(taker("screen", ("j", "escape")))
    close = keyboard.push(taker("sheet", ("escape",)))
    assert keyboard.press("escape")
    keyboard.press("j")
    close()
    keyboard.press("escape")
    assert pressed == [("sheet", "escape"), ("sheet", "j"), ("screen", "j"), ("screen", "escape")]


def test_letters_of_a_text_are_no_keys_but_chords_are():
    keyboard, pressed = Keyboard(), []

    def take(key):
        pressed.append(key)
        return True

    keyboard.push(take)
    keyboard.cursor(7, here=True)
    keyboard.press("j")
    keyboard.press(chord("Enter", ctrl=True))
    assert pressed == ["ctrl+enter"]
    assert chord("/", shift=True) == "?"


def test_letters_are_text_while_the_cursor_is_on_its_way_and_not_for_ever():
    now = [0.0]
    keyboard = Keyboard(clock=lambda: now[0])
    keyboard.await_cursor()
    now[0] = CURSOR_S - 0.1
    assert keyboard.is_typing
    now[0] = CURSOR_S
    assert not keyboard.is_typing
    keyboard.await_cursor()
    keyboard.cursor(7, here=True)
    keyboard.cursor(7, here=False)
    assert not keyboard.is_typing


def test_a_box_that_lost_the_cursor_to_another_or_went_with_its_screen_counts_no_more():
    shown = {7, 8}
    keyboard = Keyboard(is_shown=shown.__contains__)
    keyboard.cursor(7, here=True)
    keyboard.cursor(8, here=True)
    keyboard.cursor(7, here=False)
    assert keyboard.is_typing
    shown.remove(8)
    assert not keyboard.is_typing
