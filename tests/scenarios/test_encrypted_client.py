"""A laptop that is stolen: nothing of what was typed on it, and no key, is in any of its files, open, syncing, or killed."""

import asyncio
import hashlib
import io
import os
import re
import signal
import stat
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from PIL import Image

from client import app
from client.app import ClientWindow, at_rest_here, last_reader, make_account, open_local
from client.config import ClientConfig, SyncTimes
from client.platform import key_store, open_file
from client.platform.profile import ProfileStore
from client.usecases.answers import Owner
from client.usecases.door import LastHere
from shared_models.__main__ import main
from shared_models.errors import ReplicaKeyLost, ReplicaSealed, Unreachable
from shared_models.texts import Texts
from tests.keyring import KEY, MemoryKeyring, at_rest_of
from tests.servers import EMAIL, PASSWORD, behind_socket, make_server

pytest.importorskip("sqlcipher3")
ROOT = Path(__file__).parents[2]
WORDS = 1000
LONG = 20
SPOKEN = re.compile(rb"[0-9a-f]{20,}")
"""Where a word may stand: they are of so many hex digits."""
TYPING = """
import asyncio, sys
from pathlib import Path
from client.app import ClientWindow
from client.config import ClientConfig, SyncTimes
from client.replica.drafts import FormDraft
from client.usecases.answers import Owner
from shared_models.texts import Texts
from tests.keyring import KEY, MemoryKeyring, at_rest_of
from tests.servers import EMAIL, PASSWORD

folder, address, way = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
words = iter(sys.stdin.readline().split())
keyring = MemoryKeyring({("Fieldfare", KEY.salt.hex()): KEY.key.hex()})
stored = at_rest_of(folder / "replica.db", keyring, is_wanted=way == "encrypted")
stored.random_bytes = lambda n: KEY.salt if n == 16 else KEY.key

async def typing():
    window = ClientWindow(ClientConfig(folder, address, SyncTimes(settle_s=0.0)), address, at_rest=stored)
    crm = await window.door().enter(address, EMAIL, PASSWORD)
    company = None
    for at, word in enumerate(words):
        if at % 5 == 0:
            with crm.replica.edit(word) as edit:
                company = edit.insert("company", {"name": word, "description": "x"})
        elif at % 5 == 4:
            await crm.keep_draft(FormDraft(f"company:~draft{at}", "/companies", word, "form.new.company", {"name": word}))
        else:
            await crm.add_note(Owner("company", company), f"{word} met us")
        if at % 50 == 0:
            await crm.search(word)
            await crm.sync_now()
            print(at, flush=True)  # whoever started this process kills it at such a line
    print("all", flush=True)
    await asyncio.sleep(600)

asyncio.run(typing())
"""
"""Types as a person does, while the device syncs, until it is killed."""


@pytest.fixture
def address(tmp_path):
    with behind_socket(make_server(tmp_path / "server")) as url:
        yield url


@pytest.fixture
def keyring():
    return MemoryKeyring()


def met(folder, words):
    """Return the words that stand in a folder's files, and whether the key does, raw or in hex."""
    content = b"\0".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    lower = content.lower()
    has_key = KEY.key in content or KEY.key.hex().encode() in lower or KEY.key.hex().encode("utf-16-le") in lower
    spoken = {
        content[at : at + LONG] for place in SPOKEN.finditer(content) for at in range(place.start(), place.end() - LONG + 1)
    }
    return [word for word in words if word.encode() in spoken], has_key


def window_of(folder, address, keyring, seed=1):
    stored = at_rest_of(folder / "replica.db", keyring, seed)
    return ClientWindow(ClientConfig(folder, address), address, at_rest=stored)


@pytest.mark.slow
@pytest.mark.functions(141)
@pytest.mark.parametrize("way", ["plain", "encrypted"])
def test_of_a_thousand_words_none_is_readable_typed_syncing_or_killed(tmp_path, address, way):
    folder, chance = tmp_path / "device", Random(5)
    words = [f"{chance.getrandbits(80):020x}" for _ in range(WORDS)]
    found, keys, looks = set(), [], 0
    with subprocess.Popen(
        [sys.executable, "-c", TYPING, str(folder), address, way],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as typing:
        try:
            typing.stdin.write(f"{' '.join(words)}\n")
            typing.stdin.flush()
            for line in typing.stdout:
                readable, has_key = met(folder, words)
                looks, found, keys = looks + 1, found | set(readable), [*keys, has_key]
                if line == "all\n":
                    break
        finally:
            os.kill(typing.pid, signal.SIGKILL)
    readable, has_key = met(folder, words)
    assert (looks, any(keys), has_key) == (WORDS // 50 + 1, False, False)
    if way == "plain":  # the same look finds them where they can be read
        assert len(set(readable) | found) == WORDS
        return
    assert (found, readable) == (set(), [])
    with closing(
        open_local(folder, at_rest_of(folder / "replica.db", MemoryKeyring({("Fieldfare", KEY.salt.hex()): KEY.key.hex()})))
    ) as replica:
        kept = [row["name"] for row in replica.list_page("company", limit=WORDS).rows]
    assert sorted(kept) == sorted(words[::5])


async def test_a_window_is_encrypted_from_the_first_sign_in_and_says_so(tmp_path, address, keyring):
    window = window_of(tmp_path / "device", address, keyring)
    door = window.door()
    assert (await door.outlook(), await door.has_to_encrypt(), keyring.asked) == ("encrypted", False, 0)
    crm = await door.enter(address, EMAIL, PASSWORD)
    assert ((await crm.person()).at_rest, (await crm.status()).at_rest) == ("encrypted", "encrypted")
    assert crm.replica.is_encrypted
    window.close()
    keyring.asked, again = 0, window_of(tmp_path / "device", address, keyring)
    assert await again.door().last() == LastHere(address, EMAIL, is_known=True)
    await again.door().notice()
    assert keyring.asked == 1
    (await again.door().enter(address, EMAIL, PASSWORD)).replica.facts()
    assert keyring.asked == 3  # it was given the new token, and read it back
    again.close()


async def test_a_window_encrypts_what_it_finds_in_plain_with_what_was_not_sent(tmp_path, address, keyring):
    folder = tmp_path / "device"
    with closing(open_local(folder)) as replica:
        make_account(folder, SyncTimes()).sign_in(replica, address, EMAIL, PASSWORD, "laptop")
        with replica.edit("Offline") as edit:
            pk = edit.insert("company", {"name": "Beciul Vechi"})
    window = window_of(folder, address, keyring)
    door = window.door()
    assert await door.has_to_encrypt()
    assert await door.language() is None
    assert await door.has_to_encrypt()  # to look for the language is no reason to encrypt: what is to be told is told in it
    await door.notice()
    assert not await door.has_to_encrypt()
    crm = await door.enter(address, EMAIL, PASSWORD)
    assert (crm.replica.is_encrypted, crm.replica.get("company", pk)["name"]) == (True, "Beciul Vechi")
    window.close()
    assert not any(b"Beciul Vechi" in path.read_bytes() for path in folder.iterdir() if path.is_file())


PLANTED = b"what only the customer may know"


def readable(folder, *secrets):
    """Return what of a folder tells one of some secrets, by its name or by its bytes."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return sorted(path.name for path in files if any(one in path.read_bytes() or one in path.name.encode() for one in secrets))


def picture():
    out = io.BytesIO()
    Image.linear_gradient("L").resize((800, 600)).save(out, "JPEG", comment=PLANTED)
    return out.getvalue()


@pytest.mark.functions(135)
async def test_of_attached_files_nothing_is_readable_but_the_copy_for_another_program(tmp_path, address, keyring, monkeypatch):
    folder, sources = tmp_path / "device", {"a.txt": PLANTED * 9000, "b.jpg": picture()}
    window = window_of(folder, address, keyring)
    crm = await window.door().enter(address, EMAIL, PASSWORD)
    with crm.replica.edit("New") as edit:
        owner = Owner("company", edit.insert("company", {"name": "Beciul Vechi"}))
    added = []
    for name, content in sources.items():
        (tmp_path / name).write_bytes(content)
        added.append((await crm.documents.attach(owner, tmp_path / name, name, lambda _: True, move=False)).id)
    secrets = (PLANTED, picture()[:200], *(hashlib.sha256(one).hexdigest().encode() for one in sources.values()))
    assert await crm.documents.preview(added[1]) is not None
    assert readable(folder, *secrets) == []
    opened = []
    monkeypatch.setattr(open_file, "open_file", opened.append)
    await crm.documents.open(added[0])
    assert (readable(folder, *secrets), stat.S_IMODE((folder / "opened").stat().st_mode)) == (["a.txt"], 0o700)
    await crm.sign_out()
    assert readable(folder, *secrets) == []
    window.close()


@pytest.mark.functions(140)
async def test_the_token_of_an_older_version_goes_to_the_keyring_and_signs_in_from_there(tmp_path, address, keyring):
    folder = tmp_path / "device"
    with closing(open_local(folder)) as replica:
        make_account(folder, SyncTimes()).sign_in(replica, address, EMAIL, PASSWORD, "laptop")
    token = ProfileStore(folder).load().device_token
    assert readable(folder, token.encode()) == ["profile.json"]
    window = window_of(folder, address, keyring)
    window.open_crm()  # as `fieldfare client --unlocked` does: nobody types a password
    await asyncio.to_thread(window.running.worker.close)
    assert window.running.crm.engine.run_once().error is None
    assert (readable(folder, token.encode()), token.encode() in keyring.keys) == ([], True)
    window.close()
    window = window_of(folder, address, keyring)
    crm = window.open_crm()
    await asyncio.to_thread(window.running.worker.close)
    assert crm.engine.run_once().error is None
    await crm.sign_out()
    window.close()
    assert (len(keyring.held), ProfileStore(folder).load().is_signed_in) == (1, False)


@pytest.mark.functions(140)
async def test_a_keyring_that_takes_no_token_holds_nothing_up_and_the_statement_says_so(tmp_path, address, keyring):
    folder = tmp_path / "device"
    with closing(open_local(folder)) as replica:
        profile = make_account(folder, SyncTimes()).sign_in(replica, address, EMAIL, PASSWORD, "laptop")
    ProfileStore(folder).save(replace(profile, last_contact_ms=0))
    usual = keyring.set_password

    def takes_keys_only(service, name, secret):
        if name.startswith("token"):
            raise PermissionError
        usual(service, name, secret)

    keyring.set_password = takes_keys_only
    window = window_of(folder, address, keyring)
    crm = window.open_crm()
    await asyncio.to_thread(window.running.worker.close)
    assert (crm.engine.run_once().error, (await crm.status()).at_rest) == (None, "token_plain")
    window.close()
    keyring.set_password = usual
    window = window_of(folder, address, keyring)
    crm = window.open_crm()
    assert (readable(folder, profile.device_token.encode()), (await crm.status()).at_rest) == ([], "encrypted")
    window.close()


@pytest.mark.functions(140)
async def test_a_keyring_that_holds_the_token_back_is_no_sign_out_and_one_that_lost_it_asks_for_the_password(
    tmp_path, address, keyring
):
    window = window_of(tmp_path / "device", address, keyring)
    await window.door().enter(address, EMAIL, PASSWORD)
    window.close()
    window = window_of(tmp_path / "device", address, keyring)
    window.at_rest.connect()
    keyring.is_locked = True
    crm = window.open_crm()
    await asyncio.to_thread(window.running.worker.close)
    error = crm.engine.run_once().error
    assert (type(error), error.code, crm.replica.facts()["state"]) == (Unreachable, "D622", "offline")
    keyring.is_locked = False
    assert crm.engine.run_once().error is None
    window.close()
    keyring.held = {name: secret for name, secret in keyring.held.items() if not name[1].startswith("token")}
    window = window_of(tmp_path / "device", address, keyring)
    crm = window.open_crm()
    await asyncio.to_thread(window.running.worker.close)
    assert crm.engine.run_once().error.code == "A101"
    await crm.sign_in(PASSWORD)
    assert crm.engine.run_once().error is None
    window.close()


async def test_a_keyring_that_is_shut_keeps_the_door_shut_until_it_is_opened(tmp_path, address, keyring):
    window = window_of(tmp_path / "device", address, keyring)
    (await window.door().enter(address, EMAIL, PASSWORD)).replica.facts()
    window.close()
    window, keyring.is_locked = window_of(tmp_path / "device", address, keyring), True
    for attempt in (window.door().notice, lambda: window.door().enter(address, EMAIL, PASSWORD)):
        with pytest.raises(ReplicaSealed):
            await attempt()
    keyring.is_locked = False
    crm = await window.door().enter(address, EMAIL, PASSWORD)
    assert crm.replica.is_encrypted
    window.close()


async def test_whose_key_is_lost_sets_the_file_aside_and_loads_everything_anew(tmp_path, address, keyring):
    folder = tmp_path / "device"
    window = window_of(folder, address, keyring)
    crm = await window.door().enter(address, EMAIL, PASSWORD)
    with crm.replica.edit("New") as edit:
        pk = edit.insert("company", {"name": "Beciul Vechi"})
    await asyncio.to_thread(window.running.worker.close)
    crm.engine.run_once()
    window.close()
    keyring.held.clear()
    window = window_of(folder, address, keyring, seed=2)
    door = window.door()
    with pytest.raises(ReplicaKeyLost):
        await door.notice()
    await door.set_aside()
    assert await door.last() == LastHere(address, EMAIL)
    crm = await door.enter(address, EMAIL, PASSWORD)
    await asyncio.to_thread(window.running.worker.close)
    crm.engine.run_once()
    assert crm.replica.get("company", pk)["name"] == "Beciul Vechi"
    window.close()
    assert len(list(folder.glob("replica.db.set-aside-*"))) == 1


@pytest.fixture
def sync(capsys, monkeypatch, keyring):
    """Run the command with a keyring of this process; returns its exit code and the lines that it said."""
    monkeypatch.setenv("FIELDFARE_REPLICA_ENCRYPTION", "")
    monkeypatch.setattr(key_store.SystemKeyring, "_found", lambda _: keyring)

    def run(folder):
        capsys.readouterr()
        code = main(["sync", "--data", str(folder)])
        return code, [line for line in capsys.readouterr().out.splitlines() if "[info     ]" not in line]

    return run


def test_a_sync_says_that_it_encrypts_and_how_the_data_lies(tmp_path, address, sync, keyring):
    folder = tmp_path / "device"
    with closing(open_local(folder)) as replica:
        make_account(folder, SyncTimes()).sign_in(replica, address, EMAIL, PASSWORD, "laptop")
    code, said = sync(folder)
    assert (code, said[0], said[2]) == (
        0,
        "Encrypting the data on this computer…",
        Texts("en").t("at_rest.encrypted"),
    )
    code, said = sync(folder)
    assert (code, said[0].startswith("0 sent")) == (0, True)
    keyring.is_locked = True
    code, said = sync(folder)
    assert (code, said[-1].endswith(" [D607]")) == (1, True)
    keyring.is_locked = False
    keyring.held.clear()
    code, said = sync(folder)
    assert (code, said[-1].endswith(" [D608]")) == (1, True)
    assert ProfileStore(folder).load().is_signed_in


def test_a_command_that_only_needs_a_language_asks_for_no_key(tmp_path, address, sync, keyring):
    folder = tmp_path / "device"
    open_local(folder, at_rest_of(folder / "replica.db", keyring)).close()
    before, keyring.asked = {path.name: path.read_bytes() for path in folder.iterdir()}, 0
    assert last_reader(folder) is None
    assert ({path.name: path.read_bytes() for path in folder.iterdir()}, keyring.asked) == (before, 0)


def test_a_phone_leaves_it_to_its_own_storage_and_a_computer_asks_its_keyring(tmp_path, monkeypatch):
    stored = at_rest_here(tmp_path)
    assert (isinstance(stored.keys, key_store.SystemKeyring), stored.standing) == (True, None)
    monkeypatch.setattr(app, "form", lambda: "phone")
    with closing(open_local(tmp_path, at_rest_here(tmp_path))) as replica:
        assert not replica.is_encrypted
    assert at_rest_here(tmp_path).outlook() == "phone"


def test_a_switch_with_another_value_says_what_it_can_be(tmp_path, sync, monkeypatch):
    monkeypatch.setenv("FIELDFARE_REPLICA_ENCRYPTION", "aus")
    code, said = sync(tmp_path)
    assert (code, said) == (
        1,
        ["FIELDFARE_REPLICA_ENCRYPTION is set to “aus”. It can be on or off. Change it, or remove it, and try again."],
    )
    monkeypatch.setenv("FIELDFARE_REPLICA_ENCRYPTION", "off")
    assert "aus" not in "".join(sync(tmp_path)[1])
