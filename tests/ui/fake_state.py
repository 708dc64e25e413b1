"""What the fake facade holds in memory, who uses it, and how a test makes it slow or failing."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from client.events import Event
from client.replica.drafts import named_in
from client.usecases.answers import OwnAccount, Owner, Person, Preferences, RowState
from client.usecases.form_answers import FormEnd
from client.usecases.form_drafts import FormDraft
from client.usecases.record_answers import Access, Shared
from client.usecases.sync_answers import CardView, Decision, Inbox, Queue, SyncStatus
from client.usecases.timeline_answers import TimelineEntry
from shared_models.errors import FieldfareError
from shared_models.ids import derived_id
from shared_models.registry import CRM
from tests.ui.believable import DAY, ago

USERS = {derived_id("user", n): n for n in ("Ana Pop", "Maria Ilie", "Dan Rusu")}
TEAM = derived_id("team", "Transilvania")


def folded(text: str) -> str:
    import unicodedata

    return "".join(c for c in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(c))


def due_at(row: dict[str, Any]) -> int | None:
    every = row.get("visit_every_days")
    return None if every is None else (row.get("_last") or ago(days=90)) + every * DAY


def company_id(place: int) -> str:
    return derived_id("company", str(place))


def contact_id(place: int) -> str:
    return derived_id("contact", str(place))


@dataclass
class FakeState:
    """Everything in memory. `fail` makes every read of a screen fail, `fail_frame` those of the frame; `delay_s` makes reads slow."""

    rows: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    states: dict[str, RowState] = field(default_factory=dict)
    pending: dict[str, frozenset[str]] = field(default_factory=dict)
    notes: list[tuple[str, TimelineEntry]] = field(default_factory=list)
    person_: Person = field(
        default_factory=lambda: Person("Ana Pop", "ana.pop@carpati.example", False, "Laptop Ana", at_rest="encrypted")
    )
    preferences_: Preferences = field(default_factory=lambda: Preferences("en", "light"))
    account_: OwnAccount = field(
        default_factory=lambda: OwnAccount("https://crm.carpati.example", "ana.pop@carpati.example", ago(days=-13))
    )
    refuse_sign_in: Exception | None = None
    status_: SyncStatus = field(default_factory=SyncStatus)
    inbox_: Inbox = field(default_factory=Inbox)
    decided_: tuple[CardView, ...] = ()
    queue_: Queue = field(default_factory=Queue)
    listeners: list[Callable[[Event], None]] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)
    saved: list[FormEnd] = field(default_factory=list)
    decided: list[tuple[str, Decision]] = field(default_factory=list)
    drafts: dict[str, FormDraft] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    used: list[tuple[str, str]] = field(default_factory=list)
    """(entity, id) of the pages that were read, the newest last."""
    denied: dict[str, str] = field(default_factory=dict)
    """What the reader may not do on any page (`RecordPage.denied`)."""
    hidden: frozenset[str] = frozenset()
    """Confidential fields, of any form, that the reader may not see (`FormStart.hidden`)."""
    access: tuple[Access, ...] = ()
    """What decides on what the reader may do, on any page (`RecordPage.access`)."""
    shares: tuple[Shared, ...] = ()
    """With whom any page is shared (`RecordPage.shares`)."""
    lent: frozenset[str] = frozenset()
    """Ids of the records that are shared with the reader."""
    may_share: tuple[str, ...] = ()
    """What the reader may let others do (`RecordPage.may_share`)."""
    sees_all_ties: bool = True
    """Whether no person or company is kept from the reader (`RecordPage.sees_all_ties`)."""
    is_own: bool = False
    """Whether any page is of a record of the reader's own (`RecordPage.is_own`)."""
    refused: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Id of a record -> drafts of it (`RecordPage.refused`)."""
    arrives: str = ""
    """Id of a company of which a newer version comes as soon as something is kept that was typed."""
    count_files: Callable[[Owner], int] = lambda owner: 0
    """How many files a record has."""
    fail: FieldfareError | None = None
    fail_frame: Exception | None = None
    delay_s: float = 0.0

    def listen(self, handler: Callable[[Event], None]) -> Callable[[], None]:
        self.listeners.append(handler)
        return lambda: self.listeners.remove(handler)

    def tell(self, event: Event) -> None:
        for handler in tuple(self.listeners):
            handler(event)

    async def _read(self, what: str) -> None:
        self.calls.append(what)
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        if self.fail is not None:
            raise self.fail

    def title(self, entity: str, id: str) -> str:
        row = self.rows.get(entity, {}).get(id, {})
        return " ".join(str(row[f]) for f in CRM.get(entity).title_fields if row.get(f))

    def drafts_on(self, entity: str, id: str) -> tuple[FormDraft, ...]:
        """Return the drafts that name a record."""
        return tuple(draft for draft in self.drafts.values() if (entity, id) in named_in(draft.form))

    async def person(self) -> Person:
        self._check_frame()
        return self.person_

    async def preferences(self) -> Preferences:
        self._check_frame()
        return self.preferences_

    def _check_frame(self) -> None:
        if self.fail_frame is not None:
            raise self.fail_frame

    async def set_preferences(self, preferences: Preferences) -> None:
        self.preferences_ = preferences

    async def account(self) -> OwnAccount:
        return self.account_

    async def sign_in(self, password: str) -> None:
        if self.refuse_sign_in is not None:
            raise self.refuse_sign_in
        self.calls.append(f"sign_in {password}")

    async def sign_out(self) -> None:
        self.calls.append("sign_out")
