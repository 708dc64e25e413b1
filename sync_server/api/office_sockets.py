"""Websockets of the office: each ends when its session does, by a sign-out here or a revocation anywhere."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from litestar.types import Receive, Send

SIGNED_OUT = 4401
"""Close code that tells the page to go to the sign-in."""
App = Callable[[Any, Any, Any], Awaitable[None]]
"""Any: ASGI's own types differ by library."""
AnyMessage = Any
"""Any: an ASGI message."""


@dataclass
class OpenSockets:
    """The open websockets of this process, by the hash of their session's secret."""

    check_s: float = 5.0
    """How often an open websocket asks whether its session still stands: a revocation elsewhere closes it this late."""
    _over: defaultdict[str, set[asyncio.Event]] = field(default_factory=lambda: defaultdict(set))

    def close(self, session: str) -> None:
        """Close every websocket of a session."""
        for over in self._over.pop(session, set()):
            over.set()

    async def serve(
        self,
        app: App,
        scope: dict[str, Any],  # Any: an ASGI scope
        receive: Receive,
        send: Send,
        session: str,
        stands: Callable[[], Awaitable[bool]],
    ) -> None:
        """Serve one websocket until either side closes it, or the session no longer stands."""
        over = asyncio.Event()
        self._over[session].add(over)
        watch = asyncio.create_task(self._watch(over, stands))
        socket = _Socket(receive, send, over)
        try:
            await app(scope, socket.receive, socket.send)
        finally:
            watch.cancel()
            with suppress(asyncio.CancelledError):
                await watch
            self._over[session].discard(over)
            if not self._over[session]:
                del self._over[session]

    async def _watch(self, over: asyncio.Event, stands: Callable[[], Awaitable[bool]]) -> None:
        while not over.is_set():
            await asyncio.sleep(self.check_s)
            if not await stands():
                over.set()


@dataclass
class _Socket:
    """A websocket that ends for the app as if the browser had gone, so that the app tidies up as it always does."""

    outer_receive: Receive
    outer_send: Send
    over: asyncio.Event
    is_closed: bool = False

    async def receive(self) -> AnyMessage:
        """Return the next message, or a disconnect once the session is over."""
        if self.is_closed:
            return {"type": "websocket.disconnect", "code": SIGNED_OUT}
        incoming = asyncio.ensure_future(self.outer_receive())
        ended = asyncio.ensure_future(self.over.wait())
        try:
            await asyncio.wait({incoming, ended}, return_when=asyncio.FIRST_COMPLETED)
            if incoming.done() and not self.over.is_set():
                return incoming.result()
        finally:
            incoming.cancel()
            ended.cancel()
        self.is_closed = True
        await self.outer_send({"type": "websocket.close", "code": SIGNED_OUT, "reason": "signed out"})
        return {"type": "websocket.disconnect", "code": SIGNED_OUT}

    async def send(self, message: AnyMessage) -> None:
        """Send a message; after the end nothing reaches the browser."""
        if not self.is_closed:
            await self.outer_send(message)
