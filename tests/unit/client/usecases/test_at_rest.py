"""Encrypted where it can be, and why not where it cannot; never an empty replica in place of one whose key is not to be had."""

import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

pytest.importorskip("sqlcipher3", reason="a phone has no wheel of it")

from client.platform.lock_file import LockFile
from client.replica import driver, encrypting
from client.replica.driver import connect, salt_of
from client.replica.replica import Replica, open_replica
from client.usecases import at_rest as module
from client.usecases.at_rest import in_plain
from shared_models.errors import ReplicaDamaged, ReplicaKeyLost, ReplicaLocked, ReplicaSealed
from shared_models.ids import IdMaker
from shared_models.registry import CRM
from tests.clients import make_replica
from tests.keyring import MemoryKeyring, at_rest_of

NAMES = [f"Zebra {n}" for n in range(40)]
HOLD = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT count(*) FROM _sync_tx').fetchone(); print('held', flush=True); sys.stdin.read()"


@pytest.fixture
def keyring():
    return MemoryKeyring()


def opened(stored) -> Replica:
    return make_replica(stored.replica.parent, name=stored.replica.stem, connect=stored.connect())


def filled(folder, connect=connect):
    """Save some companies, and return what a person sees of them, and what waits."""
    replica = make_replica(folder, connect=connect)
    for name in NAMES:
        with replica.edit("new") as edit:
            edit.insert("company", {"name": name})
    held = seen(replica)
    replica.close()
    return held


def seen(replica):
    rows = replica.list_page("company", limit=100).rows
    return rows, replica.search("zebra", limit=100), replica.waiting(), dict(replica.facts())


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_new_replica_is_encrypted_and_the_keyring_has_its_key(tmp_path, keyring):
    stored = at_rest_of(tmp_path / "ana.db", keyring)
    assert stored.outlook() == "encrypted"
    filled(tmp_path, stored.connect())
    assert len(keyring.held) == 1
    assert salt_of(tmp_path / "ana.db").hex() == next(iter(keyring.held))[1]
    assert (stored.key, stored.standing) == (keyring.keys[0], "encrypted")
    for name, content in contents(tmp_path).items():
        assert not any(key in content or key.hex().encode() in content.lower() for key in keyring.keys), name
        assert b"Zebra" not in content, name


def test_the_keyring_is_asked_once_per_start(tmp_path, keyring):
    held = filled(tmp_path, at_rest_of(tmp_path / "ana.db", keyring).connect())
    keyring.asked, again = 0, at_rest_of(tmp_path / "ana.db", keyring, seed=2)
    for _ in range(3):
        again.connect()
    assert (again.key, again.outlook(), again.has_to_encrypt()) == (keyring.keys[0], "encrypted", False)
    assert keyring.asked == 1
    with closing(opened(again)) as replica:
        assert seen(replica) == held


def test_a_plain_replica_is_encrypted_with_all_that_is_in_it(tmp_path, keyring):
    held = filled(tmp_path)
    stored = at_rest_of(tmp_path / "ana.db", keyring)
    assert (stored.has_to_encrypt(), stored.outlook()) == (True, "encrypted")
    with closing(opened(stored)) as replica:
        assert seen(replica) == held
    assert not stored.has_to_encrypt()
    assert sorted(contents(tmp_path)) == ["ana.db", "encrypting.lock"]
    assert not any(b"Zebra" in content for content in contents(tmp_path).values())


def test_what_was_fetched_in_plain_does_not_outlive_it(tmp_path, keyring):
    filled(tmp_path)
    for name in ("ana.db.0123.part", "ana.db.unpacked", "ana.db.unpacked-journal"):
        (tmp_path / name).write_bytes(b"SQLite format 3\0 Zebra")
    at_rest_of(tmp_path / "ana.db", keyring).connect()
    assert sorted(contents(tmp_path)) == ["ana.db", "encrypting.lock"]


@pytest.mark.parametrize(
    ("keyring", "wanted", "standing"),
    [(None, True, "no_keyring"), (MemoryKeyring(), False, "off"), (MemoryKeyring(is_locked=True), True, "locked")],
)
def test_without_a_key_a_plain_replica_stays_so_and_says_why(tmp_path, keyring, wanted, standing):
    held = filled(tmp_path)
    stored = at_rest_of(tmp_path / "ana.db", keyring, is_wanted=wanted)
    with closing(opened(stored)) as replica:
        assert seen(replica) == held
    assert (stored.standing, stored.key) == (standing, None)


def test_without_the_library_it_stays_plain_and_an_encrypted_one_stays_shut(tmp_path, keyring, monkeypatch):
    filled(tmp_path)
    (tmp_path / "sealed").mkdir()
    filled(tmp_path / "sealed", at_rest_of(tmp_path / "sealed" / "ana.db", keyring).connect())
    monkeypatch.setattr(driver, "cipher", None)
    stored = at_rest_of(tmp_path / "ana.db", keyring)
    assert (stored.connect(), stored.standing) == (connect, "no_library")
    sealed = at_rest_of(tmp_path / "sealed" / "ana.db", keyring)
    with pytest.raises(ReplicaSealed):
        opened(sealed)


@pytest.mark.parametrize("is_there", [True, False])
def test_an_encrypted_replica_is_not_opened_in_plain_when_the_keyring_is_shut_or_gone(tmp_path, keyring, is_there):
    held = filled(tmp_path, at_rest_of(tmp_path / "ana.db", keyring).connect())
    before, keyring.is_locked = contents(tmp_path), True
    stored = at_rest_of(tmp_path / "ana.db", keyring if is_there else None)
    for _ in range(2):
        with pytest.raises(ReplicaSealed) as found:
            stored.connect()
        assert not isinstance(found.value, ReplicaKeyLost)
    assert contents(tmp_path) == before
    keyring.is_locked, stored = False, at_rest_of(tmp_path / "ana.db", keyring)
    with closing(opened(stored)) as replica:  # the person has unlocked it, and tries again
        assert seen(replica) == held


def test_switched_off_an_encrypted_replica_still_opens_with_its_key(tmp_path, keyring):
    held = filled(tmp_path, at_rest_of(tmp_path / "ana.db", keyring).connect())
    stored = at_rest_of(tmp_path / "ana.db", keyring, is_wanted=False)
    with closing(opened(stored)) as replica:
        assert seen(replica) == held
    assert stored.standing == "encrypted"


def test_a_lost_key_is_said_and_the_file_set_aside_opens_again_once_the_key_is_back(tmp_path, keyring):
    held = filled(tmp_path, at_rest_of(tmp_path / "ana.db", keyring).connect())
    backup, before = dict(keyring.held), contents(tmp_path)
    keyring.held.clear()
    stored = at_rest_of(tmp_path / "ana.db", keyring, seed=2)
    with pytest.raises(ReplicaKeyLost):
        stored.connect()
    assert contents(tmp_path) == before
    aside = stored.set_aside()
    assert contents(tmp_path)[aside.name] == before["ana.db"]
    with closing(opened(stored)) as replica:
        assert replica.list_page("company").rows == []
    keyring.held.update(backup)
    (tmp_path / "back").mkdir()
    aside.rename(tmp_path / "back" / "ana.db")
    with closing(opened(at_rest_of(tmp_path / "back" / "ana.db", keyring))) as replica:
        assert seen(replica) == held


def test_a_log_beside_the_file_is_set_aside_with_it(tmp_path, keyring):
    stored = at_rest_of(tmp_path / "ana.db", keyring)
    replica = opened(stored)
    with replica.edit("new") as edit:
        edit.insert("company", {"name": "Zebra"})
    for path in list(tmp_path.glob("ana.db*")):  # as a kill leaves them
        shutil.copy(path, tmp_path / path.name.replace("ana", "killed"))
    replica.close()
    other = at_rest_of(tmp_path / "killed.db", keyring)
    aside = other.set_aside()
    assert sorted(path.name for path in tmp_path.glob("killed*")) == [aside.name, f"{aside.name}-shm", f"{aside.name}-wal"]


def test_the_key_is_in_no_file_and_in_no_text_of_the_object(tmp_path, keyring):
    stored = at_rest_of(tmp_path / "ana.db", keyring)
    found = f"{stored!r} {stored.connect()!r} {stored.keys!r}"
    assert keyring.keys[0].hex() not in found
    assert str(keyring.keys[0]) not in found


def test_a_file_that_is_open_elsewhere_is_encrypted_at_the_next_start(tmp_path, keyring):
    held = filled(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "ana.db")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"held\n"
        stored = at_rest_of(tmp_path / "ana.db", keyring)
        assert (stored.connect(), stored.standing, keyring.held) == (connect, "in_use", {})
        other.stdin.close()
    with closing(opened(at_rest_of(tmp_path / "ana.db", keyring))) as replica:
        assert (seen(replica), replica.is_encrypted) == (held, True)


def test_a_full_disk_leaves_it_as_it_was(tmp_path, keyring, monkeypatch):
    filled(tmp_path)
    stored = at_rest_of(tmp_path / "ana.db", keyring)
    monkeypatch.setattr(module, "SPARE_BYTES", 2**60)
    assert (stored.connect(), stored.standing, keyring.held) == (connect, "no_room", {})


def test_a_disk_that_fills_up_meanwhile_leaves_it_as_it_was(tmp_path, keyring, monkeypatch):
    def full(_path):
        raise OSError(28, "No space left on device")

    filled(tmp_path)
    before = contents(tmp_path)
    monkeypatch.setattr(encrypting, "_flush", full)
    stored = at_rest_of(tmp_path / "ana.db", keyring)
    assert (stored.connect(), stored.standing, keyring.held) == (connect, "no_room", {})
    after = contents(tmp_path)
    assert after.pop("encrypting.lock") == b""
    assert after.keys() == before.keys()


@pytest.mark.parametrize("step", ["flush_folder", "finish", "overwrite"])
def test_a_key_is_kept_once_the_encrypted_file_is_in_place_whatever_fails_then(tmp_path, keyring, monkeypatch, step):
    def fail(_path):
        raise PermissionError(13, "in use")

    held = filled(tmp_path)
    stored = at_rest_of(tmp_path / "ana.db", keyring)
    with monkeypatch.context() as patch:
        patch.setattr(encrypting, step, fail)
        stored.connect()
    assert (stored.standing, stored.key) == ("encrypted", keyring.keys[0])
    with closing(opened(at_rest_of(tmp_path / "ana.db", keyring, seed=2))) as replica:
        assert seen(replica) == held
    assert not any(b"Zebra" in content for content in contents(tmp_path).values())


def test_where_not_even_a_lock_can_be_written_it_stays_plain(tmp_path, keyring, monkeypatch):
    def fail(_self):
        raise OSError(28, "No space left on device")

    filled(tmp_path)
    monkeypatch.setattr(LockFile, "acquire", fail)
    stored = at_rest_of(tmp_path / "ana.db", keyring)
    assert (stored.connect(), stored.standing, keyring.held) == (connect, "no_room", {})


def test_what_cannot_be_set_aside_says_that_something_holds_it(tmp_path, keyring, monkeypatch):
    def fail(_self, _target):
        raise PermissionError(13, "in use")

    filled(tmp_path, at_rest_of(tmp_path / "ana.db", keyring).connect())
    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(ReplicaLocked):
        at_rest_of(tmp_path / "ana.db", keyring).set_aside()


def test_a_copy_that_differs_takes_no_place(tmp_path, keyring, monkeypatch):
    held = filled(tmp_path)
    whole = encrypting._compare

    def spoilt(source):
        source.execute("DELETE FROM copy._sync_op WHERE n = 7")
        whole(source)

    monkeypatch.setattr(encrypting, "_compare", spoilt)
    stored = at_rest_of(tmp_path / "ana.db", keyring)
    with closing(opened(stored)) as replica:
        assert (seen(replica), stored.standing) == (held, "failed")


def test_a_save_between_copy_and_swap_is_not_lost(tmp_path, keyring, monkeypatch):
    filled(tmp_path)

    def saved(path):
        with closing(make_replica(tmp_path)) as replica, replica.edit("late") as edit:
            edit.insert("company", {"name": "Late"})

    monkeypatch.setattr(encrypting, "_flush", saved)
    stored = at_rest_of(tmp_path / "ana.db", keyring)
    with closing(opened(stored)) as replica:
        assert ("Late" in [row["name"] for row in replica.list_page("company", limit=100).rows], stored.standing) == (
            True,
            "in_use",
        )


def test_a_damaged_file_is_called_damaged_and_not_encrypted(tmp_path, keyring):
    (tmp_path / "ana.db").write_bytes(b"no replica at all" * 1000)
    stored = at_rest_of(tmp_path / "ana.db", keyring)
    with pytest.raises(ReplicaDamaged):
        opened(stored)
    assert (stored.standing, keyring.held) == ("failed", {})


def test_two_first_starts_at_once_make_one_key(tmp_path, keyring):
    first, second = (at_rest_of(tmp_path / "ana.db", keyring, seed) for seed in (1, 2))
    usual = keyring.set_password

    def meanwhile(*secret):
        usual(*secret)
        with pytest.raises(ReplicaLocked):
            second.connect()

    keyring.set_password = meanwhile
    first.connect()
    assert (second.key, len(keyring.held)) == (first.key, 1)


def test_opened_without_a_key_it_is_sealed_and_not_damaged(tmp_path, keyring):
    filled(tmp_path, at_rest_of(tmp_path / "ana.db", keyring).connect())
    with pytest.raises(ReplicaSealed):
        opened(in_plain(tmp_path / "ana.db"))
    before = contents(tmp_path)
    wrong = driver.Encrypted(salt_of(tmp_path / "ana.db") or b"", bytes(32))
    with pytest.raises(ReplicaDamaged):
        open_replica(tmp_path / "ana.db", CRM, IdMaker(lambda: 0, None), connect=wrong)  # type: ignore[arg-type]  # no id is made
    assert contents(tmp_path) == before
