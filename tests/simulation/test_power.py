"""What a power cut leaves of a file, as the simulator has it: what was committed FULL, and any part of what came behind it."""

import sqlite3
from contextlib import closing
from functools import partial
from random import Random

import pytest

from tests.simulation.device import Statements
from tests.simulation.power import Medium, spoil_parts


@pytest.fixture
def medium(tmp_path):
    return Medium(tmp_path / "a.db")


def commit(connection, level, value):
    for statement in (f"PRAGMA synchronous = {level}", "BEGIN", f"INSERT INTO t VALUES ({value})", "COMMIT"):
        connection.execute(statement)


def left_after_cut(medium, seed, levels):
    """Return the values that are there after a cut that follows commits of some levels."""
    connection = Statements(medium).connect(medium.path)
    for statement in ("PRAGMA journal_mode = WAL", "CREATE TABLE IF NOT EXISTS t (v)"):
        connection.execute(statement)
    for value, level in enumerate(levels):
        commit(connection, level, value)
    medium.cut(medium.path.with_name("cut"), Random(seed))
    connection.close()
    medium.put_back(medium.path.with_name("cut"))
    with closing(sqlite3.connect(medium.path)) as again:
        return [v for (v,) in again.execute("SELECT v FROM t ORDER BY v")]


def test_what_was_committed_full_is_there_and_of_what_came_behind_any_part(tmp_path):
    levels = ("FULL", "NORMAL", "FULL", "NORMAL", "NORMAL", "NORMAL")
    found = {len(left_after_cut(Medium(tmp_path / f"{seed}.db"), seed, levels)) for seed in range(40)}
    assert found == {3, 4, 5, 6}


def test_what_is_there_is_always_a_beginning(tmp_path):
    cut = partial(left_after_cut, levels=("FULL", *["NORMAL"] * 9))
    for seed in range(20):
        found = cut(Medium(tmp_path / f"{seed}.db"), seed)
        assert found == list(range(len(found)))


def test_what_was_moved_into_the_file_is_there(medium):
    connection = Statements(medium).connect(medium.path)
    for statement in (
        "PRAGMA journal_mode = WAL",
        "CREATE TABLE t (v)",
        "PRAGMA synchronous = NORMAL",
        "INSERT INTO t VALUES (7)",
    ):
        connection.execute(statement)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.close()
    assert left_after_cut(medium, 1, ()) == [7]


def test_commit_without_any_order_is_told(medium):
    left_after_cut(medium, 1, ("FULL", "NORMAL"))
    assert not medium.is_unsafe
    left_after_cut(medium, 1, ("OFF",))
    assert medium.is_unsafe


def test_part_of_a_snapshot_loses_its_end_or_has_zeros_there(tmp_path):
    part, found = tmp_path / "a.db.hash.part", set()
    for seed in range(30):
        part.write_bytes(b"x" * 100)
        spoil_parts(tmp_path / "a.db", Random(seed))
        content = part.read_bytes()
        assert content.rstrip(b"\0") == b"x" * len(content.rstrip(b"\0"))
        found.add(len(content) == 100)
    assert found == {True, False}
