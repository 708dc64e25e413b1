"""A list of an administrator's that is read whole: profiles, teams."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from client.events import Event
from client.ui.view_models.base import Phase, Rest, ViewModel
from client.ui.view_models.people import moves_rights

R = TypeVar("R")


@dataclass(frozen=True)
class RightsListState(Generic[R]):
    """What the list shows."""

    rows: tuple[R, ...] = ()
    phase: Phase = "reading"
    failure: str = ""


class RightsList(ViewModel[RightsListState[R]]):
    """Intentions on the list. fetch: reads all of it."""

    def __init__(self, fetch: Callable[[], Awaitable[tuple[R, ...]]], rest: Rest = asyncio.sleep) -> None:
        super().__init__(RightsListState(), rest)
        self._fetch = fetch

    async def start(self) -> None:
        """Read the list."""
        await self._load(first=self.state.phase != "ready")

    async def on_event(self, event: Event) -> None:
        """Read it again when rights changed."""
        if moves_rights(event):
            await self._load(first=False)

    async def _load(self, first: bool) -> None:
        rows = await self.read(self._fetch(), first=first)
        if rows is not None:
            self.put(rows=rows)
