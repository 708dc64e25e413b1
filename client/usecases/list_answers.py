"""What the use cases tell of lists and of the search: one page of rows at a time. See `answers` for how values are given."""

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from client.usecases.answers import Label, RowState

T = TypeVar("T")


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

    archived: bool = False
    """The archived ones in place of those in use, the last archived first whatever `order` says."""

    @property
    def narrows(self) -> bool:
        """Whether it asks for something else than all that is in use."""
        return bool(self.text or self.mine or self.role or self.archived)


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
    """Of the last talk: a note on the company, or on one of its people."""
    every_days: int | None = None
    """Wished days between visits; a longer silence is late."""
    changed_at: int | None = None
    due_at: int | None = None
    """When the next visit is wished; None without a rhythm."""
    is_provisional: bool = False
    """Whether the centre has not confirmed `code` yet, and may still suffix it."""
    status: Label | str | None = None
    """Inactive, at risk...: None for the usual one."""
    is_refused: bool = False
    """Whether it is a new record that the centre did not take, so that it stands on this device only until it is dealt with."""
    has_draft: bool = False
    """Whether the reader typed something about it that he has not saved: into a form, or as a note."""
    is_shared: bool = False
    """Whether somebody shared it with the reader, and the share is in force."""
    is_told_empty: bool = True
    """As in `record_answers.RecordPage`: else talks with people of it may be kept from the reader."""
    archived_at: int | None = None


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
    status: Label | str | None = None
    """As in `CompanyRow`."""
    is_refused: bool = False
    """As in `CompanyRow`."""
    has_draft: bool = False
    """As in `CompanyRow`."""
    is_shared: bool = False
    """As in `CompanyRow`."""
    archived_at: int | None = None


@dataclass(frozen=True)
class Hit:
    """A record that the search found. through: entity of the part that matched, when not the record itself."""

    entity: str
    id: str
    title: str
    detail: str = ""
    through: str = ""
    state: RowState = "sent"
    """`needs_you` of a new record that the centre did not take; of others nothing is told."""
