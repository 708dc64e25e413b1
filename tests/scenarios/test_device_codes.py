"""An administrator adds a device by a one-time code: made over a socket, used once, soon over, and counted when it is guessed."""

from contextlib import closing
from random import Random

import pytest

from client.app import make_account, open_local
from client.config import SyncTimes
from client.platform.profile import ProfileStore
from client.sync.engine import SyncEngine
from client.sync.http_transport import AccessToken, HttpTransport, make_client, sign_in
from client.usecases.account import OthersData
from shared_models.device_code import CodeSignInRequest, grouped
from shared_models.errors import Busy, ErrorCode, NeedsSignIn, RecordInvalid, Refused, UnlockFailed
from shared_models.protocol import SignInRequest
from sync_server.db import present
from sync_server.services import device_codes
from sync_server.services.accounts import NewUser, sha256
from sync_server.services.refusals import Refusal
from tests.servers import EMAIL, PASSWORD, ServerClock, behind_socket, make_server

pytestmark = pytest.mark.functions(148)
DAN = "dan@example.ro"


@pytest.fixture
def clock():
    return ServerClock()


@pytest.fixture
def server(tmp_path, clock):
    server = make_server(tmp_path / "server", clock=clock)
    server.accounts.create_user(NewUser("Dan", DAN, PASSWORD))
    return server


@pytest.fixture
def address(server):
    with behind_socket(server) as address:
        yield address


def desk(address, email):
    """Return the way of a person to the server."""
    http = make_client(address, SyncTimes())
    answer = sign_in(http, SignInRequest(email=email, password=PASSWORD, device_name="x", install=email))
    return HttpTransport(http, AccessToken(http, lambda: answer.device_token)), answer.user_id


@pytest.fixture
def boss(address):
    transport, _ = desk(address, EMAIL)
    yield transport
    transport.close()


@pytest.fixture
def dan(server):
    with server.central.store.read() as connection:
        user = server.central.tables.entities["user"]
        return connection.execute(user.select().where(user.c.email == DAN)).one().id


def enter(folder, address, code):
    """Sign a device in by a code; returns its account."""
    account = make_account(folder, SyncTimes())
    with closing(open_local(folder)) as replica:
        account.sign_in_by_code(replica, address, code, "Phone")
    return account


def test_a_device_signs_in_by_the_code_and_syncs_as_its_person(tmp_path, server, address, boss, dan):
    made = boss.make_device_code(dan)
    assert made.email == DAN
    account = enter(tmp_path / "phone", address, grouped(made.code).lower())
    profile = account.profile
    assert (profile.email, profile.user_id, profile.is_signed_in) == (DAN, dan, True)
    with closing(open_local(tmp_path / "phone")) as replica, closing(make_client(address, SyncTimes())) as http:
        engine = SyncEngine(replica, HttpTransport(http, AccessToken(http, lambda: profile.device_token)), random=Random(1))
        assert engine.run_once().is_clean
        assert replica.facts()["user"] == dan
    assert made.code not in (tmp_path / "phone" / "profile.json").read_text()


def test_until_the_password_was_typed_once_it_opens_with_a_connection_only(tmp_path, address, boss, dan):
    account = enter(tmp_path / "phone", address, boss.make_device_code(dan).code)
    with pytest.raises(UnlockFailed) as failure:
        account.unlock(PASSWORD)
    assert str(failure.value) == "unlock.no_password_yet"
    with closing(open_local(tmp_path / "phone")) as replica:
        account.sign_in(replica, address, DAN, PASSWORD, "Phone")
    assert account.unlock(PASSWORD).email == DAN


def test_a_code_is_good_once_and_for_a_quarter_of_an_hour(tmp_path, address, clock, boss, dan):
    code = boss.make_device_code(dan).code
    enter(tmp_path / "one", address, code)
    with pytest.raises(Refused) as used:
        enter(tmp_path / "two", address, code)
    late = boss.make_device_code(dan).code
    clock.forward(seconds=15 * 60)
    with pytest.raises(Refused) as over:
        enter(tmp_path / "two", address, late)
    assert used.value.code is over.value.code is ErrorCode.S513
    replaced, newer = boss.make_device_code(dan).code, boss.make_device_code(dan).code
    with pytest.raises(Refused):
        enter(tmp_path / "three", address, replaced)
    enter(tmp_path / "four", address, newer)


def test_who_guesses_codes_has_to_wait(tmp_path, address, boss, dan):
    for n in range(10):
        with pytest.raises(Refused):
            enter(tmp_path / "phone", address, f"AAAAA-AAAA{n}")
    with pytest.raises(Busy) as busy:
        enter(tmp_path / "phone", address, boss.make_device_code(dan).code)
    assert busy.value.code is ErrorCode.L402


def test_of_a_code_only_the_hash_is_stored_and_a_restore_ends_it(server, boss, dan):
    code, tables = boss.make_device_code(dan).code, server.accounts.tables
    with server.central.store.write() as connection:
        rows = connection.execute(tables.device_code.select()).all()
        assert [(one.sha256, one.user_id) for one in rows] == [(sha256(code), dan)]
        present.end_short_ones(connection, server.central.tables)
        assert connection.execute(tables.device_code.select()).all() == []


def test_only_an_admin_makes_codes_and_only_for_an_account_that_is_on(server, address, boss, dan):
    transport, me = desk(address, DAN)
    with closing(transport), pytest.raises(NeedsSignIn) as refused:
        transport.make_device_code(me)
    assert refused.value.code is ErrorCode.A105
    code = boss.make_device_code(dan).code
    with server.central.store.write() as connection:
        user = server.central.tables.entities["user"]
        connection.execute(user.update().where(user.c.id == dan).values(is_active=False))
    for nobody in (dan, "nobodys"):
        with pytest.raises(Refused) as none:
            boss.make_device_code(nobody)
        assert none.value.code is ErrorCode.S514
    with pytest.raises(Refusal) as over:
        device_codes.sign_in(server.accounts, CodeSignInRequest(code=code, device_name="x", install="x"))
    assert over.value.code is ErrorCode.S513


def test_a_device_with_another_persons_data_takes_no_code(tmp_path, address, boss, dan):
    account = make_account(tmp_path / "phone", SyncTimes())
    with closing(open_local(tmp_path / "phone")) as replica:
        account.sign_in(replica, address, EMAIL, PASSWORD, "Phone")
        with pytest.raises(OthersData) as refused:
            account.sign_in_by_code(replica, address, boss.make_device_code(dan).code, "Phone")
    assert refused.value.email == EMAIL
    assert ProfileStore(tmp_path / "phone").load().email == EMAIL


def test_without_a_code_nothing_is_asked(tmp_path):
    with pytest.raises(RecordInvalid) as refused:
        enter(tmp_path / "phone", "http://127.0.0.1:1", " ")
    assert [one.field for one in refused.value.problems] == ["code"]
