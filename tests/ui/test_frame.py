import asyncio
from dataclasses import dataclass

import flet as ft
import pytest

from client.events import RecordsChanged
from client.ui.app import open_door
from client.usecases.answers import Person, Preferences
from client.usecases.door import LastHere
from client.usecases.list_answers import Hit
from client.usecases.sync_answers import SyncStatus
from shared_models.errors import Busy, ErrorCode, Unreachable
from tests.ui.believable import NOW
from tests.ui.fake_crm import FakeCrm, FakeDoor, believable_crm, company_id
from tests.ui.probe import Probe


async def test_the_palette_finds_a_record_and_enter_opens_it(window):
    ui = await window("/sync")
    await ui.key("K", ctrl=True)
    await ui.type("palette.text", "podgoria")
    await ui.session.dispatch_event(ui.keyed("palette.text")._i, "submit", None)
    await ui.settle()
    assert ui.keyed("record.title").value == "Hotel Podgoria Iași"
    assert not ui.has("palette.text")


@pytest.mark.parametrize(("language", "words"), [("en", "Predeal · Phone or e-mail"), ("ro", "Predeal · Telefon sau e-mail")])
async def test_the_palette_says_in_words_which_part_of_a_record_was_found(window, language, words):
    class Found(FakeCrm):
        async def search(self, text):
            return (Hit("company", company_id(0), "Hotel Șapte Brazi", "Predeal", "contact_point"),)

    crm = Found()
    crm.__dict__ |= believable_crm().__dict__
    crm.preferences_ = Preferences(language)
    ui = await window("/companies", crm)
    await ui.press("palette.open")
    assert words in ui.texts()


async def test_the_palette_does_actions_and_arrows_choose_among_them(window):
    ui = await window("/companies")
    await ui.press("palette.open")
    await ui.type("palette.text", "settings")
    assert ui.has("action.settings")
    await ui.press("action.settings")
    assert ui.page.route == "/settings"


async def test_escape_closes_the_palette_and_leaves_the_screen(window):
    ui = await window("/companies")
    await ui.key("K", ctrl=True)
    await ui.key("Escape")
    assert not ui.has("palette.text")
    assert ui.has("list.search")


async def test_a_question_mark_shows_the_keys(window):
    ui = await window("/companies")
    await ui.key("/", shift=True)
    assert ui.keyed("keys.title").value == "Keys"
    await ui.key("Escape")
    assert not ui.shows("Everywhere")


async def test_keys_of_the_screen_rest_while_a_form_is_open(window):
    ui = await window(f"/companies/{company_id(0)}?form=company:{company_id(0)}")
    await ui.key("J")
    assert ui.keyed("record.title").value == "Hotel Șapte Brazi"
    assert ui.has("form.save")


async def test_another_language_is_there_at_once(window):
    crm = believable_crm()
    ui = await window("/settings", crm)
    await ui.press("language.ro")
    assert ui.shows("Setări")
    assert crm.preferences_.language == "ro"


@pytest.mark.parametrize("theme", ["dark", "outdoor", "light"])
async def test_another_theme_repaints_the_window(window, theme):
    ui = await window("/settings")
    await ui.press(f"theme.{theme}")
    from client.ui.colours import SETS

    assert ui.page.bgcolor == SETS[theme].canvas


@pytest.fixture
def door_of(window):
    async def start(door):
        return await Probe.open(lambda page: open_door(page, door, lambda: NOW))

    return start


@pytest.mark.functions(140)
async def test_signing_in_opens_the_interface(door_of):
    ui = await door_of(FakeDoor())
    await ui.type("sign_in.server", "crm.firma.ro")
    await ui.type("sign_in.email", "ana@firma.ro")
    await ui.type("sign_in.password", "pass")
    await ui.press("sign_in.enter")
    assert ui.has("nav.companies")
    await ui.close()


async def test_a_wrong_password_keeps_what_was_typed(door_of):
    ui = await door_of(FakeDoor(("https://crm.firma.ro", "ana@firma.ro")))
    await ui.type("sign_in.password", "nope")
    await ui.press("sign_in.enter")
    assert ui.keyed("sign_in.failure").value == "The password is wrong."
    assert ui.keyed("sign_in.email").value == "ana@firma.ro"
    await ui.close()


@pytest.mark.functions(140)
async def test_the_button_is_off_while_the_next_try_has_to_wait(door_of):
    ui = await door_of(FakeDoor(("https://crm.firma.ro", "ana@firma.ro"), Busy(ErrorCode.L402, "x", 47)))
    await ui.type("sign_in.password", "nope")
    assert not ui.keyed("sign_in.enter").disabled
    await ui.press("sign_in.enter")
    assert ui.keyed("sign_in.failure").value == "Too many tries. Try again in 47 seconds."
    assert ui.keyed("sign_in.enter").disabled
    assert ui.keyed("sign_in.password").value == "nope"
    await ui.close()


async def test_no_connection_at_the_first_sign_in_says_what_to_check(door_of):
    ui = await door_of(FakeDoor(error=Unreachable()))
    for name in ("server", "email", "password"):
        await ui.type(f"sign_in.{name}", "x")
    await ui.press("sign_in.enter")
    assert "cannot be reached" in ui.keyed("sign_in.failure").value
    await ui.close()


async def test_an_empty_field_is_named(door_of):
    ui = await door_of(FakeDoor())
    await ui.press("sign_in.enter")
    assert ui.keyed("sign_in.email.message").value == "Fill this in"
    await ui.close()


@pytest.mark.parametrize(
    ("known", "field"),
    [
        (("", ""), "server"),
        (("https://crm.firma.ro", ""), "email"),
        (("https://crm.firma.ro", "ana@firma.ro"), "password"),
    ],
)
async def test_the_cursor_waits_in_the_first_field_that_has_to_be_typed(door_of, known, field):
    ui = await door_of(FakeDoor(known))
    names = ("server", "email", "password")
    assert [name for name in names if ui.keyed(f"sign_in.{name}").autofocus] == [field]
    await ui.close()


async def test_no_field_is_drawn_before_the_account_was_looked_for_since_a_field_takes_the_cursor_only_at_first(door_of):
    found = asyncio.Event()

    class Slow(FakeDoor):
        async def last(self):
            await found.wait()
            return LastHere("https://crm.firma.ro", "ana@firma.ro", is_known=True)

    ui = await door_of(Slow())
    assert not ui.has("sign_in.enter")
    found.set()
    await ui.settle()
    assert ui.keyed("sign_in.password").autofocus
    await ui.close()


@dataclass
class Device:
    """What the page says of a device: the languages of its person, best first."""

    locales: list[ft.Locale]


def saying(*languages):
    async def get_device_info():
        return Device([ft.Locale(language) for language in languages])

    return get_device_info


async def silent():
    raise TimeoutError


@pytest.mark.parametrize(
    ("last", "device", "title"),
    [
        (None, saying("ro", "en"), "Conectare"),
        (None, saying("de", "en", "ro"), "Sign in"),
        (None, saying("de", "ro"), "Conectare"),
        (None, saying("de"), "Sign in"),
        (None, silent, "Sign in"),
        ("ro", silent, "Conectare"),
        ("en", saying("ro"), "Sign in"),
    ],
)
async def test_the_door_speaks_the_language_of_the_last_person_here_else_the_devices_else_english(last, device, title):
    def main(page):
        page.get_device_info = device
        open_door(page, FakeDoor(speaks=last), lambda: NOW)

    ui = await Probe.open(main)
    await ui.settle()
    assert ui.keyed("sign_in.title").value == title
    await ui.press("sign_in.language")
    assert ui.keyed("sign_in.title").value != title
    await ui.close()


@pytest.mark.parametrize(
    ("link", "waiting", "words"),
    [
        ("work_offline", 0, ("Not synced yet", "Working offline")),
        ("work_offline", 3, ("3 waiting", "Working offline")),
        ("paused", 0, ("Sync is paused",)),
        ("paused", 1, ("1 waiting", "Sync is paused")),
        ("idle", 0, ("Not synced yet",)),
    ],
)
async def test_the_pill_says_everywhere_that_syncing_was_switched_off(window, link, waiting, words):
    crm = believable_crm()
    crm.status_ = SyncStatus(link=link, waiting=waiting)
    ui = await window("/companies", crm)
    assert all(ui.shows(word) for word in words)


async def test_who_it_is_and_the_language_come_with_the_first_pull(window):
    crm = believable_crm()
    crm.person_ = Person("")
    ui = await window("/companies", crm)
    assert not ui.shows("Ana Pop")
    crm.person_, crm.preferences_ = Person("Ana Pop"), Preferences("ro", "light")
    crm.tell(RecordsChanged({}, frozenset({"user"}), from_centre=True))
    await ui.settle()
    assert ui.shows("Ana Pop")
    assert ui.shows("AP")
    assert ui.shows("Firme")


async def test_the_pill_keeps_within_the_rail(window):
    ui = await window("/companies")
    pill = next(c for c in ui.controls() if getattr(c, "identifier", "") == "sync.pill")
    words = pill.content.content.controls[-1]
    assert (pill.expand, pill.expand_loose, words.expand, words.expand_loose) == (True,) * 4


async def test_a_search_box_keeps_the_start_of_a_text_pasted_by_mistake(window):
    ui = await window("/companies")
    await ui.type("list.search", "a" * 3000)
    assert ui.keyed("list.search").value == "a" * 100
