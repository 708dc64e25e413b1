"""A client that is killed at any statement while it attaches, sends or fetches a file leaves no row without its bytes, and no bytes too many."""

import hashlib
from contextlib import suppress
from pathlib import Path

import pytest

from client.replica import blobs, file_purging
from client.replica.content import digest
from client.replica.driver import Encrypted, can_encrypt, connect
from client.usecases import documents
from client.usecases.answers import Owner
from shared_models.texts import Texts
from tests.anomaly.test_killed_client import Fuse, Killed, end, mortal
from tests.clients import START_MS
from tests.keyring import KEY
from tests.world import Device, World, make_world

pytestmark = pytest.mark.functions(135)
OURS, THEIRS = b"what Dan saw" * 30_000, b"what Ana has" * 30_000
SAY = Texts("en").t


def source(folder: Path, content: bytes) -> Path:
    """Return a file to attach."""
    path = folder / hashlib.sha256(content).hexdigest()
    path.write_bytes(content)
    return path


def story(world: World, fuse: Fuse, name: str, key: Encrypted | None = None) -> tuple[Device, Device, str]:
    """Ana's file is at the centre; Dan's device, which may die, attaches one of his own, sends it and fetches hers."""
    ana, dan = world.device(f"ana-{name}", "ana"), world.device(f"dan-{name}", "dan", connect=mortal(fuse, key))
    acme = ana.save("company", name="Acme")
    documents.attach(ana.replica, SAY, START_MS, Owner("company", acme), source(world.folder, THEIRS), "theirs.txt")
    ana.move_files()
    dan.sync()
    return ana, dan, acme


def work(world: World, dan: Device, acme: str) -> str:
    """Attach, send and fetch; returns the row."""
    saved = documents.attach(dan.replica, SAY, START_MS + 1, Owner("company", acme), source(world.folder, OURS), "ours.txt")
    dan.move_files()
    return saved.id


def check(dan: Device) -> None:
    """Every row that the centre has no bytes of has them here, and the folder has nothing that the table does not know."""
    with dan.replica.reading() as reader:
        known = blobs.known(reader)
        here = {sha for (sha,) in reader.execute("SELECT sha256 FROM _blob WHERE here = 1")}
    for row in dan.replica.list_page("document", sort="id", limit=100, archived=None).rows:
        assert row["state"] == "stored" or dan.replica.files.has(row["sha256"]), row["name"]
    for sha256 in here:
        assert digest(dan.replica.files.content(sha256)) == sha256
    names = {path.name.partition(".")[0] for path in dan.replica.files.path.rglob("*") if path.is_file()}
    keys = dan.replica.files.keys
    assert names <= ({keys.name_of(sha256) for sha256 in known} if keys else known)


def test_a_client_that_is_killed_at_any_statement_has_both_files_in_the_end(tmp_path):
    world, fuse = make_world(tmp_path), Fuse()
    _, dan, acme = story(world, fuse, "counted")
    fuse.count = 0
    work(world, dan, acme)
    statements = fuse.count
    assert statements > 20
    end(world)
    for n, place in enumerate(range(0, statements, max(1, statements // 15))):
        key = KEY if n % 2 and can_encrypt() else None  # every other client is an encrypted one
        ana, dan, acme = story(world, fuse, str(place), key)
        fuse.left = place
        promised = ""
        with suppress(Killed):
            promised = work(world, dan, acme)
        fuse.left = None
        dan = dan.restart(connect=key or connect)
        file_purging.begin(dan.replica)
        check(dan)
        for _ in range(2):
            dan.courier.forgive()
            dan.move_files()
            ana.move_files()
        check(dan)
        world.rest(2)
        for device in (ana, dan):
            found = {one.newest.name: one.newest for one in documents.page(device.replica, Owner("company", acme)).rows}
            assert found["theirs.txt"].state == "here"
            if promised or "ours.txt" in found:
                assert b"".join(documents.read_pieces(device.replica, found["ours.txt"].id)) == OURS
        end(world)
    world.server.central.store.close()
