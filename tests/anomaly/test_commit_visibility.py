"""The gap between taking a number and committing it (`sync.md` 2, trap 1): two transactions that overlap, and a reader between.

An auto-increment number is taken at the insert, so a later number can be visible before an earlier one, and a cursor passes it
for ever. Ours is taken last, under the lock of one row: a number is visible only when every smaller one is (I6).
"""

import threading
from random import Random

import pytest
import sqlalchemy as sa

from shared_models.codec import Row
from shared_models.ids import IdMaker
from shared_models.registry import CRM
from shared_models.transport import PullRequest, UpToDate
from sync_server.db import timeline
from sync_server.db.engine import Connection, Store, open_store
from sync_server.services import pull
from sync_server.services.actor import Actor
from tests.servers import make_server

ENGINES = [
    pytest.param("postgresql", marks=pytest.mark.postgresql),
    pytest.param("mariadb", marks=pytest.mark.mariadb),
]


@pytest.fixture(params=ENGINES)
def url(request):
    return request.getfixturevalue(f"{request.param}_url")


class Feed:
    """A change log with a cursor, the naive way: the database numbers the rows as they are inserted."""

    def __init__(self, store: Store) -> None:
        self.store = store
        number = sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=True)
        self.log = sa.Table("naive_log", sa.MetaData(), number, sa.Column("what", sa.String(20)))
        with store.write() as connection:
            self.log.create(connection)

    def append(self, connection: Connection, what: str) -> None:
        connection.execute(self.log.insert().values(what=what))

    def newer(self, cursor: int) -> tuple[list[str], int]:
        query = sa.select(self.log).where(self.log.c.seq > cursor).order_by(self.log.c.seq)
        with self.store.read() as connection:
            found = connection.execute(query).all()
        return [one.what for one in found], max((one.seq for one in found), default=cursor)


class CounterFeed(Feed):
    """The same log as the product numbers it: from the counter row, as the last statement before the commit."""

    def __init__(self, store: Store, tables) -> None:
        super().__init__(store)
        self.tables = tables

    def append(self, connection: Connection, what: str) -> None:
        seq = timeline.take(connection, self.tables, 1) + 1
        connection.execute(self.log.insert().values(seq=seq, what=what))


def interleave(feed: Feed) -> list[str]:
    """Return what a reader with a cursor has got in the end: A takes its place first, B commits first, the reader comes between."""
    seen: list[str] = []
    b_done, b_started = threading.Event(), threading.Event()

    def write_b() -> None:
        b_started.set()
        with feed.store.write() as connection:
            feed.append(connection, "B")
        b_done.set()

    other = threading.Thread(target=write_b)
    with feed.store.write() as first:
        feed.append(first, "A")
        other.start()
        b_started.wait()
        # Ours makes B wait for A's commit, so B cannot be done now; the naive one lets it pass at once.
        b_done.wait(timeout=5 if type(feed) is Feed else 0.2)
        found, cursor = feed.newer(0)
        seen += found
    other.join(30)
    seen += feed.newer(cursor)[0]
    return seen


def test_an_auto_increment_cursor_loses_the_change_that_commits_late(url):
    store = open_store(url)
    assert interleave(Feed(store)) == ["B"], "the naive cursor no longer shows the gap: this test shows nothing then"
    store.close()


def test_the_counter_row_loses_nothing(tmp_path, url):
    server = make_server(tmp_path, url)
    assert interleave(CounterFeed(server.central.store, server.central.tables)) == ["A", "B"]
    server.central.store.close()


def test_a_pull_between_two_pushes_that_overlap_misses_neither(tmp_path, url):
    """The product's own pull, while one transaction holds its number uncommitted and another wants the next."""
    server = make_server(tmp_path, url)
    central, reader = server.central, Actor("reader", "reader-device")
    with central.store.read() as connection:
        start = timeline.read(connection, central.tables)
    waits = threading.Event()

    def write(name: str, number: int, pause: bool) -> None:
        with central.store.write() as connection:
            before = timeline.take(connection, central.tables, 1)
            connection.execute(central.tables.row.insert().values(**row(name, number, before + 1)))
            if pause:
                waits.set()
                go_on.wait(30)

    go_on = threading.Event()
    first = threading.Thread(target=write, args=("A", 1, True))
    first.start()
    assert waits.wait(30)
    second = threading.Thread(target=write, args=("B", 2, False))
    second.start()
    between = pull.open_page(central, reader, PullRequest(start.seq, start.epoch, "epoch"))
    assert isinstance(between, UpToDate), "a reader saw a number whose predecessor was not committed"
    go_on.set()
    first.join(30)
    second.join(30)
    after = pull.open_page(central, reader, PullRequest(start.seq, start.epoch, "epoch"))
    assert not isinstance(after, UpToDate)
    page = b"".join(after)
    assert b'"A"' in page
    assert b'"B"' in page
    central.store.close()


def row(name: str, number: int, version: int) -> Row:
    ids = IdMaker(lambda: number, Random(number))
    wire = "[" + ",".join(f'"{name}"' for _ in CRM.get("team").model_fields) + "]"
    made = {"entity": "team", "pk": ids.record_id(), "ver": version, "created_seq": version, "created_origin": "o", "cell": 0}
    return {**made, "col_ver": "{}", "extra": None, "wire": wire}
