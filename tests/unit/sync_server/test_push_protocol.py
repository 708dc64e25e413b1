"""Numbers, ids and epochs of a push, what is written down about it, and what a pull makes of it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared_models.digest import Digest
from shared_models.errors import ErrorCode
from shared_models.registry import CRM, SCHEMA_VERSION
from shared_models.transport import PullRequest, UpToDate
from sync_server.db import digests, timeline
from sync_server.services import history, pull, push
from sync_server.services.actor import Actor
from sync_server.services.refusals import Refusal
from tests.unit.sync_server.centre import Centre, archive, edit, new, open_centre, pk


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    made = open_centre(tmp_path)
    yield made
    made.central.store.close()


def tx(number: int, *ops: dict, **more):
    return {"id": f"tx-{number}", "tx": number, "hlc": number, "ops": list(ops), **more}


def test_a_tx_that_is_sent_again_gets_the_verdict_that_it_has(centre):
    first = centre.send_raw("ana", [tx(1, new(1))])
    assert centre.send_raw("ana", [tx(1, new(1)), tx(2, new(2))]).verdicts[0] == first.verdicts[0]
    assert [row["tx_id"] for row in centre.rows("push")] == ["tx-1", "tx-2"]


def test_a_known_id_with_another_content_is_refused_and_nothing_is_stored(centre):
    centre.send_raw("ana", [tx(1, new(1))])
    with pytest.raises(Refusal) as refused:
        centre.send_raw("ana", [tx(2, new(3)), tx(1, new(2))])
    assert refused.value.code is ErrorCode.P205
    assert len(centre.rows("company")) == 1


def test_a_used_number_under_an_unknown_id_asks_for_a_new_epoch(centre):
    centre.send_raw("ana", [tx(1, new(1))])
    answer = centre.send_raw("ana", [{**tx(1, new(2)), "id": "other"}])
    assert (answer.reused, answer.verdicts) == (True, [])
    assert len(centre.rows("company")) == 1


def test_txs_before_a_gap_keep_their_verdicts(centre):
    answer = centre.send_raw("ana", [tx(1, new(1)), tx(3, new(3))])
    assert (answer.expected_tx, [verdict.id for verdict in answer.verdicts]) == (2, ["tx-1"])
    assert centre.send_raw("ana", [tx(2, new(2)), tx(3, new(3))]).verdicts[-1].v == "applied"


def test_every_verdict_takes_a_seq_of_its_own_refusals_too(centre):
    answer = centre.send_raw("ana", [tx(1, new(1)), tx(2, new(2, name=5)), tx(3, edit(9, 0, {}, name="x")), tx(4, new(4))])
    assert [(verdict.v, verdict.seq) for verdict in answer.verdicts] == [
        ("applied", 1), ("rejected", 2), ("deferred", 3), ("applied", 4),
    ]  # fmt: skip
    assert [(row["verdict"], row["seq"]) for row in centre.rows("deadletter")] == [("rejected", 2), ("deferred", 3)]


def test_a_refused_tx_holds_up_no_later_one_but_those_that_need_its_rows(centre):
    note = {"t": "note", "pk": pk(8), "op": "i", "set": {"company_id": pk(2), "body": "b", "written_at": 1}}
    answer = centre.send_raw(
        "ana", [tx(1, new(1)), tx(2, new(2, name=None)), tx(3, note), tx(4, edit(1, 0, {}, language="ro"))]
    )
    assert [verdict.v for verdict in answer.verdicts] == ["applied", "rejected", "deferred", "merged"]


def test_a_re_issue_closes_its_dead_letter(centre):
    centre.send_raw("ana", [tx(1, edit(1, 0, {}, name="x"))])
    centre.send("ion", {"ops": [new(1)]})
    centre.send_raw("ana", [tx(2, edit(1, 0, {"name": "Firma 1"}, name="x"), origin="tx-1")])
    assert [row["state"] for row in centre.rows("deadletter")] == ["reissued"]
    assert centre.row("company", 1)["name"] == "x"


def test_a_message_of_another_timeline_is_refused_and_old_versions_count_up_to_the_restore(centre):
    seq = centre.save("ana", new(1, name="N")).seq
    with centre.central.store.write() as connection:
        timeline.begin_epoch(connection, centre.central.tables, "epoch-2")
    with pytest.raises(Refusal) as refused:
        centre.save("ion", edit(1, seq, {"name": "N"}, name="N2"))
    assert refused.value.code is ErrorCode.P203
    with centre.central.store.read() as connection:
        assert timeline.restored_seq(connection, centre.central.tables, "epoch") == seq
        assert timeline.restored_seq(connection, centre.central.tables, "never heard of") == 0


def test_a_base_version_of_the_lost_time_is_no_proof_of_having_seen(centre):
    seq = centre.save("ana", new(1, name="N")).seq
    with centre.central.store.write() as connection:
        timeline.begin_epoch(connection, centre.central.tables, "epoch-2")
        connection.execute(centre.central.tables.clock.update().values(epoch="epoch"))
        connection.execute(
            centre.central.tables.restore.update().where(centre.central.tables.restore.c.epoch == "epoch").values(epoch="older")
        )
    newer = centre.save("ion", edit(1, seq, {"name": "N"}, name="N2")).seq
    assert centre.save("ana", edit(1, newer, {"name": "N"}, name="N3"), epoch="older").v == "conflict"
    assert centre.save("ana", edit(1, newer, {"name": "N"}, name="N4")).v == "applied"


def test_the_digest_is_that_of_the_rows_and_their_versions(centre):
    seq = centre.save("ana", new(1), new(2)).seq
    centre.save("ion", edit(1, seq, {}, language="ro"))
    centre.save("ion", archive(2, seq))
    expected = {entity.entity_name: Digest() for entity in CRM}
    for row in centre.rows("row"):
        expected[row["entity"]] = expected[row["entity"]].add(row["entity"], row["pk"], row["ver"])
    with centre.central.store.read() as connection:
        assert digests.read(connection, centre.central.tables) == expected


def test_a_long_difference_comes_in_pages_and_the_last_has_what_came_meanwhile(centre):
    centre.send("ana", *({"ops": [new(n)]} for n in range(5)))
    actor, cursor, after, got, pages = Actor("user-ion", "ion"), 0, None, {}, 0
    while True:
        found = pull.open_page(centre.central, actor, PullRequest(cursor, "epoch", "ion", after), page_rows=2)
        assert not isinstance(found, UpToDate)
        lines = [json.loads(line) for line in found]
        for line in lines:
            if line["k"] == "rows":
                got.update({row[line["cols"].index("id")]: row[line["cols"].index("name")] for row in line["rows"]})
        after, pages = lines[-1]["after"], pages + 1
        if lines[-1]["commit"]:
            break
        if pages == 1:
            centre.save("ana", edit(0, 1, {"name": "Firma 0"}, name="changed meanwhile"))
    assert pages == 4
    assert got == {pk(0): "changed meanwhile", **{pk(n): f"Firma {n}" for n in range(1, 5)}}
    assert lines[-1]["cursor"] == 6


def test_history_tells_who_changed_what_newest_first(centre):
    seq = centre.save("ana", new(1, name="N")).seq
    centre.save("ion", edit(1, seq, {"name": "N"}, name="N2"))
    page = history.page(centre.central, Actor("user-ana", "ana"), "company", pk(1), None)
    assert [(one.unit, one.by, one.kind) for one in page.entries] == [
        ("name", "user-ion", "applied"),
        ("*", "user-ana", "applied"),
    ]
    assert (page.entries[0].before, page.entries[0].after, page.more) == ({"name": "N"}, {"name": "N2"}, False)


def test_a_tx_with_too_much_in_it_is_refused_alone(centre):
    big = [new(i, description="x" * 19_000) for i in range(1, 61)]
    answer = centre.send("ana", {"ops": big}, {"ops": [new(90)]})
    assert [verdict.v for verdict in answer.verdicts] == ["rejected", "applied"]
    assert answer.verdicts[0].error.code is ErrorCode.L403


def test_an_after_that_names_no_origin_is_not_read(centre):
    body = {
        "device_epoch": "ana",
        "server_epoch": "epoch",
        "schema": SCHEMA_VERSION,
        "origins": ["a"],
        "txs": [{**tx(1, new(1)), "after": [1]}],
    }
    with pytest.raises(Refusal) as refused:
        push.accept(centre.central, Actor("user-ana", "ana", False), json.dumps(body).encode())
    assert refused.value.code is ErrorCode.P201
