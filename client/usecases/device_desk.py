"""The devices of the organisation, for an administrator: asked of the centre, since no device holds what others report."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from client.platform import open_file
from client.replica.file_folder import COPIES
from client.replica.replica import Replica
from shared_models.device_desk import DeviceDesk, DeviceLine, DevicePage, DeviceQuery, Order
from shared_models.diagnostics import DiagnosticsKept
from shared_models.errors import ErrorCode, FileUnwritten, SyncError, Unreachable

A = TypeVar("A")
"""An answer of the centre."""


@dataclass(frozen=True)
class DevicesSeen:
    """Devices as the centre told of them. is_old: it could not be asked now; `page.at` says when it answered."""

    page: DevicePage
    is_old: bool = False


@dataclass
class Devices:
    """What one person's windows ask of the centre about devices. Nothing goes out while he works offline."""

    replica: Replica
    centre: DeviceDesk
    folder: Path
    """Where files for other programs lie."""
    _last: dict[DeviceQuery, DevicePage] = field(default_factory=dict)
    """The newest answer to each question, for as long as the program runs."""

    async def page(self, query: DeviceQuery) -> DevicesSeen:
        """Return a page of devices: of now, or, where the centre does not answer, as it answered last.

        Raises SyncError when it never answered, and A105 for whoever is no admin.
        """
        try:
            found = await asyncio.to_thread(self._ask, lambda: self.centre.devices(query))
        except SyncError as error:
            known = self._last.get(query)
            if known is None or error.code is ErrorCode.A105:
                raise
            return DevicesSeen(known, is_old=True)
        self._last[query] = found
        return DevicesSeen(found)

    async def diagnostics(self, device: str) -> Path:
        """Return a file with the newest diagnostics of a device, as JSON for a person. Raises SyncError, FileUnwritten."""
        kept = await asyncio.to_thread(self._ask, lambda: self.centre.diagnostics(device))
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

    async def order(self, device: str, order: Order) -> DeviceLine:
        """Order something for a device; returns it as it stands then. Raises SyncError."""
        return (await asyncio.to_thread(self._ask, lambda: self.centre.order_device(device, order))).device

    def _ask(self, question: Callable[[], A]) -> A:
        if self.replica.facts()["paused"]:
            raise Unreachable(None, "working offline")
        return question()
