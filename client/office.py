"""The office web: the same screens, on replicas that the server keeps, one per user, synced in process.

The server mounts what `create_office` returns, and says by the header `x-fieldfare-user` who is signed in. Tabs of one user share
one replica and one engine; they close some minutes after the last tab.
"""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import SystemRandom
from threading import Semaphore
from typing import Any

import flet as ft
import flet_web.fastapi as flet_fastapi

from client.app import ASSETS, make_crm, open_local
from client.browser import flet_app
from client.browser_files import BrowserFiles
from client.config import SyncTimes
from client.platform.lock_file import LockFile
from client.sync.courier import Courier
from client.sync.courier_thread import CourierThread
from client.sync.engine import SyncEngine
from client.sync.live import LiveChannel
from client.sync.worker import SyncWorker
from client.ui.app import open_ui, show_failure
from client.ui.news_turns import NewsTurns
from client.usecases.crm import LocalCrm
from shared_models.errors import FieldfareError
from shared_models.transport import LiveTransport

log = logging.getLogger("fieldfare.office")
USER_HEADER = b"x-fieldfare-user"
PREFIX = "/app"
"""Where the server mounts the app."""
SIGN_OUT = f"{PREFIX}/sign-out"
"""The server's page that asks, and ends the session (PROTOCOL 9.9)."""
IDLE_S = 600.0
"""Seconds that a replica stays open after its last tab. Source: `architecture.md` 5."""
SWEEP_S = 60.0
OFFICE_TIMES = SyncTimes(poll_s=15.0, settle_s=0.05)
"""Pokes come at once. A poll finds what a command of the terminal wrote, and what time itself changes, as the end of a share."""
ROUNDS = 4
"""Rounds of different replicas that run at once, after their first: a poke reaches all of them, and every thread that computes holds
up the answers to devices."""
TransportFor = Callable[[str], LiveTransport]


@dataclass
class Desk:
    """One user's open replica, and when its last tab closed (seconds of the office's clock; none while one is open)."""

    crm: LocalCrm
    worker: SyncWorker
    live: LiveChannel
    files: CourierThread
    tabs: int = 0
    idle_since: float | None = None


@dataclass
class Desks:
    """The replicas that are open, one a user, however many tabs come and go at once. All on one event loop."""

    transport_for: TransportFor
    folder: Path
    clock: Callable[[], float] = time.monotonic
    """Seconds, from any beginning."""
    _open: dict[str, Desk] = field(default_factory=dict)
    _rounds: Semaphore = field(default_factory=lambda: Semaphore(ROUNDS))
    _locks: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    async def enter(self, user: str) -> Desk:
        """Return the user's replica for one more tab; the first tab opens and syncs it."""
        async with self._locks[user]:
            if user not in self._open:
                self._open[user] = await asyncio.to_thread(self._start, user)
            desk = self._open[user]
            desk.tabs += 1
            desk.idle_since = None
        return desk

    def leave(self, desk: Desk) -> None:
        """Note that a tab has closed."""
        desk.tabs -= 1
        desk.idle_since = self.clock() if desk.tabs <= 0 else None

    async def sweep(self) -> None:
        """Close the replicas that nobody has had open for a while."""
        for user in list(self._open):
            async with self._locks[user]:
                desk = self._open.get(user)
                if desk is not None and desk.idle_since is not None and self.clock() - desk.idle_since > IDLE_S:
                    await self._close(user)

    async def close(self) -> None:
        """End every engine and close every replica."""
        for user in list(self._open):
            async with self._locks[user]:
                await self._close(user)

    def _start(self, user: str) -> Desk:
        folder = self.folder / user
        with ExitStack() as opened:
            replica, transport = open_local(folder), self.transport_for(user)
            opened.callback(replica.close)
            replica.bind(user, user)
            engine = SyncEngine(replica, transport, random=SystemRandom(), times=OFFICE_TIMES)
            if not replica.facts()["complete"]:
                engine.run_once()
            worker = SyncWorker(engine, LockFile(folder / "sync.lock"), self._rounds)
            worker.start()
            files = CourierThread(Courier(replica, transport, lambda: engine.scheduler.is_silent))
            files.start()
            live = LiveChannel(transport, engine, worker.notify, OFFICE_TIMES, SystemRandom())
            live.start()
            opened.pop_all()
        crm = make_crm(replica, transport, engine, worker, folder, None, lambda: live.is_open)
        return Desk(crm, worker, live, files)

    async def _close(self, user: str) -> None:
        desk = self._open.pop(user, None)
        if desk is not None:
            await asyncio.to_thread(desk.live.close)
            await asyncio.to_thread(desk.files.close)
            await asyncio.to_thread(desk.worker.close)
            await asyncio.to_thread(desk.crm.replica.close)


@dataclass
class Office:
    """The ASGI application and the replicas that are open in it."""

    desks: Desks
    files: BrowserFiles
    turns: NewsTurns = field(default_factory=NewsTurns)
    _sweeper: "asyncio.Task[None] | None" = None
    _flet: Any = None  # Any: an ASGI application of another framework

    async def start(self) -> None:
        """Begin to serve."""
        await flet_fastapi.app_manager.start()
        self.files.open()
        self._flet = flet_app(self.main, ASSETS, int(IDLE_S), self.files)
        self._sweeper = asyncio.create_task(self._sweep())

    async def close(self) -> None:
        """End every engine and close every replica."""
        if self._sweeper is not None:
            self._sweeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._sweeper
        await self.desks.close()
        await flet_fastapi.app_manager.shutdown()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # Any: ASGI's own types differ by library
        """Serve one connection of a signed-in user.

        The user takes the place of the network address: a session of Flet belongs to its address, so nobody resumes another's.
        """
        user = next((value.decode() for key, value in scope["headers"] if key == USER_HEADER), "")
        await self._flet({**scope, "client": (user, 0)}, receive, send)

    async def main(self, page: ft.Page) -> None:
        """Draw one tab."""
        try:
            desk = await self.desks.enter(page.client_ip or "")
        except FieldfareError as error:
            log.exception("the data of a user cannot be opened")
            show_failure(page, error)
            return

        async def sign_out() -> None:
            await ft.UrlLauncher().launch_url(SIGN_OUT, web_only_window_name="_self")

        ui = open_ui(page, desk.crm, left=sign_out, is_office=True, exchange=self.files, turns=self.turns)

        def leave(_: Any) -> None:  # Any: an event without content
            ui.close()
            self.desks.leave(desk)

        page.on_close = leave

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            await self.desks.sweep()


def create_office(transport_for: TransportFor, folder: Path) -> Office:
    """Return the office web. transport_for: user id -> in-process way to the server; folder: where the replicas are kept."""
    return Office(Desks(transport_for, folder), BrowserFiles(folder / "uploads", PREFIX))
