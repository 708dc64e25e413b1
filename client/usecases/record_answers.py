"""What the use cases tell of one company or contact, but for its timeline. See `answers` for how values are given."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from client.usecases.answers import Label, RowState, Shown
from client.usecases.form_drafts import FormDraft
from client.usecases.reaching import address_of
from shared_models.codec import Row
from shared_models.fields import ARCHIVED


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

    @property
    def address(self) -> str:
        """What the device dials, writes to or opens; empty where the value is no number, e-mail address or page."""
        return address_of(self.kind, self.value)


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
    denied: str = ""
    """Why the reader may not change it, a text key."""


@dataclass(frozen=True)
class Part:
    """An address, account or relative of a record, with the fields as they are stored."""

    id: str
    entity: str
    values: Row
    shown: Shown = dataclasses.field(default_factory=dict)
    state: RowState = "sent"


@dataclass(frozen=True)
class Access:
    """What decides whether the reader may do something with a record."""

    action: str
    """see, change or archive."""
    is_allowed: bool
    rule: str
    """Text key of the rule, `why.*`."""
    words: Mapping[str, Label | str] = dataclasses.field(default_factory=dict)
    """What its placeholders stand for; `source` is a part of a key, `until` microseconds since 1970 UTC."""


@dataclass(frozen=True)
class Shared:
    """A share of one record that is in force. can_end: whether the reader may end it."""

    id: str
    whom: str
    is_team: bool
    level: str
    """see or change."""
    until: int
    by: str = ""
    can_end: bool = False
    state: RowState = "sent"
    is_with_me: bool = False
    """Whether somebody else gave it to the reader, or to a team that he is in."""


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
    denied: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """What the reader may not do here -> why, a text key: `change`, `archive`, the kind of a part that he may not write, or `tie`: to
    tie another record to it."""
    refused: tuple[str, ...] = ()
    """Own saves of it and of its parts that the centre did not take, and with which nobody dealt yet; the ids of their drafts."""
    last_note_with: str = ""
    """Of a company: name of the person on whom that note was written; empty when it is on the company itself."""
    status: Label | str | None = None
    """As in `list_answers.CompanyRow`."""
    access: tuple[Access, ...] = ()
    """Why the reader may do what he may do with it; nothing where this device does not know."""
    shares: tuple[Shared, ...] = ()
    """With whom it is shared now, the one that ends first at the top."""
    may_share: tuple[str, ...] = ()
    """What the reader may let others do with it: see, change; empty for nothing."""
    needless_shares: frozenset[str] = frozenset()
    """Ids of people to whom it need not be shared: the reader himself, and its responsible."""
    questions: tuple[str, ...] = ()
    """Open cards of the reader's inbox that are about it and its parts, the newest first; their ids."""
    drafts: tuple[FormDraft, ...] = ()
    """What the reader typed into forms on it and its parts and did not save, the last one first; its note is told where it is written."""
    sees_all_ties: bool = True
    """Whether all of its contacts, or companies, are here; else rights may keep some from the reader, and nobody here knows how many."""
    files: int = 0
    """Files on it; several versions of one count once."""
    is_own: bool = False
    """Whether it is the reader's own, or he has just made it."""

    @property
    def archived_at(self) -> int | None:
        """When it was archived, in microseconds since 1970 UTC; None while it is in use."""
        return self.values.get(ARCHIVED)

    @property
    def is_told_empty(self) -> bool:
        """Whether nobody at the other end means that there is nobody: that of his own record would be kept from him is no usual thing."""
        return self.sees_all_ties or self.is_own

    def parts_of(self, entity: str) -> tuple[Part, ...]:
        """Return the parts of one kind."""
        return tuple(part for part in self.parts if part.entity == entity)

    def first(self, *kinds: str) -> Point | None:
        """Return the point to use first among kinds: a primary one, else the oldest; one that reaches somebody before others."""
        known = [point for point in self.points if point.kind in kinds and point.validity not in ("wrong", "bounced")]
        found = [point for point in known if point.address] or known
        return next((point for point in found if point.is_primary), found[0] if found else None)
