"""One suite for every implementation of `shared_models.transport.Transport`."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from client.config import SyncTimes
from client.sync.http_transport import AccessToken, HttpTransport, make_client, sign_in
from shared_models.digest import LIST_ROWS, Digest, place
from shared_models.errors import ErrorCode, NeedsSignIn, NeedsUpgrade, Refused, SyncError
from shared_models.protocol import DigestRequest, FetchRequest, HelloRequest, PushRequest, SignInRequest
from shared_models.registry import SCHEMA_VERSION
from shared_models.salvage import SalvageAnswer, SalvageRequest
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


def digest_of(device, **asked) -> Any:  # Any: shorthand of a test
    return device.transport.digest(DigestRequest(**{"server_epoch": device.server_epoch, "prefixes": [""], **asked}))


def test_the_digest_of_everything_is_that_of_each_entity(device):
    seq = device.push(company_tx(1, record_id(1))).verdicts[0].seq
    answer = digest_of(device)
    assert answer.seq == seq
    assert answer.entities["company"] == Digest().add("company", record_id(1), seq).wire()
    part = f"{place(record_id(1)):08x}"[:1]
    assert digest_of(device, prefixes=[part], kind="content").entities["company"][0] == 1
    other = f"{(int(part, 16) + 1) % 16:x}"
    assert digest_of(device, prefixes=[other], kind="content").entities["company"] == (0, "0" * 16)


def test_few_rows_of_a_part_are_listed_and_many_are_divided(device):
    device.push(*(company_tx(n, record_id(n)) for n in range(1, LIST_ROWS + 1)))
    rows = digest_of(device, entity="company").parts[""].rows
    assert {pk for pk, _, _ in rows} == {record_id(n) for n in range(1, LIST_ROWS + 1)}
    assert {hashed for _, _, hashed in rows} == {""}
    device.push(company_tx(LIST_ROWS + 1, record_id(LIST_ROWS + 1)))
    divided = digest_of(device, entity="company").parts[""]
    assert divided.rows is None
    assert sum(count for count, _ in divided.parts.values()) == LIST_ROWS + 1
    prefixes = sorted(divided.parts)[:3]
    listed = digest_of(device, entity="company", prefixes=prefixes, kind="content").parts
    assert {prefix: len(part.rows) for prefix, part in listed.items()} == {p: divided.parts[p][0] for p in prefixes}


def test_fetched_rows_are_those_of_a_pull_and_what_is_not_there_is_left_out(device):
    seq = device.push(company_tx(1, record_id(1))).verdicts[0].seq
    asked = FetchRequest(server_epoch=device.server_epoch, t="company", pks=[record_id(1), record_id(2)])
    fetched = [json.loads(line) for line in device.transport.fetch(asked)]
    device.epoch = "another-epoch"
    pulled = next(line for line in device.pull(seq - 1) if line["k"] == "rows" and line["t"] == "company")
    assert fetched == [pulled, {"k": "fetched", "epoch": device.server_epoch, "seq": seq}]


def test_a_digest_and_a_fetch_of_another_epoch_or_of_nothing_known_are_refused(device):
    assert refused(lambda: digest_of(device, server_epoch="other")) is ErrorCode.P203
    assert refused(lambda: digest_of(device, entity="nothing")) is ErrorCode.R301
    asked = {"server_epoch": device.server_epoch, "t": "company", "pks": [record_id(1)]}
    assert refused(lambda: list(device.transport.fetch(FetchRequest(**{**asked, "server_epoch": "other"})))) is ErrorCode.P203
    assert refused(lambda: list(device.transport.fetch(FetchRequest(**{**asked, "t": "nothing"})))) is ErrorCode.R301


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


def salvage_of(device: Device, **told: object) -> SalvageAnswer:
    epoch = device.hello().server_epoch
    return device.transport.salvage(SalvageRequest.model_validate({"server_epoch": epoch, "epoch": "older", **told}))


def test_what_is_left_of_a_timeline_that_there_never_was_is_not_wanted(device):
    assert salvage_of(device, reached=9, offered=[8], heads=[("company", record_id(1), 9)]).wanted == []


def test_salvage_of_another_server_epoch_is_refused(device):
    device.hello()
    asked = SalvageRequest(server_epoch="other", epoch="older")
    assert refused(lambda: device.transport.salvage(asked)) is ErrorCode.P203
