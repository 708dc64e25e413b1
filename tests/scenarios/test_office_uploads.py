"""Files of the office's browsers over a real socket: bigger than any message may be, and nobody else's."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from client.browser_files import BrowserFiles, UploadSlot
from client.office import USER_HEADER
from client.usecases.document_answers import Download
from sync_server.api.bodies import MAX_BYTES
from sync_server.api.limits import SignInLimits
from sync_server.api.office import Office
from sync_server.services.accounts import NewUser
from tests.servers import EMAIL, PASSWORD, behind_socket, make_server

pytestmark = pytest.mark.functions(135)
OTHER = "dan@example.ro"
CONTENT = bytes(range(256)) * (MAX_BYTES // 256 + 40_000)


class FilesApp:
    """The office app without its pages: its files, for whom the header names. The loop is that of the server, as Flet's is."""

    def __init__(self, folder: Path) -> None:
        self.files = BrowserFiles(folder, "/app")
        self.loop: asyncio.AbstractEventLoop

    async def start(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.files.open()

    async def close(self) -> None:
        pass

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        user = next(value.decode() for key, value in scope["headers"] if key == USER_HEADER)
        assert await self.files.serve({**scope, "client": (user, 0)}, receive, send)

    def slot(self, who: str, size: int) -> tuple[UploadSlot, "Future[Path]"]:
        """Return a place for a file, and what will be where it lies."""
        slot = self.files.slot(who, size)
        return slot, asyncio.run_coroutine_threadsafe(slot.taken(lambda had: None), self.loop)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, FilesApp, dict[str, str]]]:
    """Address of a server, its office's files, and the users' ids by their e-mail."""
    server, app = make_server(tmp_path), FilesApp(tmp_path / "uploads")
    server.accounts.create_user(NewUser("Dan Marin", OTHER, PASSWORD))
    ids = {}
    for email in (EMAIL, OTHER):
        actor = server.accounts.session(server.accounts.open_session(email, PASSWORD))
        assert actor is not None
        ids[email] = actor.user_id
    with behind_socket(server, Office(app, server.accounts, SignInLimits.start(server.central.now_us))) as address:
        yield address, app, ids


@contextmanager
def browser_of(address: str, email: str) -> Iterator[httpx.Client]:
    """A browser in which somebody has signed in."""
    with httpx.Client(base_url=address, timeout=60) as browser:
        answer = browser.post("/app/sign-in", data={"email": email, "password": PASSWORD, "lang": "en"})
        assert answer.status_code == 303
        yield browser


def test_a_file_that_no_message_could_carry_comes_and_goes_whole_and_to_its_owner_alone(served):
    address, app, ids = served
    with browser_of(address, EMAIL) as ana, browser_of(address, OTHER) as dan:
        slot, taken = app.slot(ids[EMAIL], len(CONTENT))
        assert httpx.put(address + slot.url, content=CONTENT, timeout=60).status_code == 401
        assert ana.put(slot.url, content=CONTENT, headers={"origin": "https://evil.example"}).status_code == 401
        assert dan.put(slot.url, content=CONTENT).status_code == 404
        assert ana.put(slot.url, content=CONTENT).status_code == 200
        path = taken.result(60)
        assert path.read_bytes() == CONTENT
        url = app.files.offer(ids[EMAIL], Download(len(CONTENT), lambda: iter(()), path), "Ofertă.bin")
        assert dan.get(url).status_code == 204
        answer = ana.get(url)
        assert answer.content == CONTENT
        assert "content-encoding" not in answer.headers
        assert answer.headers["x-content-type-options"] == "nosniff"
