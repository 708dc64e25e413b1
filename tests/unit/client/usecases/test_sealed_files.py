"""Attached files beside an encrypted replica: what was changed on the disk is refused, and what lay in plain is encrypted."""

import asyncio
import hashlib
import io
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

pytest.importorskip("sqlcipher3", reason="a phone has no wheel of it")

from client.replica import blobs, sealing
from client.replica.content import PIECE, digest
from client.replica.driver import PAGE_BYTES
from client.replica.file_folder import FileFolder, folder_of
from client.replica.sealed_content import FileKeys
from client.sync.courier import Courier
from client.usecases import documents
from client.usecases.answers import Owner
from client.usecases.document_desk import DocumentDesk
from shared_models.errors import FileDamaged, FileGone
from shared_models.texts import Texts
from shared_models.transport import FilePlace
from tests.clients import START_MS, bring, central_row, make_replica
from tests.keyring import KEY, MemoryKeyring, at_rest_of

pytestmark = pytest.mark.functions(135)
SAY = Texts("en").t
ACME = "018f0000-0000-7000-8000-000000000001"
PLANTED = b"what only the customer may know"
LONG = (PLANTED * 40_000)[: 2 * PIECE + 99]
ROOT = Path(__file__).parents[4]


@pytest.fixture
def replica(tmp_path):
    opened = make_replica(tmp_path, connect=KEY)
    bring(opened, (1, "company", central_row("company", ACME, name="Acme")), to=1)
    yield opened
    opened.close()


def attach(replica, folder, content, name="a.txt"):
    path = folder / "source"
    path.write_bytes(content)
    return documents.attach(replica, SAY, START_MS, Owner("company", ACME), path, name, move=True).id


def stored(replica, document):
    """Have the centre say that it has the bytes."""
    row = {key: value for key, value in replica.get("document", document).items() if key not in ("id", "updated_at")}
    bring(replica, (2, "document", central_row("document", document, **{**row, "state": "stored"})), to=2)
    with replica.write(durable=False) as writing:
        blobs.note_sent(writing.connection, row["sha256"], START_MS)


def file_of(replica, document):
    return replica.files.file(replica.get("document", document)["sha256"])


def state_of(replica):
    [one] = documents.page(replica, Owner("company", ACME)).rows
    return one.newest.state, one.newest.reason


def read(replica, document):
    return b"".join(documents.read_pieces(replica, document))


def cut(content):
    return content[: len(content) // PAGE_BYTES // 2 * PAGE_BYTES]


def torn(content):
    return content[:-100]


def emptied(content):
    return b""


def flipped(content):
    at = len(content) // 2
    return content[:at] + bytes((content[at] ^ 1,)) + content[at + 1 :]


def swapped(content):
    """Two pages change places."""
    pages = [content[at : at + PAGE_BYTES] for at in range(0, len(content), PAGE_BYTES)]
    pages[20], pages[30] = pages[30], pages[20]
    return b"".join(pages)


@pytest.mark.parametrize("change", [cut, torn, emptied, flipped, swapped])
def test_what_was_changed_on_the_disk_is_refused_and_fetched_again(replica, tmp_path, change):
    document = attach(replica, tmp_path, LONG)
    stored(replica, document)
    path = file_of(replica, document)
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(FileDamaged) as found:
        read(replica, document)
    assert (found.value.code, path.exists(), state_of(replica)) == ("D621", False, ("fetching", ""))
    with replica.reading() as reader:
        assert [job.is_up for job in blobs.due(reader, blobs.Policy(by_itself=False), START_MS)] == [False]


def test_a_page_that_the_disk_gives_back_as_zeros_is_refused_wherever_it_is(tmp_path):
    folder = FileFolder(tmp_path / "files", FileKeys.of(KEY.key))
    (tmp_path / "source").write_bytes(LONG[: PIECE + 9])
    staged = folder.copy_in(tmp_path / "source", "a", 10**9, lambda _: True)
    folder.keep(staged.content, staged.sha256)
    whole = folder.file(staged.sha256).read_bytes()
    for at in range(0, len(whole), PAGE_BYTES):
        folder.file(staged.sha256).write_bytes(whole[:at] + bytes(PAGE_BYTES) + whole[at + PAGE_BYTES :])
        with pytest.raises(FileDamaged):
            digest(folder.content(staged.sha256))


def test_a_page_of_another_file_and_another_file_are_refused(replica, tmp_path):
    one, other = attach(replica, tmp_path, LONG), attach(replica, tmp_path, LONG[::-1], "b.txt")
    first, second = file_of(replica, one), file_of(replica, other)
    mine, theirs = first.read_bytes(), second.read_bytes()
    for wrong in (mine[: 9 * PAGE_BYTES] + theirs[9 * PAGE_BYTES : 10 * PAGE_BYTES] + mine[10 * PAGE_BYTES :], theirs):
        first.write_bytes(wrong)
        with pytest.raises(FileDamaged):
            read(replica, one)
    first.write_bytes(mine)
    assert read(replica, one) == LONG


def test_what_nobody_else_has_is_not_removed_though_it_is_damaged_and_says_so(replica, tmp_path):
    document = attach(replica, tmp_path, LONG)
    path = file_of(replica, document)
    path.write_bytes(flipped(path.read_bytes()))
    with pytest.raises(FileDamaged):
        read(replica, document)
    assert (path.exists(), state_of(replica)) == (True, ("gone_wrong", "D621"))


def test_what_somebody_removed_by_hand_is_fetched_again(replica, tmp_path):
    document = attach(replica, tmp_path, LONG)
    stored(replica, document)
    file_of(replica, document).unlink()
    with pytest.raises(FileGone):
        read(replica, document)
    assert state_of(replica) == ("fetching", "")


class Server:
    """Has one file, from any place on."""

    def __init__(self, content=b""):
        self.content, self.starts = content, []

    def announce_file(self, sha256, size):
        return FilePlace(0)

    def send_file(self, sha256, size, offset, piece):
        raise AssertionError("nothing is sent")

    def file_bytes(self, sha256, start):
        self.starts.append(start)
        yield self.content[start:]


def test_what_is_damaged_is_not_sent_and_says_so(replica, tmp_path):
    document = attach(replica, tmp_path, LONG)
    path = file_of(replica, document)
    path.write_bytes(flipped(path.read_bytes()))
    row = {key: value for key, value in replica.get("document", document).items() if key not in ("id", "updated_at")}
    bring(replica, (2, "document", central_row("document", document, **row)), to=2)
    assert Courier(replica, Server()).run_once() == 0
    assert state_of(replica) == ("gone_wrong", "D621")


@pytest.mark.parametrize(("change", "start"), [(lambda part: part, 5000), (flipped, 0), (torn, 0), (emptied, 0)])
def test_a_part_goes_on_where_it_ends_and_a_damaged_one_begins_anew(replica, change, start):
    sha256 = hashlib.sha256(LONG).hexdigest()
    values = {"company_id": ACME, "name": "a.txt", "mime": "text/plain", "size": len(LONG), "sha256": sha256, "added_at": 1}
    bring(replica, (2, "document", central_row("document", ACME, state="stored", **values)), to=2)
    part = replica.files.part(sha256)
    part.path.parent.mkdir(parents=True)
    with part.appending() as growing:
        growing.write(LONG[:5000])
    part.path.write_bytes(change(part.path.read_bytes()))
    server = Server(LONG)
    assert Courier(replica, server).run_once() == 1
    assert (server.starts[-1], read(replica, ACME)) == (start, LONG)


def picture(format):
    out = io.BytesIO()
    Image.linear_gradient("L").resize((1200, 900)).save(out, format, comment=PLANTED)
    return out.getvalue()


@pytest.mark.parametrize(("name", "format"), [("a.jpg", "JPEG"), ("a.pdf", "PDF")])
def test_a_picture_is_made_of_what_is_encrypted_and_of_damage_none(replica, tmp_path, name, format):
    async def with_words(action):
        return action(SAY)

    document = attach(replica, tmp_path, picture(format), name)
    desk = DocumentDesk(replica, with_words, lambda: START_MS, tmp_path)
    assert asyncio.run(desk.preview(document)) is not None
    [one] = documents.page(replica, Owner("company", ACME)).rows
    assert one.newest.thumbnail is not None
    path = file_of(replica, document)
    path.write_bytes(flipped(path.read_bytes()))
    for ask in (desk.preview, desk.copy):
        with pytest.raises(FileDamaged):
            asyncio.run(ask(document))
    assert [one for one in (tmp_path / "opened").rglob("*")] == []


# -- what lay in plain -----------------------------------------------------------------------------------------------------

OLD = {hashlib.sha256(content).hexdigest(): content for content in (LONG, PLANTED, b"")}
PART = "cd" * 32


def plain_folder(path):
    """Fill a folder as the versions did that encrypted no file."""
    for sha256, content in OLD.items():
        (path / sha256[:2]).mkdir(parents=True, exist_ok=True)
        (path / sha256[:2] / sha256).write_bytes(content)
        (path / sha256[:2] / f"{sha256}.thumb").write_bytes(b"of " + PLANTED)
    (path / PART[:2]).mkdir(exist_ok=True)
    (path / PART[:2] / f"{PART}.part").write_bytes(LONG[:5000])
    (path / "new-left").write_bytes(PLANTED)
    return path


def check_sealed(folder):
    """Nothing is readable, and everything is there."""
    for path in folder.path.rglob("*"):
        assert not path.is_file() or PLANTED not in path.read_bytes(), path.name
    for sha256 in OLD:
        assert digest(folder.content(sha256)) == sha256
        assert folder.picture_of(sha256) == b"of " + PLANTED
        assert sha256 not in folder.content(sha256).path.name
    with folder.part(PART).appending() as growing:
        assert growing.size == 5000
    folder.sweep([*OLD, PART])
    assert len([path for path in folder.path.rglob("*") if path.is_file()]) == 2 * len(OLD) + 1


DYING = """
import os, shutil, sys
from pathlib import Path
from client.replica import encrypting, file_folder, sealed_content, sealing
from client.replica.sealed_content import FileKeys
from tests.keyring import KEY

source, target = Path(sys.argv[1]), Path(sys.argv[2])
STEPS = {
    "begin": (sealed_content.SealedContent, "_begun"), "write": (sealed_content._SealedGrowing, "flush"), "flush": (sealed_content, "flush"),
    "finish": (sealed_content.SealedContent, "finish"), "put": (file_folder.FileFolder, "put"), "overwrite": (sealing, "overwrite"),
    "unlink": (Path, "unlink"), "fsync": (os, "fsync"), "replace": (Path, "replace"),
}

def die(owner, name, after):
    usual = getattr(owner, name)
    def dying(*values, **more):
        if after:
            usual(*values, **more)
        os.kill(os.getpid(), 9)
    setattr(owner, name, dying)

for step, (owner, name) in STEPS.items():
    for after in (False, True):
        folder = target / f"{step}-{after}"
        shutil.copytree(source, folder)
        child = os.fork()
        if child == 0:
            die(owner, name, after)
            sealing.seal(file_folder.FileFolder(folder, FileKeys.of(KEY.key)))
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -9, step
print(len(STEPS) * 2)
"""
"""Encrypts a copy of a folder for each step, and ends by kill -9 before or after it. One process, since starting one takes longest."""


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="a system without fork")
def test_files_that_lay_in_plain_are_encrypted_whenever_the_program_is_killed_meanwhile(tmp_path):
    source = plain_folder(tmp_path / "source")
    (tmp_path / "killed").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", DYING, str(source), str(tmp_path / "killed")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "18\n"), done.stderr
    for path in (tmp_path / "killed").iterdir():
        folder = FileFolder(path, FileKeys.of(KEY.key))
        for sha256, content in OLD.items():  # before the next start goes on, too
            assert digest(folder.content(sha256)) == hashlib.sha256(content).hexdigest(), path.name
        assert sealing.seal(folder), path.name
        check_sealed(folder)


def test_the_next_start_encrypts_them_and_says_first_that_it_takes_a_while(tmp_path):
    keyring = MemoryKeyring()
    make_replica(tmp_path, connect=at_rest_of(tmp_path / "ana.db", keyring).connect()).close()
    plain_folder(folder_of(tmp_path / "ana.db"))
    stored = at_rest_of(tmp_path / "ana.db", keyring)
    assert stored.has_to_encrypt()
    with closing(make_replica(tmp_path, connect=stored.connect())) as replica:
        check_sealed(replica.files)
    assert (stored.standing, at_rest_of(tmp_path / "ana.db", keyring).has_to_encrypt()) == ("encrypted", False)


def test_a_plain_replica_is_encrypted_together_with_its_files(tmp_path):
    keyring = MemoryKeyring()
    make_replica(tmp_path).close()
    plain_folder(folder_of(tmp_path / "ana.db"))
    with closing(make_replica(tmp_path, connect=at_rest_of(tmp_path / "ana.db", keyring).connect())) as replica:
        check_sealed(replica.files)


def test_what_there_is_no_room_for_stays_readable_says_so_and_is_encrypted_later(tmp_path, monkeypatch):
    keyring = MemoryKeyring()
    make_replica(tmp_path, connect=at_rest_of(tmp_path / "ana.db", keyring).connect()).close()
    plain_folder(folder_of(tmp_path / "ana.db"))
    stored = at_rest_of(tmp_path / "ana.db", keyring)
    with monkeypatch.context() as patched:
        patched.setattr("client.replica.file_folder.SPARE_BYTES", 2**62)
        with closing(make_replica(tmp_path, connect=stored.connect())) as replica:
            assert all(digest(replica.files.content(sha256)) == sha256 for sha256 in OLD)
    assert stored.standing == "files_plain"
    again = at_rest_of(tmp_path / "ana.db", keyring)
    with closing(make_replica(tmp_path, connect=again.connect())) as replica:
        check_sealed(replica.files)
    assert again.standing == "encrypted"


def test_the_files_of_a_replica_whose_key_is_lost_are_set_aside_with_it(tmp_path):
    keyring = MemoryKeyring()
    with closing(make_replica(tmp_path, connect=at_rest_of(tmp_path / "ana.db", keyring).connect())) as replica:
        bring(replica, (1, "company", central_row("company", ACME, name="Acme")), to=1)
        document = attach(replica, tmp_path, LONG)
    backup = dict(keyring.held)
    keyring.held.clear()
    stored = at_rest_of(tmp_path / "ana.db", keyring, seed=2)
    aside = stored.set_aside()
    with closing(make_replica(tmp_path, connect=stored.connect())) as replica:
        replica.files.sweep(())
        assert documents.page(replica, Owner("company", ACME)).rows == ()
    keyring.held.update(backup)
    (tmp_path / "back").mkdir()
    folder_of(aside).rename(folder_of(tmp_path / "back" / "ana.db"))
    aside.rename(tmp_path / "back" / "ana.db")
    back = at_rest_of(tmp_path / "back" / "ana.db", keyring)
    with closing(make_replica(tmp_path / "back", connect=back.connect())) as replica:
        assert read(replica, document) == LONG
