"""The page of a company or contact: its facts, the tab that is open, its timeline, and the note that is being written."""

import asyncio
from dataclasses import dataclass

from client.events import ChangeLogChanged, Event, RecordsChanged
from client.ui.facade import Crm
from client.ui.view_models.base import Phase, Rest, ViewModel
from client.usecases.answers import Owner, RecordPage, Saved, Timeline


@dataclass(frozen=True)
class PageState:
    """What the page shows. page is None while it is read, and for a record that is not here (`is_gone`)."""

    entity: str
    id: str
    page: RecordPage | None = None
    timeline: Timeline | None = None
    draft: str = ""
    """The note as typed so far; it survives everything but its own save."""
    is_writing: bool = False
    is_gone: bool = False
    phase: Phase = "reading"
    failure: str = ""


class RecordPageModel(ViewModel[PageState]):
    """Intentions on one record's page."""

    def __init__(self, crm: Crm, entity: str, id: str, rest: Rest = asyncio.sleep) -> None:
        super().__init__(PageState(entity, id), rest)
        self._crm = crm

    async def start(self) -> None:
        """Read the record, then its timeline."""
        await self._load(first=True)
        await self._load_timeline()

    async def on_event(self, event: Event) -> None:
        """Read again what changed."""
        if isinstance(event, RecordsChanged | ChangeLogChanged):
            await self._load(first=False)
            await self._load_timeline()

    async def older(self) -> None:
        """Append the next part of the timeline."""
        known = self.state.timeline
        if known is None or known.next is None:
            return
        more = await self._crm.timeline(self.state.entity, self.state.id, known.next)
        self.put(timeline=Timeline(known.entries + more.entries, more.next, more.has_history))

    def write(self, text: str) -> None:
        """Keep what is typed of a note."""
        self.put(draft=text)

    def open_note(self, on: bool = True) -> None:
        """Open or fold the place where a note is written."""
        self.put(is_writing=on)

    async def add_note(self) -> Saved | None:
        """Save the note; None when there was nothing but blanks."""
        body = self.state.draft.strip()
        if not body:
            return None
        saved = await self._crm.add_note(Owner(self.state.entity, self.state.id), body)
        self.put(draft="", is_writing=False)
        await self._load(first=False)
        await self._load_timeline()
        return saved

    async def archive(self, entity: str, id: str) -> Saved:
        """Archive the record, or remove a part of it."""
        return await self._crm.archive(entity, id)

    async def _load(self, first: bool) -> None:
        page = await self.read(self._crm.record(self.state.entity, self.state.id), first=first)
        if self.state.phase == "ready":
            self.put(page=page, is_gone=page is None)

    async def _load_timeline(self) -> None:
        if self.state.page is not None:
            self.put(timeline=await self._crm.timeline(self.state.entity, self.state.id))
