"""What goes into a push: in order, numbered without gaps, unchanging once sent, and never held up by one bad save."""

import json

import pytest

from client.replica import epochs, meta, outbox
from client.replica.remote_page import Ack
from shared_models.errors import RecordInvalid
from shared_models.protocol import PushRequest
from tests.clients import EPOCH, bring, central_row, make_replica

ACME = "018f1111-0000-7000-8000-000000000001"


@pytest.fixture
def replica(tmp_path):
    opened = make_replica(tmp_path)
    bring(opened, (5, "company", central_row("company", ACME, name="Acme")), to=5)
    yield opened
    opened.close()


def save(replica, name: str) -> str:
    with replica.edit(f"Rename to {name}") as edit:
        edit.update("company", ACME, {"name": name})
    return str(edit.tx_id)


def batch(replica, **limits) -> outbox.Batch:
    with replica.write(durable=False) as writing:
        return outbox.take_batch(writing, 1, **limits)


def sent(found: outbox.Batch) -> list[tuple[int, str]]:
    request = PushRequest.model_validate_json(found.body)
    return [(tx.tx, tx.ops[0].set["name"]) for tx in request.txs]


def test_body_is_a_valid_request_with_everything_that_the_author_saw(replica):
    first = save(replica, "One")
    save(replica, "Two")
    request = PushRequest.model_validate_json(batch(replica).body)
    assert (request.server_epoch, request.device_epoch) == (EPOCH, replica.facts()["device_epoch"])
    one, two = request.txs
    assert (one.id, one.tx, one.label, one.after, one.epoch) == (first, 1, "Rename to One", [], EPOCH)
    assert (two.tx, [request.origins[i] for i in two.after], two.ops[0].base, two.ops[0].bv) == (2, [first], {"name": "One"}, 5)


def test_body_says_what_waits_beside_it(replica):
    saved = {name: save(replica, name) for name in ("Bad", "Sent", "Ahead", "Left", "Last")}
    with replica.write(durable=False) as writing:
        writing.connection.execute("UPDATE _sync_tx SET state = 'isolated' WHERE id = ?", (saved["Bad"],))
        at = dict(writing.connection.execute("SELECT id, saved_at FROM _sync_tx"))

    def left(found: outbox.Batch) -> tuple[int, int | None]:
        waiting = PushRequest.model_validate_json(found.body).left
        assert waiting is not None
        return waiting.n, waiting.oldest

    first = batch(replica, max_txs=1)
    assert left(first) == (4, at[saved["Bad"]])
    assert left(batch(replica, max_txs=1, under_way=first.ns)) == (3, at[saved["Bad"]])
    with replica.write(durable=False) as writing:
        writing.connection.execute("UPDATE _sync_tx SET state = 'acked' WHERE id = ?", (saved["Bad"],))
        writing.connection.execute("UPDATE _sync_tx SET attempts = 0")
    assert left(batch(replica, max_txs=2)) == (2, at[saved["Left"]])
    assert left(batch(replica)) == (0, None)


def test_numbers_have_no_gap_when_a_save_is_undone_before_it_was_sent(replica):
    save(replica, "One")
    assert sent(batch(replica)) == [(1, "One")]
    undone = save(replica, "Two")
    save_three = save(replica, "Three")
    assert replica.undo(save_three, "Undo")
    assert replica.undo(undone, "Undo")
    save(replica, "Four")
    assert sent(batch(replica)) == [(1, "One"), (2, "Four")]


def test_repeated_send_has_the_same_content(replica):
    save(replica, "One")
    first = json.loads(batch(replica).body)
    bring(replica, (7, "company", central_row("company", ACME, name="Theirs")), to=7)
    assert json.loads(batch(replica).body) == {**first, "pull": 7}


def test_only_the_last_batch_of_a_complete_replica_asks_for_what_is_newer(replica):
    for name in ("One", "Two"):
        save(replica, name)
    assert "pull" not in json.loads(batch(replica, max_txs=1).body)
    assert json.loads(batch(replica).body)["pull"] == replica.facts()["cursor"]
    for facts in ({"complete": False}, {"replace": True}, {"stage_after": "9|company|"}):
        with replica.write(durable=False) as writing:
            meta.put(writing.connection, {"complete": True, "replace": False, "stage_after": None, **facts})
        assert "pull" not in json.loads(batch(replica).body)


def test_batch_keeps_its_limits(replica):
    for i in range(5):
        save(replica, f"Name {i}" + "x" * 100)
    assert len(batch(replica, max_txs=2).ns) == 2
    small = batch(replica, max_bytes=900)
    assert 0 < len(small.ns) < 5
    assert small.more


def test_save_that_breaks_every_push_goes_alone_and_is_then_set_aside(replica):
    bad = save(replica, "Bad")
    save(replica, "Good")
    assert [len(batch(replica).ns) for _ in range(5)] == [2, 2, 1, 1, 1]
    with replica.write(durable=False) as writing:
        isolated = outbox.isolate_poison(writing)
        assert isolated is not None
        assert isolated.id == bad
        epochs.renumber(writing, replica.ids)
    assert sent(batch(replica)) == [(1, "Good")]
    assert [w.state for w in replica.waiting()] == ["isolated", "inflight"]
    assert replica.get("company", ACME)["name"] == "Good"
    with replica.write(durable=False) as writing:
        assert outbox.release(writing, bad)
    assert sent(batch(replica)) == [(1, "Good"), (2, "Bad")]


def test_new_numbering_keeps_ids_and_order_and_leaves_out_what_is_answered(replica):
    answered = save(replica, "One")
    batch(replica)
    waiting = save(replica, "Two")
    with replica.write(durable=False) as writing:
        writing.connection.execute("UPDATE _sync_tx SET state = 'acked', seq = 9 WHERE id = ?", (answered,))
        epochs.renumber(writing, replica.ids)
    request = PushRequest.model_validate_json(batch(replica).body)
    assert [(tx.id, tx.tx) for tx in request.txs] == [(waiting, 1)]


def test_after_a_server_restore_everything_that_its_backup_lacks_is_offered_again_in_order(replica):
    kept, lost = save(replica, "Kept"), save(replica, "Lost")
    batch(replica)
    bring(replica, to=7, acks=(Ack(kept, "applied", 6, 1, None), Ack(lost, "rejected", 7, 1, "R303")))
    open_one = save(replica, "Open")
    with replica.write(durable=False) as writing:
        epochs.server_restored(writing, replica.registry, replica.ids, "epoch-2", 6)
    assert replica.drafts() == []
    request = PushRequest.model_validate_json(batch(replica).body)
    assert [(tx.id, tx.tx) for tx in request.txs] == [(lost, 1), (open_one, 2)]
    assert {tx.epoch for tx in request.txs} == {EPOCH}
    assert replica.get("company", ACME)["name"] == "Open"
    row = central_row("company", ACME, name="Kept")
    bring(replica, (6, "company", row), to=6, epoch="epoch-2")
    assert replica.facts()["rows_epoch"] == "epoch-2"
    assert replica.get("company", ACME)["name"] == "Open"
    with replica.edit("On the new timeline") as edit:
        edit.update("company", ACME, {"name": "Newest", "legal_name": "Newest SRL"})
    newest = json.loads(batch(replica).body)["txs"][-1]
    assert newest["epoch"] == "epoch-2"
    assert newest["ops"][0]["bv"] == 6
    assert "bvx" not in newest["ops"][0], "5 and 6 lie before the restore, and count as they are"


def test_base_version_of_a_lost_time_counts_only_up_to_the_restore(replica):
    bring(replica, (9, "company", central_row("company", ACME, name="Seen before the restore")), to=9)
    save(replica, "Mine")
    with replica.write(durable=False) as writing:
        epochs.server_restored(writing, replica.registry, replica.ids, "epoch-2", 6)
    bring(replica, (7, "company", central_row("company", ACME, name="Other")), to=7, epoch="epoch-2")
    with replica.edit("Again") as edit:
        edit.update("company", ACME, {"name": "Mine again"})
    op = json.loads(batch(replica).body)["txs"][-1]["ops"][0]
    assert (op["bv"], op["bvx"]) == (7, {"name": 6})


def test_save_stands_on_own_saves_of_the_same_records_not_on_those_of_their_other_parts(replica):
    with replica.edit("First note") as first:
        first.insert("note", {"company_id": ACME, "body": "One", "written_at": 1})
    with replica.edit("Second note") as second:
        second.insert("note", {"company_id": ACME, "body": "Two", "written_at": 2})
    renamed = save(replica, "Renamed")
    with replica.edit("Third note") as third:
        third.insert("note", {"company_id": ACME, "body": "Three", "written_at": 3})
    with replica.edit("Archive") as archive:
        archive.archive("company", ACME)
    request = PushRequest.model_validate_json(batch(replica).body)
    stands_on = {tx.id: {request.origins[place] for place in tx.after} for tx in request.txs}
    assert stands_on[second.tx_id] == set()
    assert stands_on[renamed] == set()
    assert stands_on[third.tx_id] == {renamed}
    assert stands_on[archive.tx_id] == {first.tx_id, second.tx_id, renamed, third.tx_id}


def test_save_that_no_push_could_carry_is_refused_where_it_is_typed(replica):
    def save_much() -> None:
        with replica.edit("Much") as edit:
            for i in range(60):
                edit.insert("company", {"name": f"Company {i}", "description": "x" * 19_000})

    with pytest.raises(RecordInvalid) as refused:
        save_much()
    assert refused.value.problems[0].reason == "problem.too_many_changes"
    assert replica.waiting() == []


def test_form_that_was_open_while_own_saves_settled_still_stands_on_them(replica):
    """Found by the simulator: its base version was from before the save, so the centre asked its author about his own value."""
    renamed = save(replica, "Renamed")
    form = replica.look("company", ACME)
    batch(replica)
    bring(replica, to=6, acks=(Ack(renamed, "applied", 6, 77, None),))
    assert replica.waiting() == []
    with replica.edit("From the form") as edit:
        edit.update("company", ACME, {"name": "Again"}, form)
    request = PushRequest.model_validate_json(batch(replica).body)
    assert (request.txs[-1].ops[0].bv, request.origins) == (5, [renamed])


def test_form_that_was_open_while_the_centre_was_restored_counts_only_what_both_timelines_share(replica):
    bring(replica, (9, "company", central_row("company", ACME, name="Of the lost time")), to=9)
    form = replica.look("company", ACME)
    with replica.write(durable=False) as writing:
        epochs.server_restored(writing, replica.registry, replica.ids, "epoch-2", 6)
    bring(replica, (6, "company", central_row("company", ACME, name="Acme")), to=6, epoch="epoch-2")
    with replica.edit("From the form") as edit:
        edit.update("company", ACME, {"name": "Typed"}, form)
    assert PushRequest.model_validate_json(batch(replica).body).txs[-1].ops[0].bv == 6
