"""Moves in one tree are checked one at a time (trap 29), and hold up nothing else: two that wait for each other end in a deadlock."""

import threading

import pytest

from shared_models.digest import Digest
from sync_server.db import digests, lookups, timeline
from tests.servers import make_server

ENGINES = [
    pytest.param("postgresql", marks=pytest.mark.postgresql),
    pytest.param("mariadb", marks=pytest.mark.mariadb),
]
PATIENCE_S = 20
"""Only a test that fails waits so long."""


@pytest.fixture(params=ENGINES)
def central(request, tmp_path):
    server = make_server(tmp_path, request.getfixturevalue(f"{request.param}_url"))
    yield server.central
    server.central.store.close()


def beside(work) -> threading.Event:
    """Do something on a thread; returns what is set when it is done."""
    done = threading.Event()

    def run() -> None:
        work()
        done.set()

    threading.Thread(target=run, daemon=True).start()
    return done


def test_a_move_in_a_tree_does_not_hold_up_edits_of_the_same_entity(central):
    def edit() -> None:
        with central.store.write() as connection:
            timeline.take(connection, central.tables, 1)
            digests.add(connection, central.tables, {"company": Digest(0, 1)})

    with central.store.write() as mover:
        lookups.lock_tree(mover, central.tables, "company")
        assert beside(edit).wait(PATIENCE_S), "an edit waits for a move, which will wait for the counter that the edit holds"
        timeline.take(mover, central.tables, 1)


def test_a_second_move_in_a_tree_waits_for_the_first(central):
    with central.store.write() as connection:
        lookups.lock_tree(connection, central.tables, "company")  # the lock's row is made by the first that wants it
    begun, order = threading.Event(), []

    def move() -> None:
        with central.store.write() as connection:
            begun.set()
            lookups.lock_tree(connection, central.tables, "company")
            order.append("second")

    with central.store.write() as mover:
        lookups.lock_tree(mover, central.tables, "company")
        done = beside(move)
        assert begun.wait(PATIENCE_S)
        assert not done.wait(0.3)
        order.append("first")
    assert done.wait(PATIENCE_S)
    assert order == ["first", "second"]
