import stat

import pytest

from client.platform.profile import DAY_MS, ProfileStore, check_lease, check_password, make_profile
from shared_models.errors import ReplicaDamaged, UnlockFailed

NOW = 1_764_000_000_000


def some_profile():
    return make_profile(
        "https://crm.example",
        "ana.pop@carpati.example",
        "o parolă lungă",
        user_id="u1",
        device_id="d1",
        device_token="t" * 43,
        lease_days=14,
        now_ms=NOW,
        random_bytes=lambda n: bytes(range(n)),
    )


def test_the_right_password_opens_the_device_offline_within_its_lease():
    check_password(some_profile(), "o parolă lungă")
    check_lease(some_profile(), NOW + 13 * DAY_MS)


def test_a_wrong_password_is_refused_and_says_so():
    with pytest.raises(UnlockFailed, match="wrong_password"):
        check_password(some_profile(), "o parola lunga")


def test_after_the_lease_the_device_locks_even_with_the_right_password():
    with pytest.raises(UnlockFailed, match="lease_ended"):
        check_lease(some_profile(), NOW + 15 * DAY_MS)


def test_a_contact_with_the_server_begins_the_lease_anew(tmp_path):
    store = ProfileStore(tmp_path / "new folder")
    store.save(some_profile())
    store.touch(NOW + 10 * DAY_MS)
    found = store.load()
    assert found is not None
    check_lease(found, NOW + 20 * DAY_MS)


def test_a_contact_within_the_hour_does_not_write_the_file(tmp_path):
    store = ProfileStore(tmp_path)
    store.save(some_profile())
    store.touch(NOW + 1000)
    assert store.load() == some_profile()


def test_a_contact_after_the_clock_was_set_back_does_not_leave_the_lease_years_longer(tmp_path):
    store = ProfileStore(tmp_path)
    store.save(some_profile())
    store.touch(NOW + 5 * 365 * DAY_MS)
    store.touch(NOW)
    found = store.load()
    assert found is not None
    with pytest.raises(UnlockFailed, match="lease_ended"):
        check_lease(found, NOW + 15 * DAY_MS)


def test_the_file_holds_no_password_and_only_its_owner_can_read_it(tmp_path):
    store = ProfileStore(tmp_path)
    store.save(some_profile())
    assert "parol" not in store.path.read_text(encoding="utf-8")
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


def test_a_device_without_an_account_has_no_profile_and_touching_it_changes_nothing(tmp_path):
    store = ProfileStore(tmp_path)
    store.touch(NOW)
    assert store.load() is None


def test_a_broken_file_is_reported_not_guessed(tmp_path):
    store = ProfileStore(tmp_path)
    store.save(some_profile())
    store.path.write_text("{", encoding="utf-8")
    with pytest.raises(ReplicaDamaged):
        store.load()


def test_forgetting_the_account_leaves_the_other_files(tmp_path):
    store = ProfileStore(tmp_path)
    store.save(some_profile())
    (tmp_path / "replica.db").touch()
    store.forget()
    assert store.load() is None
    assert (tmp_path / "replica.db").exists()


def test_after_a_sign_out_the_file_holds_no_token_and_the_password_still_opens(tmp_path):
    store = ProfileStore(tmp_path)
    assert store.sign_out() is None
    store.save(some_profile())
    assert store.sign_out() == some_profile()
    assert "t" * 43 not in store.path.read_text(encoding="utf-8")
    found = store.load()
    assert found is not None
    assert not found.is_signed_in
    check_lease(found, NOW + 13 * DAY_MS)
