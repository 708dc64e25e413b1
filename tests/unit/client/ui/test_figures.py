"""Whatever may be stored can be shown, in both languages."""

from datetime import UTC, datetime

import pytest

from client.ui import dates, figures
from client.ui.colours import LIGHT
from client.ui.theme import Look
from client.usecases.answers import Label
from shared_models.codec import stored_value
from shared_models.errors import RecordInvalid
from shared_models.fields import column_of, columns
from shared_models.registry import CRM
from shared_models.texts import Texts

NOW = datetime(2026, 11, 24, 8, 42, tzinfo=UTC)
LATEST = 253_402_300_799_999_999
TRIED = (
    "", "a", "0", "-1", "1.5", "1980-05-17", "--02-29", "0001-01-01", "9999-12-31", "xx", "RO", "\n",
    0, 1, -1, 2**53, LATEST, True, False, [], ["a"], ["customer", "a-role-of-a-newer-version"],
)  # fmt: skip
SHOWN_BY_CARDS = "sync_conflict"
"""Its values are told in sentences of their own."""


def look(language="en", now=NOW):
    return Look(LIGHT, Texts(language), now=now)


def company(name):
    return CRM.get("company"), column_of(CRM.get("company"), name)


@pytest.mark.parametrize("language", ["en", "ro"])
@pytest.mark.parametrize("entity", [e for e in CRM if e.entity_name != SHOWN_BY_CARDS], ids=lambda e: e.entity_name)
def test_every_value_that_a_field_can_hold_has_words(entity, language):
    shown = 0
    for column in columns(entity):
        for tried in (*TRIED, *column.values):
            try:
                stored = stored_value(entity, column.name, tried)
            except RecordInvalid:
                continue
            words = figures.value(look(language), entity, column, stored)
            assert isinstance(words, str)
            assert words or stored in ("", []), (column.name, stored)
            shown += 1
    assert shown > len(columns(entity))


def test_a_choice_of_a_newer_version_stands_as_it_is_stored():
    kind, column = company("roles")
    assert figures.value(look("ro"), kind, column, ["customer", "franchise"]) == "Client, franchise"


def test_an_id_is_shown_by_its_name_and_a_missing_record_is_called_gone():
    kind, column = company("type_id")
    assert figures.value(look("ro"), kind, column, "id", Label("Hotel", "Hotelul")) == "Hotelul"
    assert figures.value(look("en"), kind, column, "id", "Hotel X") == "Hotel X"
    assert figures.value(look("en"), kind, column, "id") == look("en").t("value.gone")


def test_yes_no_and_nothing_are_three_things():
    kind, column = company("is_vat_payer")
    texts = [figures.value(look("ro"), kind, column, stored) for stored in (True, False, None)]
    assert texts == ["Da", "Nu", ""]


def test_figures_that_people_read_aloud_stay_on_one_line_and_sentences_do_not():
    assert figures.unbroken("0722 000 001") == "0722\u00a0000\u00a0001"
    assert figures.unbroken("no digits here") == "no digits here"
    assert " " in figures.unbroken("+40 368 000 120 int. 204")  # too long for one line of a phone
    assert " " in figures.unbroken("a long text with 1 figure that goes on and on and on")


@pytest.mark.parametrize(
    ("days", "english", "romanian"),
    [
        (0, "today", "astăzi"),
        (1, "yesterday", "ieri"),
        (3, "on Saturday", "sâmbătă"),
        (40, "on 15 Oct", "pe 15 oct."),
        (400, "on 20 Oct 2025", "pe 20 oct. 2025"),
        (-3, "on 27 Nov", "pe 27 nov."),
    ],
)
def test_when_something_happened_stands_in_a_sentence(days, english, romanian):
    at = int(NOW.timestamp() * 1_000_000) - days * 86_400_000_000
    assert dates.weekday_of(look("en"), at) == english
    assert dates.weekday_of(look("ro"), at) == romanian


@pytest.mark.parametrize(("days", "words"), [(0, "today"), (1, "yesterday"), (18, "18 days ago")])
def test_days_are_counted_back(days, words):
    assert dates.days_ago(look(), int(NOW.timestamp() * 1_000_000) - days * 86_400_000_000) == words


def test_today_has_an_hour_and_another_day_a_date():
    at = int(NOW.timestamp() * 1_000_000)
    assert dates.moment(look(), at) == "10:42"
    assert dates.moment(look(), at - 7 * 86_400_000_000) == "17 Nov"
    assert dates.day(look(), NOW.date().replace(day=23)) == "Yesterday"


def test_a_day_that_has_25_hours_is_no_age_of_no_days():
    midnight = datetime(2026, 10, 24, 21, 0, tzinfo=UTC)
    evening = look(now=datetime(2026, 10, 25, 21, 30, tzinfo=UTC))
    assert dates.age(evening, int(midnight.timestamp() * 1_000_000)) == "1 d"
