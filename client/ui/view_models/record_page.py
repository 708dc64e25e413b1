"""The page of a company or contact: its facts, the tab that is open, its timeline, and the note that is being written."""

import asyncio
from dataclasses import dataclass

from client.events import ChangeLogChanged, Event, RecordsChanged
from client.ui.facade import Crm
from client.ui.view_models.base import Phase, Rest, ViewModel
from client.ui.view_models.note_draft import Drafts, NoteDraft
from client.usecases.answers import Owner, RecordPage, Saved, Timeline, TimelineEntry

TIMELINE_PAGE = 50
"""Entries that a timeline shows at once; a company of many years has thousands of notes."""
LOCAL = ("note", "decided")
"""Kinds of entries that come from the replica, whole at every read."""


@dataclass(frozen=True)
class PageState:
    """What the page shows. page is None while it is read, and for a record that is not here (`is_gone`)."""

    entity: str
    id: str
    page: RecordPage | None = None
    timeline: Timeline | None = None
    shown: int = TIMELINE_PAGE
    """Entries of the timeline that are on the screen; more of them may be here already."""
    draft: str = ""
    """The note as typed so far; it survives everything but its own save."""
    discarded: str = ""
    """The note that was given up last, until another is begun: it can be taken back."""
    is_writing: bool = False
    is_gone: bool = False
    phase: Phase = "reading"
    failure: str = ""


class RecordPageModel(ViewModel[PageState]):
    """Intentions on one record's page. drafts: where a note is kept while the person is elsewhere."""

    def __init__(self, crm: Crm, entity: str, id: str, drafts: Drafts, rest: Rest = asyncio.sleep) -> None:
        self._crm, self._note = crm, NoteDraft(crm, Owner(entity, id), drafts, rest)
        super().__init__(PageState(entity, id, draft=self._note.text), rest)

    async def start(self) -> None:
        """Read the record and the note that was left unsaved, then the timeline."""
        await self._load(first=True)
        self.put(draft=await self._note.read())
        await self._load_timeline()

    async def on_event(self, event: Event) -> None:
        """Read again what changed."""
        if isinstance(event, RecordsChanged | ChangeLogChanged):
            await self._load(first=False)
            await self._load_timeline()

    async def older(self) -> None:
        """Show the next part of the timeline: what is here already, else what the centre has before it."""
        known = self.state.timeline
        if known is None:
            return
        if self.state.shown >= len(known.entries) and known.next is not None:
            more = await self._crm.timeline(self.state.entity, self.state.id, known.next)
            self.put(timeline=Timeline(_by_age(known.entries + more.entries), more.next, more.has_history))
        self.put(shown=self.state.shown + TIMELINE_PAGE)

    def write(self, text: str) -> None:
        """Take what is typed of a note, at once."""
        self._note.write(text)
        self.put(draft=text, discarded="")

    async def keep_soon(self) -> None:
        """Write the note that is typed down, once in a second at most."""
        await self._note.keep_soon(self._title)

    async def keep_now(self) -> None:
        """Write the note that is typed down."""
        await self._note.keep_now(self._title)

    @property
    def _title(self) -> str:
        return self.state.page.title if self.state.page else ""

    def open_note(self, on: bool = True) -> None:
        """Open or fold the place where a note is written."""
        self.put(is_writing=on)

    async def add_note(self) -> Saved | None:
        """Save the note; None when there was nothing but blanks."""
        saved = await self._note.save()
        if saved is None:
            return None
        self.put(draft=self._note.text, is_writing=False)
        await self._load(first=False)
        await self._load_timeline()
        return saved

    async def discard_note(self) -> None:
        """Give the note up that was not saved; it can be taken back while the page is open."""
        given_up = self.state.draft
        self.write("")
        self.put(discarded=given_up, is_writing=False)
        await self.keep_now()

    async def take_back(self) -> None:
        """Go on with the note that was given up."""
        self.write(self.state.discarded)
        self.put(is_writing=True)
        await self.keep_now()

    async def archive(self, entity: str, id: str) -> Saved:
        """Archive the record, or remove a part of it."""
        return await self._crm.archive(entity, id)

    async def _load(self, first: bool) -> None:
        page = await self.read(self._crm.record(self.state.entity, self.state.id), first=first)
        if self.state.phase == "ready":
            self.put(page=page, is_gone=page is None)

    async def _load_timeline(self) -> None:
        """Read the newest part again; what was fetched before it stays."""
        if self.state.page is None:
            return
        new, known = await self._crm.timeline(self.state.entity, self.state.id), self.state.timeline
        if known is not None and known.has_history and (known.next != new.next or not new.has_history):
            fresh = {entry.id for entry in new.entries}
            last = min((entry.at for entry in new.entries if entry.kind == "decided"), default=0)
            past = tuple(
                entry
                for entry in known.entries
                if entry.id not in fresh and (entry.kind not in LOCAL or (entry.kind == "decided" and entry.at < last))
            )
            new = Timeline(_by_age(new.entries + past), known.next, new.has_history)
        self.put(timeline=new)


def _by_age(entries: tuple[TimelineEntry, ...]) -> tuple[TimelineEntry, ...]:
    """Return entries newest first: a part that is fetched later may reach between the notes."""
    return tuple(sorted(entries, key=lambda entry: -entry.at))
