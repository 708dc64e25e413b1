"""The ports of the screens: all that a view model may ask for or do. Reads come from the replica and never wait for a network.

Every method may raise `ReplicaError`; what else it raises is said at the method. Nothing here returns controls.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from client.events import Event
from client.ui.facade_documents import Documents
from client.ui.facade_rights import Rights
from client.usecases.alarm_desk import AlarmsSeen
from client.usecases.answers import OwnAccount, Owner, Person, Preferences, Saved, Standing
from client.usecases.device_desk import DevicesSeen
from client.usecases.door import LastHere
from client.usecases.form_answers import Choice, Finding, FormEnd, FormStart
from client.usecases.form_drafts import FormDraft
from client.usecases.incident_desk import IncidentsSeen
from client.usecases.list_answers import CompanyRow, ContactRow, Hit, ListQuery, Page
from client.usecases.record_answers import RecordPage
from client.usecases.sync_answers import CardView, Decision, Inbox, Queue, SyncStatus
from client.usecases.timeline_answers import Timeline
from shared_models.alarms import AlarmPage, AlarmRule
from shared_models.codec import Row
from shared_models.device_code import DeviceCode
from shared_models.device_desk import DeviceLine, DeviceQuery, Order
from shared_models.texts import Language


class Devices(Protocol):
    """Asks the centre about devices, for an administrator. Every method waits for the network, a quarter of a minute at most."""

    async def page(self, query: DeviceQuery) -> DevicesSeen:
        """Return a page of devices, or what the centre answered last. Raises SyncError when it never did."""
        ...

    async def order(self, device: str, order: Order) -> DeviceLine:
        """Order something for a device; returns it as it stands then. Raises SyncError."""
        ...

    async def make_code(self, user: str) -> DeviceCode:
        """Have a code made with which a device of a person signs in. Raises SyncError."""
        ...

    async def diagnostics(self, device: str) -> Path:
        """Return a file with the newest diagnostics of a device. Raises SyncError, FileUnwritten."""
        ...

    async def open(self, file: Path) -> None:
        """Open such a file with the program that this machine has for it. Raises CannotOpen."""
        ...


class Incidents(Protocol):
    """Asks the centre what went wrong day by day, for an administrator. It waits for the network, a quarter of a minute at most."""

    async def page(self, number: int = 0) -> IncidentsSeen:
        """Return a page, from 0, or what the centre answered last. Raises SyncError when it never did."""
        ...


class Alarms(Protocol):
    """Asks the centre about alarms, for an administrator. Every method waits for the network, a quarter of a minute at most."""

    async def page(self) -> AlarmsSeen:
        """Return rules and alarms, or what the centre answered last. Raises SyncError when it never did."""
        ...

    async def set_rule(self, rule: AlarmRule) -> AlarmPage:
        """Change a rule; returns all as it stands then. Raises SyncError."""
        ...


class Crm(Protocol):
    """The CRM of one signed-in person on one device, or in the office."""

    def listen(self, handler: Callable[[Event], None]) -> Callable[[], None]:
        """Tell `handler` of every later event, on any thread. Returns the function that ends it."""
        ...

    # -- who and how ---------------------------------------------------------------------------------------------------

    async def person(self) -> Person:
        """Return who is signed in."""
        ...

    async def preferences(self) -> Preferences:
        """Return how the reader wants to see the product."""
        ...

    async def set_preferences(self, preferences: Preferences) -> None:
        """Keep the preferences on this device, and language and zone also with the person."""
        ...

    async def account(self) -> OwnAccount:
        """Return what is known of the account of this device: nothing in the office."""
        ...

    async def sign_in(self, password: str) -> None:
        """Sign in at the server once more, and sync. Raises SyncError; then nothing has changed."""
        ...

    async def sign_out(self) -> None:
        """Sign out on this device. The replica stays, with what waits in it."""
        ...

    # -- lists and pages -------------------------------------------------------------------------------------------------

    async def companies(self, query: ListQuery, after: str | None = None) -> Page[CompanyRow]:
        """Return one page of companies; with `query.text`, what the search finds, best first. The first page is counted."""
        ...

    async def contacts(self, query: ListQuery, after: str | None = None) -> Page[ContactRow]:
        """Return one page of contacts, likewise."""
        ...

    async def last_used(self, entity: str) -> str | None:
        """Return the id of the company or contact that the reader looked at last and that is still here; None for none."""
        ...

    async def record(self, entity: str, id: str) -> RecordPage | None:
        """Return a company or contact with its parts, and note that it was looked at; None when it is not here."""
        ...

    async def timeline(self, entity: str, id: str, after: str | None = None) -> Timeline:
        """Return notes and past changes of a record and its parts, newest first. It may take as long as the centre does."""
        ...

    async def timeline_here(self, entity: str, id: str) -> Timeline:
        """Return what is on the device of the first page of a timeline, at once."""
        ...

    async def search(self, text: str) -> tuple[Hit, ...]:
        """Return the best records of any kind; for an empty text what was used lately."""
        ...

    # -- writing ---------------------------------------------------------------------------------------------------------

    async def open_form(self, entity: str, id: str | None, owner: Owner | None = None) -> FormStart:
        """Return what a form opens with, for a new record (id None) with its defaults. Raises KeyError for one that is gone."""
        ...

    async def is_here(self, entity: str, id: str) -> bool:
        """Return whether a record is on this device: one that its reader may no longer see is not."""
        ...

    async def open_refused(self, tx: str) -> FormStart:
        """Return a form with what a refused change wanted to save."""
        ...

    async def find_choices(self, entity: str, text: str) -> tuple[Choice, ...]:
        """Return records that a picker offers."""
        ...

    async def check(self, entity: str, values: Row, own_id: str | None = None) -> tuple[Finding, ...]:
        """Return what looks wrong in the fields given. own_id: the record itself, which does not look like another one."""
        ...

    async def save(self, form: FormEnd) -> Saved:
        """Save a form as one transaction. Raises RecordInvalid with every problem; then nothing was changed."""
        ...

    async def keep_draft(self, draft: FormDraft) -> None:
        """Keep what stands in an open form on this device, in the place of an earlier draft of the form; of now, if not of earlier."""
        ...

    async def drop_draft(self, form: str) -> None:
        """Forget what stood in a form."""
        ...

    async def draft(self, form: str) -> FormDraft | None:
        """Return what stood in a form when it was left without a save or a discard."""
        ...

    async def drafts_beside(self, form: str) -> tuple[FormDraft, ...]:
        """Return the other drafts of the form of a new record, the last one first."""
        ...

    async def last_draft(self) -> FormDraft | None:
        """Return the reader's last draft of any form."""
        ...

    async def add_note(self, owner: Owner, body: str) -> Saved:
        """Add a note. Raises RecordInvalid."""
        ...

    async def archive(self, entity: str, id: str) -> Saved:
        """Archive a record, or remove a part of one."""
        ...

    async def unarchive(self, entity: str, id: str) -> Saved:
        """Bring an archived record back."""
        ...

    async def undo(self, tx: str) -> bool:
        """Take a save back. Returns False when nothing was left to take back."""
        ...

    # -- what needs a person ---------------------------------------------------------------------------------------------

    async def inbox(self) -> Inbox:
        """Return open cards and refused changes of the reader."""
        ...

    async def decide(self, card: str, decision: Decision) -> Saved:
        """Close a card, with the edit that the decision means, as one transaction."""
        ...

    async def decided_cards(self, after: str | None = None) -> Page[CardView]:
        """Return a page of the cards of the reader that were decided in the last 30 days, the last one first."""
        ...

    async def restore_lost(self, card: str) -> Saved:
        """Bring the losing value of a decided card back, as a new edit. Raises KeyError when there is nothing to bring back."""
        ...

    async def read_news(self, card: str) -> None:
        """Note that the reader knows what became of a card that he decided: it leaves `Inbox.news`."""
        ...

    async def decide_by_edit(self, card: str) -> FormStart:
        """Return a form on the card's record; a save of what the card is about closes it."""
        ...

    async def retry(self, tx: str) -> None:
        """Send a refused change again as it is."""
        ...

    async def discard(self, tx: str) -> None:
        """Give a refused change up. It stays in the log until a backup of the centre holds it."""
        ...

    # -- rights ----------------------------------------------------------------------------------------------------------

    @property
    def rights(self) -> Rights:
        """Who may do what, and the ways to change it."""
        ...

    # -- files -----------------------------------------------------------------------------------------------------------

    @property
    def documents(self) -> Documents:
        """The files of companies and contacts."""
        ...

    # -- devices ---------------------------------------------------------------------------------------------------------

    @property
    def devices(self) -> Devices:
        """How the devices of the organisation fare, for administrators."""
        ...

    @property
    def alarms(self) -> Alarms:
        """What is alarming about them, for administrators."""
        ...

    @property
    def incidents(self) -> Incidents:
        """What went wrong on them and at the centre, for administrators."""
        ...

    # -- sync ------------------------------------------------------------------------------------------------------------

    async def status(self) -> SyncStatus:
        """Return where sync stands."""
        ...

    async def note_left_told(self) -> None:
        """Note that the reader was told what left his lists (`SyncStatus.left`)."""
        ...

    async def queue(self) -> Queue:
        """Return what waits and what was sent."""
        ...

    async def sync_now(self) -> None:
        """Start a round at once; returns when it was started, not when it ends."""
        ...

    async def lift_quarantine(self) -> None:
        """Let a device send again whose sending the centre's answer has stopped (P205): a person has looked."""
        ...

    async def set_paused(self, paused: bool) -> None:
        """Stop or continue sending and fetching until this program ends."""
        ...

    async def set_work_offline(self, on: bool) -> None:
        """Send and fetch nothing until switched back, also after a restart."""
        ...


class Door(Protocol):
    """The way into an installed client: the first sign-in, and opening what is here without a connection."""

    async def last(self) -> LastHere:
        """Return server address and e-mail of the account of this device; before the first sign-in, what is offered."""
        ...

    async def language(self) -> Language | None:
        """Return the language of whoever used this device last, or None."""
        ...

    async def notice(self) -> str:
        """Return the text key of what there is to say of this device before anyone signs in; empty for nothing."""
        ...

    async def outlook(self) -> Standing | None:
        """Return how the data lies on the disk of this device, or will once somebody is in; None where nothing is said of it."""
        ...

    async def has_to_encrypt(self) -> bool:
        """Whether what lies here in plain is encrypted now, which takes seconds."""
        ...

    async def set_aside(self) -> None:
        """Set data aside whose key is lost, so that the next sign-in loads everything anew. Nothing is deleted."""
        ...

    async def enter_by_code(self, server: str, code: str) -> Crm:
        """Sign in by a one-time code. Raises RecordInvalid, SyncError."""
        ...

    async def enter(self, server: str, email: str, password: str) -> Crm:
        """Sign in, or unlock when the account of this device is named. Raises RecordInvalid, UnlockFailed, SyncError."""
        ...
