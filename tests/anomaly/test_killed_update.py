"""A program that is killed at any statement while it brings an older file to its version has the same file at the next start."""

import shutil
from contextlib import suppress
from random import Random

from client.replica import integrity
from client.replica.replica import Replica, open_replica
from shared_models.ids import IdMaker
from tests.clients import Clock
from tests.simulation.device import Statements
from tests.simulation.network import Killed
from tests.versioned import Client, organisation
from tests.versions import NEWEST, VERSIONS

TABLES = ("stop", "toll", "sync_conflict", "_sync_tx", "_sync_op", "_sync_base", "_form_draft")


def older_file(folder):
    """Make a file of the first version with a card, a save under way, one that waits, and what only a newer version knows."""
    with organisation(folder) as central:
        one, other = Client(folder, central, "one", 1, Clock()), Client(folder, central, "other", NEWEST, Clock())
        pk = one.add(title="Han", place="Brad", who="Ion Pop")
        one.sync()
        other.sync()
        other.change(pk, town="Deva", stars=3)
        other.sync()
        one.change(pk, place="Simeria", who="Ion Popa")
        one.sync()
        one.change(pk, who="Ana Popa")
        one.network.lost_answers += ["push", "pull"]
        one.engine.run_once()
        one.change(pk, fax="0254 1")
        for client in (one, other):
            client.replica.close()
    return folder / "one.db"


def started(file, statements=None) -> Replica:
    connect = {} if statements is None else {"connect": statements.connect}
    return open_replica(file, VERSIONS[NEWEST], IdMaker(Clock(), Random(1)), synchronous="OFF", **connect)


def content(file):
    """Start the program on a file, and return what stands in it."""
    replica = started(file)
    assert integrity.check(replica) == []
    with replica.reading() as reader:
        found = {table: reader.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}
    replica.close()
    return found


def test_an_update_that_is_killed_at_any_statement_is_done_at_the_next_start(tmp_path):
    file, copy = older_file(tmp_path), tmp_path / "copy.db"
    shutil.copyfile(file, copy)
    wanted = content(copy)
    assert [len(wanted[table]) for table in ("stop", "sync_conflict", "_sync_tx", "_sync_base")] == [1, 1, 4, 1]
    for left in range(1, 1000):
        for suffix in ("", "-wal", "-shm"):
            copy.with_name(copy.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(file, copy)
        statements, is_killed = Statements(), True
        statements.left = left
        with suppress(Killed):
            started(copy, statements).close()
            is_killed = False
        assert content(copy) == wanted, left
        if not is_killed:
            break
    assert left > len(TABLES)
