"""The screens' files over a real replica and a real folder: what is added is there, is counted, shown and copied."""

import pytest

from client.platform import open_file
from client.replica import meta
from client.sync.conversation import Progress
from client.sync.states import State
from client.sync.status import status_of
from client.usecases import preferences, record_pages, sync_desk
from client.usecases.answers import Owner, Preferences
from client.usecases.document_desk import DocumentDesk
from shared_models.errors import FileGone
from shared_models.texts import Texts
from tests.clients import bring, central_row

pytestmark = pytest.mark.functions(135)
FIRM = "018f0000-0000-7000-8000-000000000001"
OWNER = Owner("company", FIRM)


@pytest.fixture
def desk(replica, tmp_path):
    bring(replica, (5, "company", central_row("company", FIRM, name="Acme")), to=5)

    async def with_words(action):
        return action(Texts("en").t)

    return DocumentDesk(replica, with_words, lambda: 1_795_000_000_000, tmp_path)


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "source"
    path.write_bytes(b"content" * 100)
    return path


def on(_had):
    return True


async def test_a_file_that_is_added_is_in_the_list_and_counted_and_waits(desk, source, replica):
    saved = await desk.attach(OWNER, source, "Oferta.pdf", on, move=False)
    [file] = (await desk.page(OWNER)).rows
    assert (file.id, file.newest.name, file.newest.size, file.newest.state) == (saved.id, "Oferta.pdf", 700, "waiting_to_send")
    assert file.newest.is_mine
    assert source.exists()
    page = record_pages.record_page(replica, "company", FIRM)
    assert (page.files, page.waiting) == (1, 1)
    assert b"".join((await desk.download(saved.id)).pieces()) == b"content" * 100
    assert await desk.preview(saved.id) is None


async def test_a_new_version_takes_the_place_and_a_browsers_file_is_used_up(desk, source):
    first = await desk.attach(OWNER, source, "Oferta.pdf", on, move=False)
    source.write_bytes(b"better")
    second = await desk.replace(first.id, source, "Oferta v2.pdf", on, move=True)
    assert not source.exists()
    [file] = (await desk.page(OWNER)).rows
    assert ([one.id for one in file.heads], [one.id for one in file.past]) == ([second.id], [first.id])
    assert (await desk.find(first.id)).id == second.id


async def test_of_two_versions_one_is_kept_and_the_other_comes_back_by_undo(desk, source, replica):
    first = await desk.attach(OWNER, source, "a.txt", on, move=False)
    heads = []
    for content in (b"of ana", b"of mihai"):
        source.write_bytes(content)
        heads.append((await desk.replace(first.id, source, "a.txt", on, move=False)).id)
    [file] = (await desk.page(OWNER)).rows
    assert {one.id for one in file.heads} == set(heads)
    kept = await desk.keep(heads[0])
    [file] = (await desk.page(OWNER)).rows
    assert [one.id for one in file.heads] == [heads[0]]
    replica.undo(kept.tx, "back")
    [file] = (await desk.page(OWNER)).rows
    assert {one.id for one in file.heads} == set(heads)


async def test_a_file_is_archived_with_its_versions(desk, source):
    first = await desk.attach(OWNER, source, "a.txt", on, move=False)
    source.write_bytes(b"2")
    await desk.replace(first.id, source, "a.txt", on, move=False)
    await desk.archive(first.id)
    assert (await desk.page(OWNER)).rows == ()


async def test_what_is_stopped_leaves_nothing(desk, source):
    assert await desk.attach(OWNER, source, "a.txt", lambda had: False, move=False) is None
    first = await desk.attach(OWNER, source, "a.txt", on, move=False)
    assert await desk.replace(first.id, source, "b.txt", lambda had: False, move=False) is None
    assert len((await desk.page(OWNER)).rows) == 1


async def test_what_the_server_takes_is_known_before_anything_is_uploaded(desk, replica):
    with replica.write(durable=False) as writing:
        meta.put(writing.connection, {"biggest_file": 1000})
    assert await desk.biggest() == 1000


async def test_another_program_gets_a_copy_under_the_files_own_name(desk, source, monkeypatch, tmp_path):
    saved = await desk.attach(OWNER, source, "Oferta.pdf", on, move=False)
    opened = []
    monkeypatch.setattr(open_file, "open_file", opened.append)
    await desk.open(saved.id)
    assert (opened[0].name, opened[0].read_bytes()) == ("Oferta.pdf", b"content" * 100)
    assert (await desk.copy(saved.id)).parent.parent == tmp_path / "opened"


async def test_a_file_that_is_not_here_is_asked_for_and_let_be(desk, replica):
    row = central_row("document", "018f0000-0000-7000-8000-0000000000d1", company_id=FIRM, name="a.pdf", mime="application/pdf",
                      size=5, sha256="a" * 64, added_at=5, state="stored")  # fmt: skip
    bring(replica, (6, "document", row), to=6)
    states = []
    for step in (desk.fetch, desk.stop, desk.again):
        states.append((await desk.find(row["id"])).newest.state)
        await step(row["id"])
    assert states == ["not_here", "fetching", "not_here"]
    assert (await desk.find(row["id"])).newest.state == "fetching"
    with pytest.raises(FileGone):
        await desk.download(row["id"])


async def test_the_sync_page_counts_what_waits_in_files_and_bytes(desk, source, replica):
    await desk.attach(OWNER, source, "a.txt", on, move=False)
    status = sync_desk.status(replica, status_of(replica, State.IDLE, Progress()), is_paused=False)
    assert (status.files.count, status.files.size_bytes) == (1, 700)


def test_the_wishes_for_files_reach_what_moves_them(replica, tmp_path):
    wanted = Preferences(files="asked", files_up_to_mb=25, files_metered=True)
    preferences.save(tmp_path / "preferences.json", replica, Texts("en").t, wanted)
    facts = replica.facts()
    assert (facts["files_auto"], facts["files_up_to_mb"], facts["files_metered"]) == (False, 25, True)
