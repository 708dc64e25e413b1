"""Office staff beside the devices: what thirty of them cost the server, and what a device that pushes feels of them.

Each has his own replica and his own page of Companies, over a websocket that speaks as the browser does; whatever the device saves
is pulled by all thirty and drawn anew. The screens are of the product's own entities, so that there is no other figure.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import msgpack  # type: ignore[import-untyped]  # ships no types
from flet.messaging.protocol import MessageAction
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

from sync_server.services.accounts import NewUser
from tests.bench.central import ServerProcess, make_central, running
from tests.bench.data import Data
from tests.bench.devices import PASSWORD, Device, device, save_one
from tests.bench.figure import Figure, p95_ms

BASE = 5_000
"""Rows at the centre."""
SAVES = 60
CONTROL_FRAME = b"\0"
"""What a message begins with that is about controls."""
PAGE = {"route": "/companies", "width": 1280, "height": 800, "platform": "linux", "platform_brightness": "light", "web": True}
STILL_S = 2.0
"""Seconds without a word from the server after which a page is drawn."""
MIB = 1 << 20


def office(folder: Path, rows: int, data: Data) -> Figure:
    """Let `rows` people sit in the office while a device saves: p95 of its rounds that push one save, in ms; limit: without them."""
    people = [f"office-{n}@example.org" for n in range(rows)]
    server = make_central(folder / "server", data.registry, data.rows(BASE))
    for email in people:
        server.accounts.create_user(NewUser(email.partition("@")[0], email, PASSWORD, is_admin=True))
    server.central.store.close()
    with (
        running(folder / "server", data, BASE, office=True) as served,
        device(folder / "one.db", data.registry, served.address) as one,
    ):
        one.sync()
        edits = iter([edit for edit in data.edits(BASE, 20 * SAVES) if edit["op"] == "update"])
        alone = _push_p95_ms(one, edits)
        mib = served.process().memory_info().rss / MIB
        beside, all_mib, drawn = asyncio.run(_beside(served, people, one, edits))
    notes = (
        f"p95 without them {alone:.1f} ms",
        f"memory {mib:.0f} MiB without them, {all_mib:.0f} MiB with them: {(all_mib - mib) / rows:.1f} MiB each",
        f"{drawn} of {rows} pages were drawn anew",
    )
    return Figure("office", rows, beside, "ms", alone, notes=notes)


async def _beside(
    served: ServerProcess, people: list[str], one: Device, edits: Iterator[dict[str, object]]
) -> tuple[float, float, int]:
    """Return the p95 beside the office in ms, the server's memory in MiB, and how many pages were drawn anew."""
    async with AsyncExitStack() as stack:
        pages = [_Page(await stack.enter_async_context(_socket(served.address, email))) for email in people]
        readers = [asyncio.create_task(page.read()) for page in pages]
        await _rest(pages)
        before = [page.messages for page in pages]
        assert all(before), "a page that is not drawn"
        p95_ms = await asyncio.to_thread(_push_p95_ms, one, edits)
        await _rest(pages)
        drawn = sum(page.messages > then for page, then in zip(pages, before, strict=True))
        mib = served.process().memory_info().rss / MIB
        for reader in readers:
            reader.cancel()
        return p95_ms, mib, drawn


class _Page:
    """A browser that draws nothing: it begins a session, and answers whatever the server asks it to do."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket, self.messages, self.last = socket, 0, time.monotonic()

    async def read(self) -> None:
        """Hear what the server says until the page is closed. Raises AssertionError when its session crashed."""
        await self._say(MessageAction.REGISTER_CLIENT, {"session_id": "", "page_name": "", "page": PAGE})
        async for message in self._socket:
            assert isinstance(message, bytes)
            action, body = msgpack.unpackb(message[1:], strict_map_key=False)
            assert action != MessageAction.SESSION_CRASHED.value, body
            self.messages, self.last = self.messages + 1, time.monotonic()
            if action == MessageAction.INVOKE_METHOD.value:
                answer = {"control_id": body["control_id"], "call_id": body["call_id"], "result": None, "error": None}
                await self._say(MessageAction.INVOKE_METHOD, answer)

    async def _say(self, action: MessageAction, body: object) -> None:
        await self._socket.send(CONTROL_FRAME + msgpack.packb([action.value, body]))


async def _rest(pages: list[_Page]) -> None:
    """Wait until the server has nothing more to say on any page."""
    begin = time.monotonic()
    while time.monotonic() - max(begin, *(page.last for page in pages)) < STILL_S:
        await asyncio.sleep(0.1)


def _socket(address: str, email: str) -> connect:
    """Sign a person in; returns the socket of his page, which is to be opened."""
    with httpx.Client(base_url=address) as http:
        form = {"email": email, "password": PASSWORD, "lang": "en"}
        answer = http.post("/app/sign-in", data=form, headers={"origin": address})
        assert answer.status_code == 303, answer.text
        cookie = "; ".join(f"{name}={value}" for name, value in http.cookies.items())
    where = address.replace("http", "ws", 1) + "/app/ws"
    return connect(where, origin=Origin(address), additional_headers={"cookie": cookie}, max_size=None, compression=None)


def _push_p95_ms(one: Device, edits: Iterator[dict[str, object]]) -> float:
    """Save and push one edit after the other, and return the p95 of what a push took, in ms."""
    taken = []
    for _ in range(SAVES):
        save_one(one.replica, next(edits))
        start = time.perf_counter()
        one.sync()
        taken.append(time.perf_counter() - start)
    return p95_ms(taken)
