"""Signing out says what it means before it happens; signing in once more leaves the data of the device at hand."""

from dataclasses import replace

import pytest

from client.events import SignedOut
from client.ui.app import open_ui
from client.usecases.answers import OwnAccount
from shared_models.errors import ErrorCode, NeedsSignIn, Unreachable
from tests.ui.believable import NOW, ago
from tests.ui.fake_crm import believable_crm
from tests.ui.probe import Probe, hurried

pytestmark = pytest.mark.functions(140)


def crm_with(**status):
    crm = believable_crm()
    crm.status_ = replace(crm.status_, **status)
    return crm


async def asked(window, crm, **size):
    ui = await window("/settings", crm, **size)
    await ui.press("settings.sign_out")
    return ui


async def test_whoever_signs_out_with_unsent_edits_reads_how_many_and_that_they_stay(window):
    crm = crm_with(waiting=3)
    ui = await asked(window, crm)
    assert ui.keyed("sign_out.held").value.startswith("3 changes have not been sent yet. They stay safe on this device")
    assert "sign_out" not in crm.calls
    await ui.press("sign_out.leave")
    assert crm.calls.count("sign_out") == 1


async def test_whoever_has_sent_everything_is_not_warned(window):
    ui = await asked(window, crm_with(waiting=0))
    assert ui.keyed("sign_out.held").value == "Everything is sent. Your data stays on this device."


async def test_the_question_says_how_to_come_back_and_until_when_without_a_connection(window):
    crm = believable_crm()
    crm.account_ = replace(crm.account_, opens_until=ago(days=-13))
    ui = await asked(window, crm)
    back = ui.keyed("sign_out.back").value
    assert "ana.pop@carpati.example" in back
    assert "also without a connection" in back


@pytest.mark.parametrize("until", [None, ago(days=1)])
async def test_after_the_lease_it_says_that_coming_back_needs_a_connection(window, until):
    crm = believable_crm()
    crm.account_ = OwnAccount("https://crm.firma.ro", "ana@firma.ro", until)
    ui = await asked(window, crm)
    assert "needs a connection" in ui.keyed("sign_out.back").value


@pytest.mark.parametrize("way", ["press", "key"])
async def test_whoever_stays_is_still_in(window, way):
    crm = believable_crm()
    ui = await asked(window, crm)
    if way == "press":
        await ui.press("sign_out.stay")
    else:
        await ui.key("Escape")
    assert not ui.has("sign_out.leave")
    assert ui.has("settings.sign_out")
    assert "sign_out" not in crm.calls


async def test_in_the_office_the_servers_page_asks(window):
    crm = believable_crm()
    crm.person_ = replace(crm.person_, is_office=True)
    ui = await asked(window, crm)
    assert not ui.has("sign_out.leave")
    assert "sign_out" not in crm.calls


async def test_every_window_goes_back_to_the_door_and_each_of_them_once():
    crm, left = believable_crm(), []

    async def opened(number):
        async def back():
            left.append(number)

        return await Probe.open(lambda page: open_ui(page, crm, lambda: NOW, back, rest=hurried), route="/settings")

    mine, other = await opened(1), await opened(2)
    await mine.press("settings.sign_out")
    await mine.press("sign_out.leave")
    crm.tell(SignedOut())
    await mine.settle()
    await other.settle()
    assert sorted(left) == [1, 2]
    assert crm.calls.count("sign_out") == 1
    await mine.close()
    await other.close()


async def again(window, crm, **size):
    crm.status_ = replace(crm.status_, link="needs_sign_in", cause="A101")
    ui = await window("/sync", crm, **size)
    await ui.press("sync.sign_in")
    return ui


async def test_signing_in_once_more_asks_for_the_password_alone_and_goes_on(window):
    crm = believable_crm()
    ui = await again(window, crm)
    assert ui.keyed("sign_in.who").value == "ana.pop@carpati.example · crm.carpati.example"
    await ui.type("sign_in.password", "pass")
    await ui.press("sign_in.enter")
    assert "sign_in pass" in crm.calls
    assert "sign_out" not in crm.calls
    assert not ui.has("sign_in.password")
    assert ui.has("sync.sign_in")


@pytest.mark.parametrize("way", ["press", "key"])
async def test_whoever_does_not_sign_in_goes_back_to_the_data_of_the_device(window, way):
    crm = believable_crm()
    ui = await again(window, crm)
    if way == "press":
        await ui.press("sign_in.close")
    else:
        await ui.key("Escape")
    assert not ui.has("sign_in.password")
    await ui.press("nav.companies")
    assert ui.has("list.search")
    assert "sign_out" not in crm.calls


@pytest.mark.parametrize(
    ("refusal", "says"),
    [
        (NeedsSignIn(ErrorCode.A103), "E-mail or password is wrong"),
        (Unreachable(None), "The server cannot be reached"),
    ],
)
async def test_what_the_server_refuses_is_said_in_the_sheet(window, refusal, says):
    crm = believable_crm()
    crm.refuse_sign_in = refusal
    ui = await again(window, crm)
    await ui.type("sign_in.password", "nope")
    await ui.press("sign_in.enter")
    assert says in ui.keyed("sign_in.failure").value
    assert ui.has("sign_in.password")


async def test_whoever_came_in_without_a_connection_reads_that_he_is_signed_in_later(window):
    crm = crm_with(link="offline", signs_in=True, cause=None)
    ui = await window("/sync", crm)
    assert ui.shows("As soon as there is one, Fieldfare signs in by itself")


@pytest.mark.parametrize(
    ("cause", "pill", "title", "says", "button"),
    [
        ("A108", "Account is off", "Your account is switched off", "Ask the admin to switch the account on again", "sync.now"),
        ("A104", "Device locked out", "The device was locked out", "ask the admin, then sign in again", "sync.sign_in"),
        ("A103", "Sign in again", "Sign in again", "sign in with your new one", "sync.sign_in"),
        ("A101", "Sign in again", "Sign in again", "The centre no longer knows this device", "sync.sign_in"),
        (None, "Sign in again", "Sign in again", "The centre no longer knows this device", "sync.sign_in"),
    ],
)
async def test_whom_the_centre_does_not_take_reads_why_and_what_to_do(window, cause, pill, title, says, button):
    crm = crm_with(link="needs_sign_in", cause=cause)
    ui = await window("/sync", crm)
    assert ui.keyed("sync.title").value == title
    assert ui.shows(pill)
    assert ui.shows(says)
    assert ui.has(button)
    assert ui.has("sync.sign_in") == (button == "sync.sign_in")
    await ui.press(button)
    assert ("sync_now" in crm.calls) == (button == "sync.now")


async def test_what_waits_for_an_account_that_is_off_says_so(window):
    ui = await window("/sync", crm_with(link="needs_sign_in", cause="A108"))
    assert ui.shows("after the account is on again")


@pytest.mark.parametrize("waiting", [0, 1, 3])
async def test_whose_account_is_off_reads_that_the_way_back_is_an_administrators(window, waiting):
    crm = crm_with(waiting=waiting, link="needs_sign_in", cause="A108")
    crm.account_ = replace(crm.account_, opens_until=ago(days=-13))
    ui = await asked(window, crm)
    assert ui.keyed("sign_out.back").value.startswith(
        "Your account is switched off: once signed out, you get in again only when"
    )
    assert "connection" not in ui.keyed("sign_out.back").value
    held = ui.keyed("sign_out.held").value
    assert held.endswith("until your account is on again." if waiting else "on this device.")
    assert "signed in again" not in held


async def test_whose_password_is_not_good_any_more_reads_that_the_new_one_leads_back(window):
    crm = crm_with(link="needs_sign_in", cause="A103")
    crm.account_ = replace(crm.account_, opens_until=ago(days=-13))
    ui = await asked(window, crm)
    assert "with your new password. That needs a connection" in ui.keyed("sign_out.back").value


@pytest.mark.parametrize("cause", ["A101", "A104"])
async def test_whoever_is_only_to_sign_in_again_comes_back_with_his_password(window, cause):
    crm = crm_with(link="needs_sign_in", cause=cause)
    crm.account_ = replace(crm.account_, opens_until=ago(days=-13))
    ui = await asked(window, crm)
    assert "also without a connection" in ui.keyed("sign_out.back").value
