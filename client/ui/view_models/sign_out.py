"""Before signing out: what waits on the device, and how to come back."""

import asyncio
from dataclasses import dataclass, field

from client.events import ChangeLogChanged, Event, FilesChanged, SyncStatusChanged
from client.ui.facade import Crm
from client.ui.view_models.base import Phase, Rest, ViewModel
from client.usecases.answers import OwnAccount


@dataclass(frozen=True)
class SignOutState:
    """What is told. waiting, files: saves and files that were not sent. refused: why the centre takes the person for nobody, if it does."""

    account: OwnAccount = field(default_factory=OwnAccount)
    waiting: int = 0
    files: int = 0
    refused: str = ""
    busy: bool = False
    phase: Phase = "reading"
    failure: str = ""


class SignOut(ViewModel[SignOutState]):
    """Intentions of whoever is about to sign out."""

    def __init__(self, crm: Crm, rest: Rest = asyncio.sleep) -> None:
        super().__init__(SignOutState(), rest)
        self._crm = crm

    async def start(self) -> None:
        """Read whose account it is, and what waits."""
        account = await self._crm.account()
        self.put(account=account, **await self._standing(), phase="ready")

    async def on_event(self, event: Event) -> None:
        """Count anew what waits, and read how the centre takes the person."""
        if isinstance(event, ChangeLogChanged | SyncStatusChanged | FilesChanged):
            self.put(**await self._standing())

    async def _standing(self) -> dict[str, int | str]:
        status = await self._crm.status()
        refused = (status.cause or "") if status.link == "needs_sign_in" else ""
        return {"waiting": status.waiting, "files": status.files.count, "refused": refused}

    def begin(self) -> bool:
        """Note that it has begun; False where it had already."""
        was_busy = self.state.busy
        self.put(busy=True)
        return not was_busy
