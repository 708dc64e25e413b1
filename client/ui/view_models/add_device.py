"""Adding a device, for an administrator: whose it is to be, and the code with which it signs in."""

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit

from client.ui.facade import Devices
from client.ui.view_models.base import Rest, ViewModel
from client.usecases.account import LOOPBACK
from client.usecases.rights_answers import PersonRow
from shared_models.device_code import DeviceCode, scanned


@dataclass(frozen=True)
class AddDeviceState:
    """What the panel shows. person: whose the device is to be. busy: id of the person for whom a code is on its way."""

    server: str = ""
    """Address that the device is to be told."""
    person: PersonRow | None = None
    code: DeviceCode | None = None
    busy: str = ""

    @property
    def text(self) -> str:
        """Return what the QR code says; nothing before there is one."""
        return scanned(self.server, self.code.code) if self.code is not None else ""


class AddDeviceModel(ViewModel[AddDeviceState]):
    """Intentions on a device that is to be added."""

    def __init__(self, devices: Devices, rest: Rest = asyncio.sleep) -> None:
        super().__init__(AddDeviceState(), rest)
        self._devices = devices

    def tell_server(self, server: str) -> None:
        """Take over the address that the device is to be told."""
        self.put(server=server)

    async def make(self, person: PersonRow) -> None:
        """Have a code made for a person; an earlier one of his is good no more. Raises SyncError."""
        if self.state.busy:
            return
        self.put(busy=person.id)
        try:
            self.put(code=await self._devices.make_code(person.id), person=person)
        finally:
            self.put(busy="")

    def back(self) -> None:
        """Go back to the people. A code that was made stays good until it is over."""
        self.put(code=None, person=None)


def server_of(known: str, page_url: str) -> str:
    """Return the address of the server: as the account of this device knows it, else that of the office's own page.

    page_url: of its websocket. From another machine nothing but https gets through, whatever a proxy makes of it.
    """
    if known:
        return known
    parts = urlsplit(page_url)
    is_plain = parts.hostname in LOOPBACK and parts.scheme in ("ws", "http")
    return f"{'http' if is_plain else 'https'}://{parts.netloc}"
