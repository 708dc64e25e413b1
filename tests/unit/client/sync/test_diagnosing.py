"""What a device tells an admin of itself: figures, codes and names of ours, and nothing that a person typed."""

import json
import re

import pytest
from pydantic import ValidationError

from client.platform.machine import leading_numbers, versions
from client.replica import diagnosis, integrity, meta
from client.replica.change_log import UNANSWERED
from client.replica.integrity import Incident
from client.sync.diagnosing import diagnose, of_unread
from client.sync.states import State
from client.sync.trail import Trail
from shared_models.diagnostics import MAX_BYTES, MAX_STATES, Diagnostics, IncidentAt, StateAt
from shared_models.fields import data_columns
from shared_models.registry import CRM
from tests.clients import ANA, START_MS, make_replica
from tests.contracts import samples

pytestmark = pytest.mark.functions(148)
PLANTED = ("Sample", "ana@example.org", "RO14399840", "1980-05-17", "018f", "Zaharescu", "secret-token")
"""Parts of every value that `filled` saves, of the ids of its records, and of what else a device knows of its person."""
ENTITIES = ("company", "contact", "company_contact", "contact_point", "address", "bank_account", "related_person", "note")


@pytest.fixture
def replica(tmp_path):
    replica = make_replica(tmp_path)
    yield replica
    replica.close()


def filled(replica):
    """Save a record of each kind with a text in every field, and plant words wherever else a device keeps some."""
    for name in ENTITIES:
        said = {c.name: v for c in data_columns(CRM.get(name)) if (v := samples.ops_of(CRM.get(name))[0]["set"].get(c.name))}
        if name == "contact_point":
            said["value"] = "ana@example.org"
        with replica.edit("Changed Zaharescu SRL") as edit:
            edit.insert(name, said)
    with replica.write(durable=False) as writing:
        connection = writing.connection
        meta.put(connection, {"user": ANA, "install": "secret-token", "last_error": "S502", "last_error_at": START_MS})
        integrity.log(writing, Incident("bypassed", f"company {ANA} Zaharescu", entity="company", rows=1), START_MS * 1000)
        integrity.log(writing, Incident("unequal", "Zaharescu", entity="Zaharescu"), START_MS * 1000)
        error = json.dumps({"code": "R305", "entity": "company", "record": ANA, "field": "name", "reason": "Zaharescu"})
        connection.execute(
            "UPDATE _sync_tx SET state = 'settled', draft = 'open', verdict = 'rejected', error = ?, at = 7 WHERE n = 1",
            (error,),
        )
    return replica


def strings(part):
    if isinstance(part, dict):
        return [*part, *(one for value in part.values() for one in strings(value))]
    if isinstance(part, list):
        return [one for value in part for one in strings(value)]
    return [part] if isinstance(part, str) else []


def test_nothing_that_a_person_typed_and_no_id_is_in_it(replica):
    filled(replica)
    with replica.reading() as reader:
        kept = "\n".join(
            str(reader.execute(f"SELECT * FROM {table}").fetchall()) for table in ("_sync_tx", "_sync_op", "_sync_meta")
        )
    assert all(word in kept for word in PLANTED if word != "018f"), "the words are on the device"
    trail = Trail()
    trail.note(State.OFFLINE, "S502")
    found = diagnose(replica, "desktop", trail.states())
    text = found.wire()
    assert [word for word in PLANTED if word in text] == []
    assert len(text) < MAX_BYTES
    ours = {*CRM.by_name, *State, *UNANSWERED, "acked", "S502", "R305", "bypassed", "unequal", "sound", "desktop"}
    ours |= {*versions().values(), found.versions.sqlite}
    values = [one for one in strings(json.loads(text)) if not re.fullmatch("[0-9a-f]{16}", one)]
    assert set(values) - ours <= parts_of_the_message(), "every text is a word of ours"


def parts_of_the_message():
    return set(
        re.findall(r'"([a-z_]+)": ', json.dumps(Diagnostics.model_json_schema()["$defs"] | Diagnostics.model_json_schema()))
    )


def test_it_tells_what_waits_what_was_refused_and_what_was_found(replica):
    found = diagnose(filled(replica), "phone")
    assert {one.entity: one.n for one in found.queue} == dict.fromkeys(ENTITIES[1:], 1)
    assert [(one.code, one.n, one.last_at) for one in found.refused] == [("R305", 1, 7)]
    assert [(one.kind, one.entity) for one in found.incidents] == [("unequal", None), ("bypassed", "company")]
    assert (found.standing.state, found.standing.error, found.standing.is_loaded) == ("idle", "S502", False)
    assert (found.soundness, found.versions.form, found.versions.python) == ("sound", "phone", versions()["python"])
    assert found.sizes.file > 0
    assert found.sizes.log > 0


def test_a_damaged_file_is_told_as_damaged(tmp_path):
    replica = filled(make_replica(tmp_path))
    with replica.write(durable=False) as writing:  # an index that does not have what the table has
        (sql,) = writing.connection.execute("SELECT sql FROM sqlite_master WHERE name = '_i_sync_op_pk'").fetchone()
        writing.connection.execute("PRAGMA writable_schema = 1")
        writing.connection.execute(
            "UPDATE sqlite_master SET sql = replace(sql, '(pk)', '(tbl)') WHERE name = '_i_sync_op_pk' AND sql = ?", (sql,)
        )
        writing.connection.execute("PRAGMA writable_schema = 0")
    replica.close()
    replica = make_replica(tmp_path)
    found = diagnose(replica, "desktop")
    assert found.soundness == "damaged"
    assert found.standing.error == "S502", "what can be read is told all the same"
    replica.close()


def test_a_check_that_takes_too_long_is_not_finished(replica):
    filled(replica)
    times = iter(range(10_000))
    with replica.reading() as reader:
        assert diagnosis.soundness(reader, limit_s=0, ticks=lambda: float(next(times)), steps=1) == "not_finished"
        assert diagnosis.soundness(reader) == "sound", "the connection is as it was"


def test_of_a_replica_that_cannot_be_read_the_sizes_and_the_reason_are_told(tmp_path):
    path = tmp_path / "replica.db"
    path.write_bytes(b"x" * 500)
    found = of_unread(path, START_MS, "desktop", "D603")
    assert (found.trouble, found.sizes.file, found.sizes.log, found.standing) == ("D603", 500, 0, None)


def test_only_so_many_states_are_remembered_the_newest():
    trail = Trail(iter(range(MAX_STATES + 5)).__next__)
    for _ in range(MAX_STATES + 5):
        trail.note(State.IDLE)
    assert [one.at for one in trail.states()] == [n * 1000 for n in range(5, MAX_STATES + 5)]


@pytest.mark.parametrize("text", ["Ana Pop", "ana@example.org", "0721 000 001", "Ștefan", "a" * 61, ""])
def test_a_text_of_a_person_has_no_place_in_it(text):
    with pytest.raises(ValidationError):
        StateAt(at=1, state=text)
    with pytest.raises(ValidationError):
        StateAt(at=1, state="idle", error=text)
    with pytest.raises(ValidationError):
        IncidentAt(at=1, kind="search", entity=text)


@pytest.mark.parametrize(
    ("release", "told"),
    [("6.8.0-anas-laptop", "6.8.0"), ("10", "10"), ("zaharescu-1", ""), ("", ""), ("1." + "2" * 50, "1." + "2" * 18)],
)
def test_of_a_system_only_the_number_is_told(release, told):
    assert leading_numbers(release) == told


@pytest.mark.parametrize(
    ("spoil", "part"),
    [
        ("UPDATE _sync_op SET tbl = 'Ana Zaharescu'", "queue"),
        ('UPDATE _sync_tx SET error = \'{"code": "Ana Zaharescu"}\'', "refused"),
        ("UPDATE _sync_incident SET kind = 'Ana Zaharescu'", "incidents"),
        ("UPDATE _sync_meta SET v = '\"Ana Zaharescu\"' WHERE k = 'last_error'", "standing"),
        ("DROP TABLE _blob", "blobs"),
    ],
)
def test_of_a_file_in_which_something_else_stands_that_part_is_left_out(replica, spoil, part):
    with filled(replica).write(durable=False) as writing:
        writing.connection.execute(spoil)
    found = diagnose(replica, "desktop")
    assert found.trouble == "ReplicaDamaged"
    assert "Zaharescu" not in found.wire()
    told = {"queue": found.queue, "refused": found.refused, "incidents": found.incidents, "standing": found.standing}
    assert not told.pop(part, None)
    assert all(told.values())
    assert found.sizes.file > 0
