"""One file, opened again in the same process, and meanwhile by another process: nobody loses the log under his feet."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.clients import connected, make_replica

ROOT = Path(__file__).parents[4]

BESIDE = """
import sys
from client.replica import driver
from tests.keyring import KEY
one = {"plain": driver.connect, "encrypted": KEY}[sys.argv[2]](sys.argv[1])
one.execute("SELECT count(*) FROM _sync_tx").fetchone()
one.close()
"""
"""What `fieldfare sync` does beside an open window: whoever is the last to close a file removes its log."""


@pytest.mark.functions(141)
def test_another_process_that_closes_the_file_leaves_the_log_of_this_one(tmp_path, way):
    replica, again = make_replica(tmp_path), make_replica(tmp_path)
    again.close()
    with replica.edit("New company") as edit:
        pk = edit.insert("company", {"name": "Saved before"})
    log = (tmp_path / "ana.db-wal").stat().st_ino
    subprocess.run([sys.executable, "-c", BESIDE, str(tmp_path / "ana.db"), way], check=True, cwd=ROOT)
    assert (tmp_path / "ana.db-wal").stat().st_ino == log
    with replica.edit("Renamed") as edit:
        edit.update("company", pk, {"name": "Saved after"})
    with closing(connected(tmp_path / "ana.db")) as other:  # as the next start finds it after a kill
        assert other.execute("SELECT name FROM company WHERE id = ?", (pk,)).fetchone() == ("Saved after",)
    replica.close()
