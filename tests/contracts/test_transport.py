"""One suite for every implementation of `shared_models.transport.Transport`."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from client.config import SyncTimes
from client.sync.http_transport import AccessToken, HttpTransport, make_client, sign_in
from shared_models.errors import ErrorCode, NeedsSignIn, NeedsUpgrade, Refused, SyncError
from shared_models.protocol import HelloRequest, PushRequest, SignInRequest
from shared_models.registry import SCHEMA_VERSION
from shared_models.transport import PullRequest, Transport, UpToDate
from sync_server.app import Server
from sync_server.services.actor import Actor
from sync_server.services.local_transport import LocalTransport
from tests.servers import EMAIL, PASSWORD, behind_socket, company_tx, in_process, make_server, record_id
from tests.wire import with_origins


@dataclass
class Device:
    """A signed-in device, and what a test needs to speak for it."""

    server: Server
    transport: Transport
    device_id: str
    epoch: str = "device-epoch-1"
    server_epoch: str = ""

    def hello(self, schema: int = SCHEMA_VERSION) -> Any:  # Any: shorthand of a test
        request = HelloRequest.model_validate(
            {"install": "i", "device_epoch": self.epoch, "app": "0.1", "schema": schema, "cursor": 0, "clock": 0}
        )
        answer = self.transport.hello(request)
        self.server_epoch = answer.server_epoch
        return answer

    def push(self, *txs: dict[str, Any], schema: int = SCHEMA_VERSION, epoch: str = "") -> Any:
        made = PushRequest.model_validate(
            {
                "device_epoch": self.epoch,
                "server_epoch": epoch or self.server_epoch,
                "schema": schema,
                **with_origins(txs),
            }
        )
        return self.transport.push(made.model_dump_json(by_alias=True).encode())

    def pull(self, cursor: int, epoch: str = "") -> list[dict[str, Any]] | UpToDate:
        answer = self.transport.pull(PullRequest(cursor, epoch or self.server_epoch, self.epoch))
        return answer if isinstance(answer, UpToDate) else [json.loads(line) for line in answer]


def over_http(client: Any) -> tuple[Transport, str]:  # Any: httpx's client and Litestar's, which is one
    request = SignInRequest(email=EMAIL, password=PASSWORD, device_name="laptop", install="i")
    answer = sign_in(client, request)
    return HttpTransport(client, AccessToken(client, lambda: answer.device_token)), answer.device_id


@pytest.fixture(params=["local", "http", "socket"])
def device(request, tmp_path):
    server = make_server(tmp_path)
    if request.param == "local":
        server.accounts.open_session(EMAIL, PASSWORD)
        with in_process(server) as http:
            _, device_id = over_http(http)
            actor = Actor(_user_of(server), device_id, is_admin=True)
            yield greeted(Device(server, LocalTransport(server.central, actor), device_id))
    elif request.param == "http":
        with in_process(server) as http:
            yield greeted(Device(server, *over_http(http)))
    else:
        with behind_socket(server) as address, make_client(address, SyncTimes()) as http:
            yield greeted(Device(server, *over_http(http)))


def _user_of(server: Server) -> str:
    secret = server.accounts.open_session(EMAIL, PASSWORD)
    found = server.accounts.session(secret)
    assert found
    return found.user_id


def greeted(device: Device) -> Device:
    device.hello()
    return device


def refused(call: Callable[[], object], kind: type[SyncError] = Refused) -> ErrorCode:
    with pytest.raises(kind) as found:
        call()
    assert found.value.code
    return found.value.code


def test_hello_names_the_epoch_the_device_and_the_schema(device):
    answer = device.hello()
    assert (answer.action, answer.device_id, answer.schema_version) == ("ok", device.device_id, SCHEMA_VERSION)
    assert answer.server_epoch


def test_a_pushed_record_comes_back_as_an_ack_and_to_others_as_a_row(device):
    verdict = device.push(company_tx(1, record_id(1))).verdicts[0]
    assert verdict.v == "applied"
    mine = device.pull(verdict.seq - 1)
    assert [line["k"] for line in mine if line["k"] in ("rows", "ack")] == ["ack"]
    assert mine[-1]["cursor"] == verdict.seq
    device.epoch = "another-epoch"
    others = next(line for line in device.pull(verdict.seq - 1) if line["k"] == "rows")
    assert others["rows"][0][others["cols"].index("name")] == "Company 1"


def test_the_same_transaction_sent_again_gets_the_same_verdict(device):
    first = device.push(company_tx(1, record_id(1)))
    assert device.push(company_tx(1, record_id(1))).verdicts == first.verdicts


def test_a_gap_in_the_numbers_names_the_one_that_is_expected(device):
    answer = device.push(company_tx(1, record_id(1)), company_tx(3, record_id(3)))
    assert ([verdict.tx for verdict in answer.verdicts], answer.expected_tx) == ([1], 2)


def test_an_idle_pull_proves_equality(device):
    seq = device.push(company_tx(1, record_id(1))).verdicts[0].seq
    idle = device.pull(seq)
    assert isinstance(idle, UpToDate)
    assert len(idle.digest) == 16


def test_history_tells_what_a_record_was(device):
    device.push(company_tx(1, record_id(1)))
    edit = {"t": "company", "pk": record_id(1), "op": "u", "set": {"name": "Renamed"}, "base": {"name": "Company 1"}}
    device.push({"id": "tx-2", "tx": 2, "hlc": 5, "after": ["tx-1"], "ops": [edit]})
    entries = device.transport.history("company", record_id(1), None).entries
    assert next(entry.after for entry in entries if entry.unit == "name") == {"name": "Renamed"}


def test_an_unknown_entity_has_no_history(device):
    assert refused(lambda: device.transport.history("nothing", record_id(1), None)) is ErrorCode.R301


def test_another_server_epoch_is_refused(device):
    assert refused(lambda: device.push(company_tx(1, record_id(1)), epoch="other")) is ErrorCode.P203
    assert refused(lambda: device.pull(0, epoch="other")) is ErrorCode.P203


def test_a_cursor_of_the_future_is_refused(device):
    assert refused(lambda: device.pull(1_000_000)) is ErrorCode.P206


def test_a_schema_version_that_is_not_supported_is_refused(device):
    push = refused(lambda: device.push(company_tx(1, record_id(1)), schema=SCHEMA_VERSION + 1), NeedsUpgrade)
    assert push is ErrorCode.P202
    assert device.hello(schema=SCHEMA_VERSION + 1).action == "upgrade"


def test_a_body_that_is_no_push_is_refused(device):
    assert refused(lambda: device.transport.push(b'{"txs":')) is ErrorCode.P201


def test_a_known_id_with_another_content_is_refused(device):
    device.push(company_tx(1, record_id(1)))
    assert refused(lambda: device.push(company_tx(1, record_id(2)))) is ErrorCode.P205


@pytest.mark.parametrize("kind", ["http", "socket"])
def test_a_revoked_device_needs_to_sign_in(tmp_path, kind):
    server = make_server(tmp_path)
    if kind == "http":
        with in_process(server) as http:
            found = greeted(Device(server, *over_http(http)))
            server.accounts.revoke_device(found.device_id)
            assert refused(found.hello, NeedsSignIn) is ErrorCode.A104
    else:
        with behind_socket(server) as address, make_client(address, SyncTimes()) as http:
            found = greeted(Device(server, *over_http(http)))
            server.accounts.revoke_device(found.device_id)
            assert refused(found.hello, NeedsSignIn) is ErrorCode.A104
