"""The files of one record: the list, what is fetched, and which of two versions is kept."""

import asyncio
from dataclasses import dataclass

from client.events import ChangeLogChanged, Event, FilesChanged, RecordsChanged
from client.ui.facade import Crm
from client.ui.view_models.base import Phase, Rest, ViewModel
from client.usecases.answers import Owner, Saved
from client.usecases.document_answers import DocumentShown


@dataclass(frozen=True)
class FilesState:
    """What the list shows. next: place of the page that follows, None for the last one."""

    files: tuple[DocumentShown, ...] = ()
    next: str | None = None
    phase: Phase = "reading"
    failure: str = ""


class FilesModel(ViewModel[FilesState]):
    """Intentions in the list of files."""

    def __init__(self, crm: Crm, owner: Owner, rest: Rest = asyncio.sleep) -> None:
        super().__init__(FilesState(), rest)
        self._documents, self._owner = crm.documents, owner
        self._pages = 1

    async def start(self) -> None:
        """Read the newest files."""
        await self._load(first=True)

    async def on_event(self, event: Event) -> None:
        """Read again when a file was added or changed, or its bytes moved."""
        if isinstance(event, RecordsChanged | ChangeLogChanged | FilesChanged):
            await self._load(first=False)

    async def more(self) -> None:
        """Append the next page."""
        if self.state.next is not None:
            self._pages += 1
            await self._load(first=False)

    async def fetch(self, id: str) -> None:
        """Fetch a file next."""
        await self._documents.fetch(id)
        await self._load(first=False)

    async def stop_fetching(self, id: str) -> None:
        """Fetch a file no more."""
        await self._documents.stop(id)
        await self._load(first=False)

    async def try_again(self, id: str) -> None:
        """Try again what went wrong with a file."""
        await self._documents.again(id)
        await self._load(first=False)

    async def keep(self, id: str) -> Saved:
        """Keep one of several versions."""
        return await self._documents.keep(id)

    async def archive(self, id: str) -> Saved:
        """Archive a file."""
        return await self._documents.archive(id)

    async def _load(self, first: bool) -> None:
        found = await self.read(self._read_pages(), first=first)
        if found is not None:
            self.put(files=found[0], next=found[1])

    async def _read_pages(self) -> tuple[tuple[DocumentShown, ...], str | None]:
        """Return all pages that are on the screen, and the place of the one after them."""
        page = await self._documents.page(self._owner)
        files, following = page.rows, page.next
        for _ in range(1, self._pages):
            if following is None:
                break
            page = await self._documents.page(self._owner, following)
            files, following = files + page.rows, page.next
        return files, following
