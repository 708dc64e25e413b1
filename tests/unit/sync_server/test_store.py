import asyncio
import shutil
import sqlite3
from contextlib import ExitStack, closing

import pytest
import sqlalchemy as sa

from sync_server.app import keep_tidy
from sync_server.db.engine import StoreDown, open_store


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


def write(store, *names):
    with store.write() as connection:
        connection.execute(sa.text("CREATE TABLE IF NOT EXISTS t (name TEXT)"))
        for name in names:
            connection.execute(sa.text("INSERT INTO t VALUES (:name)"), {"name": name})


def in_the_file_alone(tmp_path):
    """Return the rows that the file has without its write-ahead log."""
    copy = shutil.copy(tmp_path / "central.db", tmp_path / "copy.db")
    with closing(sqlite3.connect(copy)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master").fetchall():
            return []
        return [name for (name,) in connection.execute("SELECT name FROM t")]


def test_what_was_written_goes_to_the_file_when_it_is_tidied(store, tmp_path):
    write(store, "Ana", "Dan")
    assert in_the_file_alone(tmp_path) == []
    store.tidy()
    assert in_the_file_alone(tmp_path) == ["Ana", "Dan"]
    with store.read() as connection:
        seen = sa.text("SELECT count(*) FROM t")
        assert connection.execute(seen).scalar_one() == 2
        write(store, "Ilie")
        store.tidy()  # nobody waits for the reader, who goes on with what was there
        assert connection.execute(seen).scalar_one() == 2


def test_the_writer_keeps_its_connection_when_the_file_is_tidied(store):
    known = id(writer(store))
    store.tidy()
    assert id(writer(store)) == known


def test_a_file_is_tidied_once_nothing_is_written_for_a_while(store, tmp_path, monkeypatch):
    moments = []
    tidy = type(store).tidy

    def noted(one):
        moments.append(in_the_file_alone(tmp_path))
        tidy(one)
        if len(moments) == 1:
            raise StoreDown("no space")  # the next quiet moment tries again, if something was written

    monkeypatch.setattr(type(store), "tidy", noted)

    async def live():
        tidying = asyncio.create_task(keep_tidy(store, 0.02))
        for names in (["Ana"], ["Dan"]):
            write(store, *names)
            while in_the_file_alone(tmp_path)[-1:] != names:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        tidying.cancel()

    asyncio.run(asyncio.wait_for(live(), 20))
    assert moments == [[], ["Ana"]], "not again and again"
