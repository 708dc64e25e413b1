"""The replica's own facts, read one by one and all at once."""

import sqlite3

import pytest

from client.replica import meta

VALUES = {
    "user": 'a "quoted" ș\\', "cursor": 2**62, "complete": True, "reason": "", "proof": {"rows": 1}, "news_read": ["a,b"],
}  # fmt: skip


@pytest.fixture
def connection():
    made = sqlite3.connect(":memory:", isolation_level=None)
    made.execute("CREATE TABLE _sync_meta (k TEXT PRIMARY KEY, v TEXT NOT NULL) STRICT, WITHOUT ROWID")
    yield made
    made.close()


def test_all_facts_are_each_of_them(connection):
    assert meta.get_all(connection)["cursor"] == 0
    meta.put(connection, VALUES)
    found = meta.get_all(connection)
    assert {**found, **VALUES} == found
    assert {key: meta.get(connection, key) for key in found} == found


def test_what_somebody_does_with_a_fact_stays_with_him(connection):
    meta.put(connection, VALUES)
    found = meta.get_all(connection)
    found["news_read"].append("more")
    found["proof"]["rows"] = 2
    assert {**meta.get_all(connection), **VALUES} == meta.get_all(connection)
