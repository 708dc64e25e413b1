"""The folder of files beside a replica, plain or encrypted: what comes in, grows, is read from any place, and goes."""

import hashlib
from contextlib import suppress
from random import Random

import pytest

from client.replica.content import PIECE, PlainContent, digest, pieces
from client.replica.file_folder import is_plain
from shared_models.errors import FileGone
from tests.clients import make_replica

pytestmark = pytest.mark.functions(135)
CONTENT = Random(4).randbytes(2 * PIECE + 777)
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def folder(tmp_path):
    replica = make_replica(tmp_path)
    yield replica.files
    replica.close()


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "source"
    path.write_bytes(CONTENT)
    return path


def attach(folder, source, name="a"):
    staged = folder.copy_in(source, name, 10**9, lambda _: True)
    folder.keep(staged.content, staged.sha256)
    return staged


def files_of(folder):
    return sorted(path.name for path in folder.path.rglob("*") if path.is_file())


def test_what_is_copied_in_is_there_whole_and_can_be_read_from_any_place(folder, source):
    staged = attach(folder, source)
    assert (staged.sha256, staged.size, folder.has(SHA256)) == (SHA256, len(CONTENT), True)
    content = folder.content(SHA256)
    assert (b"".join(pieces(content)), digest(content)) == (CONTENT, SHA256)
    with content.open() as file:
        for place in (0, PIECE - 3, 2 * PIECE + 700, 5, len(CONTENT), len(CONTENT) + 9):
            file.seek(place)
            assert file.read(PIECE + 11) == CONTENT[place : place + PIECE + 11]
        file.seek(-7, 2)
        assert file.read() == CONTENT[-7:]
    assert len(files_of(folder)) == 1


def test_an_empty_file_is_one_too(folder, tmp_path):
    (tmp_path / "empty").write_bytes(b"")
    staged = attach(folder, tmp_path / "empty")
    assert (staged.size, list(pieces(folder.content(staged.sha256)))) == (0, [])


def test_what_comes_in_pieces_goes_on_where_it_was_cut_and_becomes_the_file(folder):
    part, chance, at = folder.part(SHA256), Random(1), 0
    part.path.parent.mkdir(parents=True)
    while at < len(CONTENT):
        with part.appending() as growing:
            assert growing.size == at
            for _ in range(4):
                piece = CONTENT[at : at + chance.randrange(1, 90_000)]
                growing.write(piece)
                at += len(piece)
    assert digest(part) == SHA256
    assert not folder.has(SHA256)
    part.finish(folder.file(SHA256).name)
    folder.keep(part, SHA256)
    assert digest(folder.content(SHA256)) == SHA256
    assert len(files_of(folder)) == 1


def test_what_comes_in_small_packets_takes_no_more_room_for_that(folder):
    part = folder.part(SHA256)
    part.path.parent.mkdir(parents=True)
    with part.appending() as growing:
        for at in range(0, len(CONTENT), 1400):
            growing.write(CONTENT[at : at + 1400])
    assert digest(part) == SHA256
    assert part.path.stat().st_size < 1.1 * len(CONTENT)


def test_what_a_program_wrote_that_ended_in_the_middle_is_there(folder):
    part = folder.part(SHA256)
    part.path.parent.mkdir(parents=True)
    with suppress(KeyboardInterrupt), part.appending() as growing:
        growing.write(CONTENT[:5000])
        raise KeyboardInterrupt
    with part.appending() as growing:
        assert growing.size == 5000


def test_the_small_picture_of_a_file_lies_beside_it_and_can_be_made_anew(folder, source):
    attach(folder, source)
    assert folder.picture_of(SHA256) is None
    for picture in (b"first", b"the second"):
        folder.put_picture(SHA256, picture)
        assert folder.picture_of(SHA256) == picture
    assert len(files_of(folder)) == 2


def test_a_digest_goes_with_all_that_there_is_of_it(folder, source):
    attach(folder, source)
    folder.put_picture(SHA256, b"picture")
    with folder.part(SHA256).appending() as growing:
        growing.write(b"x")
    assert folder.remove(SHA256)
    assert files_of(folder) == []
    with pytest.raises(FileGone):
        folder.content(SHA256)
    with pytest.raises(FileGone), folder.part(SHA256).open():
        pass


def test_what_a_killed_program_left_is_swept_and_what_is_known_stays(folder, source):
    attach(folder, source)
    folder.put_picture(SHA256, b"picture")
    folder.copy_in(source, "left", 10**9, lambda _: True)
    (folder.path / "ab").mkdir(exist_ok=True)
    (folder.path / "ab" / f"{'ab' * 32}.part").write_bytes(b"of nothing")
    assert folder.sweep({SHA256}) == 2
    assert (folder.picture_of(SHA256), digest(folder.content(SHA256))) == (b"picture", SHA256)
    assert folder.sweep(()) == 2
    assert files_of(folder) == []


def test_beside_an_encrypted_replica_nothing_tells_what_a_file_is(folder, source, way):
    attach(folder, source)
    folder.put_picture(SHA256, b"the picture of it")
    names = " ".join(files_of(folder))
    content = b"".join(path.read_bytes() for path in folder.path.rglob("*") if path.is_file())
    assert (SHA256 in names, CONTENT[:40] in content, b"the picture of it" in content) == ((way == "plain",) * 3)
    assert {is_plain(path) for path in folder.path.rglob("*") if path.is_file()} == {way == "plain"}


def test_what_lies_in_plain_from_before_is_read_all_the_same(folder):
    old = folder.path / SHA256[:2] / SHA256
    old.parent.mkdir(parents=True)
    old.write_bytes(CONTENT)
    assert folder.sweep({SHA256}) == 0
    assert (folder.has(SHA256), folder.content(SHA256)) == (True, PlainContent(old))
    assert folder.remove(SHA256)
    assert files_of(folder) == []
