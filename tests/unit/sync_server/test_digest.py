"""The centre's half of the proof, on every database: what it sums and lists is what a replica computes of the rows it was sent."""

import json
import threading
from contextlib import ExitStack

import psycopg
import pymysql.cursors
import pytest
import sqlalchemy as sa
from pydantic import ValidationError
from structlog.testing import capture_logs

from client.replica import held
from shared_models.digest import Digest, content_hash, place, row_hash
from shared_models.errors import ErrorCode
from shared_models.fields import wire_order
from shared_models.protocol import PATH, DigestRequest, FetchRequest
from shared_models.registry import CRM
from sync_server.db import bulk, digests, feed, recounting, timeline
from sync_server.db.plans import STREAM_ROWS
from sync_server.services import digest, push
from sync_server.services.actor import Actor
from sync_server.services.central import AUDIT_AGAIN_S, AUDITS, Central
from sync_server.services.refusals import Refusal
from tests.servers import Caller, company_tx, in_process, make_server, record_id

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


def test_contents_are_compared_for_two_at_a_time_and_others_come_back_later(tmp_path):
    server = make_server(tmp_path)
    with in_process(server) as http:
        caller = Caller(http)
        caller.sign_in()
        caller.hello()

        def ask(**more):
            body = {"server_epoch": caller.server_epoch, "prefixes": [""], **more}
            return http.post(f"{PATH}/digest", json=body, headers=caller.headers)

        with ExitStack() as others:
            for _ in range(AUDITS):
                assert ask(kind="content", entity="company").status_code == 200
                others.enter_context(server.central.audits.one())
            refused = ask(kind="content", entity="company")
            assert (refused.status_code, refused.json()["code"]) == (503, ErrorCode.S502)
            assert refused.headers["retry-after"] == str(AUDIT_AGAIN_S)
            assert ask(entity="company").status_code == 200
        assert ask(kind="content").status_code == 200


def test_a_comparison_that_is_refused_gives_its_turn_back(tmp_path):
    central = make_server(tmp_path).central
    for _ in range(AUDITS + 1):
        with pytest.raises(Refusal) as refused:
            compared(central, "another epoch", kind="content")
        assert refused.value.code is ErrorCode.P203
    central.store.close()


def test_a_part_is_asked_for_once_in_a_request():
    with pytest.raises(ValidationError, match="each prefix once"):
        DigestRequest(server_epoch="e", entity="company", prefixes=["00", "01", "00"])


def spoilt(central: Central, table: sa.Table, **values):
    with central.store.write() as connection:
        connection.execute(sa.update(table).where(table.c.entity == "company").values(**values))


def test_figures_that_are_wrong_are_counted_anew_and_right_ones_are_left(central):
    with central.store.read() as connection:
        epoch = timeline.read(connection, central.tables).epoch
    body = {"device_epoch": "e", "server_epoch": epoch, "schema": central.schema_version,
            "txs": [company_tx(n, record_id(n)) for n in (1, 2, 3)]}  # fmt: skip
    push.accept(central, ACTOR, json.dumps(body).encode())
    with central.store.read() as connection:
        right = recounting.kept(connection, central.tables, "company")
    assert right[0].rows == 3

    def recounted():
        answer = compared(central, epoch, entity="company", recount=True)
        with central.store.read() as connection:
            assert recounting.kept(connection, central.tables, "company") == right
        assert answer.entities == {"company": right[0].wire()}
        return answer.corrected

    assert not recounted()
    with capture_logs() as logs:
        spoilt(central, central.tables.digest, n=5)
        assert recounted()
        spoilt(central, central.tables.cell_digest, total="0" * 16)
        assert recounted()
    assert [(one["event"], one["entity"], one["device"]) for one in logs] == [("digest corrected", "company", "a")] * 2
    assert compared(central, epoch).entities["company"] == right[0].wire()


def test_a_push_while_figures_are_counted_anew_is_counted_too(central, monkeypatch):
    with central.store.read() as connection:
        epoch = timeline.read(connection, central.tables).epoch

    def save(n):
        body = {"device_epoch": "e", "server_epoch": epoch, "schema": central.schema_version,
                "txs": [company_tx(n, record_id(n))]}  # fmt: skip
        push.accept(central, ACTOR, json.dumps(body).encode())

    save(1)
    spoilt(central, central.tables.digest, n=5)
    usual, pushing = recounting.put, threading.Thread(target=save, args=(2,))

    def with_a_push_between(*args, **more):
        pushing.start()
        pushing.join(0.5)  # as long as it takes where nothing holds it up
        usual(*args, **more)

    monkeypatch.setattr(recounting, "put", with_a_push_between)
    assert compared(central, epoch, entity="company", recount=True).corrected
    pushing.join(30)
    with central.store.read() as connection:
        whole, parts = recounting.kept(connection, central.tables, "company")
        counted = recounting.counted(connection, central.tables, "company")
    assert (whole, parts) == (recounting.total_of(counted), counted)
    assert whole.rows == 2


@pytest.mark.parametrize("more", [{"kind": "content"}, {"prefixes": ["00"]}, {"entity": None}], ids=str)
def test_only_one_whole_entity_is_counted_anew(more):
    with pytest.raises(ValidationError, match="counted anew"):
        DigestRequest(**{"server_epoch": "e", "entity": "company", "prefixes": [""], "recount": True, **more})


CURSORS = {"postgresql": psycopg.ServerCursor, "mysql": pymysql.cursors.SSCursor}


@pytest.mark.parametrize(
    "kind",
    [pytest.param("postgresql", marks=pytest.mark.postgresql), pytest.param("mariadb", marks=pytest.mark.mariadb)],
)
@pytest.mark.parametrize("read", [feed.every, digests.versions])
def test_large_reads_leave_their_rows_with_the_database_until_they_are_taken(tmp_path, request, kind, read):
    central = make_server(tmp_path, request.getfixturevalue(f"{kind}_url")).central
    tables, count = central.tables, 2 * STREAM_ROWS + 1
    empty = dict.fromkeys((column.name for column in tables.row.c), None)
    rows = [
        {**empty, "entity": "company", "pk": record_id(n), "ver": n, "created_seq": 1, "created_origin": "o", "col_ver": "{}",
         "wire": "[]", "cell": 0}
        for n in range(count)
    ]  # fmt: skip
    with central.store.write() as connection:
        bulk.insert(connection, tables.row, rows)
    cursors = []
    sa.event.listen(central.store.engine, "before_cursor_execute", lambda _connection, cursor, *_: cursors.append(type(cursor)))
    with central.store.read() as connection:
        found = read(connection, tables, "company")
        first = next(found)
        assert issubclass(cursors[-1], CURSORS[central.store.dialect])
        assert len({tuple(row) for row in (first, *found)}) == count
        next(read(connection, tables, "company"))  # given up after one row: the connection is as good as new
        assert len(list(read(connection, tables, "company"))) == count
    central.store.close()
