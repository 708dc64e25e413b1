"""A plain file becomes an encrypted one, whenever the program is killed meanwhile; nothing readable is left, and nothing is lost."""

import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

pytest.importorskip("sqlcipher3", reason="a phone has no wheel of it")

from client.replica import driver, encrypting
from client.replica.driver import salt_of
from client.replica.encrypting import encrypt, finish
from client.replica.soundness import mend_indexes
from tests.clients import make_replica
from tests.keyring import KEY

PLAIN_ONLY = (
    "test_it_goes_on_after_a_kill_at_any_step",
    "test_a_kill_before_the_swap_leaves_the_plain_file_and_one_after_it_none",
    "test_the_file_that_a_rewrite_goes_through_is_encrypted_too",
    "test_the_old_bytes_are_overwritten",
    "test_indexes_and_search_are_sound_afterwards",
)
ROOT = Path(__file__).parents[4]
STEPS = ("_export", "_flush", "keep_name", "replace", "flush_folder", "overwrite", "unlink", "fsync")
DYING = """
import os, sys
from pathlib import Path
from client.replica import encrypting
from tests.keyring import KEY

step, is_after, path = sys.argv[1], sys.argv[2] == "after", Path(sys.argv[3])
owner = {"replace": Path, "unlink": Path, "fsync": os}.get(step, encrypting)
usual = getattr(owner, step)

def dying(*values, **more):
    if is_after:
        usual(*values, **more)
    os.kill(os.getpid(), 9)

setattr(owner, step, dying)
encrypting.encrypt(path, KEY)
"""
"""Ends by kill -9 before or after a step."""


def filled(folder):
    with closing(make_replica(folder, connect=driver.connect)) as replica:
        for n in range(40):
            with replica.edit("new") as edit:
                edit.insert("company", {"name": f"Zebra {n}"})
        return seen(replica)


def seen(replica):
    rows = replica.list_page("company", limit=100).rows
    return rows, replica.search("zebra", limit=100), replica.waiting(), dict(replica.facts())


def readable(folder):
    return [path.name for path in folder.rglob("*") if path.is_file() and b"Zebra" in path.read_bytes()]


def killed(path, step, when):
    return subprocess.run([sys.executable, "-c", DYING, step, when, str(path)], cwd=ROOT, check=False).returncode


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_it_goes_on_after_a_kill_at_any_step(tmp_path, step, when):
    held, path = filled(tmp_path), tmp_path / "ana.db"
    assert killed(path, step, when) == -9
    finish(path)
    if salt_of(path) is None:
        with closing(make_replica(tmp_path, connect=driver.connect)) as replica:
            assert seen(replica) == held
        encrypt(path, KEY)
    with closing(make_replica(tmp_path, connect=KEY)) as replica:
        assert seen(replica) == held
    assert [one.name for one in tmp_path.iterdir()] == ["ana.db"]
    assert readable(tmp_path) == []


def test_a_kill_before_the_swap_leaves_the_plain_file_and_one_after_it_none(tmp_path):
    filled(tmp_path)
    path = tmp_path / "ana.db"
    assert killed(path, "replace", "before") == -9
    assert salt_of(path) is None
    assert readable(tmp_path) == ["ana.db", "ana.db.plain"] or readable(tmp_path) == ["ana.db.plain", "ana.db"]
    finish(path)
    assert readable(tmp_path) == ["ana.db"]
    assert killed(path, "replace", "after") == -9
    assert salt_of(path) == KEY.salt
    finish(path)
    assert readable(tmp_path) == []


def test_the_old_bytes_are_overwritten(tmp_path):
    filled(tmp_path)
    (tmp_path / "other").hardlink_to(tmp_path / "ana.db")
    encrypt(tmp_path / "ana.db", KEY)
    assert set((tmp_path / "other").read_bytes()) == {0}


def test_indexes_and_search_are_sound_afterwards(tmp_path):
    filled(tmp_path)
    encrypt(tmp_path / "ana.db", KEY)
    with closing(make_replica(tmp_path, connect=KEY)) as replica:
        assert mend_indexes(replica) == []
        assert replica.path.read_bytes()[:16] == KEY.salt


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux shows files that have no name any more")
def test_the_file_that_a_rewrite_goes_through_is_encrypted_too(tmp_path, monkeypatch):
    from client.replica import writing

    monkeypatch.setattr(writing, "IN_MEMORY", 0)
    replica, met = make_replica(tmp_path, connect=KEY), []
    for _ in range(5):
        with replica.edit("new") as edit:
            for n in range(200):
                edit.insert("company", {"name": f"Zebra {n}", "description": "Zebra " * 100})
    connection = replica._writer._connection
    connection.execute("PRAGMA cache_size = -100")

    def look():
        for one in Path("/proc/self/fd").iterdir():
            if one.is_symlink() and "etilqs" in str(one.readlink()):
                met.append(one.read_bytes())
        return 0

    connection.set_progress_handler(look, 10_000)
    replica.rewrite_file()
    replica.close()
    assert max(len(content) for content in met) > 100_000
    assert not any(b"Zebra" in content for content in met)


def test_nothing_is_readable_beside_an_open_file_or_after_a_kill(tmp_path, way):
    replica = make_replica(tmp_path)
    with replica.edit("new") as edit:
        edit.insert("company", {"name": "Zebra", "description": "Zebra"})
    assert len(list(tmp_path.iterdir())) == 3
    shutil.copytree(tmp_path, tmp_path / "killed")
    replica.close()
    assert (readable(tmp_path) == []) == (way == "encrypted")
    with closing(make_replica(tmp_path / "killed")) as again:
        assert [row["name"] for row in again.list_page("company").rows] == ["Zebra"]


def test_the_content_of_a_file_is_in_it_as_the_way_says(tmp_path, way):
    make_replica(tmp_path).close()
    assert (salt_of(tmp_path / "ana.db") == KEY.salt) == (way == "encrypted")
    assert encrypting.COPY not in "".join(path.name for path in tmp_path.iterdir())
