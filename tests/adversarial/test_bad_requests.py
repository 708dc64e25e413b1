"""Requests that no honest device sends: each gets a coded answer below 500, and no committed edit is lost by it."""

import gzip
import json
from typing import Any

import pytest
import sqlalchemy as sa
import zstandard

from shared_models.protocol import MAX_OPS, MAX_PUSH_BYTES, MAX_TXS, PATH
from shared_models.registry import SCHEMA_VERSION
from sync_server.api.problems import TITLES
from tests.servers import Caller, company_tx, in_process, make_server, record_id


@pytest.fixture
def server(tmp_path):
    return make_server(tmp_path)


@pytest.fixture
def device(server):
    with in_process(server) as http:
        caller = Caller(http)
        caller.sign_in()
        caller.hello()
        caller.push([company_tx(1, record_id(1))])
        yield caller
        assert names(server)[record_id(1)] == "Company 1", "a committed edit was lost"


def names(server) -> dict[str, str]:
    company = server.central.tables.entities["company"]
    with server.central.store.read() as connection:
        return {one.id: one.name for one in connection.execute(sa.select(company.c.id, company.c.name))}


def code(answer) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["title"] == TITLES[body["code"]]
    return answer.status_code, body["code"]


GOOD = {"device_epoch": "device-epoch-1", "server_epoch": "e", "schema": SCHEMA_VERSION, "txs": []}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"\xff\xfe",
        b'{"txs": []}',
        json.dumps({**GOOD, "more": 1}).encode(),
        json.dumps({**GOOD, "schema": "x"}).encode(),
        json.dumps({**GOOD, "txs": [{"id": "a"}]}).encode(),
        json.dumps({**GOOD, "txs": [{**company_tx(1, "k"), "hlc": -1}]}).encode(),
        json.dumps({**GOOD, "txs": [{**company_tx(1, "k"), "ops": []}]}).encode(),
        json.dumps({**GOOD, "txs": [{**company_tx(1, "k"), "tx": 2**70}]}).encode(),
        b'{"device_epoch": NaN}',
        b"[" * 100_000,
    ],
)
def test_what_is_not_a_push_is_refused_with_its_place_and_without_its_content(device, body):
    assert code(device.push_bytes(body)) == (422, "P201")


def test_a_push_that_is_cut_off_anywhere_changes_nothing(device, server):
    body = json.dumps({**device.envelope(), "txs": [company_tx(2, record_id(2))]}).encode()
    for end in range(0, len(body), 7):
        assert code(device.push_bytes(body[:end])) == (422, "P201")
    assert set(names(server)) == {record_id(1)}


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_packed_push_that_is_cut_off_is_refused(device, encoding):
    body = json.dumps({**device.envelope(), "txs": [company_tx(2, record_id(2))]}).encode()
    packed = gzip.compress(body) if encoding == "gzip" else zstandard.compress(body)
    for end in (1, len(packed) // 2, len(packed) - 1):
        status, found = code(device.push_bytes(packed[:end], **{"content-encoding": encoding}))
        assert (status < 500, found) == (True, "P201")
    assert device.push_bytes(packed, **{"content-encoding": encoding}).status_code == 200


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_body_that_unpacks_to_far_more_is_stopped_at_the_limit(device, encoding):
    bomb = b"0" * (50 * MAX_PUSH_BYTES)
    packed = gzip.compress(bomb) if encoding == "gzip" else zstandard.compress(bomb)
    assert len(packed) < 100_000
    assert code(device.push_bytes(packed, **{"content-encoding": encoding})) == (413, "L401")


def test_noise_that_calls_itself_packed_is_refused(device):
    for encoding in ("gzip", "zstd"):
        assert code(device.push_bytes(b"noise" * 100, **{"content-encoding": encoding})) == (400, "P201")
    assert code(device.push_bytes(b"{}", **{"content-encoding": "br"})) == (415, "P201")


def test_a_body_over_the_limit_is_refused(device):
    assert code(device.push_bytes(b" " * (2 * MAX_PUSH_BYTES))) == (413, "L401")


def test_too_many_transactions_or_ops_are_refused(device):
    txs = [company_tx(number, record_id(number)) for number in range(2, MAX_TXS + 3)]
    assert code(device.push(txs)) == (422, "L403")
    many = company_tx(2, record_id(2))
    many["ops"] = many["ops"] * (MAX_OPS + 1)
    assert code(device.push([many])) == (422, "L403")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer x", "Basic YTpi", "Bearer " + "x" * 10_000, "bearer é"])
def test_a_wrong_token_is_refused(device, header):
    answer = device.http.get(f"{PATH}/pull?c=0&e=a&d=b", headers={"authorization": header.encode("latin-1")})
    assert code(answer) == (401, "A101")


@pytest.mark.parametrize("schema", [SCHEMA_VERSION + 1, 2**31 - 1])
def test_a_schema_version_of_the_future_is_refused(device, schema):
    assert code(device.push([company_tx(2, record_id(2))], schema=schema)) == (409, "P202")


def test_another_server_epoch_is_refused(device):
    assert code(device.push([company_tx(2, record_id(2))], server_epoch="other")) == (409, "P203")
    assert code(device.pull(0, e="other")) == (409, "P203")


@pytest.mark.parametrize(
    "query",
    [
        {"c": -1},
        {"c": "x"},
        {"c": 2**63},
        {"c": 10**30},
        {"c": "1.5"},
        {"e": ""},
        {"d": "x" * 37},
        {"a": "\x00"},
        {"a": "9|company|\x00'"},
        {"a": "1|nothing|x"},
        {"a": "99999999999999999|company|x"},
        {"a": "²|company|x"},
    ],
)
def test_a_pull_from_a_place_that_never_was_is_answered_below_500(device, query):
    answer = device.pull(0, **query)
    assert answer.status_code in (200, 204, 400, 409)
    assert answer.status_code < 300 or code(answer)[1] in ("P201", "P206")


OPS: list[tuple[dict[str, Any], str]] = [
    ({"t": "nothing", "set": {"name": "x"}}, "R301"),
    ({"t": "sync_row", "set": {"wire": "[]"}}, "R301"),
    ({"set": {"name": "x", "shoe_size": 43}}, "R302"),
    ({"set": {"name": "x", "updated_at": 1}}, "R302"),
    ({"set": {"name": 5}}, "R303"),
    ({"set": {"name": "x", "parent_id": ["a"]}}, "R303"),
    ({"set": {"name": {"add": ["x"]}}}, "R303"),
    ({"set": {"name": "x" * 100_000}}, "R303"),
    ({"set": {"name": True}}, "R303"),
    ({"set": {}}, "R307"),
    ({"pk": "../../etc", "set": {"name": "x"}}, "R303"),
    ({"t": "user", "set": {"name": 1, "email": None}}, "R303"),
]


@pytest.mark.parametrize(("op", "expected"), OPS)
def test_a_bad_op_refuses_its_own_transaction_and_holds_up_nothing_else(device, server, op, expected):
    bad = {**company_tx(2, record_id(2)), "ops": [{"t": "company", "pk": record_id(2), "op": "i", **op}]}
    answer = device.push([bad, company_tx(3, record_id(3))])
    assert answer.status_code == 200, answer.text
    verdicts = answer.json()["verdicts"]
    assert [verdict["v"] for verdict in verdicts] == ["rejected", "applied"]
    assert verdicts[0]["error"]["code"] == expected
    assert set(names(server)) == {record_id(1), record_id(3)}


@pytest.mark.parametrize("value", ["\ud800", "\x00", "a\u0000b", "🦊" * 50, "'; DROP TABLE company; --"])
def test_strange_text_is_stored_safely_or_refused(device, server, value):
    answer = device.push([company_tx(2, record_id(2), name=value)])
    assert answer.status_code < 500
    assert len(names(server)) in (1, 2)


def test_a_nul_anywhere_in_a_push_is_no_fault_of_any_database(tmp_path, central_url):
    server = make_server(tmp_path, central_url)
    values: list[dict[str, Any]] = [
        {"code": "\x00"},
        {"code": "A\x00B"},
        {"parent_id": "\x00"},
        {"name": "\x00"},
        {"fiscal_code": "RO\x001"},
        {"x\x00": 1},
    ]
    with in_process(server) as http:
        caller = Caller(http)
        caller.sign_in()
        caller.hello()
        txs = [company_tx(n, record_id(n), **given) for n, given in enumerate(values, 1)]
        answer = caller.push([{**tx, "label": "\x00"} for tx in txs])
        assert answer.status_code == 200, answer.text
        refused = [verdict["error"]["code"] for verdict in answer.json()["verdicts"] if verdict["v"] == "rejected"]
        assert "S501" not in refused
        assert b"u0000" not in caller.pull(0).content


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**40, 1.5])
def test_numbers_that_no_column_holds_are_refused(device, number):
    values = {"company_id": record_id(1), "body": "x", "written_at": number}
    op = {"t": "note", "pk": record_id(5), "op": "i", "set": values}
    answer = device.push([{**company_tx(2, record_id(5)), "ops": [op]}])
    assert answer.status_code == 200
    assert answer.json()["verdicts"][0]["v"] == "rejected"


@pytest.mark.parametrize("before", [2**63, 10**40, [10**40], {"add": [10**40]}, 1.5, True, "x" * 10_000, None])
@pytest.mark.parametrize("field", ["name", "description"])
def test_an_odd_value_that_the_person_is_said_to_have_seen_is_no_fault(device, field, before):
    theirs: dict[str, Any] = {"t": "company", "pk": record_id(2), "op": "u", "set": {field: "Theirs"}, "bv": 2**40}
    mine = {**theirs, "set": {field: "Mine"}, "base": {field: before}, "bv": 0}
    edits = [{**company_tx(3, "-"), "ops": [theirs]}, {**company_tx(4, "-"), "ops": [mine]}]
    made, first, second = device.push([company_tx(2, record_id(2)), *edits]).json()["verdicts"]
    assert made["v"] == "applied"
    assert first["v"] != "rejected"
    assert second["v"] != "rejected" or second["error"]["code"] == "R303"


def test_replayed_and_reordered_transactions_have_one_effect_and_one_verdict(device, server):
    txs = [company_tx(number, record_id(number)) for number in (2, 3, 4)]
    first = device.push(txs).json()["verdicts"]
    assert [verdict["v"] for verdict in first] == ["applied"] * 3
    assert device.push(txs).json()["verdicts"] == first
    assert sorted(device.push(txs[::-1]).json()["verdicts"], key=lambda one: one["tx"]) == first
    late = device.push([company_tx(6, record_id(6)), company_tx(5, record_id(5))]).json()
    assert (late["verdicts"], late["expected_tx"]) == ([], 5)
    assert set(names(server)) == {record_id(number) for number in (1, 2, 3, 4)}


def test_a_known_id_with_another_content_is_refused(device):
    assert code(device.push([company_tx(1, record_id(1), name="Other")])) == (409, "P205")


def test_a_used_number_under_another_id_asks_for_a_new_device_epoch(device):
    answer = device.push([company_tx(1, record_id(9), tx_id="other")]).json()
    assert (answer["reused"], answer["verdicts"]) == (True, [])


def test_addresses_and_methods_that_do_not_exist_are_coded(device):
    assert code(device.http.get("/nothing")) == (404, "P207")
    refused = device.http.put(f"{PATH}/push")
    assert code(refused) == (405, "P207")
    assert "POST" in refused.headers["allow"]


def test_a_sign_in_with_unknown_parts_is_refused_without_repeating_the_password(device):
    body = {"email": "a@b.ro", "password": "secret-word", "device_name": "x", "install": "i", "role": "admin"}
    answer = device.http.post("/auth/sign-in", json=body)
    assert code(answer) == (422, "P201")
    assert "secret-word" not in answer.text
