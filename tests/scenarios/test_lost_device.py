"""A lost device: at its next contact it sends what waits on it, and then nothing of what it held is left on it."""

from random import Random

import pytest
import sqlalchemy as sa

from client.config import SyncTimes
from client.events import DeviceWiped
from client.replica.replica import open_replica
from client.replica.search import search
from client.sync.engine import SyncEngine
from client.sync.http_transport import AccessToken, HttpTransport, make_client, sign_in
from client.usecases.form_drafts import FormDraft, keep_draft
from shared_models.errors import ErrorCode, NeedsSignIn, Unreachable
from shared_models.ids import IdMaker
from shared_models.protocol import SignInRequest
from shared_models.registry import CRM
from sync_server.db import devices
from tests.clients import Clock, Heard
from tests.servers import EMAIL, PASSWORD, behind_socket, make_server
from tests.world import Network

pytestmark = pytest.mark.functions(35, 148)
SECRET = "Hotelplantedword"


class Laptop:
    """A device that talks over a socket, with a folder of its own."""

    company = ""

    def __init__(self, folder, address):
        self.folder, self.address = folder, address
        self.http = make_client(address, SyncTimes())
        self.heard, self.forgotten = Heard(), []
        self.replica = open_replica(folder / "replica.db", CRM, IdMaker(Clock(), Random(3)), synchronous="OFF")
        self.replica.events.subscribe(self.heard)
        install = self.replica.facts()["install"]
        answer = sign_in(self.http, SignInRequest(email=EMAIL, password=PASSWORD, device_name="laptop", install=install))
        self.replica.bind(answer.user_id, answer.device_id)
        self.id, self.token = answer.device_id, answer.device_token
        self.network = Network(HttpTransport(self.http, AccessToken(self.http, lambda: answer.device_token)))
        self.engine = SyncEngine(self.replica, self.network, random=Random(1), wiped=lambda: self.forgotten.append(1))

    def sync(self):
        return self.engine.run_once()

    def content(self):
        return b"".join(path.read_bytes() for path in self.folder.iterdir() if path.is_file())

    def close(self):
        self.replica.close()
        self.http.close()


@pytest.fixture
def server(tmp_path):
    return make_server(tmp_path / "server")


@pytest.fixture
def laptop(server, tmp_path):
    with behind_socket(server) as address:
        (tmp_path / "laptop").mkdir()
        found = Laptop(tmp_path / "laptop", address)
        found.sync()
        with found.replica.edit("New") as edit:
            found.company = edit.insert("company", {"name": SECRET, "description": f"About {SECRET}"})
        assert found.sync().error is None
        yield found
        found.close()


def standing(server, device):
    with server.central.store.read() as connection:
        return next(one for one in devices.every(connection, server.central.tables) if one["id"] == device)


def company(server, pk):
    table = server.central.tables.entities["company"]
    with server.central.store.read() as connection:
        return connection.execute(table.select().where(table.c.id == pk)).first()


def test_a_lost_device_sends_what_waits_and_then_holds_nothing(server, laptop):
    with laptop.replica.edit("In the field") as edit:
        edit.update("company", laptop.company, {"description": "Heard in the field"})
    keep_draft(laptop.replica, FormDraft("company:", "/a", "", "f", {"name": f"Draft {SECRET}"}), 1)
    assert SECRET.encode() in laptop.content()
    assert server.accounts.wipe_device(laptop.id)

    result = laptop.sync()

    assert isinstance(result.error, NeedsSignIn)
    assert (result.error.code, result.state) == (ErrorCode.A107, "needs_auth")
    assert company(server, laptop.company).description == "Heard in the field"
    assert SECRET.encode() not in laptop.content()
    assert b"Heard in the field" not in laptop.content()
    assert laptop.replica.count("company") == 0
    with laptop.replica.reading() as reader:
        assert search(reader, CRM, "Hotel") == []
    facts = laptop.replica.facts()
    assert (facts["user"], facts["device"], facts["cursor"], bool(facts["wiped_at"])) == (None, None, 0, True)
    assert laptop.forgotten == [1]
    assert DeviceWiped() in laptop.heard.events
    assert standing(server, laptop.id)["wiped_at"] is not None
    assert isinstance(laptop.sync().error, NeedsSignIn)  # it is out from now on


def test_a_device_whose_edits_cannot_be_sent_now_keeps_them_and_is_wiped_later(server, laptop):
    with laptop.replica.edit("In the field") as edit:
        edit.update("company", laptop.company, {"description": "Heard in the field"})
    server.accounts.wipe_device(laptop.id)
    laptop.network.lost_answers = ["push", "push"]
    assert isinstance(laptop.sync().error, Unreachable)
    assert len(laptop.replica.waiting()) == 1
    assert laptop.replica.facts()["next_attempt_at"] is not None
    assert laptop.sync().error.code is ErrorCode.A107
    assert company(server, laptop.company).description == "Heard in the field"
    assert SECRET.encode() not in laptop.content()


def test_a_device_is_wiped_also_when_the_centre_does_not_hear_of_it(server, laptop):
    server.accounts.wipe_device(laptop.id)
    usual, hellos = laptop.network.hello, []

    def hello(request):
        hellos.append(request.wiped)
        if request.wiped:
            raise Unreachable(None, "no network in this test")
        return usual(request)

    laptop.network.hello = hello
    assert laptop.sync().error.code is ErrorCode.A107
    assert hellos == [True]
    assert SECRET.encode() not in laptop.content()


def test_what_waits_for_another_record_is_kept_at_the_centre(server, laptop):
    with laptop.replica.edit("Note on a record that the centre never got") as edit:
        edit.insert(
            "note", {"company_id": "018f0000-0000-7000-8000-0000000000ff", "body": "Typed in the field", "written_at": 1}
        )
    assert laptop.sync().error is None
    assert [draft.verdict for draft in laptop.replica.drafts()] == ["deferred"]
    server.accounts.wipe_device(laptop.id)
    assert laptop.sync().error.code is ErrorCode.A107
    with server.central.store.read() as connection:
        bodies = connection.execute(sa.select(server.central.tables.deadletter.c.body)).scalars().all()
    assert ["Typed in the field" in body for body in bodies] == [True]


def test_a_device_that_was_revoked_is_let_in_once_more_to_be_wiped(server, laptop):
    assert server.accounts.revoke_device(laptop.id)
    assert laptop.sync().error.code is ErrorCode.A104
    assert server.accounts.wipe_device(laptop.id)
    assert laptop.sync().error.code is ErrorCode.A107
    assert SECRET.encode() not in laptop.content()


def test_a_new_sign_in_on_an_emptied_device_begins_as_another_one(server, laptop):
    server.accounts.wipe_device(laptop.id)
    laptop.sync()
    old_install = laptop.replica.facts()["install"]
    again = sign_in(laptop.http, SignInRequest(email=EMAIL, password=PASSWORD, device_name="laptop", install=old_install))
    assert again.device_id != laptop.id
    laptop.replica.bind(again.user_id, again.device_id)
    laptop.network.inner = HttpTransport(laptop.http, AccessToken(laptop.http, lambda: again.device_token))
    assert laptop.engine.run_once().error is None
    assert laptop.replica.get("company", laptop.company)["name"] == SECRET
    assert laptop.replica.facts()["wiped_at"] is None


def test_the_replica_of_an_office_is_not_wiped(server):
    secret = server.accounts.open_session(EMAIL, PASSWORD)
    actor = server.accounts.session(secret)
    assert not server.accounts.wipe_device(actor.device_id)
