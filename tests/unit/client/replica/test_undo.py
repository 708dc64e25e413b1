"""A save can be taken back: silently while nobody can know of it, afterwards by a new edit that spares later changes."""

import pytest

from client.replica import change_log, integrity, outbox
from client.replica.remote_page import Ack
from tests.clients import ANA, bring, central_row, make_replica

ACME = "018f1111-0000-7000-8000-000000000001"
CARD = "018f2222-0000-7000-8000-000000000001"


@pytest.fixture
def replica(tmp_path):
    opened = make_replica(tmp_path)
    bring(opened, (5, "company", central_row("company", ACME, name="Acme", roles=["customer"], description="a")), to=5)
    yield opened
    assert integrity.check(opened) == []
    opened.close()


def edited(replica, **changes) -> str:
    with replica.edit("Edit") as edit:
        edit.update("company", ACME, changes)
    return str(edit.tx_id)


def send(replica, tx: str, seq: int) -> None:
    with replica.write(durable=False) as writing:
        outbox.take_batch(writing, 1)
    bring(replica, to=seq, acks=(Ack(tx, "applied", seq, 1, None),))


def test_save_that_was_never_sent_is_taken_out_of_the_log(replica):
    tx = edited(replica, name="Mine")
    assert replica.undo(tx, "Undo")
    assert replica.get("company", ACME)["name"] == "Acme"
    assert replica.waiting() == []


def test_save_on_which_a_later_one_stands_is_undone_by_a_new_edit(replica):
    tx = edited(replica, name="Mine")
    edited(replica, legal_name="Mine SRL")
    assert replica.undo(tx, "Undo")
    assert [w.label for w in replica.waiting()] == ["Edit", "Edit", "Undo"]
    row = replica.get("company", ACME)
    assert (row["name"], row["legal_name"]) == ("Acme", "Mine SRL")


def test_sent_save_is_undone_by_a_new_edit_that_spares_what_changed_since(replica):
    tx = edited(replica, name="Mine", roles=["partner"], description="b", visit_every_days=7)
    send(replica, tx, 6)
    newer = central_row("company", ACME, name="Theirs", roles=["partner", "supplier"], description="b", visit_every_days=7)
    bring(replica, (7, "company", newer), to=7)
    assert replica.undo(tx, "Undo")
    row = replica.get("company", ACME)
    assert (row["name"], row["roles"], row["description"], row["visit_every_days"]) == (
        "Theirs", ["customer", "supplier"], "a", None,
    )  # fmt: skip


def test_undo_of_an_archive_and_of_an_insert(replica):
    with replica.edit("Archive") as edit:
        edit.archive("company", ACME)
    archive = edit.tx_id
    send(replica, archive, 6)
    assert replica.undo(archive, "Undo")
    assert replica.get("company", ACME)["archived_at"] is None
    with replica.edit("New") as edit:
        pk = edit.insert("company", {"name": "New"})
    with replica.write(durable=False) as writing:
        outbox.take_batch(writing, 1)
    assert replica.undo(edit.tx_id, "Undo")
    assert replica.get("company", pk)["archived_at"] is not None


def test_a_sent_decision_is_undone_by_an_op_that_names_it_and_opens_its_card(replica):
    card = central_row(
        "sync_conflict", CARD, kind="value", record_type="company", record_id=ACME, unit="name", policy="FM", for_users=[ANA],
    )  # fmt: skip
    bring(replica, (6, "sync_conflict", card), to=6)
    with replica.edit("Keep theirs") as edit:
        edit.update("sync_conflict", CARD, {"state": "kept_theirs"})
    send(replica, edit.tx_id, 7)
    assert replica.cards() == []
    assert replica.undo(edit.tx_id, "Undo")
    assert [one["id"] for one in replica.cards()] == [CARD]
    [waiting] = replica.waiting()
    with replica.reading() as reader:
        found = change_log.find(reader, waiting.tx_id)
        [op] = change_log.ops(reader, found.n)
    assert (op.set, op.base) == ({"state": "open"}, {"state": "kept_theirs"})


def test_undo_of_what_is_no_longer_known_says_so(replica):
    assert not replica.undo("unknown", "Undo")
    tx = edited(replica, name="Mine")
    send(replica, tx, 6)
    bring(replica, (7, "company", central_row("company", ACME, name="Theirs", roles=["customer"], description="a")), to=7)
    assert not replica.undo(tx, "Undo")
    with replica.reading() as reader:
        found = change_log.find(reader, tx)
    assert found is not None
    assert found.state == "settled"
