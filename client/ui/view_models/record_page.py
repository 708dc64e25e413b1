"""The page of a company or contact: its facts, the tab that is open, its timeline, and the note that is being written."""

import asyncio
import logging
from dataclasses import dataclass

from client.events import ChangeLogChanged, DraftsChanged, Event, RecordsChanged, SyncStatusChanged
from client.ui.facade import Crm
from client.ui.view_models.base import Phase, Rest, ViewModel
from client.ui.view_models.note_draft import Drafts, NoteDraft
from client.usecases.answers import Owner, Saved
from client.usecases.record_answers import RecordPage
from client.usecases.sync_answers import RefusedChange
from client.usecases.timeline_answers import Timeline, TimelineEntry

log = logging.getLogger("fieldfare.ui")
HISTORY_AFTER_S = 0.3
"""Seconds that a timeline waits for the centre; then what is on the device is shown, and what the centre adds comes later."""
TIMELINE_PAGE = 50
"""Entries that a timeline shows at once; a company of many years has thousands of notes."""
LOCAL = ("note", "decided")
"""Kinds of entries that come from the replica, whole at every read; so does every save that waits."""


@dataclass(frozen=True)
class PageState:
    """What the page shows. page is None while it is read, and for a record that is not here (`is_gone`)."""

    entity: str
    id: str
    page: RecordPage | None = None
    timeline: Timeline | None = None
    is_awaited: bool = False
    """Whether the centre has yet to say what it adds to the timeline."""
    shown: int = TIMELINE_PAGE
    """Entries of the timeline that are on the screen; more of them may be here already."""
    draft: str = ""
    """The note as typed so far; it survives everything but its own save."""
    discarded: str = ""
    """The note that was given up last, until another is begun: it can be taken back."""
    is_writing: bool = False
    """Whether the box of the note has the cursor, or is about to have it."""
    turn: int = 0
    """How often the cursor was taken out of that box."""
    is_gone: bool = False
    title: str = ""
    """Of a record that left while its page was open: how it was called; only this window remembers it."""
    refused: RefusedChange | None = None
    """Of a record that is not here: that the centre did not accept it when it was new."""
    phase: Phase = "reading"
    failure: str = ""


class RecordPageModel(ViewModel[PageState]):
    """Intentions on one record's page. drafts: where a note is kept while the person is elsewhere."""

    def __init__(self, crm: Crm, entity: str, id: str, drafts: Drafts, rest: Rest = asyncio.sleep) -> None:
        self._crm, self._note = crm, NoteDraft(crm, Owner(entity, id), drafts, rest)
        super().__init__(PageState(entity, id, draft=self._note.text), rest)
        self._asking: asyncio.Task[bool] | None = None
        self._is_outdated = self._was_cut_off = False

    async def start(self) -> None:
        """Read the record and the note that was left unsaved, then the timeline."""
        await self._load(first=True)
        try:
            self.put(draft=await self._note.read())
        finally:
            await self._load_timeline()

    def stop(self) -> None:
        """Ask the centre no more: the page is gone."""
        if self._asking is not None:
            self._asking.cancel()

    async def on_event(self, event: Event) -> None:
        """Read again what changed, and what the centre could not say while it was out of reach."""
        if isinstance(event, RecordsChanged | ChangeLogChanged):
            await self._load(first=False)
            await self._load_timeline()
        elif isinstance(event, DraftsChanged):
            await self._load(first=False)
        elif isinstance(event, SyncStatusChanged) and await self._is_back():
            await self._load_timeline()

    async def older(self) -> None:
        """Show the next part of the timeline: what is here already, else what the centre has before it."""
        known = self.state.timeline
        if known is None:
            return
        if self.state.shown >= len(known.entries) and known.next is not None:
            more = await self._crm.timeline(self.state.entity, self.state.id, known.next)
            told = {entry.id for entry in more.entries}  # an own save of this device comes again with the centre's part
            kept = tuple(entry for entry in known.entries if entry.id not in told)
            self.put(timeline=Timeline(_by_age(kept + more.entries), more.next, more.has_history))
        self.put(shown=self.state.shown + TIMELINE_PAGE)

    def write(self, text: str) -> None:
        """Take what is typed of a note, at once."""
        self._note.write(text)
        self.put(draft=text, discarded="")

    async def keep_soon(self) -> None:
        """Write the note that is typed down, a moment from now."""
        await self._note.keep_soon(self._title)

    async def keep_now(self) -> None:
        """Write the note that is typed down."""
        await self._note.keep_now(self._title)

    @property
    def _title(self) -> str:
        return self.state.page.title if self.state.page else ""

    def open_note(self) -> None:
        """Give the note room to be written in."""
        if not self.state.is_writing:
            self.put(is_writing=True)

    def close_note(self) -> None:
        """Take the cursor out of the note; what is typed stays in sight."""
        self.put(is_writing=False, turn=self.state.turn + 1)

    async def leave_note(self) -> None:
        """Write the note down, and fold its box when nothing is in it: the cursor went elsewhere by itself."""
        if not self.state.draft.strip():
            self.put(is_writing=False)
        await self.keep_now()

    async def add_note(self) -> Saved | None:
        """Save the note; None when there was nothing but blanks."""
        saved = await self._note.save()
        if saved is None:
            return None
        self.put(draft=self._note.text)
        self.close_note()
        await self._load(first=False)
        await self._load_timeline()
        return saved

    async def discard_note(self) -> None:
        """Give the note up that was not saved; it can be taken back while the page is open."""
        given_up = self.state.draft
        self.write("")
        self.put(discarded=given_up)
        self.close_note()
        await self.keep_now()

    async def take_back(self) -> None:
        """Go on with the note that was given up."""
        self.write(self.state.discarded)
        self.put(is_writing=True)
        await self.keep_now()

    async def drop_draft(self, form: str) -> None:
        """Forget what was typed into a form on the record, or on a part of it."""
        await self._crm.drop_draft(form)

    async def archive(self, entity: str, id: str) -> Saved:
        """Archive the record, or remove a part of it."""
        return await self._crm.archive(entity, id)

    async def unarchive(self) -> Saved:
        """Bring the record back that is archived."""
        return await self._crm.unarchive(self.state.entity, self.state.id)

    async def _load(self, first: bool) -> None:
        page = await self.read(self._crm.record(self.state.entity, self.state.id), first=first)
        if self.state.phase == "ready":
            refused = await self._refused() if page is None else None
            self.put(page=page, is_gone=page is None, title=page.title if page else self.state.title, refused=refused)

    async def _refused(self) -> RefusedChange | None:
        """Return the open refusal of the save that made the record."""
        found = await self._crm.inbox()
        return next((one for one in found.refused if one.is_new and self.state.id in (one.record, *one.made)), None)

    async def _load_timeline(self) -> None:
        """Read the newest part again. Never waits for a centre that is slow to answer, and never asks it twice at once."""
        if self.state.page is None:
            return
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        else:
            self._is_outdated = True
        asking, patience = self._asking, asyncio.ensure_future(self._rest(HISTORY_AFTER_S))
        await asyncio.wait({asking, patience}, return_when=asyncio.FIRST_COMPLETED)
        patience.cancel()
        if not _has_answered(asking):
            here = await self._crm.timeline_here(self.state.entity, self.state.id)
            if not _has_answered(asking):
                self._show(here, is_awaited=not asking.done())

    async def _ask(self) -> bool:
        """Show the newest part with what the centre adds, again if it changed meanwhile. Returns False when that failed."""
        try:
            while True:
                self._is_outdated = False
                self._show(await self._crm.timeline(self.state.entity, self.state.id))
                if not self._is_outdated:
                    break
        except Exception:  # what the device has is shown all the same
            log.exception("the history cannot be read")
            self.put(is_awaited=False)
            return False
        if self.state.timeline is not None and not self.state.timeline.has_history:
            self._was_cut_off = True
        return True

    async def _is_back(self) -> bool:
        """Whether the centre is in reach again and may say what it could not say before."""
        is_back = self._was_cut_off and (await self._crm.status()).link == "idle"
        self._was_cut_off = self._was_cut_off and not is_back
        return is_back

    def _show(self, new: Timeline, *, is_awaited: bool = False) -> None:
        """Put the newest part in the place of the one before; what was fetched of older parts stays.

        is_awaited: it has only what is on the device so far.
        """
        known = self.state.timeline
        if known is not None and known.has_history and (known.next != new.next or not new.has_history):
            fresh = {entry.id for entry in new.entries}
            last = min((entry.at for entry in new.entries if entry.kind == "decided"), default=0)
            past = tuple(entry for entry in known.entries if entry.id not in fresh and _stays(entry, last))
            new = Timeline(_by_age(new.entries + past), known.next, new.has_history or is_awaited)
        self.put(timeline=new, is_awaited=is_awaited)


def _has_answered(asking: "asyncio.Task[bool]") -> bool:
    """Whether the centre's part is on the screen, or no longer wanted."""
    return asking.done() and (asking.cancelled() or asking.result())


def _stays(entry: TimelineEntry, last: int) -> bool:
    """Whether an entry that is not in the newest part still holds. last: when the oldest decision of that part was made."""
    if entry.kind in LOCAL:
        return entry.kind == "decided" and entry.at < last
    return entry.state != "waiting"


def _by_age(entries: tuple[TimelineEntry, ...]) -> tuple[TimelineEntry, ...]:
    """Return entries newest first: a part that is fetched later may reach between the notes."""
    return tuple(sorted(entries, key=lambda entry: -entry.at))
