"""Statements on the driver's own cursor find, change and raise what Core does."""

from contextlib import suppress

import pytest
import sqlalchemy as sa

from sync_server.db import plans
from sync_server.db.engine import StoreDown, open_store
from sync_server.db.tables import many

METADATA = sa.MetaData()
THING = sa.Table(
    "thing",
    METADATA,
    sa.Column("id", sa.String(10), primary_key=True),
    sa.Column("n", sa.Integer),
    sa.Column("is_big", sa.Boolean, nullable=False),
)
ALL = sa.select(THING.c.id, THING.c.n, THING.c.is_big).order_by(THING.c.id)
NAMED = ALL.where(THING.c.id.in_(many("ids")), THING.c.n > sa.bindparam("least"))
BIG = ALL.where(THING.c.is_big == sa.bindparam("big"))
RAISE = THING.update().where(THING.c.id.in_(many("ids"))).values(n=THING.c.n + sa.bindparam("more"), is_big=True)
ROWS = [("a", 1, False), ("b", 2, False), ("c", 30, True)]


@pytest.fixture
def store(central_url):
    store = open_store(central_url)
    METADATA.create_all(store.engine)
    with store.write() as connection:
        connection.execute(THING.insert(), [{"id": pk, "n": n, "is_big": is_big} for pk, n, is_big in ROWS])
    yield store
    METADATA.drop_all(store.engine)
    store.close()


def heard(store):
    """Listen to what is said, as a test may do."""
    said = []
    sa.event.listen(store.engine, "before_cursor_execute", lambda *given: said.append(given[2]))
    return said


@pytest.mark.parametrize("is_heard", [False, True])
def test_what_is_found_is_what_core_finds(store, is_heard):
    said = heard(store) if is_heard else []
    with store.read() as connection:
        for statement, values in (
            (ALL, {}),
            (BIG, {"big": True}),
            (NAMED, {"ids": ["a", "b", "c"], "least": 1}),
            (NAMED, {"ids": ["c"], "least": 0}),
            (NAMED, {"ids": [], "least": 0}),
        ):
            by_core = [tuple(row) for row in connection.execute(statement, values)]
            assert plans.fetch(connection, statement, values) == by_core
            assert list(plans.each(connection, statement, values)) == by_core
            assert list(plans.streamed(connection, statement, values)) == by_core
        assert [type(row[2]) for row in plans.fetch(connection, ALL)] == [bool] * 3
        assert plans.first(connection, NAMED, {"ids": ["b"], "least": 0}) == ("b", 2, False)
        assert plans.first(connection, NAMED, {"ids": ["x"], "least": 0}) is None
    assert bool(said) is is_heard


@pytest.mark.parametrize("is_heard", [False, True])
def test_what_is_changed_is_counted_and_undone_with_the_transaction(store, is_heard):
    heard(store) if is_heard else None
    with suppress(ZeroDivisionError), store.write() as connection:
        assert plans.run(connection, RAISE, {"ids": ["a", "b", "x"], "more": 5}) == 2
        assert plans.fetch(connection, ALL) == [("a", 6, True), ("b", 7, True), ("c", 30, True)]
        raise ZeroDivisionError
    with store.read() as connection:
        assert plans.fetch(connection, ALL) == ROWS


def test_lists_of_many_lengths_are_few_statements(store):
    with store.read() as connection:
        said = {plans._plan_for(connection, NAMED, {"ids": ["a"] * n, "least": 0}).sql for n in range(501)}
        assert len(said) == 11
        assert len(plans.fetch(connection, NAMED, {"ids": ["a", "b", "c"], "least": 0})) == 3


def test_what_a_driver_raises_is_an_error_of_the_store(store):
    statement = sa.select(sa.Table("nowhere", sa.MetaData(), sa.Column("id", sa.Integer)).c.id)
    with pytest.raises(StoreDown), store.read() as connection:
        plans.fetch(connection, statement)
    with store.read() as connection:
        assert plans.fetch(connection, ALL) == ROWS


def test_a_connection_that_is_gone_is_replaced(store, monkeypatch):
    monkeypatch.setattr(store.engine.dialect, "is_disconnect", lambda *_: True)
    with pytest.raises(StoreDown), store.read() as connection:
        plans.run_many(connection, "INSERT INTO nowhere VALUES (1)", [()])
    with store.read() as connection:
        assert plans.fetch(connection, ALL) == ROWS
