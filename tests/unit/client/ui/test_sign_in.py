"""The sign-in page: what it says when a person cannot get in, in words that exist in both languages."""

from dataclasses import dataclass, field

import pytest

from client.ui.view_models.sign_in import SignIn
from shared_models import errors
from shared_models.errors import ErrorCode, FieldProblem, RecordInvalid, UnlockFailed
from shared_models.texts import LANGUAGES, Texts

WORDS = [
    (errors.NeedsSignIn(ErrorCode.A103, "x"), "error.A103"),
    (errors.NeedsSignIn(None), "error.A101"),
    (errors.Busy(ErrorCode.L402, "x"), "error.L402"),
    (errors.Unreachable(None), "sign_in.unreachable"),
    (errors.ProtocolFault(None, "a page of a hotel"), "error.not_ours"),
    (errors.Refused(ErrorCode.D602), "error.D602"),
    (errors.ReplicaFull("x"), "error.D601"),
    (errors.ReplicaLocked("x"), "error.D602"),
    (errors.ReplicaDamaged("x"), "error.D603"),
    (errors.ReplicaError("x"), "error.unexpected"),
    *((UnlockFailed(key), key) for key in ("unlock.never_signed_in", "unlock.wrong_password", "unlock.lease_ended")),
]


@dataclass
class Door:
    """A door that opens, or refuses with what a test says."""

    refusal: Exception | None = None
    told: str = ""
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    async def last(self) -> tuple[str, str]:
        return "https://crm.example", "ana@example.ro"

    async def notice(self) -> str:
        return self.told

    async def enter(self, server: str, email: str, password: str) -> object:
        self.asked.append((server, email, password))
        if self.refusal:
            raise self.refusal
        return "the companies"


async def rest(_: float) -> None:
    """Wait for nothing."""


async def opened(door):
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
