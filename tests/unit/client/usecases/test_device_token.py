"""The device token stands in the keyring where the data is encrypted: never lost, never left in a file, gone with the account."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from client.platform.device_token import TokenStore
from client.platform.key_store import SystemKeyring
from client.platform.profile import Profile, ProfileStore
from client.platform.wrong_tries import WrongTriesStore
from client.usecases import token_moving
from client.usecases.account import Account
from shared_models.errors import ReplicaSealed
from shared_models.protocol import SignInAnswer
from tests.clients import ANA, Clock, make_replica
from tests.keyring import MemoryKeyring

TOKEN = "a-secret-of-the-device"
PROFILE = Profile("https://crm.example", "ana@example.ro", ANA, "d1", TOKEN, 14, 5, "00" * 16, "11" * 32)


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def keyring():
    return MemoryKeyring()


def store_of(folder, keyring, *, is_wanted=True):
    """Return the store of a new start."""
    return ProfileStore(folder, TokenStore(SystemKeyring(platform="none", backend=keyring), lambda: is_wanted))


def readable(folder):
    return [path.name for path in folder.rglob("*") if path.is_file() and TOKEN.encode() in path.read_bytes()]


def test_the_token_of_encrypted_data_is_in_the_keyring_and_in_no_file(tmp_path, keyring):
    store_of(tmp_path, keyring).save(PROFILE)
    assert readable(tmp_path) == []
    store, keyring.asked = store_of(tmp_path, keyring), 0
    profile = store.load()
    assert (profile.is_signed_in, profile.device_token, keyring.asked) == (True, None, 0)
    assert (store.token(profile), store.token(profile), keyring.asked) == (TOKEN, TOKEN, 1)
    assert TOKEN not in f"{store!r} {profile!r}"
    store.touch(10**13)  # a new lease keeps it where it is
    assert (store_of(tmp_path, keyring).token(store.load()), readable(tmp_path)) == (TOKEN, [])


def test_that_of_data_in_plain_stays_in_the_file(tmp_path, keyring):
    store_of(tmp_path, keyring, is_wanted=False).save(PROFILE)
    assert (readable(tmp_path), keyring.held) == (["profile.json"], {})
    store = store_of(tmp_path, keyring, is_wanted=False)
    assert token_moving.move(store)
    assert (store.load(), store.token(store.load())) == (PROFILE, TOKEN)


def test_a_sign_out_removes_it_and_a_wipe_too(tmp_path, keyring):
    for leave in (ProfileStore.sign_out, ProfileStore.forget):
        store_of(tmp_path, keyring).save(PROFILE)
        left = leave(store_of(tmp_path, keyring))
        assert (left, keyring.held) == (PROFILE if leave is ProfileStore.sign_out else None, {})
        profile = store_of(tmp_path, keyring).load()
        assert profile is None or not profile.is_signed_in


def test_a_sign_out_while_the_keyring_is_shut_is_one_all_the_same(tmp_path, keyring):
    store_of(tmp_path, keyring).save(PROFILE)
    keyring.is_locked = True
    assert store_of(tmp_path, keyring).sign_out() == replace(PROFILE, device_token=None)
    assert not store_of(tmp_path, keyring).load().is_signed_in


def test_what_the_keyring_has_lost_is_no_token_and_what_it_holds_back_is_none_yet(tmp_path, keyring):
    store_of(tmp_path, keyring).save(PROFILE)
    keyring.is_locked, store = True, store_of(tmp_path, keyring)
    with pytest.raises(ReplicaSealed):
        store.token(store.load())
    keyring.is_locked = False
    keyring.held.clear()
    assert store.token(store.load()) is None


def test_a_device_that_is_another_one_to_the_server_leaves_no_old_token(tmp_path, keyring):
    store_of(tmp_path, keyring).save(PROFILE)
    store_of(tmp_path, keyring).save(replace(PROFILE, device_id="d2", device_token="another"))
    assert [name for _, name in keyring.held] == ["token of d2"]


def test_a_sign_in_whose_token_the_keyring_does_not_take_leaves_nothing(tmp_path, keyring):
    ended = []
    answer = SignInAnswer(user_id=ANA, device_id="d1", device_token=TOKEN, access_token="a", expires_in_s=900, lease_days=14)
    store = store_of(tmp_path, keyring)
    account = Account(
        store, WrongTriesStore(tmp_path), lambda *_: answer, os.urandom, Clock(), lambda _, token: ended.append(token)
    )
    keyring.is_locked, replica = True, make_replica(tmp_path, user=ANA)
    with pytest.raises(ReplicaSealed):
        account.sign_in(replica, "https://crm.example", "ana@example.ro", "x", "laptop")
    assert (store.load(), ended, readable(tmp_path)) == (None, [TOKEN], [])
    keyring.is_locked = False
    account.sign_in(replica, "https://crm.example", "ana@example.ro", "x", "laptop")
    assert store.token(store.load()) == TOKEN
    replica.close()


# -- what an older version wrote -------------------------------------------------------------------------------------------


def older(folder):
    """Write the profile as an older version did, with what it left when it was killed."""
    ProfileStore(folder).save(PROFILE)
    held = json.loads((folder / "profile.json").read_text())
    del held["token_in_keyring"]
    for name in ("profile.json", "profile.new"):
        (folder / name).write_text(json.dumps(held))


def test_a_token_in_the_file_goes_to_the_keyring_and_its_bytes_are_overwritten(tmp_path, keyring):
    older(tmp_path)
    (tmp_path / "other").hardlink_to(tmp_path / "profile.json")
    store = store_of(tmp_path, keyring)
    assert token_moving.move(store)
    assert (store.token(store.load()), readable(tmp_path)) == (TOKEN, [])
    assert set((tmp_path / "other").read_bytes()) == {0}
    (tmp_path / "other").unlink()
    assert [path.name for path in tmp_path.iterdir()] == ["profile.json"]


STEPS = [
    (MemoryKeyring, "set_password"), (MemoryKeyring, "get_password"), (os, "link"), (os, "fsync"), (Path, "replace"),
    (token_moving, "keep_name"), (token_moving, "flush_folder"), (token_moving, "overwrite"), (Path, "unlink"),
]  # fmt: skip


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(("owner", "step"), STEPS, ids=[step for _, step in STEPS])
def test_whenever_the_program_is_killed_meanwhile_it_is_not_lost_and_not_left(
    tmp_path, keyring, monkeypatch, owner, step, after
):
    older(tmp_path)
    usual = getattr(owner, step)

    def die(*given, **more):
        if after:
            usual(*given, **more)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(owner, step, die)
        with pytest.raises(Killed):
            token_moving.move(store_of(tmp_path, keyring))
    store = store_of(tmp_path, keyring)
    assert store.token(store.load()) == TOKEN
    assert token_moving.move(store_of(tmp_path, keyring))
    store = store_of(tmp_path, keyring)
    assert (store.token(store.load()), readable(tmp_path)) == (TOKEN, [])
    assert [path.name for path in tmp_path.iterdir()] == ["profile.json"]


def test_where_the_keyring_does_not_take_it_it_stays_and_is_moved_later(tmp_path, keyring):
    older(tmp_path)
    keyring.is_locked = True
    assert not token_moving.move(store_of(tmp_path, keyring))
    store = store_of(tmp_path, keyring)
    assert store.token(store.load()) == TOKEN
    keyring.is_locked = False
    assert token_moving.move(store_of(tmp_path, keyring))
    assert readable(tmp_path) == []
