"""The centre's half of the proof, on every database: what it sums and lists is what a replica computes of the rows it was sent."""

import json

import pytest

from client.replica import held
from shared_models.digest import Digest, content_hash, place, row_hash
from shared_models.fields import wire_order
from shared_models.protocol import DigestRequest, FetchRequest
from shared_models.registry import CRM
from sync_server.db import timeline
from sync_server.services import digest, push
from sync_server.services.actor import Actor
from sync_server.services.central import Central
from tests.servers import company_tx, make_server, record_id

ACTOR = Actor("user-a", "a", is_admin=True)


def compared(central: Central, epoch: str, **asked):
    return digest.compare(central, ACTOR, DigestRequest(**{"server_epoch": epoch, "prefixes": [""], **asked}))


@pytest.fixture
def central(tmp_path, central_url):
    made = make_server(tmp_path, central_url).central
    yield made
    made.store.close()


def test_both_halves_hash_a_content_alike_on_every_database(central):
    with central.store.read() as connection:
        epoch = timeline.read(connection, central.tables).epoch
    ops = [op for n in (1, 2, 3) for op in company_tx(n, record_id(n), description=f'"„Ștefan” \\ /\n\t{n}\x7f')["ops"]]
    body = {"device_epoch": "e", "server_epoch": epoch, "schema": central.schema_version,
            "txs": [{"id": "tx-1", "tx": 1, "hlc": 5, "ops": ops}]}  # fmt: skip
    assert push.accept(central, ACTOR, json.dumps(body).encode()).verdicts[0].v == "applied"
    asked = FetchRequest(server_epoch=epoch, t="company", pks=[record_id(n) for n in (1, 2, 3)])
    lines = [json.loads(line) for line in digest.fetch(central, ACTOR, asked)]
    order, dumps = wire_order(CRM.get("company")), held.fastest_dumps()
    assert lines[0]["cols"] == list(order)
    at = order.index("id")
    mine = {
        (row[at], ver, f"{content_hash('company', row[at], ver, dumps(row)):016x}")
        for row, ver in zip(lines[0]["rows"], lines[0]["v"], strict=True)
    }
    assert set(compared(central, epoch, entity="company", kind="content").parts[""].rows) == mine
    part = f"{place(record_id(1)):08x}"
    (row,) = compared(central, epoch, entity="company", kind="content", prefixes=[part]).parts[part].rows
    assert row in mine
    total = Digest(3, sum(row_hash("company", pk, ver) for pk, ver, _ in mine) % 2**64)
    assert compared(central, epoch).entities["company"] == total.wire()
