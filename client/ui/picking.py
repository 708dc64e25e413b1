"""Files that a person picks on his machine: their paths, or in a browser what it uploads."""

from dataclasses import dataclass, field
from pathlib import Path

import flet as ft

from client.ui.desk import Desk
from client.ui.exchange import Exchange, LocalFile, NotReceived, Received, Slot, Source
from client.usecases.document_answers import Download


@dataclass
class BrowserFile:
    """A file that the browser holds, and uploads when it is taken."""

    name: str
    size: int
    number: int
    """Of the file among those that were picked together."""
    picker: ft.FilePicker
    exchange: Exchange
    who: str
    is_temporary: bool = True
    _slot: Slot | None = field(default=None, repr=False)

    async def take(self, received: Received) -> Path:
        """Have it uploaded, and return where it lies. Raises NotReceived."""
        self.close()
        slot = self._slot = self.exchange.slot(self.who, self.size)

        def hear(event: ft.FilePickerUploadEvent) -> None:
            if event.error:
                slot.fail()

        self.picker.on_upload = hear
        await self.picker.upload([ft.FilePickerUploadFile(upload_url=slot.url, id=self.number, name=self.name)])
        return await slot.taken(received)

    def close(self) -> None:
        """End the upload; what came is deleted."""
        if self._slot is not None:
            self._slot.close()
            self._slot = None


async def pick(desk: Desk, *, several: bool) -> list[Source]:
    """Let the person pick files; none where he thought better of it."""
    picker = ft.FilePicker()
    found = await picker.pick_files(allow_multiple=several, cancel_upload_on_window_blur=False)
    return [_source(desk, picker, one) for one in found or ()]


def _source(desk: Desk, picker: ft.FilePicker, file: ft.FilePickerFile) -> Source:
    if file.path:
        return LocalFile(file.name, file.size, Path(file.path))
    if desk.exchange is None:
        raise NotReceived
    return BrowserFile(file.name, file.size, file.id, picker, desk.exchange, desk.page.client_ip or "")


async def have_copy(desk: Desk, id: str, name: str) -> None:
    """Give the person a copy of a file that is here: opened by the program that his machine has for it, or saved by the browser."""
    if desk.page.web and desk.exchange is not None:
        await _have_saved(desk, desk.exchange, await desk.crm.documents.download(id), name)
    elif _is_phone(desk):
        await _share(await desk.crm.documents.copy(id))
    else:
        await desk.crm.documents.open(id)


async def have_diagnostics(desk: Desk, device: str) -> None:
    """Give the person what a device told of itself, likewise."""
    file = await desk.crm.devices.diagnostics(device)
    if desk.page.web and desk.exchange is not None:
        await _have_saved(desk, desk.exchange, Download.of(file), file.name)
    elif _is_phone(desk):
        await _share(file)
    else:
        await desk.crm.devices.open(file)


async def _have_saved(desk: Desk, exchange: Exchange, content: Download, name: str) -> None:
    url = exchange.offer(desk.page.client_ip or "", content, name)
    # It comes as an attachment, so the page stays although it is asked for in its own tab: another one may be blocked.
    await ft.UrlLauncher().launch_url(url, web_only_window_name="_self")


def _is_phone(desk: Desk) -> bool:
    return desk.page.platform in (ft.PagePlatform.ANDROID, ft.PagePlatform.IOS)


async def _share(file: Path) -> None:
    await ft.Share().share_files([ft.ShareFile.from_path(str(file))])
