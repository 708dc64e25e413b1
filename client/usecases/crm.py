"""The CRM of one signed-in person: what the screens ask for (`client.ui.facade.Crm`), answered by the use cases.

Nothing here blocks the interface: reads and writes run on a thread, and none of them waits for the network but the history.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from client.events import Event, SyncStatusChanged
from client.replica.replica import Replica
from client.sync.engine import SyncEngine
from client.sync.states import Event as SyncEvent
from client.usecases import (
    decided,
    decisions,
    findings,
    form_drafts,
    forms,
    lists,
    news,
    preferences,
    record_pages,
    sync_desk,
    timelines,
    writing,
)
from client.usecases.account import HeldAccount
from client.usecases.alarm_desk import Alarms
from client.usecases.allowed import allowed
from client.usecases.answers import OwnAccount, Owner, Person, Preferences, Saved, Standing
from client.usecases.device_desk import Devices
from client.usecases.document_desk import DocumentDesk
from client.usecases.form_answers import Choice, Finding, FormEnd, FormStart
from client.usecases.form_drafts import FormDraft
from client.usecases.incident_desk import Incidents
from client.usecases.labels import Say
from client.usecases.list_answers import CompanyRow, ContactRow, Hit, ListQuery, Page
from client.usecases.record_answers import RecordPage
from client.usecases.rights_desk import RightsDesk
from client.usecases.shown import Names
from client.usecases.sync_answers import CardView, Decision, Inbox, Queue, SyncStatus
from client.usecases.timeline_answers import Timeline
from shared_models.codec import Row
from shared_models.errors import ReplicaError, SyncError, Unreachable
from shared_models.protocol import HistoryPage
from shared_models.transport import AdminDesk

R = TypeVar("R")
ASKERS = 2
"""Threads that wait for the history: those that read the replica are never held up by a centre that does not answer."""


class Centre(AdminDesk, Protocol):
    """What the screens ask the centre itself, beside what sync brings. Every method blocks; every failure is a SyncError."""

    def history(self, entity: str, record: str, before: int | None) -> HistoryPage:
        """Ask for past values of a record."""
        ...


class Rounds(Protocol):
    """Whoever runs rounds of sync for this replica: a thread of its own, or one that several replicas share."""

    def notify(self, event: SyncEvent) -> None:
        """Take news that may start a round."""
        ...


@dataclass
class LocalCrm:
    """The facade over one replica, its engine and its account."""

    replica: Replica
    engine: SyncEngine
    rounds: Rounds
    centre: Centre
    say_in: Callable[[str], Say]
    """Language -> texts."""
    folder: Path
    now_ms: Callable[[], int]
    own_account: HeldAccount | None
    """None in the office: its accounts are the server's."""
    is_live: Callable[[], bool] = lambda: False
    """Whether the server tells at once what others changed."""
    open_forms: forms.OpenForms = field(default_factory=forms.OpenForms)
    _paused: bool = False
    _devices: Devices = field(init=False)
    _alarms: Alarms = field(init=False)
    _incidents: Incidents = field(init=False)
    _askers: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(ASKERS, "history"))

    def __post_init__(self) -> None:
        """Join what the centre is asked."""
        self._devices = Devices(self.replica, self.centre, self.folder)
        self._alarms = Alarms(self.replica, self.centre)
        self._incidents = Incidents(self.replica, self.centre)

    # -- who and how ---------------------------------------------------------------------------------------------------

    def listen(self, handler: Callable[[Event], None]) -> Callable[[], None]:
        """Tell `handler` of every later event. Returns the function that ends it."""
        return self.replica.events.subscribe(handler)

    async def person(self) -> Person:
        """Return who is signed in."""
        return await asyncio.to_thread(self._person)

    def _person(self) -> Person:
        user = self.replica.get("user", self.replica.facts()["user"] or "") or {}
        may = allowed(self.replica)
        denied = {entity: why for entity in ("company", "contact") if (why := may.create(entity))}
        narrowed = frozenset(entity for entity in ("company", "contact") if not may.sees_all(entity))
        name, email, is_admin = user.get("name") or "", user.get("email") or "", bool(user.get("is_admin"))
        device = self.own_account.device_name if self.own_account is not None else ""
        return Person(name, email, is_admin, device, self.own_account is None, denied, narrowed, self._at_rest())

    def _at_rest(self) -> Standing | None:
        return self.own_account.at_rest() if self.own_account is not None else None

    async def preferences(self) -> Preferences:
        """Return how the reader wants to see the product."""
        return await asyncio.to_thread(preferences.load, self._preferences_path, self.replica)

    async def set_preferences(self, wanted: Preferences) -> None:
        """Keep the preferences."""
        say = self.say_in(wanted.language)
        await asyncio.to_thread(preferences.save, self._preferences_path, self.replica, say, wanted)

    async def account(self) -> OwnAccount:
        """Return what is known of the account of this device."""
        return await asyncio.to_thread(self.own_account.facts) if self.own_account is not None else OwnAccount()

    async def sign_in(self, password: str) -> None:
        """Sign in at the server once more, and sync."""
        if self.own_account is not None:
            await asyncio.to_thread(self.own_account.sign_in, password)
            await asyncio.to_thread(self.rounds.notify, SyncEvent.SIGNED_IN)

    async def sign_out(self) -> None:
        """Sign out on this device. The replica stays, with what waits in it."""
        if self.own_account is not None:
            await asyncio.to_thread(self.own_account.sign_out)

    # -- lists and pages -------------------------------------------------------------------------------------------------

    async def companies(self, query: ListQuery, after: str | None = None) -> Page[CompanyRow]:
        """Return one page of companies."""
        return await asyncio.to_thread(lists.companies, self.replica, query, after)

    async def contacts(self, query: ListQuery, after: str | None = None) -> Page[ContactRow]:
        """Return one page of contacts."""
        return await asyncio.to_thread(lists.contacts, self.replica, query, after)

    async def last_used(self, entity: str) -> str | None:
        """Return the record of a kind that was looked at last."""
        return await asyncio.to_thread(lists.last_used, self.replica, entity)

    async def record(self, entity: str, id: str) -> RecordPage | None:
        """Return a company or contact with its parts."""
        return await asyncio.to_thread(record_pages.record_page, self.replica, entity, id)

    async def timeline(self, entity: str, id: str, after: str | None = None) -> Timeline:
        """Return notes and past changes, newest first."""
        read = partial(timelines.timeline, self.replica, self._ask, entity, id, after)
        return await asyncio.get_running_loop().run_in_executor(self._askers, read)

    async def timeline_here(self, entity: str, id: str) -> Timeline:
        """Return what is on the device of the first page of a timeline."""
        return await asyncio.to_thread(timelines.timeline, self.replica, timelines.nobody, entity, id, None)

    async def search(self, text: str) -> tuple[Hit, ...]:
        """Return the best records of any kind."""
        return await asyncio.to_thread(lists.search, self.replica, text)

    def _ask(self, entity: str, record: str, before: int | None) -> HistoryPage:
        """Ask the centre for history. Raises Unreachable while the person works offline: then nothing at all goes out."""
        if self.replica.facts()["paused"]:
            raise Unreachable(None, "working offline")
        return self.centre.history(entity, record, before)

    # -- writing ---------------------------------------------------------------------------------------------------------

    async def open_form(self, entity: str, id: str | None, owner: Owner | None = None) -> FormStart:
        """Return what a form opens with."""
        return await asyncio.to_thread(forms.open_form, self.replica, self.open_forms, entity, id, owner)

    async def is_here(self, entity: str, id: str) -> bool:
        """Return whether a record is in the replica."""
        return await asyncio.to_thread(self.replica.get, entity, id) is not None

    async def open_refused(self, tx: str) -> FormStart:
        """Return a form with what a refused change wanted to save."""
        return await asyncio.to_thread(forms.open_refused, self.replica, self.open_forms, tx)

    async def find_choices(self, entity: str, text: str) -> tuple[Choice, ...]:
        """Return records that a picker offers."""
        return await asyncio.to_thread(forms.find_choices, self.replica, entity, text)

    async def check(self, entity: str, values: Row, own_id: str | None = None) -> tuple[Finding, ...]:
        """Return what looks wrong in the fields given."""
        return await asyncio.to_thread(self._check, entity, values, own_id)

    def _check(self, entity: str, values: Row, own_id: str | None) -> tuple[Finding, ...]:
        today = preferences.today(preferences.load(self._preferences_path, self.replica), self.now_ms())
        not_come_yet = findings.not_come_yet(self.replica.registry.get(entity), values, today)
        return (*findings.check(self.replica, entity, values, own_id), *not_come_yet)

    async def save(self, form: FormEnd) -> Saved:
        """Save a form as one tx."""
        return await self._with_words(lambda say: forms.save_form(self.replica, self.open_forms, say, form))

    async def keep_draft(self, draft: FormDraft) -> None:
        """Keep what stands in an open form."""
        await asyncio.to_thread(form_drafts.keep_draft, self.replica, draft, self.now_ms())

    async def drop_draft(self, form: str) -> None:
        """Forget what stood in a form."""
        await asyncio.to_thread(form_drafts.drop_draft, self.replica, form)

    async def draft(self, form: str) -> FormDraft | None:
        """Return what stood in a form when it was left unsaved."""
        return await asyncio.to_thread(form_drafts.find_draft, self.replica, form)

    async def drafts_beside(self, form: str) -> tuple[FormDraft, ...]:
        """Return the other drafts of the form of a new record."""
        return await asyncio.to_thread(form_drafts.drafts_beside, self.replica, form)

    async def last_draft(self) -> FormDraft | None:
        """Return the reader's last draft."""
        return await asyncio.to_thread(form_drafts.last_draft, self.replica)

    async def add_note(self, owner: Owner, body: str) -> Saved:
        """Add a note."""
        return await self._with_words(lambda say: writing.add_note(self.replica, say, self.now_ms(), owner, body))

    async def archive(self, entity: str, id: str) -> Saved:
        """Archive a record, or remove a part of one."""
        return await self._with_words(lambda say: writing.archive(self.replica, say, entity, id))

    async def unarchive(self, entity: str, id: str) -> Saved:
        """Bring an archived record back."""
        return await self._with_words(lambda say: writing.unarchive(self.replica, say, entity, id))

    async def undo(self, tx: str) -> bool:
        """Take a save back."""
        return await self._with_words(lambda say: writing.undo(self.replica, say, tx))

    # -- what needs a person ---------------------------------------------------------------------------------------------

    async def inbox(self) -> Inbox:
        """Return open cards and refused changes of the reader."""
        return await asyncio.to_thread(decisions.inbox, self.replica, self.now_ms())

    async def decide(self, card: str, decision: Decision) -> Saved:
        """Close a card, with the edit that the decision means."""
        return await self._with_words(lambda say: decisions.decide(self.replica, say, card, decision))

    async def decided_cards(self, after: str | None = None) -> Page[CardView]:
        """Return a page of the cards of the reader that were decided lately."""
        return await asyncio.to_thread(decided.decided, self.replica, self.now_ms(), after)

    async def restore_lost(self, card: str) -> Saved:
        """Bring the losing value of a decided card back."""
        saved = await self._with_words(lambda say: decided.restore_lost(self.replica, say, card))
        await self.read_news(card)
        return saved

    async def read_news(self, card: str) -> None:
        """Note that the reader knows what became of a card that he decided."""
        await asyncio.to_thread(news.note_read, self.replica, card)

    async def decide_by_edit(self, card: str) -> FormStart:
        """Return a form on the card's record; a save of what the card is about closes it."""
        return await asyncio.to_thread(decisions.decide_by_edit, self.replica, self.open_forms, card)

    async def retry(self, tx: str) -> None:
        """Send a refused change again as it is."""
        await asyncio.to_thread(self.replica.retry_draft, tx)

    async def discard(self, tx: str) -> None:
        """Give a refused change up."""
        await asyncio.to_thread(self.replica.discard_draft, tx)

    # -- rights ----------------------------------------------------------------------------------------------------------

    @property
    def rights(self) -> RightsDesk:
        """Who may do what, and the ways to change it."""
        return RightsDesk(self.replica, self._with_words, self.now_ms)

    # -- files -----------------------------------------------------------------------------------------------------------

    @property
    def documents(self) -> DocumentDesk:
        """The files of companies and contacts."""
        return DocumentDesk(self.replica, self._with_words, self.now_ms, self.folder)

    # -- devices ---------------------------------------------------------------------------------------------------------

    @property
    def devices(self) -> Devices:
        """How the devices of the organisation fare, for administrators."""
        return self._devices

    @property
    def alarms(self) -> Alarms:
        """What is alarming about them, for administrators."""
        return self._alarms

    @property
    def incidents(self) -> Incidents:
        """What went wrong on them and at the centre, for administrators."""
        return self._incidents

    # -- sync ------------------------------------------------------------------------------------------------------------

    async def status(self) -> SyncStatus:
        """Return where sync stands."""
        return await asyncio.to_thread(self._status)

    def _status(self) -> SyncStatus:
        to_read = len(news.news(self.replica, Names(self.replica), self.now_ms()))
        found = sync_desk.status(self.replica, self.engine.status(), is_paused=self._paused, to_read=to_read)
        signs_in = self.own_account is not None and self.own_account.password is not None
        return replace(found, signs_in=signs_in, is_live=self.is_live(), at_rest=self._at_rest())

    async def note_left_told(self) -> None:
        """Note that the reader was told what left his lists."""
        await asyncio.to_thread(sync_desk.note_left_told, self.replica)

    async def queue(self) -> Queue:
        """Return what waits and what was sent."""
        return await asyncio.to_thread(sync_desk.queue, self.replica, self.now_ms())

    async def sync_now(self) -> None:
        """Start a round at once."""
        await asyncio.to_thread(self.rounds.notify, SyncEvent.SYNC_NOW)

    async def lift_quarantine(self) -> None:
        """Let a quarantined device send again, and start a round."""
        await asyncio.to_thread(self.engine.lift_quarantine)
        await self.sync_now()

    async def set_paused(self, paused: bool) -> None:
        """Stop or continue until this program ends."""
        self._paused = paused
        self.engine.scheduler.hold(paused)
        if not paused:
            await self.sync_now()
        self.replica.events.publish(SyncStatusChanged())

    async def set_work_offline(self, on: bool) -> None:
        """Send and fetch nothing until switched back, also after a restart."""
        await asyncio.to_thread(self.engine.scheduler.set_paused, on)
        if on:
            self._askers.submit(self._say_last_word)
        else:
            await self.sync_now()

    def _say_last_word(self) -> None:
        """Let the centre know that the silence is meant, if it can be reached now."""
        with suppress(SyncError, ReplicaError):
            self.engine.say_last_word()

    # -- words -----------------------------------------------------------------------------------------------------------

    @property
    def _preferences_path(self) -> Path:
        return self.folder / "preferences.json"

    async def _with_words(self, action: Callable[[Say], R]) -> R:
        """Run a save on a thread, with the reader's texts for its label."""

        def run() -> R:
            return action(self.say_in(preferences.load(self._preferences_path, self.replica).language))

        return await asyncio.to_thread(run)
