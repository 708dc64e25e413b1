"""Signing in and opening the device: what is refused, what is kept, and that no edit is lost by any of it."""

import os
from dataclasses import dataclass, field

import pytest

from client.platform.profile import DAY_MS, ProfileStore
from client.usecases.account import Account, checked_address
from client.usecases.door import LocalDoor
from shared_models.errors import ErrorCode, NeedsSignIn, RecordInvalid, Refused, SyncError, UnlockFailed, Unreachable
from shared_models.protocol import SignInAnswer, SignInRequest
from tests.clients import ANA, DAN, Clock, make_replica

URL, EMAIL, PASSWORD = "https://crm.example", "ana@example.ro", "correct horse"


@dataclass
class Server:
    """A server that knows Ana and Dan, and can be out of reach."""

    is_up: bool = True
    asked: list[tuple[str, SignInRequest]] = field(default_factory=list)

    def __call__(self, url: str, request: SignInRequest) -> SignInAnswer:
        self.asked.append((url, request))
        if not self.is_up:
            raise Unreachable(None, "no network in this test")
        if request.password != PASSWORD:
            raise NeedsSignIn(ErrorCode.A103, "wrong password")
        user = DAN if request.email.startswith("dan") else ANA
        return SignInAnswer(
            user_id=user, device_id=f"device-{user}", device_token="secret", access_token="a", expires_in_s=900, lease_days=14
        )


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def account(tmp_path, server, clock):
    return Account(ProfileStore(tmp_path / "device"), server, os.urandom, clock)


@pytest.fixture
def replica(tmp_path):
    opened = make_replica(tmp_path, met=False)
    yield opened
    opened.close()


@pytest.fixture
def door(tmp_path, account):
    return LocalDoor(account, lambda: make_replica(tmp_path, name="door"), lambda: "the companies", "Ana's laptop")


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        (" https://crm.example/ ", "https://crm.example"),
        ("crm.example", "https://crm.example"),
        ("crm.example:8443//", "https://crm.example:8443"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://localhost", "http://localhost"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("brânză.example", "https://brânză.example"),
    ],
)
def test_an_address_is_taken_as_people_type_it(typed, address):
    assert checked_address(typed) == address


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "  ",
        "https://",
        "ftp://crm.example",
        "https:///x",
        "http://[",
        "crm.example:x",
        "a..b",
        ".x",
        f"{'a' * 64}.ro",
        "two words",
    ],
)
def test_what_is_no_address_is_said_at_its_field(typed):
    with pytest.raises(RecordInvalid) as refused:
        checked_address(typed)
    assert [(p.field, p.reason) for p in refused.value.problems] == [("server_url", "problem.address")]


@pytest.mark.parametrize("typed", ["http://crm.example", "http://192.168.1.5:8000", "http://127.0.0.1.example"])
def test_an_address_that_would_show_the_password_on_the_way_is_refused(typed):
    with pytest.raises(RecordInvalid) as refused:
        checked_address(typed)
    assert refused.value.problems[0].reason == "problem.needs_https"


def test_both_empty_fields_are_named_before_anyone_is_asked(account, replica, server):
    with pytest.raises(RecordInvalid) as refused:
        account.sign_in(replica, URL, "", "", "laptop")
    assert [p.field for p in refused.value.problems] == ["email", "password"]
    assert server.asked == []


def test_signing_in_binds_the_replica_and_keeps_the_account(account, replica, server):
    profile = account.sign_in(replica, "crm.example/", f" {EMAIL} ", PASSWORD, "x" * 300)
    assert account.profile == profile
    assert (profile.server_url, profile.email, profile.user_id) == (URL, EMAIL, ANA)
    facts = replica.facts()
    assert (facts["user"], facts["device"]) == (ANA, f"device-{ANA}")
    [(url, request)] = server.asked
    assert (url, request.email, len(request.device_name), request.install) == (URL, EMAIL, 100, facts["install"])


def test_a_refused_password_changes_nothing(account, replica):
    before = replica.facts()
    with pytest.raises(NeedsSignIn):
        account.sign_in(replica, URL, EMAIL, "guess", "laptop")
    assert account.profile is None
    assert replica.facts() == before


def test_another_person_cannot_take_over_a_replica_with_edits_that_were_not_sent(account, replica):
    account.sign_in(replica, URL, EMAIL, PASSWORD, "laptop")
    with replica.edit("a company") as edit:
        edit.insert("company", {"name": "Hotel Șapte Brazi"})
    account.sign_out()
    with pytest.raises(Refused) as refused:
        account.sign_in(replica, URL, "dan@example.ro", PASSWORD, "laptop")
    assert refused.value.code is ErrorCode.D602
    assert replica.facts()["user"] == ANA
    assert len(replica.waiting()) == 1
    assert account.profile is None


def test_after_signing_out_the_same_person_finds_what_waits(account, replica):
    account.sign_in(replica, URL, EMAIL, PASSWORD, "laptop")
    with replica.edit("a company") as edit:
        edit.insert("company", {"name": "Hotel Șapte Brazi"})
    account.sign_out()
    account.sign_in(replica, URL, EMAIL, PASSWORD, "laptop")
    assert len(replica.waiting()) == 1


def test_a_device_that_was_never_signed_in_says_so(account):
    with pytest.raises(UnlockFailed, match=r"unlock\.never_signed_in"):
        account.unlock(PASSWORD)


async def test_the_door_remembers_the_account_of_the_device(door):
    assert await door.last() == ("", "")
    assert await door.enter(URL, EMAIL, PASSWORD) == "the companies"
    assert await door.last() == (URL, EMAIL)


async def test_before_the_first_sign_in_the_door_offers_the_server_that_the_client_was_started_with(door, account):
    offering = LocalDoor(account, door.open_replica, door.open_crm, "Ana's laptop", "https://other.example")
    assert await offering.last() == ("https://other.example", "")
    await door.enter(URL, EMAIL, PASSWORD)
    assert await offering.last() == (URL, EMAIL)


async def test_without_a_connection_the_device_opens_with_the_password_of_its_account(door, server):
    await door.enter(URL, EMAIL, PASSWORD)
    server.is_up = False
    assert await door.enter("crm.example", " Ana@Example.ro", PASSWORD) == "the companies"
    with pytest.raises(UnlockFailed, match="wrong_password"):
        await door.enter(URL, EMAIL, "guess")


async def test_without_a_connection_the_device_locks_when_its_lease_has_ended(door, server, clock):
    await door.enter(URL, EMAIL, PASSWORD)
    server.is_up = False
    clock.now += 15 * DAY_MS
    with pytest.raises(UnlockFailed, match="lease_ended"):
        await door.enter(URL, EMAIL, PASSWORD)


async def test_a_password_that_the_server_refuses_does_not_open_what_is_here(door):
    await door.enter(URL, EMAIL, PASSWORD)
    with pytest.raises(NeedsSignIn):
        await door.enter(URL, EMAIL, "an old password")


@pytest.mark.parametrize(("url", "email"), [("https://other.example", EMAIL), (URL, "dan@example.ro")])
async def test_without_a_connection_nobody_else_gets_in(door, server, url, email):
    await door.enter(URL, EMAIL, PASSWORD)
    server.is_up = False
    with pytest.raises(SyncError):
        await door.enter(url, email, PASSWORD)


async def test_after_the_file_of_the_account_was_damaged_the_person_signs_in_again(door, account, server):
    await door.enter(URL, EMAIL, PASSWORD)
    account.store.path.write_bytes(b"{\xff")
    assert await door.last() == ("", "")
    server.is_up = False
    with pytest.raises(SyncError):
        await door.enter(URL, EMAIL, PASSWORD)
    server.is_up = True
    assert await door.enter(URL, EMAIL, PASSWORD) == "the companies"
    assert await door.last() == (URL, EMAIL)
