"""`/sync/v1/events`: the live channel. It says that there is something newer, and never what (PROTOCOL 15)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Annotated

from litestar import Router, get
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, SkipValidation
from litestar.response import ServerSentEvent, ServerSentEventMessage

from shared_models.protocol import PATH
from sync_server.api.access import GivenAccounts, GivenActor, GivenCentral, bearer
from sync_server.api.documentation import BEARER, failures
from sync_server.api.sync_routes import AnyRequest
from sync_server.db import timeline
from sync_server.db.news import News
from sync_server.services.central import Central
from sync_server.services.refusals import Refusal

PING_S = 25.0
"""Between two signs of life, at each of which the token is looked at again. Proxies end what is silent for a minute."""
AT_ONCE = 200
"""Channels that are told of one change without a word about when to pull."""
PULLS_S = 1000
"""Pulls a second that a server answers beside its pushes; so many are asked for by one change at most."""


@dataclass
class LiveChannels:
    """The open channels of this process. All on one event loop; news come from any thread."""

    news: News
    ping_s: float = PING_S
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _of: dict[str, object] = field(default_factory=dict)
    """Device -> its channel: of two the older one ends, whose other side is gone."""
    _is_ending: bool = False
    _unsubscribe: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Begin to hear, on the loop that runs now."""
        loop = asyncio.get_running_loop()

        def told(_: int) -> None:
            with suppress(RuntimeError):  # the loop has ended, and what was written is written
                loop.call_soon_threadsafe(self._wake)

        self._unsubscribe = self.news.subscribe(told)

    def end(self) -> None:
        """End every channel, on the loop: the server stops, and devices come back to the next one."""
        self._is_ending = True
        self._unsubscribe()
        self._wake()

    @property
    def count(self) -> int:
        """How many are open."""
        return len(self._of)

    async def pokes(
        self, device: str, after: int, stands: Callable[[], Awaitable[bool]]
    ) -> AsyncIterator[ServerSentEventMessage]:
        """Yield a poke for what is newer than `after`, and then for whatever comes; of what came together, the last alone.

        stands: whether the device may still ask; looked at with every sign of life.
        """
        mine, told = object(), after
        self._of[device] = mine
        self._wake()
        try:
            while not self._is_ending and self._of.get(device) is mine:
                woken = self._woken
                if self.news.newest > told:
                    told = self.news.newest
                    spread_ms = self.count * 1000 // PULLS_S if self.count > AT_ONCE else 0
                    yield ServerSentEventMessage(f'{{"seq":{told},"spread_ms":{spread_ms}}}', id=str(told))
                    continue
                try:
                    await asyncio.wait_for(woken.wait(), self.ping_s)
                except TimeoutError:
                    if not await stands():
                        return
                    yield ServerSentEventMessage(None, comment="")
        finally:
            if self._of.get(device) is mine:
                del self._of[device]

    def _wake(self) -> None:
        woken, self._woken = self._woken, asyncio.Event()
        woken.set()


NOT_HELD_BACK = {"cache-control": "no-store", "x-accel-buffering": "no"}
"""Headers: neither a cache nor nginx waits for more of it."""
GivenChannels = NamedDependency[SkipValidation[LiveChannels]]


@get(
    "/events",
    operation_id="events",
    summary="Be told when there is something newer",
    responses=failures(),
)
async def events(
    request: AnyRequest,
    central: GivenCentral,
    accounts: GivenAccounts,
    actor: GivenActor,
    channels: GivenChannels,
    last_event_id: Annotated[
        int, HeaderParameter(name="last-event-id", ge=0, le=2**62, description="cursor of the replica")
    ] = 0,
) -> ServerSentEvent:
    """Server-sent events until either side ends it: `{"seq": N}`, and a comment every 25 s."""
    token = bearer(request)

    async def stands() -> bool:
        try:
            actor = await sync_to_thread(accounts.authenticate, token)
            return not (actor.is_to_be_wiped or actor.is_paused)
        except Refusal:
            return False

    channels.news.tell(await sync_to_thread(_reached, central))
    return ServerSentEvent(channels.pokes(actor.device_id, last_event_id, stands), headers=NOT_HELD_BACK)


def _reached(central: Central) -> int:
    with central.store.read() as connection:
        return timeline.read(connection, central.tables).seq


def live_router() -> Router:
    """Return the route of the live channel."""
    return Router(path=PATH, route_handlers=[events], tags=["sync"], security=[{BEARER: []}])
