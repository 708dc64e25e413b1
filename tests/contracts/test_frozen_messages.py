"""What was sent once is read for ever: a sample of every schema version, against the models and a server of today."""

import json

import pytest

from shared_models.message import Message
from shared_models.registry import CRM, SCHEMA_VERSION
from sync_server.db.engine import open_store
from sync_server.db.tables import tables_of
from sync_server.services import push, setup
from sync_server.services.actor import Actor
from sync_server.services.central import Central
from tests.contracts import samples

VERSIONS = range(CRM.evolution.oldest, SCHEMA_VERSION + 1)
KINDS: dict[str, type[Message]] = {kind.__name__: kind for kind in Message.__subclasses__()}
RAISE = (
    "the shape of what is sent has changed: raise the schema version (a step in the evolution of CRM), and freeze its sample"
)


@pytest.fixture(params=VERSIONS, ids=lambda version: f"schema_{version}")
def frozen(request):
    """The sample of one supported version."""
    return json.loads(samples.file_of(request.param).read_text())


@pytest.fixture
def central(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'central.db'}", synchronous="OFF")
    tables = tables_of(CRM)
    tables.metadata.create_all(store.engine)
    made = Central(store, tables, CRM, lambda: 1_764_000_000_000_000)
    setup.start(made, lambda: "epoch")
    yield made
    store.close()


def test_what_is_sent_is_still_what_the_present_version_says():
    assert samples.sample() == json.loads(samples.file_of(SCHEMA_VERSION).read_text()), RAISE


def test_every_message_has_a_sample():
    parts = {
        "AlarmLine",
        "IncidentAt",
        "IncidentLine",
        "QueueLine",
        "RefusedLine",
        "Sizes",
        "Standing",
        "StateAt",
        "Versions",
        "DeviceLine",
        "Op",
        "Reason",
        "Tx",
        "Pending",
        "PushRequest",
        "CodedError",
        "Verdict",
        "DeviceIncident",
        "Leased",
        "Block",
        "PartLine",
        "HistoryEntry",
        "SalvagedRow",
    }
    assert set(samples.messages()) | parts == set(KINDS)
    assert set(samples.pushes()) | set(samples.NO_OPS) == set(CRM.by_name)


def test_every_message_of_a_version_is_read_by_the_models_of_today(frozen):
    for name, said in frozen["messages"].items():
        kind = KINDS[name]
        assert holds(kind.model_validate(said).model_dump(mode="json"), said), name


def holds(now, said):
    """Whether a message of today says all that one of an older version said; its parts may have got more of their own."""
    if isinstance(said, dict):
        return isinstance(now, dict) and all(name in now and holds(now[name], part) for name, part in said.items())
    if isinstance(said, list):
        return isinstance(now, list) and len(now) == len(said) and all(map(holds, now, said))
    return now == said


def test_every_push_of_a_version_is_taken_by_the_server_of_today(frozen, central):
    for name in CRM.by_name:
        if name in frozen["pushes"]:
            body = json.dumps(frozen["pushes"][name]).encode()
            answer = push.accept(central, Actor("admin", name, is_admin=True), body)
            refused = [(v.id, v.v, v.error) for v in answer.verdicts if v.v not in ("applied", "merged", "conflict")]
            assert refused == [], name
            assert len(answer.verdicts) == len(frozen["pushes"][name]["txs"])
