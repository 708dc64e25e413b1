"""A record is shared with a person or a team until a day, where that may be; its page tells with whom, and ends it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from client.events import RecordsChanged
from client.usecases.answers import Preferences
from client.usecases.record_answers import Shared
from client.usecases.rights_answers import SharesGot
from tests.ui.believable import NOW, ago
from tests.ui.fake_crm import believable_crm, company_id
from tests.ui.fake_rights import TEAMS, fill_shares
from tests.ui.fake_state import USERS

HOTEL = company_id(0)
PAGE, SHEET = f"/companies/{HOTEL}", f"/companies/{HOTEL}?form=record_share"
MARIA, DAN = (next(id for id, name in USERS.items() if name == one) for one in ("Maria Ilie", "Dan Rusu"))


def sharer(*levels):
    crm = believable_crm()
    crm.may_share = levels
    return crm


@pytest.mark.functions(34)
@pytest.mark.parametrize("width", [1280, 390])
async def test_sharing_is_offered_only_to_who_may_share(window, width):
    ui = await window(PAGE, width=width)
    assert not has_option(ui, "record.share")
    assert has_option(ui, "record.archive")
    ui = await window(PAGE, sharer("see"), width=width)
    assert has_option(ui, "record.share")
    crm = sharer("see")
    crm.denied = {"archive": "denied.archive.company"}
    ui = await window(PAGE, crm, width=width)
    assert has_option(ui, "record.share")
    assert not has_option(ui, "record.archive")


def has_option(ui, id):
    try:
        return ui.keyed(id) is not None
    except LookupError:
        return False


@pytest.mark.functions(34)
@pytest.mark.parametrize("width", [1280, 390])
async def test_a_record_is_shared_with_a_person_until_a_day(window, width):
    crm = sharer("see", "change")
    ui = await window(f"{PAGE}/details", crm, width=width)
    await ui.press("record.share")
    await ui.press("share.whom")
    await ui.type("share.whom.search", "dan")
    await ui.press(f"share.whom.{DAN}")
    await ui.press("share.level.change")
    await ui.press("share.days.30")
    await ui.press("share.save")
    assert not ui.has("share.save")
    assert [(one.whom, one.level, one.is_team) for one in crm.shares] == [("Dan Rusu", "change", False)]
    assert ui.shows("Dan Rusu")
    assert ui.keyed(f"share.{crm.shares[0].id}").value.startswith("may see and change it until ")


async def test_what_is_missing_or_wrong_is_said_at_its_field(window):
    crm = sharer("see")
    ui = await window(SHEET, crm)
    await ui.press("share.save")
    assert ui.keyed("share.whom.message").value == "Fill this in"
    assert ui.keyed("share.until.message").value == "Write a day, for example 24 Dec 2026."
    await ui.press("share.with.team")
    await ui.press("share.whom")
    await ui.press(f"share.whom.{next(iter(TEAMS))}")
    await ui.type("share.until", "31 Dec 2035")
    await ui.key("Enter", ctrl=True)
    assert ui.keyed("share.until.message").value == "Your own right to this record ends before that day."
    assert crm.shares == ()


@pytest.mark.functions(34)
async def test_nobody_is_offered_who_sees_the_record_anyway(window):
    crm = sharer("see")
    crm.rows["company"][HOTEL]["responsible_id"] = MARIA
    ui = await window(SHEET, crm)
    await ui.press("share.whom")
    assert [one for one in USERS if ui.has(f"share.whom.{one}")] == [DAN]


@pytest.mark.parametrize("width", [1280, 390])
async def test_an_open_sheet_has_the_name_that_the_record_gets_meanwhile_and_closes_when_it_goes(window, width):
    crm = sharer("see", "change")
    ui = await window(SHEET, crm, width=width)
    await ui.press("share.level.change")
    crm.rows["company"][HOTEL]["name"] = "Hotel Opt Brazi"
    crm.may_share = ("see",)
    crm.tell(RecordsChanged({"company": frozenset({HOTEL})}, from_centre=True))
    await ui.settle()
    assert ui.keyed("share.name").value == "Hotel Opt Brazi"
    del crm.rows["company"][HOTEL]
    crm.tell(RecordsChanged({"company": frozenset({HOTEL})}, from_centre=True))
    await ui.settle()
    assert ui.shows("You cannot share this record")
    assert not ui.has("share.save")


async def test_keys_close_the_picker_and_then_the_sheet(window):
    ui = await window(SHEET, sharer("see"))
    await ui.press("share.whom")
    assert ui.has("share.whom.search")
    await ui.key("Escape")
    assert not ui.has("share.whom.search")
    await ui.key("Escape")
    assert not ui.has("share.close")


@pytest.mark.functions(34)
@pytest.mark.parametrize(("language", "day"), [("en", "24 Dec 2026"), ("ro", "24 dec. 2026")])
async def test_the_day_that_the_sheet_names_as_an_example_is_one_that_it_takes(window, language, day):
    crm = sharer("see")
    crm.preferences_ = Preferences(language, "light")
    ui = await window(SHEET, crm)
    await ui.press("share.whom")
    await ui.press(f"share.whom.{DAN}")
    await ui.press("share.save")
    assert day in ui.keyed("share.until.message").value
    await ui.press("share.days.30")
    assert ui.keyed("share.until").value == day
    await ui.type("share.until", day)
    await ui.press("share.save")
    assert [one.whom for one in crm.shares] == ["Dan Rusu"]


@pytest.mark.functions(34)
@pytest.mark.parametrize("width", [1280, 390])
async def test_the_sheet_lists_the_shares_in_force_and_ends_one(window, width):
    crm = sharer("see")
    fill_shares(crm)
    ui = await window(SHEET, crm, width=width)
    assert ui.keyed("share.s-dan").value == "may see and change it until 12:17 · by Ana Pop"
    assert not ui.has("share.s-team.end")
    await ui.press("share.s-dan.end")
    assert ui.keyed("snack").value == "Hotel Șapte Brazi: no longer shared with Dan Rusu"
    assert ui.has("share.save")
    assert [one.id for one in crm.shares] == ["s-team"]
    assert not ui.has("share.s-dan.end")


async def test_a_sheet_that_is_closed_to_the_reader_still_says_with_whom_the_record_is_shared(window):
    crm = sharer()
    fill_shares(crm)
    ui = await window(SHEET, crm)
    assert ui.shows("You cannot share this record")
    assert ui.shows("Dan Rusu")


@pytest.mark.parametrize("way", ["escape", "cross", "beside"])
async def test_what_is_chosen_in_the_sheet_is_still_there_after_it_was_left(window, way):
    ui = await window(SHEET, sharer("see", "change"))
    await ui.press("share.whom")
    await ui.press(f"share.whom.{DAN}")
    await ui.press("share.level.change")
    await ui.type("share.until", "31.12.2026")
    await (ui.key("Escape") if way == "escape" else ui.press({"cross": "share.close", "beside": "scrim"}[way]))
    assert ui.keyed("snack").value == "Kept as a draft"
    await ui.press("snack.action")
    assert ui.shows("Dan Rusu")
    assert ui.keyed("share.until").value == "31.12.2026"
    await ui.press("share.cancel")
    assert not ui.has("share.save")
    await ui.go(SHEET)
    assert ui.keyed("share.until").value == ""


@pytest.mark.functions(34)
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Maria Ilie shared Hotel Șapte Brazi with you"),
        ("ro", "Maria Ilie ți-a dat acces la Hotel Șapte Brazi"),
    ],
)
async def test_whoever_gets_a_share_is_told_and_led_to_it(window, language, words):
    crm = believable_crm()
    crm.preferences_ = Preferences(language, "light")
    ui = await window("/companies", crm)
    crm.rights.got = SharesGot(1, "company", HOTEL, "Hotel Șapte Brazi", "Maria Ilie")
    crm.tell(RecordsChanged({"record_share": frozenset({"s"})}, from_centre=True))
    await ui.settle()
    assert ui.keyed("snack").value == words
    await ui.press("snack.action")
    assert ui.page.route == PAGE


@pytest.mark.parametrize(
    ("count", "by", "words"),
    [
        (1, "", "Hotel Șapte Brazi is shared with you"),
        (3, "Maria Ilie", "3 records are shared with you. They are marked in the lists."),
    ],
)
async def test_what_was_shared_while_nobody_looked_is_told_at_the_start(window, count, by, words):
    crm = believable_crm()
    crm.rights.got = SharesGot(count, "company", HOTEL, "Hotel Șapte Brazi", by)
    ui = await window("/sync", crm)
    assert ui.keyed("snack").value == words


@pytest.mark.functions(34)
@pytest.mark.parametrize("width", [1280, 390])
async def test_a_page_that_is_shared_with_the_reader_says_by_whom_and_until_when_and_its_row_is_marked(window, width):
    crm = believable_crm()
    fill_shares(crm)
    crm.shares = (*crm.shares, Shared("mine", "Ana Pop", False, "change", ago(days=-23), "Maria Ilie", is_with_me=True))
    crm.lent = frozenset({HOTEL})
    ui = await window(PAGE, crm, width=width)
    assert ui.keyed("record.lent").value == "Maria Ilie shared this with you until 17 Dec: you may change it"
    await ui.go("/companies")
    assert "Shared" in ui.texts_of(f"row.{HOTEL}")
    assert "Shared" not in ui.texts_of(f"row.{company_id(1)}")


async def test_a_typed_address_of_the_sheet_says_what_may_not_be_shared(window):
    ui = await window(SHEET, sharer())
    assert ui.shows("You cannot share this record")
    assert not ui.has("share.save")


@pytest.mark.functions(34)
@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ("Shared with", "may see and change it until 12:17 · by Ana Pop")), ("ro", ("Partajat cu", "de Maria Ilie"))],
)
async def test_shares_in_force_stand_with_what_the_reader_may_do_and_one_is_ended(window, language, words):
    crm = sharer("see")
    fill_shares(crm)
    crm.preferences_ = Preferences(language, "light")
    ui = await window(f"{PAGE}/details", crm)
    for sentence in words:
        assert ui.shows(sentence)
    assert not ui.has("share.s-team.end")
    await ui.press("share.s-dan.end")
    assert [one.id for one in crm.shares] == ["s-team"]
    assert not ui.has("share.s-dan")


async def test_the_rule_of_a_share_tells_the_day_on_which_it_ends(window):
    crm = believable_crm()
    fill_shares(crm)
    see = replace(crm.access[0], rule="why.share", words={"by": "Maria Ilie", "until": str(ago(days=-23))})
    crm.access = (see,)
    crm.shares = (Shared("s", "Dan Rusu", False, "see", ago(days=-400)),)
    ui = await window(f"{PAGE}/details", crm)
    ends = NOW + timedelta(days=23)
    assert ui.keyed("access.see").value == f"Maria Ilie shared this record until {ends.day} {ends:%b}."
    assert ui.keyed("share.s").value.endswith(str((NOW + timedelta(days=400)).year))
