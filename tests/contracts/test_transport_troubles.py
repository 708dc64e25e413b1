"""Every way to the server makes the same error of the same trouble: of each coded refusal, and of a database that is down."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from client.sync.http_transport import AccessToken, HttpTransport
from shared_models.errors import Busy, ErrorCode, NeedsSignIn, NeedsUpgrade, Refused, SyncError
from shared_models.protocol import HelloRequest
from shared_models.registry import SCHEMA_VERSION
from shared_models.transport import PullRequest, Transport
from sync_server.app import Server
from sync_server.db.engine import Contended
from sync_server.services import history
from sync_server.services.actor import Actor
from sync_server.services.local_transport import LocalTransport
from sync_server.services.refusals import Refusal
from tests.servers import Caller, in_process, make_server, record_id

HELLO = HelloRequest.model_validate(
    {"install": "i", "device_epoch": "d", "app": "0.1", "schema": SCHEMA_VERSION, "cursor": 0, "clock": 0}
)
PUSH = b'{"device_epoch": "d", "server_epoch": "e", "schema": 1, "txs": []}'
CALLS: dict[str, Callable[[Transport], object]] = {
    "hello": lambda way: way.hello(HELLO),
    "push": lambda way: way.push(PUSH),
    "pull": lambda way: way.pull(PullRequest(0, "e", "d")),
    "history": lambda way: way.history("company", record_id(1), None),
}
MEANINGS = {ErrorCode.P202: NeedsUpgrade, ErrorCode.S502: Busy, ErrorCode.S503: Busy, ErrorCode.L402: Busy}
STATUS = {"A": 401, "P": 409, "R": 404, "L": 413, "S": 503}
"""HTTP status of an area's codes, and of those that have their own."""
OWN_STATUS = {
    ErrorCode.R305: 403, ErrorCode.L402: 429,
    ErrorCode.S511: 409, ErrorCode.S512: 404, ErrorCode.S513: 403, ErrorCode.S514: 404,
}  # fmt: skip


@dataclass
class Device:
    server: Server
    transport: Transport


@pytest.fixture(params=["local", "http"])
def device(request, tmp_path):
    server = make_server(tmp_path)
    with in_process(server) as http:
        caller = Caller(http)
        caller.sign_in()
        actor = Actor(caller.tokens["user_id"], caller.tokens["device_id"], is_admin=True)
        token = AccessToken(http, lambda: str(caller.tokens["device_token"]), str(caller.tokens["access_token"]))
        ways: dict[str, Transport] = {"local": LocalTransport(server.central, actor), "http": HttpTransport(http, token)}
        yield Device(server, ways[request.param])


def error_of(call):
    with pytest.raises(SyncError) as found:
        call()
    return found.value


@pytest.mark.parametrize("code", [code for code in ErrorCode if code.value[0] != "D" and code is not ErrorCode.S501])
def test_a_refusal_means_the_same_on_every_way(device, monkeypatch, code):
    def refuse(*_):
        raise Refusal(code, OWN_STATUS.get(code, STATUS[code.value[0]]), "why", retry_after_s=17)

    monkeypatch.setattr(history, "page", refuse)
    error = error_of(lambda: CALLS["history"](device.transport))
    expected = NeedsSignIn if code.value.startswith("A1") else MEANINGS.get(code, Refused)
    assert (type(error), error.code) == (expected, code)
    if isinstance(error, Busy):
        assert error.retry_after_s == 17


def break_database(server):
    """Overwrite the file of the central database under the running server, as a failing disk does."""
    store = server.central.store
    store.close()
    path = str(store.engine.url.database)
    with open(path, "r+b") as file:
        file.write(b"\xff" * 200)


@pytest.mark.parametrize("call", CALLS)
def test_a_database_that_cannot_work_is_a_reason_to_come_back_later(device, call):
    if isinstance(device.transport, HttpTransport):
        device.transport.hello(HELLO)  # it has a token that was good
    break_database(device.server)
    error = error_of(lambda: CALLS[call](device.transport))
    assert (type(error), error.code) == (Busy, ErrorCode.S502)


@pytest.mark.parametrize("call", ["hello", "pull", "history"])
def test_writers_that_do_not_let_go_are_a_reason_to_come_back_later(device, monkeypatch, call):
    def contended(*_):
        raise Contended("locked")

    for name in ("sync_server.services.hello.devices.note", "sync_server.services.sight.timeline.read_for",
                 "sync_server.services.history.past.lines"):  # fmt: skip
        monkeypatch.setattr(name, contended)
    error = error_of(lambda: CALLS[call](device.transport))
    assert (type(error), error.code) == (Busy, ErrorCode.S502)
