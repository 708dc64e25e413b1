"""The Sync page: what waits, since when, why, the next attempt, and the proof that both sides are equal."""

import asyncio
from dataclasses import dataclass, field

from client.events import ChangeLogChanged, Event, FilesChanged, IncidentLogged, SyncStatusChanged
from client.ui.facade import Crm
from client.ui.view_models.base import Phase, Rest, ViewModel
from client.usecases.sync_answers import Inbox, Queue, SyncStatus

WAITING_PAGE = 50


@dataclass(frozen=True)
class SyncPageState:
    """What the Sync page shows."""

    status: SyncStatus = field(default_factory=SyncStatus)
    queue: Queue = field(default_factory=Queue)
    inbox: Inbox = field(default_factory=Inbox)
    shown: int = WAITING_PAGE
    """How many of the waiting saves are on the screen."""
    phase: Phase = "reading"
    failure: str = ""


class SyncPage(ViewModel[SyncPageState]):
    """Intentions on the Sync page."""

    def __init__(self, crm: Crm, rest: Rest = asyncio.sleep) -> None:
        super().__init__(SyncPageState(), rest)
        self._crm = crm

    async def start(self) -> None:
        """Read where sync stands."""
        await self._load(first=True)

    async def on_event(self, event: Event) -> None:
        """Read again when the engine moved, something was saved, or something wrong was found."""
        if isinstance(event, ChangeLogChanged | SyncStatusChanged | IncidentLogged | FilesChanged):
            await self._load(first=False)

    async def sync_now(self) -> None:
        """Ask for a round at once."""
        await self._crm.sync_now()
        await self._load(first=False)

    def more(self) -> None:
        """Show further ones of what waits."""
        self.put(shown=self.state.shown + WAITING_PAGE)

    async def lift(self) -> None:
        """Let a quarantined device send again."""
        await self._crm.lift_quarantine()
        await self._load(first=False)

    async def retry(self, tx: str) -> None:
        """Send a save again that was set aside."""
        await self._crm.retry(tx)
        await self._load(first=False)

    async def pause(self) -> None:
        """Stop, or go on."""
        await self._crm.set_paused(self.state.status.link != "paused")
        await self._load(first=False)

    async def work_offline(self) -> None:
        """Switch working offline on or off."""
        await self._crm.set_work_offline(self.state.status.link != "work_offline")
        await self._load(first=False)

    async def _load(self, first: bool) -> None:
        status = await self.read(self._crm.status(), first=first)
        if status is not None:
            self.put(status=status, queue=await self._crm.queue(), inbox=await self._crm.inbox())
