"""The devices of the organisation, for an administrator."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from client.platform import open_file
from client.replica.file_folder import COPIES
from client.replica.replica import Replica
from client.usecases.centre_answers import CentreAnswers, Seen, asked
from shared_models.device_code import CodeDesk, DeviceCode
from shared_models.device_desk import DeviceDesk, DeviceLine, DevicePage, DeviceQuery, Order
from shared_models.diagnostics import DiagnosticsKept
from shared_models.errors import FileUnwritten

DevicesSeen = Seen[DevicePage]


class Centre(DeviceDesk, CodeDesk, Protocol):
    """What is asked of the centre."""


@dataclass
class Devices:
    """What one person's windows ask of the centre about devices."""

    replica: Replica
    centre: Centre
    folder: Path
    """Where files for other programs lie."""
    _answers: CentreAnswers[DeviceQuery, DevicePage] = field(init=False)

    def __post_init__(self) -> None:
        """Remember nothing yet."""
        self._answers = CentreAnswers(self.replica)

    async def page(self, query: DeviceQuery) -> DevicesSeen:
        """Return a page of devices. Raises SyncError when the centre never answered, and A105 for whoever is no admin."""
        return await self._answers.page(query, lambda: self.centre.devices(query))

    async def order(self, device: str, order: Order) -> DeviceLine:
        """Order something for a device; returns it as it stands then. Raises SyncError."""
        return (await asked(self.replica, lambda: self.centre.order_device(device, order))).device

    async def make_code(self, user: str) -> DeviceCode:
        """Have a code made with which a device of a person signs in. Raises SyncError."""
        return await asked(self.replica, lambda: self.centre.make_device_code(user))

    async def diagnostics(self, device: str) -> Path:
        """Return a file with the newest diagnostics of a device, as JSON for a person. Raises SyncError, FileUnwritten."""
        kept = await asked(self.replica, lambda: self.centre.diagnostics(device))
        return await asyncio.to_thread(self._written, kept)

    def _written(self, kept: DiagnosticsKept) -> Path:
        arrived = datetime.fromtimestamp(kept.arrived_at / 1e6, UTC)
        name = f"diagnostics-{kept.device[-8:]}-{arrived:%Y%m%dT%H%M%SZ}.json"
        text = kept.found.model_dump_json(indent=1, by_alias=True, exclude_defaults=True)
        try:
            return open_file.text_under(self.folder / COPIES / "diagnostics", f"{text}\n", name)
        except OSError as error:
            raise FileUnwritten(detail=str(error.strerror)) from error

    async def open(self, file: Path) -> None:
        """Open such a file with the program that this machine has for it. Raises CannotOpen."""
        await asyncio.to_thread(open_file.open_file, file)
