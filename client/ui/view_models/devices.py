"""Devices, for an administrator: how each stands and why, and what he orders for one."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from client.ui.facade import Devices
from client.ui.view_models.base import Phase, Rest, ViewModel
from client.ui.view_models.every_minute import EveryMinute
from client.ui.view_models.turns import Turns
from client.usecases.device_desk import DevicesSeen
from shared_models.device_desk import DeviceLine, DevicePage, DeviceQuery, Order, Standing
from shared_models.errors import FieldfareError

Filter = Literal["all", "behind", "need"]
FILTERS: tuple[Filter, ...] = ("all", "behind", "need")
Asking = Literal["", "sign_out", "wipe"]
"""The order about which he is asked once more."""


@dataclass(frozen=True)
class DevicesState:
    """What the screen shows. page: all pages so far as one. typed: in the search box. typed_name: of a device that is to be emptied."""

    page: DevicePage | None = None
    is_old: bool = False
    """Whether the centre did not answer, and this is what it said last."""
    filter: Filter = "all"
    typed: str = ""
    asking: Asking = ""
    typed_name: str = ""
    busy: Order | None = None
    """The order that is on its way."""
    phase: Phase = "reading"
    failure: str = ""

    @property
    def rows(self) -> tuple[DeviceLine, ...]:
        """Return the devices, those that need somebody first."""
        return tuple(self.page.devices) if self.page is not None else ()

    def line(self, id: str | None) -> DeviceLine | None:
        """Return a device by its id."""
        return next((one for one in self.rows if one.id == id), None)


class DevicesModel(ViewModel[DevicesState]):
    """Intentions on the list of devices and on one of them."""

    def __init__(self, devices: Devices, rest: Rest = asyncio.sleep) -> None:
        super().__init__(DevicesState(), rest)
        self._devices = devices
        self._turns = Turns(rest)
        self._pages = 1
        self._minute = EveryMinute()

    async def start(self) -> None:
        """Ask for the devices."""
        await self._load(first=self.state.phase != "ready")

    async def tick(self, now: datetime) -> None:
        """Ask again once a minute, for as long as the screen is open. now: aware time of the window, whenever it moves on."""
        if self._minute.is_due(now) and self.state.phase == "ready":
            await self._load(first=False)

    def type(self, text: str) -> None:
        """Keep what is typed, at once."""
        self.put(typed=text)

    async def search(self) -> None:
        """Search for what is typed when the fingers rest."""
        if self._turns.is_newest(await self._turns.take_when_rested(self.state.typed)):
            self._pages = 1
            await self._load(first=False)

    async def choose(self, filter: Filter) -> None:
        """Show all, or those that stand so."""
        if filter != self.state.filter:
            self.put(filter=filter)
            self._pages = 1
            await self._load(first=False)

    async def more(self) -> None:
        """Append the next page."""
        if self.state.page is not None and self.state.page.more:
            self._pages += 1
            await self._load(first=False)

    def neighbour(self, id: str | None, step: int) -> str | None:
        """Return the id of the row `step` rows further than `id`, at most the first or last."""
        ids = [row.id for row in self.state.rows]
        if not ids:
            return None
        here = ids.index(id) if id in ids else (-1 if step > 0 else len(ids))
        return ids[max(0, min(len(ids) - 1, here + step))]

    def ask(self, what: Asking) -> None:
        """Ask once more before an order, or let it be."""
        self.put(asking=what, typed_name="")

    def type_name(self, text: str) -> None:
        """Keep what is typed as the name of the device that is to be emptied."""
        self.put(typed_name=text)

    async def order(self, device: str, order: Order) -> bool:
        """Order something; returns whether it was given, which the list then shows. Raises SyncError."""
        line = self.state.line(device)
        if self.state.busy is not None or line is None:
            return False
        if order == "wipe" and not is_named(line, self.state.typed_name):
            return False
        self.put(busy=order)
        try:
            told = await self._devices.order(device, order)
        finally:
            self.put(busy=None)
        page = self.state.page
        lines = [told if one.id == device else one for one in self.state.rows]
        self.put(page=page and page.model_copy(update={"devices": lines}), asking="", typed_name="")
        with suppress(FieldfareError):  # the counts come with the next minute
            await self._load(first=False)
        return True

    async def _load(self, first: bool) -> None:
        state = self.state
        asked = (state.filter, state.typed)
        found = await self.read(self._ask(standing_of(state.filter), state.typed.strip()), first=first)
        if found is not None and asked == (self.state.filter, self.state.typed):
            self.put(page=found.page, is_old=found.is_old)

    async def _ask(self, standing: Standing | None, text: str) -> DevicesSeen:
        """Return all pages that are shown as one."""
        found = await self._devices.page(DeviceQuery(standing=standing, text=text))
        for number in range(1, self._pages):
            if not found.page.more:
                break
            following = await self._devices.page(DeviceQuery(standing=standing, text=text, page=number))
            lines = [*found.page.devices, *following.page.devices]
            page = found.page.model_copy(update={"devices": lines, "more": following.page.more})
            found = replace(found, page=page, is_old=found.is_old or following.is_old)
        return found


def standing_of(filter: Filter) -> Standing | None:
    """Return how those stand that a filter shows; None: all."""
    return None if filter == "all" else filter


def is_named(line: DeviceLine, typed: str) -> bool:
    """Whether what was typed is the name of a device."""
    return typed.strip().casefold() == line.name.strip().casefold()
