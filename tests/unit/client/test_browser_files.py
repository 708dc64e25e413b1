"""Files between a browser and the program: who may send what, and what becomes of the rest."""

import asyncio
from dataclasses import replace

import httpx
import pytest

from client.ui.exchange import NotReceived
from client.usecases.document_answers import Download
from shared_models.errors import FileGone

browser = pytest.importorskip("client.browser", reason="a phone serves no page", exc_type=ImportError)
browser_files = pytest.importorskip("client.browser_files", reason="a phone serves no page", exc_type=ImportError)

pytestmark = pytest.mark.functions(135)
ANA, DAN = "ana", "dan"
CONTENT = bytes(range(256)) * 20_000


def sealed(path):
    def pieces():
        if not path.exists():
            raise FileGone
        yield from (path.read_bytes()[:5], path.read_bytes()[5:])

    return Download(path.stat().st_size, pieces)


def in_plain(path):
    return replace(sealed(path), path=path)


WAYS = {"plain": in_plain, "sealed": sealed}
"""How a file lies that is saved."""


class Clock:
    now = 1.0

    def __call__(self):
        return self.now


@pytest.fixture
def files(tmp_path):
    found = browser_files.BrowserFiles(tmp_path / "uploads", "/app", Clock())
    found.open()
    return found


async def ask(files, method, url, content=None, who=ANA):
    async def app(scope, receive, send):
        served = await files.serve({**scope, "root_path": "/app"}, receive, send)
        assert served

    transport = httpx.ASGITransport(app, client=(who, 0))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        return await client.request(method, url, content=content)


async def parts(content, size=65_536):
    for start in range(0, len(content), size):
        yield content[start : start + size]
        await asyncio.sleep(0)


async def test_a_file_comes_whole_and_tells_how_much_of_it_is_there(files):
    slot, told = files.slot(ANA, len(CONTENT)), []
    taken = asyncio.create_task(slot.taken(told.append))
    await asyncio.sleep(0)
    answer = await ask(files, "PUT", slot.url, parts(CONTENT))
    assert answer.status_code == 200
    assert (await taken).read_bytes() == CONTENT
    assert told == sorted(told)
    assert told[-1] == len(CONTENT)
    assert len(told) > 3


@pytest.mark.parametrize("sent", [CONTENT[:-1], CONTENT + b"x", b""])
async def test_a_file_of_another_size_is_not_taken_and_leaves_nothing(files, sent):
    slot = files.slot(ANA, len(CONTENT))
    assert (await ask(files, "PUT", slot.url, parts(sent))).status_code == 400
    with pytest.raises(NotReceived):
        await slot.taken(lambda had: None)
    slot.close()
    assert list(files.folder.iterdir()) == []


async def test_an_empty_file_can_be_sent(files):
    slot = files.slot(ANA, 0)
    assert (await ask(files, "PUT", slot.url, b"")).status_code == 200
    assert (await slot.taken(lambda had: None)).read_bytes() == b""


async def test_nobody_else_and_nobody_twice_sends_to_an_address(files):
    slot = files.slot(ANA, 4)
    assert (await ask(files, "PUT", slot.url, b"evil", who=DAN)).status_code == 404
    assert (await ask(files, "PUT", slot.url, b"mine")).status_code == 200
    assert (await ask(files, "PUT", slot.url, b"evil")).status_code == 409
    assert (await slot.taken(lambda had: None)).read_bytes() == b"mine"
    assert (await ask(files, "PUT", "/app/files/..%2F..%2Fetc%2Fpasswd", b"evil")).status_code == 404
    assert (await ask(files, "POST", slot.url, b"evil")).status_code == 405


async def test_an_upload_that_is_cancelled_in_the_middle_ends_and_leaves_nothing(files):
    slot = files.slot(ANA, len(CONTENT))

    async def cancelled_after_one():
        yield CONTENT[:65_536]
        slot.close()
        yield CONTENT[65_536:131_072]
        yield CONTENT[131_072:]

    assert (await ask(files, "PUT", slot.url, cancelled_after_one())).status_code == 410
    with pytest.raises(NotReceived):
        await slot.taken(lambda had: None)
    assert (await ask(files, "PUT", slot.url, CONTENT)).status_code == 404
    assert list(files.folder.iterdir()) == []


async def test_a_browser_that_goes_away_in_the_middle_leaves_a_file_that_was_not_received(files):
    slot = files.slot(ANA, 10)
    messages = iter([{"type": "http.request", "body": b"half", "more_body": True}, {"type": "http.disconnect"}])

    async def receive():
        return next(messages)

    async def send(message):
        pass

    scope = {"type": "http", "method": "PUT", "path": slot.url, "root_path": "/app", "headers": [], "client": (ANA, 0)}
    assert await files.serve(scope, receive, send)
    with pytest.raises(NotReceived):
        await slot.taken(lambda had: None)


async def test_a_disk_that_takes_nothing_ends_the_upload(files, monkeypatch):
    slot = files.slot(ANA, 4)
    slot.path.mkdir()
    assert (await ask(files, "PUT", slot.url, b"mine")).status_code == 400
    with pytest.raises(NotReceived):
        await slot.taken(lambda had: None)
    slot.path.rmdir()


async def test_a_browser_that_cannot_read_the_file_is_waited_for_no_more(files):
    slot = files.slot(ANA, 4)
    slot.fail()
    with pytest.raises(NotReceived):
        await slot.taken(lambda had: None)


@pytest.mark.parametrize("way", list(WAYS))
async def test_a_download_is_saved_under_its_name_and_never_shown_as_a_page(files, tmp_path, way):
    path = tmp_path / "blob"
    path.write_bytes(b"<script>alert(1)</script>")
    url = files.offer(ANA, WAYS[way](path), "Ofertă „finală”.html")
    answer = await ask(files, "GET", url)
    assert (answer.content, answer.headers["content-length"]) == (path.read_bytes(), str(path.stat().st_size))
    assert (
        answer.headers["content-disposition"] == "attachment; filename*=utf-8''Ofert%C4%83%20%E2%80%9Efinal%C4%83%E2%80%9D.html"
    )
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("way", list(WAYS))
async def test_a_download_is_for_its_window_and_for_some_minutes_and_what_is_gone_leaves_the_page_as_it_is(
    files, tmp_path, way
):
    path = tmp_path / "blob"
    path.write_bytes(b"secret")
    url = files.offer(ANA, WAYS[way](path), "a.txt")
    assert (await ask(files, "GET", url, who=DAN)).status_code == 204
    assert (await ask(files, "GET", url)).content == b"secret"
    files.clock.now += browser_files.OFFER_S
    assert (await ask(files, "GET", url)).status_code == 204
    again = files.offer(ANA, WAYS[way](path), "a.txt")
    assert list(files._offers) == [again.rpartition("/")[2]]
    path.unlink()
    assert (await ask(files, "GET", again)).status_code == 204


def test_what_an_earlier_run_left_is_deleted(files, tmp_path):
    (files.folder / "left").write_bytes(b"x")
    browser_files.BrowserFiles(files.folder).open()
    assert list(files.folder.iterdir()) == []


async def test_the_page_of_a_device_takes_files_behind_its_guard(tmp_path):
    files = browser_files.BrowserFiles(tmp_path / "uploads")
    files.open()
    page = browser.DevicePage(browser.flet_app(lambda page: None, tmp_path, 60, files))
    slot = files.slot("127.0.0.1", 4)
    transport = httpx.ASGITransport(page)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        foreign = await client.put(slot.url, content=b"evil", headers={"origin": "http://evil.example"})
        assert foreign.status_code == 403
        assert (await client.put(slot.url, content=b"mine")).status_code == 200
    assert (await slot.taken(lambda had: None)).read_bytes() == b"mine"
