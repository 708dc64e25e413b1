"""What the frame shows around every screen: who, the pill, the inbox's count, the snack bar, and the reader's preferences."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from client.events import ChangeLogChanged, Event, FilesChanged, RecordsChanged, SyncStatusChanged
from client.ui.facade import Crm
from client.ui.router import record_place
from client.ui.view_models.base import Rest, ViewModel
from client.ui.view_models.turns import Turns
from client.usecases.answers import Person, Preferences, Saved
from client.usecases.causes import cause_of
from client.usecases.document_answers import FilesWaiting
from client.usecases.form_drafts import family
from client.usecases.sync_answers import SyncStatus
from shared_models.errors import FieldfareError
from shared_models.rules import RULE_ENTITIES
from shared_models.texts import Language

log = logging.getLogger("fieldfare.ui")
SNACK_S = 10.0
MINUTE_US = 60_000_000
LOOK_S = 300.0
"""Seconds between two looks for alarms."""
Ask = Literal["", "sign_out", "sign_in"]
"""What is asked about the account over the screen, if anything: whether to sign out, the password once more."""


@dataclass(frozen=True)
class Snack:
    """One message of the snack bar. params may hold `label`; tx: what Undo takes back; place: where the action leads instead.

    action: text key of what can be done. at: a moment that is told as `{at}`, in microseconds since 1970 UTC. heading: text key
    of a form's title, told as `{form}` with the label after it. count: of a key with plural forms.
    """

    key: str
    params: tuple[tuple[str, str], ...] = ()
    tx: str | None = None
    place: str | None = None
    action: str = "act.undo"
    at: int | None = None
    heading: str = ""
    failed: bool = False
    count: int | None = None
    glyph: str = "check"


def draft_kept(place: str | None) -> Snack:
    """Return what is said of a draft that was left, with the way back to it where there is one. place: its address."""
    return Snack("snack.form_kept", place=place, action="act.continue")


@dataclass(frozen=True)
class ShellState:
    """State of the frame. is_ready: the preferences are read, so the first picture is in the right language and colours.

    failure: why they, or what the frame counts, could not be read at first; its text is `error.<failure>`.
    """

    person: Person = field(default_factory=lambda: Person(""))
    preferences: Preferences = field(default_factory=Preferences)
    status: SyncStatus = field(default_factory=SyncStatus)
    """As much of it as the frame tells (`in_frame`)."""
    inbox: int = 0
    alarms: int = 0
    """Alarms that last, for an administrator."""
    snack: Snack | None = None
    palette: bool = False
    help: bool = False
    ask: Ask = ""
    is_ready: bool = False
    failure: str = ""


def in_frame(status: SyncStatus) -> SyncStatus:
    """Return a status without what the frame says nothing of: a round changes that some ten times, and each change draws the window."""
    return SyncStatus(
        link="idle" if status.link == "syncing" else status.link,
        waiting=status.waiting,
        needs_you=status.needs_you,
        last_ok_at=None if status.last_ok_at is None else status.last_ok_at - status.last_ok_at % MINUTE_US,
        offline_since=status.offline_since,
        cause=status.cause,
        left=status.left,
        files=FilesWaiting(status.files.count),
    )


async def english() -> Language:
    """Return the language of a window whose device says none."""
    return "en"


class Shell(ViewModel[ShellState]):
    """Intentions that are at hand on every screen."""

    def __init__(self, crm: Crm, rest: Rest = asyncio.sleep, *, is_office: bool = False) -> None:
        super().__init__(ShellState(Person("", is_office=is_office)), rest)
        self._crm = crm
        self._is_known = False
        self._snacks = Turns(rest)
        self._told_left = 0
        self._looked_at: datetime | None = None

    async def start(self, language: Callable[[], Awaitable[Language]] = english) -> None:
        """Read who it is and how he wants to see it. What cannot be read is told in place of the frame, and may be tried again.

        language: of the device, for telling it to a reader whose own is not known.
        """
        self.put(failure="")
        try:
            await self._read_all()
        except FieldfareError as error:
            failure = cause_of(error)
            log.warning("the frame cannot be read", extra={"code": failure})
        except Exception:  # whatever it is, a window must not stay blank
            failure = "unexpected"
            log.exception("the frame cannot be read")
        else:
            self.put(is_ready=True)
            return
        if not self._is_known:
            self.put(preferences=replace(self.state.preferences, language=await language()))
        self.put(failure=failure)

    async def _read_all(self) -> None:
        self.put(preferences=await self._crm.preferences())
        self._is_known = True
        self.put(person=await self._crm.person())
        await self.count()

    async def on_event(self, event: Event) -> None:
        """Count again when something was saved, answered or decided; read again who it is, and what he may do, when rights came."""
        if isinstance(event, RecordsChanged) and not {*event.every, *event.ids}.isdisjoint(RULE_ENTITIES):
            self.put(person=await self._crm.person())
            if event.from_centre:  # the first pull brings language and zone; own changes are on the screen already
                self.put(preferences=await self._crm.preferences())
        if isinstance(event, ChangeLogChanged | SyncStatusChanged | RecordsChanged):
            await self.count()
        elif isinstance(event, FilesChanged):
            self.put(status=in_frame(await self._crm.status()))

    async def count(self) -> None:
        """Count again what waits and what needs the reader."""
        status, inbox = await self._crm.status(), await self._crm.inbox()
        self.put(status=in_frame(status), inbox=inbox.count)

    async def look_for_alarms(self, now: datetime) -> None:
        """Count the alarms again every five minutes, for an administrator. What the centre does not tell now stays as it was.

        now: aware time of the window, whenever it moves on.
        """
        is_due = self._looked_at is None or abs((now - self._looked_at).total_seconds()) >= LOOK_S
        if self.state.is_ready and self.state.person.is_admin and is_due:
            self._looked_at = now
            with suppress(FieldfareError):
                self.note_alarms((await self._crm.alarms.page()).page.open)

    def note_alarms(self, n: int) -> None:
        """Take over how many alarms last, as a screen knows it."""
        self.put(alarms=n)

    async def say(self, snack: Snack) -> None:
        """Show a message for ten seconds, or until the next one."""
        self.put(snack=snack)
        if self._snacks.is_newest(await self._snacks.take_after(SNACK_S)):
            self.put(snack=None)

    async def offer_draft(self, on_screen: frozenset[str]) -> None:
        """Tell of the form or note that was left unsaved last, unless it is on the screen, which tells of it by itself."""
        draft = await self._crm.last_draft()
        if draft is not None and family(draft.form) not in on_screen:
            label = (("label", draft.title),) if draft.title else ()
            await self.say(
                Snack("snack.draft", label, place=draft.place, action="act.open", at=draft.at, heading=draft.heading)
            )

    async def tell_left(self) -> None:
        """Tell once what left the reader's lists, as what he may see had changed: on whatever screen he is, or comes to next."""
        left = self.state.status.left
        if left is None or left.is_told or left.at == self._told_left:
            return
        self._told_left = left.at
        await self._crm.note_left_told()
        await self.say(Snack("snack.left", count=left.rows, glyph="eye-off"))

    async def tell_shares(self) -> None:
        """Tell once what was shared with the reader, and lead to it."""
        got = await self._crm.rights.take_shares()
        if got is None:
            return
        if got.count > 1:
            await self.say(Snack("snack.shares", count=got.count, glyph="users"))
            return
        words, place = (("name", got.by), ("label", got.title)), record_place(got.entity, got.record).url
        key = "snack.shared_by" if got.by else "snack.shared"
        await self.say(Snack(key, words, place=place, action="act.open", glyph="users"))

    async def saved(self, saved: Saved, key: str = "snack.saved") -> None:
        """Tell what was saved, and offer to take it back."""
        await self.say(Snack(key, (("label", saved.label),), saved.tx or None))

    def hush(self) -> None:
        """Take the message away."""
        self._snacks.take()
        self.put(snack=None)

    async def undo(self) -> None:
        """Take back what the message tells of."""
        snack = self.state.snack
        if snack is None or snack.tx is None:
            return
        done = await self._crm.undo(snack.tx)
        await self.say(Snack("snack.undone" if done else "snack.nothing_to_undo"))

    async def prefer(self, preferences: Preferences) -> None:
        """Change language, theme or zone at once."""
        self.put(preferences=preferences)
        await self._crm.set_preferences(preferences)

    def show(self, *, palette: bool = False, help: bool = False, ask: Ask = "") -> None:
        """Open the palette, the list of keys or a question about the account, or close them all."""
        self.put(palette=palette, help=help, ask=ask)
