"""One worker per replica, whatever happens to the one before."""

import subprocess
import sys

import pytest

from client.platform.lock_file import LockFile
from shared_models.errors import ReplicaLocked


def test_lock_is_held_by_one_and_free_again_afterwards(tmp_path):
    with LockFile(tmp_path / "sync.lock") as lock:
        with pytest.raises(ReplicaLocked):
            LockFile(tmp_path / "sync.lock").acquire()
        lock.release()
        LockFile(tmp_path / "sync.lock").acquire()


def test_lock_of_a_killed_process_is_free(tmp_path):
    path = tmp_path / "sync.lock"
    program = (
        "import os, sys; from pathlib import Path; from client.platform.lock_file import LockFile; "
        "LockFile(Path(sys.argv[1])).acquire(); os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", program, str(path)], check=False).returncode == 9
    with LockFile(path):
        assert path.exists()


def test_whether_a_lock_is_free_is_found_out_without_keeping_it_or_making_its_file(tmp_path):
    asked = LockFile(tmp_path / "sync.lock")
    assert asked.is_free()
    assert list(tmp_path.iterdir()) == []
    with LockFile(tmp_path / "sync.lock") as lock:
        assert (lock.is_mine, asked.is_mine, asked.is_free()) == (True, False, False)
    assert asked.is_free()
    with LockFile(tmp_path / "sync.lock"):
        pass


def test_a_lock_whose_file_cannot_be_opened_counts_as_free_until_somebody_wants_it(tmp_path):
    (tmp_path / "sync.lock").mkdir()
    assert LockFile(tmp_path / "sync.lock").is_free()
