"""One file looked at: its picture page by page, where it is, and its versions."""

import asyncio
from dataclasses import dataclass

from client.events import ChangeLogChanged, Event, FilesChanged, RecordsChanged
from client.ui.facade import Crm
from client.ui.view_models.base import Phase, Rest, ViewModel
from client.usecases.document_answers import DocumentShown, FileVersion, Preview

AT_HAND = ("here", "waiting_to_send", "sending")
"""States in which the bytes are on the device."""


@dataclass(frozen=True)
class FileSheetState:
    """What the sheet shows. file: None while it is read, and for one that is gone; shown: id of the version that is looked at."""

    file: DocumentShown | None = None
    shown: str = ""
    preview: Preview | None = None
    number: int = 0
    """Page that is shown, from 0."""
    is_drawing: bool = False
    """Whether a picture is on its way."""
    phase: Phase = "reading"
    failure: str = ""

    @property
    def version(self) -> FileVersion | None:
        """Return the version that is looked at."""
        return next((one for one in self.file.versions if one.id == self.shown), None) if self.file is not None else None


class FileSheet(ViewModel[FileSheetState]):
    """Intentions in the sheet of a file. id: of the version that is looked at first."""

    def __init__(self, crm: Crm, id: str, rest: Rest = asyncio.sleep) -> None:
        super().__init__(FileSheetState(shown=id), rest)
        self._documents, self._id = crm.documents, id
        self._drawn: tuple[str, int] | None = None
        """Version and page whose picture was asked for last."""

    async def start(self) -> None:
        """Read the file; draw it if it is here, else fetch it: whoever opens a file wants to see it."""
        await self._load(first=True)
        version = self.state.version
        if version is not None and version.state == "not_here":
            await self.fetch()

    async def on_event(self, event: Event) -> None:
        """Read again when the file changed or its bytes moved."""
        if isinstance(event, RecordsChanged | ChangeLogChanged | FilesChanged):
            await self._load(first=False)

    async def look_at(self, id: str) -> None:
        """Look at another version."""
        self.put(shown=id, number=0, preview=None)
        await self._draw()

    async def turn(self, step: int) -> None:
        """Turn pages."""
        pages = self.state.preview.pages if self.state.preview is not None else 1
        number = max(0, min(pages - 1, self.state.number + step))
        if number != self.state.number:
            self.put(number=number)
            await self._draw()

    async def fetch(self) -> None:
        """Fetch the version that is looked at."""
        await self._documents.fetch(self.state.shown)
        await self._load(first=False)

    async def stop_fetching(self) -> None:
        """Fetch it no more."""
        await self._documents.stop(self.state.shown)
        await self._load(first=False)

    async def try_again(self) -> None:
        """Try once more what went wrong."""
        await self._documents.again(self.state.shown)
        await self._load(first=False)

    async def _load(self, first: bool) -> None:
        file = await self.read(self._documents.find(self._id), first=first)
        if self.state.phase != "ready":
            return
        known = {one.id for one in file.versions} if file is not None else set()
        shown = self.state.shown if self.state.shown in known or file is None else file.id
        self.put(file=file, shown=shown)
        await self._draw()

    async def _draw(self) -> None:
        """Make the picture of the page that is shown, once."""
        version, wanted = self.state.version, (self.state.shown, self.state.number)
        if version is None or version.state not in AT_HAND:
            self._drawn = None  # a picture of what comes again, as after damage, is made anew
            return
        if wanted == self._drawn:
            return
        self._drawn = wanted
        self.put(is_drawing=True)
        try:
            preview = await self._documents.preview(*wanted)
        finally:
            if wanted == self._drawn:
                self.put(is_drawing=False)
        if wanted == (self.state.shown, self.state.number):
            self.put(preview=preview)
