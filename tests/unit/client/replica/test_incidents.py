"""The log of what was not as it should be: once an hour for the same, bounded, and told once."""

import pytest

from client.replica import integrity
from client.replica.integrity import AGAIN_US, KEPT, Incident
from tests.clients import make_replica

REPAIRED = Incident("repaired", "company 3", entity="company", rows=3)


@pytest.fixture
def replica(tmp_path):
    made = make_replica(tmp_path)
    yield made
    made.close()


def logged(replica, *found):
    with replica.write(durable=False) as writing:
        for incident, at in found:
            integrity.log(writing, incident, at)
    with replica.reading() as reader:
        return [(one.kind, one.entity, one.rows, one.at) for one in integrity.incidents(reader)]


def untold(replica):
    with replica.reading() as reader:
        return integrity.untold(reader)


def test_the_same_is_written_down_once_an_hour(replica):
    other = Incident("unequal", "note", entity="note")
    found = logged(replica, (REPAIRED, 1), (other, 2), (REPAIRED, AGAIN_US), (REPAIRED, AGAIN_US + 1))
    assert found == [("repaired", "company", 3, 1), ("unequal", "note", 0, 2), ("repaired", "company", 3, AGAIN_US + 1)]


def test_a_replica_that_differs_again_and_again_does_not_grow_by_it(replica):
    found = logged(replica, *((Incident("repaired", str(n)), n) for n in range(KEPT + 20)))
    assert [one[3] for one in found] == list(range(20, KEPT + 20))


def test_what_came_after_it_was_told_is_still_to_tell(replica):
    logged(replica, (REPAIRED, 1), (Incident("search", "company"), 2))
    found = untold(replica)
    logged(replica, (Incident("index", "company"), 3))
    with replica.write(durable=False) as writing:
        integrity.note_told(writing, found)
    assert [one.kind for one in untold(replica)] == ["index"]
    with replica.write(durable=False) as writing:
        integrity.note_told(writing, [])
    assert [one.kind for one in untold(replica)] == ["index"]
