"""What an update of the program and a loss of rights do to what a file keeps of other versions (PROTOCOL 10.4, 10.5)."""

import json
from contextlib import closing
from dataclasses import replace

import pytest

from client.replica import change_log, epochs, integrity
from client.replica.apply_remote import apply_page
from client.replica.remote_page import Ack
from shared_models.errors import ReplicaNewer
from shared_models.evolution import Evolution
from shared_models.registry import CRM
from tests.clients import bring, central_row, connected, make_replica, page_of

ACME, BETA = "018f0000-0000-7000-8000-000000000001", "018f0000-0000-7000-8000-000000000002"
NEWER = replace(CRM, evolution=Evolution(steps=(*CRM.evolution.steps, ())))
"""The same entities, in a version of which they are no other."""


def bring_with_later(replica, *versions, to, **more):
    """Bring Acme with what only a newer version knows of it."""
    page = page_of(replica, *((n, "company", central_row("company", ACME, name=f"Acme {n}")) for n in versions), to=to, **more)
    page.chunks[:] = [replace(chunk, later=[json.dumps({"stars": chunk.versions[0]})]) for chunk in page.chunks]
    return apply_page(replica, page)


def later(replica):
    with replica.reading() as reader:
        return [text and json.loads(text) for (text,) in reader.execute("SELECT _ext FROM company ORDER BY id")]


def wires(replica):
    with replica.reading() as reader:
        found = reader.execute("SELECT wire FROM _sync_tx ORDER BY n").fetchall()
    return [wire and [op.get("base") for op in json.loads(wire)] for (wire,) in found]


def test_what_a_newer_version_knows_stands_beside_the_row_and_under_an_own_edit(tmp_path):
    replica = make_replica(tmp_path)
    bring_with_later(replica, 1, to=1)
    with replica.edit("Edit") as edit:
        edit.update("company", ACME, {"name": "Mine"})
    bring_with_later(replica, 2, to=2)
    assert later(replica) == [{"stars": 2}]
    assert integrity.check(replica) == []
    replica.close()


def test_what_a_newer_version_knows_goes_with_hidden_fields_as_it_may_be_one_of_them(tmp_path):
    replica = make_replica(tmp_path)
    bring_with_later(replica, 1, to=1)
    bring(replica, to=2, hidden=("price",))
    assert later(replica) == [None]
    replica.close()


def test_what_a_newer_version_knows_goes_with_hidden_fields_also_from_pages_that_were_put_aside(tmp_path):
    replica = make_replica(tmp_path)
    bring(replica, (1, "company", central_row("company", BETA, name="Beta")), to=1)
    bring_with_later(replica, 2, to=5, commit=False, after="p1")
    assert later(replica) == [None]
    bring(replica, to=6, hidden=("price",))
    assert later(replica) == [None, None]
    replica.close()


def saved(replica, pk, name, seq, code=None):
    """Save a name, and let the centre take it, or refuse it with a code."""
    with replica.edit("Edit") as edit:
        edit.update("company", pk, {"name": name})
    with replica.write(durable=False) as writing:
        writing.connection.execute("UPDATE _sync_tx SET sent = 1")
    return Ack(edit.tx_id, "rejected" if code else "applied", seq, seq, code)


def test_what_was_sent_by_an_older_version_says_no_more_than_the_log_of_what_has_left(tmp_path):
    old = make_replica(tmp_path)
    names = {ACME: "Acme", BETA: "Beta"}
    bring(old, *((1, "company", central_row("company", pk, name=name)) for pk, name in names.items()), to=1)
    bring(old, to=2, acks=(saved(old, ACME, "Acme SRL", 2),))
    bring(old, to=3, acks=(saved(old, BETA, "Beta SRL", 3),))
    old.close()
    new = make_replica(tmp_path, registry=NEWER)
    assert wires(new) == [[{"name": "Acme"}], [{"name": "Beta"}]]
    bring(new, *((1, "company", central_row("company", pk, name=name)) for pk, name in names.items()), to=4)
    bring(new, to=5, leaves=(("company", ACME),))
    assert wires(new) == [[None], [{"name": "Beta"}]]
    new.close()


def test_what_an_older_version_sent_and_was_refused_for_want_of_a_right_says_no_more_than_was_typed(tmp_path):
    old = make_replica(tmp_path)
    bring(old, *((1, "company", central_row("company", pk, name="Old")) for pk in (ACME, BETA)), to=1)
    acks = [saved(old, pk, "Mine", seq, "R305") for pk, seq in ((ACME, 2), (BETA, 3))]
    old.close()
    new = make_replica(tmp_path, registry=NEWER)
    bring(new, (1, "company", central_row("company", BETA, name="Old")), to=4, acks=tuple(acks))
    assert wires(new) == [[None], [{"name": "Old"}]]
    new.close()


def test_pages_that_an_older_program_put_aside_are_asked_for_again(tmp_path):
    old = make_replica(tmp_path)
    bring(old, (1, "company", central_row("company", ACME, name="Acme")), to=1)
    bring(old, (3, "company", central_row("company", BETA, name="Beta")), to=5, commit=False, after="p1")
    old.close()
    with closing(connected(tmp_path / "ana.db")) as file, file:
        data = json.loads(file.execute("SELECT data FROM _sync_stage").fetchone()[0])
        file.execute("UPDATE _sync_stage SET data = ?", (json.dumps(data[:-1]),))
        for column in ("schema", "wire"):
            file.execute(f"ALTER TABLE _sync_tx DROP COLUMN {column}")
        file.execute("DELETE FROM _sqlite_migrations WHERE name = 'm004_schema_versions'")
    new = make_replica(tmp_path)
    facts = new.facts()
    assert (facts["stage_after"], facts["stage_cursor"], facts["stage_rows"]) == (None, 0, 0)
    bring(new, (3, "company", central_row("company", BETA, name="Beta")), to=5)
    assert {row["name"] for row in new.list_page("company").rows} == {"Acme", "Beta"}
    new.close()


def test_a_base_that_a_disk_made_unreadable_does_not_take_the_row_with_it_when_the_program_is_updated(tmp_path):
    old = make_replica(tmp_path)
    bring(old, (1, "company", central_row("company", ACME, name="Acme")), to=1)
    with old.edit("Edit") as edit:
        edit.update("company", ACME, {"name": "Mine"})
    with old.write(durable=False) as writing:
        writing.connection.execute("UPDATE _sync_base SET data = 'no json'")
    old.close()
    new = make_replica(tmp_path, registry=NEWER)
    assert new.get("company", ACME)["name"] == "Mine"
    with new.reading() as reader:
        assert [tx.id for tx in change_log.select(reader, "1")] == [edit.tx_id]
    new.close()


def test_what_a_newer_version_knows_comes_with_a_row_under_an_own_edit_when_all_is_loaded_anew(tmp_path):
    replica = make_replica(tmp_path)
    bring_with_later(replica, 1, to=1)
    with replica.edit("Edit") as edit:
        edit.update("company", ACME, {"name": "Mine"})
    with replica.write(durable=False) as writing:
        epochs.load_anew(writing)
    bring_with_later(replica, 2, to=2)
    assert later(replica) == [{"stars": 2}]
    assert replica.get("company", ACME)["name"] == "Mine"
    replica.close()


def test_an_older_program_leaves_the_file_of_a_newer_one_as_it_is(tmp_path):
    new = make_replica(tmp_path, registry=NEWER)
    with new.edit("Edit") as edit:
        edit.insert("company", {"name": "Mine"})
    new.close()
    before = (tmp_path / "ana.db").read_bytes()
    with pytest.raises(ReplicaNewer):
        make_replica(tmp_path)
    assert (tmp_path / "ana.db").read_bytes() == before
