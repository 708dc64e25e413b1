from contextlib import ExitStack

import pytest

from sync_server.db.engine import open_store


@pytest.fixture
def store(tmp_path):
    made = open_store(f"sqlite:///{tmp_path / 'central.db'}", synchronous="OFF")
    yield made
    made.close()


def writer(store):
    with store.write() as connection:
        return connection.connection.driver_connection


def test_one_push_after_the_other_writes_on_the_connection_that_knows_the_pages(store):
    with ExitStack() as readers:
        for _ in range(4):
            readers.enter_context(store.read())
    assert len({id(writer(store)) for _ in range(6)}) == 1
