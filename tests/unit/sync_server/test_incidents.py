"""What devices tell of themselves that was not as it should be: kept once, and bounded."""

import pytest

from shared_models.protocol import MAX_INCIDENTS
from sync_server.db import incidents
from tests.servers import START_US, Caller, ServerClock, in_process, make_server


def line(n=1, kind="repaired", entity="company", rows=2):
    return {"at": START_US + n, "kind": kind, "entity": entity, "rows": rows}


@pytest.fixture
def clock():
    return ServerClock()


@pytest.fixture
def server(tmp_path, central_url, clock):
    made = make_server(tmp_path, central_url, clock)
    yield made
    made.central.store.close()


@pytest.fixture
def caller(server):
    with in_process(server) as http:
        found = Caller(http)
        found.sign_in()
        yield found


def kept(server, since=0):
    with server.central.store.read() as connection:
        return incidents.since(connection, server.central.tables, since)


def test_what_a_device_tells_again_after_a_lost_answer_is_kept_once(server, caller, clock):
    told = [line(1), line(2, "search", rows=0), line(2, "unequal", "", 0)]
    assert caller.hello(incidents=told[:2]).status_code == 200
    assert caller.hello(incidents=[told[0], *told]).status_code == 200
    device = caller.tokens["device_id"]
    found = kept(server)
    assert [(one["at"] - START_US, one["kind"], one["entity"], one["n"]) for one in found[device]] == [
        (2, "search", "company", 0),
        (2, "unequal", "", 0),
        (1, "repaired", "company", 2),
    ]
    assert found.keys() == {device}
    assert kept(server, clock.now + 1) == {}


def test_of_one_device_only_the_newest_are_kept(server, caller, monkeypatch):
    monkeypatch.setattr(incidents, "KEPT", 60)
    for start in (1, 41):
        assert caller.hello(incidents=[line(n) for n in range(start, start + 40)]).status_code == 200
    (found,) = kept(server).values()
    assert [one["at"] - START_US for one in found] == list(range(80, 20, -1))


@pytest.mark.parametrize(
    "told",
    [[line()] * (MAX_INCIDENTS + 1), [line(kind="it's; DROP")], [line(entity="ă" * 10)], [line(rows=-1)], [{**line(), "name": "Ana"}]],
)  # fmt: skip
def test_more_than_figures_is_not_taken(tmp_path, told):
    server = make_server(tmp_path)
    with in_process(server) as http:
        caller = Caller(http)
        caller.sign_in()
        assert caller.hello(incidents=told).json()["code"] == "P201"
