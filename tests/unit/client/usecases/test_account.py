"""Signing in and opening the device: what is refused, what is kept, and that no edit is lost by any of it."""

import os
from dataclasses import dataclass, field, replace

import pytest

from client.events import SignedOut
from client.platform.profile import DAY_MS, ProfileStore
from client.platform.wrong_tries import FIRST_PAUSE_MS, FREE_TRIES, LONGEST_PAUSE_MS, WrongTriesStore
from client.usecases.account import Account, HeldAccount, OthersData, checked_address
from client.usecases.answers import OwnAccount
from client.usecases.door import LastHere, LocalDoor
from shared_models.errors import (
    Busy,
    ErrorCode,
    NeedsSignIn,
    ProtocolFault,
    RecordInvalid,
    SyncError,
    UnlockFailed,
    Unreachable,
)
from shared_models.protocol import SignInAnswer, SignInRequest
from tests.clients import ANA, DAN, Clock, Heard, make_replica

URL, EMAIL, PASSWORD = "https://crm.example", "ana@example.ro", "correct horse"


@dataclass
class Server:
    """A server that knows Ana and Dan, and can be out of reach."""

    is_up: bool = True
    trouble: SyncError | None = None
    ended: list[tuple[str, str]] = field(default_factory=list)
    asked: list[tuple[str, SignInRequest]] = field(default_factory=list)

    def __call__(self, url: str, request: SignInRequest) -> SignInAnswer:
        self.asked.append((url, request))
        if not self.is_up:
            raise self.trouble or Unreachable(None, "no network in this test")
        if request.password != PASSWORD:
            raise NeedsSignIn(ErrorCode.A103, "wrong password")
        user = DAN if request.email.startswith("dan") else ANA
        return SignInAnswer(
            user_id=user,
            device_id=f"device-{user}",
            device_token=f"secret {len(self.asked)}",
            access_token="a",
            expires_in_s=900,
            lease_days=14,
        )

    def end(self, url: str, token: str) -> None:
        self.ended.append((url, token))


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def account(tmp_path, server, clock):
    folder = tmp_path / "device"
    return Account(ProfileStore(folder), WrongTriesStore(folder), server, os.urandom, clock, server.end)


@pytest.fixture
def replica(tmp_path):
    opened = make_replica(tmp_path, met=False)
    yield opened
    opened.close()


@pytest.fixture
def door(tmp_path, account):
    return LocalDoor(account, lambda: make_replica(tmp_path, name="door"), opened, "Ana's laptop")


def opened(later):
    """Stand for the CRM, and for the password with which the server is to be asked later."""
    return "the companies" if later is None else f"the companies, and {later}"


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


def test_another_person_cannot_take_over_a_replica_with_edits_that_were_not_sent(account, replica, server):
    account.sign_in(replica, URL, EMAIL, PASSWORD, "laptop")
    with replica.edit("a company") as edit:
        edit.insert("company", {"name": "Hotel Șapte Brazi"})
    account.sign_out()
    with pytest.raises(OthersData) as refused:
        account.sign_in(replica, URL, "dan@example.ro", PASSWORD, "laptop")
    assert (refused.value.code, refused.value.email) == (ErrorCode.D602, EMAIL)
    assert server.ended == [(URL, "secret 1"), (URL, "secret 2")]  # the token that Dan got is of no use to anybody
    assert replica.facts()["user"] == ANA
    assert len(replica.waiting()) == 1
    assert account.profile.email == EMAIL


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
    assert await door.last() == LastHere()
    assert await door.enter(URL, EMAIL, PASSWORD) == "the companies"
    assert await door.last() == LastHere(URL, EMAIL, is_known=True)


async def test_before_the_first_sign_in_the_door_offers_the_server_that_the_client_was_started_with(door, account):
    offering = LocalDoor(account, door.open_replica, door.open_crm, "Ana's laptop", "https://other.example")
    assert await offering.last() == LastHere("https://other.example")
    await door.enter(URL, EMAIL, PASSWORD)
    assert await offering.last() == LastHere(URL, EMAIL, is_known=True)


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
    assert await door.last() == LastHere()
    server.is_up = False
    with pytest.raises(SyncError):
        await door.enter(URL, EMAIL, PASSWORD)
    server.is_up = True
    assert await door.enter(URL, EMAIL, PASSWORD) == "the companies"
    assert await door.last() == LastHere(URL, EMAIL, is_known=True)


async def test_whoever_lost_the_file_of_the_account_still_reads_whose_data_is_here(tmp_path, account, door):
    told = LocalDoor(account, door.open_replica, door.open_crm, "laptop", URL, look_for_owner=lambda: EMAIL)
    assert await told.last() == LastHere(URL, EMAIL, is_known=False)


def test_the_owner_is_known_by_his_account_or_else_by_his_record(account, replica):
    assert account.owner(replica) == ""
    account.sign_in(replica, URL, EMAIL, PASSWORD, "laptop")
    assert account.owner(replica) == EMAIL
    account.store.forget()
    assert account.owner(replica) == ""  # nothing came from the centre yet
    with replica.edit("as the centre sends it") as edit:
        ana = edit.insert("user", {"name": "Ana", "email": "ana.new@example.ro"})
    replica.bind(ana, "laptop")
    assert account.owner(replica) == "ana.new@example.ro"


def test_signing_out_forgets_the_token_here_and_at_the_server(account, replica, server):
    account.sign_in(replica, URL, EMAIL, PASSWORD, "laptop")
    account.sign_out()
    assert server.ended == [(URL, "secret 1")]
    assert "secret" not in account.store.path.read_text().replace("password_hash", "")
    assert not account.profile.is_signed_in
    account.sign_out()
    assert server.ended == [(URL, "secret 1")]


def test_signing_out_where_no_account_is_changes_nothing(account, server):
    account.sign_out()
    assert (account.profile, server.ended) == (None, [])


def test_signing_out_with_a_damaged_account_leaves_nothing_of_it(account, replica, server):
    account.sign_in(replica, URL, EMAIL, PASSWORD, "laptop")
    account.store.path.write_bytes(b"{")
    account.sign_out()
    assert (account.store.load(), server.ended) == (None, [])


async def test_after_signing_out_the_same_person_comes_in_without_a_connection(door, account, server):
    await door.enter(URL, EMAIL, PASSWORD)
    account.sign_out()
    server.is_up = False
    assert await door.enter(URL, EMAIL, PASSWORD) == f"the companies, and {PASSWORD}"
    assert not account.profile.is_signed_in


async def test_after_signing_out_nobody_else_comes_in_and_the_lease_holds(door, account, server, clock):
    await door.enter(URL, EMAIL, PASSWORD)
    account.sign_out()
    server.is_up = False
    with pytest.raises(UnlockFailed, match="wrong_password"):
        await door.enter(URL, EMAIL, "guess")
    with pytest.raises(Unreachable):
        await door.enter(URL, "dan@example.ro", PASSWORD)
    clock.now += 15 * DAY_MS
    with pytest.raises(UnlockFailed, match="lease_ended"):
        await door.enter(URL, EMAIL, PASSWORD)


@pytest.mark.parametrize("trouble", [ProtocolFault(None, "a page of a hotel"), Busy(ErrorCode.S502, "restarting")])
async def test_a_server_that_says_nothing_of_the_person_keeps_nobody_out(door, server, trouble):
    await door.enter(URL, EMAIL, PASSWORD)
    server.is_up, server.trouble = False, trouble
    assert await door.enter(URL, EMAIL, PASSWORD) == "the companies"


async def test_whoever_tries_too_often_is_not_sent_on_to_what_is_here(door, server):
    await door.enter(URL, EMAIL, PASSWORD)
    server.is_up, server.trouble = False, Busy(ErrorCode.L402, "too many tries", 12.0)
    with pytest.raises(Busy):
        await door.enter(URL, EMAIL, PASSWORD)


async def guess(door, times):
    """Try wrong passwords that are looked at."""
    for _ in range(times):
        with pytest.raises(UnlockFailed, match="wrong_password"):
            await door.enter(URL, EMAIL, "guess")


@pytest.mark.functions(140)
async def test_the_wrong_try_that_begins_a_pause_says_how_long_it_is(door, server):
    await door.enter(URL, EMAIL, PASSWORD)
    server.is_up = False
    told = []
    for _ in range(FREE_TRIES):
        with pytest.raises(UnlockFailed, match="wrong_password") as failed:
            await door.enter(URL, EMAIL, "guess")
        told.append(round(failed.value.wait_s))
    assert told == [0] * (FREE_TRIES - 1) + [FIRST_PAUSE_MS // 1000]


@pytest.mark.functions(140)
async def test_whoever_guesses_without_a_connection_waits_longer_and_longer_and_then_gets_in(door, server, clock):
    await door.enter(URL, EMAIL, PASSWORD)
    server.is_up = False
    await guess(door, FREE_TRIES)
    waits = []
    for _ in range(8):
        with pytest.raises(Busy) as braked:
            await door.enter(URL, EMAIL, PASSWORD)
        assert braked.value.code is ErrorCode.L402
        waits.append(round(braked.value.retry_after_s))
        clock.now += int(braked.value.retry_after_s * 1000)
        await guess(door, 1)
    assert waits == [FIRST_PAUSE_MS // 1000 * 2**i for i in range(5)] + [LONGEST_PAUSE_MS // 1000] * 3
    clock.now += LONGEST_PAUSE_MS
    assert await door.enter(URL, EMAIL, PASSWORD) == "the companies"
    await guess(door, FREE_TRIES - 1)
    assert await door.enter(URL, EMAIL, PASSWORD) == "the companies"


async def test_the_pause_outlasts_a_restart_and_a_clock_that_is_set_back_and_the_server_ends_it(door, account, server, clock):
    await door.enter(URL, EMAIL, PASSWORD)
    server.is_up = False
    await guess(door, FREE_TRIES)
    again = replace(account, tries=WrongTriesStore(account.tries.folder))
    with pytest.raises(Busy):
        again.unlock(PASSWORD)
    clock.now -= 365 * DAY_MS
    with pytest.raises(Busy):
        again.unlock(PASSWORD)
    clock.now += FIRST_PAUSE_MS
    with pytest.raises(UnlockFailed, match="wrong_password"):
        again.unlock("guess")
    server.is_up = True
    assert await door.enter(URL, EMAIL, PASSWORD) == "the companies"
    server.is_up = False
    assert await door.enter(URL, EMAIL, PASSWORD) == "the companies"


async def test_whoever_knows_the_password_is_not_braked_for_a_lease_that_has_ended(door, server, clock):
    await door.enter(URL, EMAIL, PASSWORD)
    server.is_up = False
    clock.now += 15 * DAY_MS
    for _ in range(FREE_TRIES + 2):
        with pytest.raises(UnlockFailed, match="lease_ended"):
            await door.enter(URL, EMAIL, PASSWORD)


@pytest.mark.parametrize("held", ["", "[]", '{"count": "many"}', b"\xff"])
async def test_a_damaged_note_of_wrong_tries_keeps_nobody_out(door, account, server, held):
    await door.enter(URL, EMAIL, PASSWORD)
    server.is_up = False
    account.tries.path.write_bytes(held if isinstance(held, bytes) else held.encode())
    assert await door.enter(URL, EMAIL, PASSWORD) == "the companies"


async def test_wrong_tries_that_cannot_be_noted_keep_nobody_out(door, account, server):
    await door.enter(URL, EMAIL, PASSWORD)
    server.is_up = False
    account.tries.path.with_suffix(".new").mkdir()
    await guess(door, FREE_TRIES + 1)
    assert await door.enter(URL, EMAIL, PASSWORD) == "the companies"
    account.tries.path.mkdir()  # nor be removed
    assert await door.enter(URL, EMAIL, PASSWORD) == "the companies"


def test_whoever_came_in_without_a_connection_is_signed_in_as_soon_as_there_is_one(account, replica, server):
    account.sign_in(replica, URL, EMAIL, PASSWORD, "laptop")
    account.sign_out()
    held = HeldAccount(account, replica, "laptop", password=PASSWORD)
    server.is_up = False
    with pytest.raises(Unreachable):
        held.token()
    assert held.facts() == OwnAccount(URL, EMAIL, account.profile.lease_ends_ms * 1000, is_signed_in=False)
    server.is_up = True
    assert held.token() == "secret 3"
    assert (held.password, held.facts().is_signed_in) == (None, True)
    assert held.token() is None


def test_a_password_that_the_server_refuses_is_offered_once(account, replica, server):
    account.sign_in(replica, URL, EMAIL, PASSWORD, "laptop")
    account.sign_out()
    held = HeldAccount(account, replica, "laptop", password="the one of last month")
    with pytest.raises(NeedsSignIn):
        held.token()
    assert (held.token(), len(server.asked)) == (None, 2)
    held.sign_in(PASSWORD)
    assert held.facts().is_signed_in


def test_without_an_account_there_is_nobody_to_sign_in(account, replica, server):
    held = HeldAccount(account, replica, "laptop", password=PASSWORD)
    assert held.facts() == OwnAccount()
    with pytest.raises(NeedsSignIn):
        held.sign_in(PASSWORD)
    with pytest.raises(NeedsSignIn):
        held.token()
    assert server.asked == []


def test_whoever_signs_out_takes_the_password_along(account, replica, server):
    left = []
    account.sign_in(replica, URL, EMAIL, PASSWORD, "laptop")
    held = HeldAccount(account, replica, "laptop", lambda: left.append(account.profile.is_signed_in), PASSWORD)
    heard = Heard()
    replica.events.subscribe(heard)
    server.asked.clear()
    assert PASSWORD not in repr(held)
    held.sign_out()
    assert (left, held.password) == ([False], None)
    assert SignedOut() in heard.events
