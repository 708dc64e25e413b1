"""What went wrong day by day, for an administrator: counts and the incidents that devices told of."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime

from client.ui.facade import Incidents
from client.ui.view_models.base import Phase, Rest, ViewModel
from client.ui.view_models.every_minute import EveryMinute
from client.usecases.incident_desk import IncidentsSeen
from shared_models.incident_desk import IncidentLine, IncidentPage


@dataclass(frozen=True)
class IncidentsState:
    """What the screen shows. page: all pages so far as one."""

    page: IncidentPage | None = None
    is_old: bool = False
    """Whether the centre did not answer, and this is what it said last."""
    phase: Phase = "reading"
    failure: str = ""

    @property
    def total(self) -> int | None:
        """Return how many incidents there were; None while that is not known: an old answer without any says nothing of now."""
        found = 0 if self.page is None else sum(self.page.incidents)
        return None if self.page is None or (self.is_old and not found) else found

    @property
    def lines(self) -> tuple[IncidentLine, ...]:
        """Return the incidents, the newest first."""
        return tuple(self.page.lines) if self.page is not None else ()


class IncidentsModel(ViewModel[IncidentsState]):
    """Intentions on what went wrong."""

    def __init__(self, incidents: Incidents, rest: Rest = asyncio.sleep) -> None:
        super().__init__(IncidentsState(), rest)
        self._incidents = incidents
        self._pages = 1
        self._minute = EveryMinute()

    async def start(self) -> None:
        """Ask for them."""
        found = await self.read(self._ask(), first=self.state.phase != "ready")
        if found is not None:
            self.put(page=found.page, is_old=found.is_old)

    async def tick(self, now: datetime) -> None:
        """Ask again once a minute, for as long as the screen is open. now: aware time of the window."""
        if self._minute.is_due(now) and self.state.phase == "ready":
            await self.start()

    async def more(self) -> None:
        """Append the next page."""
        if self.state.page is not None and self.state.page.more:
            self._pages += 1
            await self.start()

    async def _ask(self) -> IncidentsSeen:
        """Return all pages that are shown as one."""
        found = await self._incidents.page()
        for number in range(1, self._pages):
            if not found.page.more:
                break
            following = await self._incidents.page(number)
            lines = [*found.page.lines, *following.page.lines]
            page = found.page.model_copy(update={"lines": lines, "more": following.page.more})
            found = replace(found, page=page, is_old=found.is_old or following.is_old)
        return found
