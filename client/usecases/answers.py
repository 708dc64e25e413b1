"""What the use cases tell the screens about records, lists and forms: frozen shapes without behaviour.

Times are microseconds since 1970 UTC. Values are in stored form (`shared_models.codec.Row`). A field that is None or empty is
not known or not there, and the screen hides it.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from shared_models.codec import Row

RowState = Literal["sent", "waiting", "needs_you"]
"""Dot of a row: at the centre, on this device only, or waiting for a person."""
T = TypeVar("T")


@dataclass(frozen=True)
class Label:
    """A text that data carries in both languages."""

    en: str
    ro: str


Shown = Mapping[str, Label | str]
"""Field -> what to show in place of the id that it holds."""


@dataclass(frozen=True)
class Choice:
    """One thing that a field may hold: its stored id, and how a person knows it."""

    id: str
    label: Label | str
    detail: str = ""
    is_recent: bool = False
    """Whether a picker offers it because it was lately used."""


@dataclass(frozen=True)
class Page(Generic[T]):
    """Rows of one page. next: opaque place of the following page. total: rows of the whole list, when it was counted."""

    rows: tuple[T, ...]
    next: str | None = None
    total: int | None = None


@dataclass(frozen=True)
class ListQuery:
    """What a list shows. text: as typed. mine: only what the reader is responsible for."""

    text: str = ""
    mine: bool = False
    role: str | None = None
    """One of `entities.company.ROLES`; companies only."""
    order: Literal["due", "name", "recent"] = "name"
    """`due`: the longest overdue visit first, companies only; `name`: contacts by last name; `recent`: last changed first."""


@dataclass(frozen=True)
class CompanyRow:
    """One company in a list."""

    id: str
    name: str
    kind: Label | str | None
    """Industry, else type."""
    place: str
    state: RowState
    code: str = ""
    last_note_at: int | None = None
    every_days: int | None = None
    """Wished days between visits; a longer silence is late."""
    changed_at: int | None = None
    due_at: int | None = None
    """When the next visit is wished; None without a rhythm."""
    is_provisional: bool = False
    """Whether the centre has not confirmed `code` yet, and may still suffix it."""


@dataclass(frozen=True)
class ContactRow:
    """One contact in a list."""

    id: str
    name: str
    job_title: str
    company: str
    """Name of the present (primary) company."""
    state: RowState
    phone: str = ""
    changed_at: int | None = None
    first_name: str = ""
    last_name: str = ""


@dataclass(frozen=True)
class Point:
    """A phone number, e-mail address or web page."""

    id: str
    kind: str
    value: str
    label: str = ""
    is_primary: bool = False
    validity: str = "unknown"
    state: RowState = "sent"


@dataclass(frozen=True)
class Tie:
    """A contact's place at a company, seen from one side. id, name: of the record at the other side; no name: it is not here."""

    link_id: str
    id: str
    name: str
    role: Label | str | None = None
    job_title: str = ""
    phone: str = ""
    email: str = ""
    is_primary: bool = False
    ended_on: str | None = None
    state: RowState = "sent"


@dataclass(frozen=True)
class Part:
    """An address, account or relative of a record, with the fields as they are stored."""

    id: str
    entity: str
    values: Row
    shown: Shown = dataclasses.field(default_factory=dict)
    state: RowState = "sent"


@dataclass(frozen=True)
class RecordPage:
    """A company or contact with all that belongs to it, but for its timeline."""

    id: str
    entity: str
    title: str
    values: Row
    shown: Shown
    state: RowState
    place: str = ""
    waiting: int = 0
    """Saves that touch it and have no answer yet."""
    waiting_since: int | None = None
    last_note_at: int | None = None
    last_note_by: str = ""
    points: tuple[Point, ...] = ()
    ties: tuple[Tie, ...] = ()
    """Contacts of a company, companies of a contact; present ones first."""
    parts: tuple[Part, ...] = ()
    pending: frozenset[str] = frozenset()
    """Fields with own values that the centre has not confirmed: a code among them is provisional."""

    def parts_of(self, entity: str) -> tuple[Part, ...]:
        """Return the parts of one kind."""
        return tuple(part for part in self.parts if part.entity == entity)

    def first(self, *kinds: str) -> Point | None:
        """Return the point to use first among kinds: a primary one, else the oldest."""
        found = [point for point in self.points if point.kind in kinds and point.validity not in ("wrong", "bounced")]
        return next((point for point in found if point.is_primary), found[0] if found else None)


@dataclass(frozen=True)
class Change:
    """One field before and after."""

    field: str
    before: object
    after: object
    before_shown: Label | str | None = None
    after_shown: Label | str | None = None


@dataclass(frozen=True)
class Outcome:
    """How a clash was decided. lost_by, used_by: who wrote the value that had lost, and the one in use."""

    decision: str
    """One of `sync_answers.Decision`, or the kind of a card that was only to be looked at."""
    lost_by: str = ""
    used_by: str = ""


@dataclass(frozen=True)
class TimelineEntry:
    """A note, or one past save of the record or of a part of it, newest first in the list."""

    id: str
    kind: Literal["note", "created", "changed", "merged", "overwritten", "restored", "refused", "archived", "decided"]
    entity: str
    at: int
    by: str
    is_mine: bool = False
    device: str = ""
    body: str = ""
    changes: tuple[Change, ...] = ()
    is_pinned: bool = False
    state: RowState = "sent"
    outcome: Outcome | None = None
    """Of a decided clash: `changes` then hold the value that had lost as before, and the one in use as after."""


@dataclass(frozen=True)
class Timeline:
    """The newest entries. has_history: False while the centre is out of reach, and only notes are here."""

    entries: tuple[TimelineEntry, ...]
    next: str | None = None
    has_history: bool = True


@dataclass(frozen=True)
class Hit:
    """A record that the search found. through: entity of the part that matched, when not the record itself."""

    entity: str
    id: str
    title: str
    detail: str = ""
    through: str = ""


@dataclass(frozen=True)
class Owner:
    """The record that a new part will belong to."""

    entity: str
    id: str


@dataclass(frozen=True)
class FormStart:
    """What a form opens with. seen: token of what was on the screen, given back with the save; id is None for a new record."""

    entity: str
    id: str | None
    values: Row
    shown: Shown
    choices: Mapping[str, tuple[Choice, ...]]
    """Field -> choices of lists; pickers ask `find_choices` instead."""
    seen: str = ""
    owner: Owner | None = None
    title: str = ""
    replaces: str | None = None
    """Refused transaction whose values these are."""
    pending: frozenset[str] = frozenset()
    """As in `RecordPage`."""


@dataclass(frozen=True)
class Finding:
    """A value that looks wrong. An error cannot be stored; a warning can, once the person keeps it on purpose."""

    field: str
    reason: str
    """Text key."""
    params: Mapping[str, str | int] = dataclasses.field(default_factory=dict)
    severity: Literal["error", "warning"] = "error"
    fix: str | None = None
    """A value that would be right."""


@dataclass(frozen=True)
class FormEnd:
    """What a form saves: only the fields that the person changed, and what he saw."""

    start: FormStart
    values: Row
    tie: Row | None = None
    """Fields of the tie to `start.owner` that is made in the same save as a new company or contact; None for no tie."""
    drafts: tuple[str, ...] = ()
    """Forms whose drafts (`form_drafts`) the save ends."""


@dataclass(frozen=True)
class Saved:
    """A save that is committed on this device. tx: what `undo` takes; label: what was saved, for the snack bar."""

    tx: str
    id: str
    label: str = ""


@dataclass(frozen=True)
class Person:
    """Who is signed in, and on what."""

    name: str
    email: str = ""
    is_admin: bool = False
    device: str = ""
    is_office: bool = False
    """In a browser of the office: signing out is a page of the server."""


@dataclass(frozen=True)
class Preferences:
    """How the reader wants to see the product. theme `system` follows the device."""

    language: Literal["en", "ro"] = "en"
    theme: Literal["light", "dark", "outdoor", "system"] = "system"
    time_zone: str = "Europe/Bucharest"
