"""The keyring of the system, and no other: what it holds, what it says when it is shut, and what is never asked."""

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from client.platform import key_store
from client.platform.key_store import SERVICE, NoKeys, SystemKeyring
from shared_models.errors import ReplicaSealed
from tests.keyring import MemoryKeyring
from tests.missing_services import ServiceMissing, not_run

KEY = bytes(range(32))
ROOT = Path(__file__).parents[4]


def test_a_key_is_kept_under_the_name_of_its_profile_and_found_again():
    keyring = MemoryKeyring()
    store = SystemKeyring(backend=keyring)
    store.keep("aa", KEY)
    store.keep("bb", KEY[::-1])
    assert (store.key_for("aa"), store.key_for("bb"), store.key_for("cc")) == (KEY, KEY[::-1], None)
    assert {service for service, _ in keyring.held} == {SERVICE}
    store.forget("bb")
    assert store.key_for("bb") is None
    store.forget("bb")  # nothing to forget does no harm


@pytest.mark.parametrize("ask", [lambda store: store.key_for("aa"), lambda store: store.keep("aa", KEY)])
def test_a_shut_keyring_is_no_lost_key(ask):
    with pytest.raises(ReplicaSealed) as found:
        ask(SystemKeyring(backend=MemoryKeyring(is_locked=True)))
    assert type(found.value) is ReplicaSealed


def test_what_is_no_key_is_not_taken_for_one():
    keyring = MemoryKeyring({(SERVICE, "aa"): "no hex at all"})
    with pytest.raises(ReplicaSealed):
        SystemKeyring(backend=keyring).key_for("aa")


def test_a_keyring_that_forgets_at_once_is_not_trusted():
    keyring = MemoryKeyring()
    keyring.set_password = lambda *_: None  # type: ignore[method-assign]  # as one whose session is over
    with pytest.raises(ReplicaSealed):
        SystemKeyring(backend=keyring).keep("aa", KEY)


@pytest.mark.parametrize("store", [NoKeys(), SystemKeyring(platform="an island")])
def test_where_there_is_no_keyring_nothing_is_kept(store):
    assert not store.is_there()
    for ask in (lambda: store.key_for("aa"), lambda: store.keep("aa", KEY)):
        with pytest.raises(ReplicaSealed):
            ask()
    store.forget("aa")


def test_a_backend_that_writes_plain_text_is_never_asked(monkeypatch, tmp_path):
    pytest.importorskip("keyring")
    import keyring.backend
    import keyring.backends.fail
    import keyring.core

    asked = []

    class PlainText(keyring.backend.KeyringBackend):
        priority = 20  # a plugin of this height wins in the library's own choice

        def get_password(self, *_):
            asked.append("get")

        def set_password(self, *_):
            asked.append("set")

        def delete_password(self, *_):
            asked.append("delete")

    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyrings.alt.file.PlaintextKeyring")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/nobody")
    keyring.core.set_keyring(PlainText())
    try:
        store = SystemKeyring()
        assert not store.is_there()
        with pytest.raises(ReplicaSealed):
            store.keep("aa", KEY)
    finally:
        keyring.core.set_keyring(keyring.backends.fail.Keyring())
    assert asked == []
    named = [module for backends in key_store.BACKENDS.values() for module, _ in backends]
    assert all(importlib.util.find_spec(module) for module in named if not module.endswith("macOS"))


SCRIPT = """
import json, sys
from pathlib import Path
from client.platform.device_token import TokenStore
from client.platform.key_store import SystemKeyring
from client.platform.profile import Profile, ProfileStore
from shared_models.errors import ReplicaSealed

profiles = lambda: ProfileStore(Path(sys.argv[1]), TokenStore(SystemKeyring(), lambda: True))
profile = Profile("https://crm.example", "ana@example.ro", "u", "d", "secret-device-token", 14, 0, "00", "00")
store, key, told = SystemKeyring(), bytes(range(32)), {}
told["is_there"] = store.is_there()
told["before"] = store.key_for("aa")
store.keep("aa", key)
told["kept"] = SystemKeyring().key_for("aa") == key
profiles().save(profile)
told["token"] = profiles().token(profiles().load())
told["in_file"] = "secret-device-token" in (Path(sys.argv[1]) / "profile.json").read_text()
told["left"] = profiles().sign_out() == profile
told["forgotten"] = profiles().tokens.token("d")
profiles().save(profile)
import secretstorage
bus = secretstorage.dbus_init()
collection = secretstorage.get_default_collection(bus)
collection.lock()
try:
    SystemKeyring().key_for("aa")
except ReplicaSealed as error:
    told["locked"] = type(error).__name__
print(json.dumps(told))
"""
DAEMON = 'printf secret | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec "$0" -c "$1" "$2"'


@pytest.mark.slow
def test_the_secret_service_of_a_real_desktop_holds_the_key_and_can_be_shut(tmp_path):
    if not (
        shutil.which("gnome-keyring-daemon") and shutil.which("dbus-run-session") and importlib.util.find_spec("secretstorage")
    ):
        not_run(ServiceMissing("no Secret Service (gnome-keyring) here"))
    environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", DAEMON, sys.executable, SCRIPT, str(tmp_path / "device")],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "is_there": True,
        "before": None,
        "kept": True,
        "token": "secret-device-token",
        "in_file": False,
        "left": True,
        "forgotten": None,
        "locked": "ReplicaSealed",
    }
    kept = [path for path in tmp_path.rglob("*.keyring")]
    assert kept
    secrets = (KEY.hex().encode(), b"secret-device-token", b"secret-device-token".hex().encode())
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(secret in path.read_bytes() for path in files for secret in secrets)
