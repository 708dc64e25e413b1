"""The sign-in page: what it says when a person cannot get in, in words that exist in both languages."""

import asyncio
from dataclasses import dataclass, field

import pytest

from client.ui.view_models.sign_in import AgainDoor, SignIn
from client.usecases.account import OthersData
from client.usecases.answers import Standing
from client.usecases.door import LastHere
from shared_models import errors
from shared_models.errors import ErrorCode, FieldProblem, RecordInvalid, UnlockFailed
from shared_models.texts import LANGUAGES, Texts
from tests.ui.fake_crm import believable_crm

WORDS = [
    (errors.NeedsSignIn(ErrorCode.A103, "x"), "error.A103"),
    (errors.NeedsSignIn(None), "error.A101"),
    (errors.Unreachable(None), "sign_in.unreachable"),
    (errors.ProtocolFault(None, "a page of a hotel"), "error.not_ours"),
    (errors.Refused(ErrorCode.D602), "error.D602"),
    (errors.ReplicaFull("x"), "error.D601"),
    (errors.ReplicaLocked("x"), "error.D602"),
    (errors.ReplicaDamaged("x"), "error.D603"),
    (errors.ReplicaNewer("x"), "error.D604"),
    (errors.ReplicaError("x"), "error.unexpected"),
    *((UnlockFailed(key), key) for key in ("unlock.never_signed_in", "unlock.wrong_password", "unlock.lease_ended")),
]


KNOWN = LastHere("https://crm.example", "ana@example.ro", is_known=True)


@dataclass
class Door:
    """A door that opens, or refuses with what a test says."""

    refusal: Exception | None = None
    told: str = ""
    here: LastHere = KNOWN
    sealed: errors.ReplicaSealed | None = None
    aside: bool = False
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    async def last(self) -> LastHere:
        if self.sealed:
            raise self.sealed
        return self.here

    async def outlook(self) -> Standing:
        return "encrypted"

    async def has_to_encrypt(self) -> bool:
        return False

    async def set_aside(self) -> None:
        self.aside, self.sealed = True, None

    async def notice(self) -> str:
        return self.told

    async def enter(self, server: str, email: str, password: str) -> object:
        self.asked.append((server, email, password))
        if self.refusal:
            raise self.refusal
        return "the companies"


async def rest(_: float) -> None:
    """Wait for nothing."""


async def opened(door, rest=rest):
    page = SignIn(door, rest)
    await page.start()
    return page


async def typed(door):
    page = await opened(door)
    page.type("password", "correct horse")
    return page


@pytest.mark.functions(35)
async def test_a_device_that_was_emptied_says_so_until_something_is_typed():
    page = await opened(Door(told="sign_in.wiped"))
    assert page.state.message == "sign_in.wiped"
    assert all(Texts(language).has("sign_in.wiped") for language in LANGUAGES)
    page.type("password", "c")
    assert page.state.message == ""


async def test_a_device_whose_data_cannot_be_opened_says_why_and_still_knows_whose_it_is():
    class Full(Door):
        async def notice(self):
            raise errors.ReplicaFull("x")

    page = await opened(Full())
    assert (page.state.is_ready, page.state.message, page.state.email) == (True, "error.D601", "ana@example.ro")


async def test_the_account_of_the_device_is_filled_in_and_the_password_opens():
    door = Door()
    page = await typed(door)
    assert page.state.is_known
    assert await page.enter() == "the companies"
    assert door.asked == [("https://crm.example", "ana@example.ro", "correct horse")]
    assert not page.state.busy


@pytest.mark.functions(140)
@pytest.mark.parametrize(("refusal", "key"), WORDS, ids=lambda value: value if isinstance(value, str) else "")
async def test_whoever_is_not_let_in_reads_why(refusal, key):
    page = await typed(Door(refusal))
    assert await page.enter() is None
    assert (page.state.message, page.state.busy, page.state.password) == (key, False, "correct horse")
    assert all(Texts(language).t(key) for language in LANGUAGES)


async def test_what_is_wrong_with_a_field_stands_at_it_until_it_is_typed_anew():
    page = await typed(
        Door(RecordInvalid((FieldProblem("server", "problem.address"), FieldProblem("email", "problem.required"))))
    )
    await page.enter()
    assert [p.field for p in page.state.problems] == ["server", "email"]
    page.type("server", "crm.example")
    assert [p.field for p in page.state.problems] == ["email"]


async def test_a_second_press_while_the_door_opens_asks_nobody():
    door = Door()
    page = await typed(door)
    page.put(busy=True)
    assert await page.enter() is None
    assert door.asked == []


async def test_a_mistake_of_ours_is_told_to_the_guard_and_the_button_works_again():
    page = await typed(Door(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        await page.enter()
    assert not page.state.busy


async def test_the_eye_shows_the_password_until_it_is_sent():
    page = await typed(Door(UnlockFailed("unlock.wrong_password")))
    page.flip_password()
    assert page.state.is_password_shown
    page.flip_password()
    assert not page.state.is_password_shown
    page.flip_password()
    await page.enter()
    assert not page.state.is_password_shown


@pytest.mark.parametrize(
    ("here", "field"),
    [
        (LastHere(), "server"),
        (LastHere("https://a.example"), "email"),
        (LastHere("https://a.example", "ana@a.example"), "password"),
    ],
)
async def test_the_cursor_goes_to_the_first_field_that_has_to_be_typed(here, field):
    assert (await opened(Door(here=here))).state.starts_at == field


@pytest.mark.parametrize(("email", "key"), [("ana@example.ro", "sign_in.others_data"), ("", "sign_in.someones_data")])
async def test_whoever_meets_the_data_of_another_person_reads_whose_it_is(email, key):
    page = await typed(Door(OthersData(ErrorCode.D602, "x", email)))
    await page.enter()
    assert (page.state.message, page.state.other) == (key, email)
    assert all(email in Texts(language).t(key, email=email) for language in LANGUAGES)


class Seconds:
    """A clock that a test lets go on."""

    def __init__(self):
        self.turns = asyncio.Queue()

    async def rest(self, seconds):
        assert seconds == 1.0
        await self.turns.get()

    async def go_on(self):
        self.turns.put_nowait(None)
        for _ in range(5):
            await asyncio.sleep(0)


@pytest.mark.functions(140)
@pytest.mark.parametrize(("code", "key"), [(ErrorCode.L402, "sign_in.braked"), (ErrorCode.S502, "sign_in.busy")])
async def test_whoever_tried_too_often_reads_the_seconds_as_they_go_by(code, key):
    door, clock = Door(errors.Busy(code, "x", 2.2)), Seconds()
    page = await opened(door, clock.rest)
    await page.enter()
    assert (page.state.message, page.state.wait_s) == (key, 3)
    assert all("3" in Texts(language).n(key, 3) for language in LANGUAGES)
    assert await page.enter() is None
    assert len(door.asked) == 1
    page.type("password", "another")
    assert page.state.message == key
    await asyncio.sleep(0)
    await clock.go_on()
    assert page.state.wait_s == 2
    await clock.go_on()
    await clock.go_on()
    assert (page.state.message, page.state.wait_s, page.state.password) == ("sign_in.try_now", 0, "another")
    assert all(Texts(language).has("sign_in.try_now") for language in LANGUAGES)
    door.refusal = None
    assert await page.enter() == "the companies"


@pytest.mark.functions(140)
async def test_the_wrong_password_after_which_a_pause_begins_is_told_with_the_seconds():
    clock = Seconds()
    page = await opened(Door(UnlockFailed("unlock.wrong_password", 9.1)), clock.rest)
    page.type("password", "correct horse")
    await page.enter()
    assert (page.state.message, page.state.wait_s) == ("unlock.wrong_password_wait", 10)
    assert (page.state.password, page.state.busy) == ("correct horse", False)
    assert all("10" in Texts(language).n(page.state.message, 10) for language in LANGUAGES)
    page.stop()


async def test_a_page_that_is_gone_counts_no_longer():
    clock = Seconds()
    page = await opened(Door(errors.Busy(ErrorCode.L402, "x", 9e9)), clock.rest)
    page.stop()
    await page.enter()
    assert page.state.wait_s == 600
    await asyncio.sleep(0)
    page.stop()
    await clock.go_on()
    assert page.state.wait_s == 600


async def test_the_door_of_whoever_is_in_asks_for_the_password_alone():
    crm = believable_crm()
    door = AgainDoor(crm)
    assert await door.last() == LastHere(crm.account_.server, crm.account_.email, is_known=True)
    assert await door.notice() == ""
    assert await door.enter("", "", "pass") is crm
    assert crm.calls[-1] == "sign_in pass"


async def test_data_whose_key_is_locked_away_keeps_the_page_shut_until_it_is_tried_again():
    door = Door(sealed=errors.ReplicaSealed("x"))
    page = await opened(door)
    assert (page.state.sealed, page.state.is_ready, page.state.message) == ("D607", True, "")
    await page.look_again()
    assert page.state.sealed == "D607"
    door.sealed = None
    await page.look_again()
    assert (page.state.sealed, page.state.email, page.state.at_rest) == ("", "ana@example.ro", "encrypted")


async def test_data_whose_key_is_lost_is_set_aside_only_when_that_is_asked_twice():
    door = Door(sealed=errors.ReplicaKeyLost("x"))
    page = await opened(door)
    assert page.state.sealed == "D608"
    page.ask_aside()
    page.ask_aside(asks=False)
    assert (door.aside, page.state.asks_aside) == (False, False)
    page.ask_aside()
    await page.set_aside()
    assert (door.aside, page.state.sealed, page.state.asks_aside, page.state.busy) == (True, "", False, False)


async def test_data_that_another_program_holds_is_not_set_aside_and_says_so():
    class Held(Door):
        async def set_aside(self) -> None:
            raise errors.ReplicaLocked("x")

    page = await opened(Held(sealed=errors.ReplicaKeyLost("x")))
    page.ask_aside()
    await page.set_aside()
    assert (page.state.sealed, page.state.asks_aside, page.state.busy) == ("D602", False, False)


async def test_a_keyring_that_is_shut_at_the_sign_in_is_told_in_place_of_the_page():
    page = await typed(Door(errors.ReplicaSealed("x")))
    assert await page.enter() is None
    assert (page.state.sealed, page.state.busy, page.state.password) == ("D607", False, "correct horse")


async def test_who_is_in_already_is_asked_nothing_of_the_disk():
    door = AgainDoor(believable_crm())
    await door.set_aside()
    assert (await door.outlook(), await door.has_to_encrypt()) == (None, False)
