"""What the use cases tell of the past of a company or contact. See `answers` for how values are given."""

from dataclasses import dataclass
from typing import Literal

from client.usecases.answers import Label, RowState
from client.usecases.record_answers import Part


@dataclass(frozen=True)
class Change:
    """One field before and after."""

    field: str
    before: object
    after: object
    before_shown: Label | str | None = None
    after_shown: Label | str | None = None


PartVerb = Literal["added", "changed", "removed", "brought_back"]


@dataclass(frozen=True)
class PartChange:
    """What a save did with a part of a record. old, new: what it was called before and after; another one of a number that was replaced."""

    verb: PartVerb
    old: Part | None
    new: Part | None
    changes: tuple[Change, ...] = ()
    """Its other fields."""
    is_beside: bool = False
    """Of a number that was replaced: somebody else had done that already, unknown to the author, so the record has both new ones."""


@dataclass(frozen=True)
class Outcome:
    """How a clash was decided. lost_by, used_by: who wrote the value that had lost, and the one in use; `_me`: the reader did.

    Of `chosen` and `now` the value is `after`.
    """

    decision: str
    """One of `sync_answers.Decision`, or the kind of a card that was only to be looked at."""
    lost_by: str = ""
    used_by: str = ""
    lost_by_me: bool = False
    used_by_me: bool = False
    is_again: bool = False
    """Whether it was decided before, and this put the other value back."""
    chosen: tuple[Change, ...] = ()
    """What was typed instead of both, where that is known."""
    now: tuple[Change, ...] = ()
    """What the record holds now, where that is another value."""


@dataclass(frozen=True)
class TimelineEntry:
    """A note, or one past save of the record and of its parts, newest first in the list.

    added, removed: of parts alone. state: of a save that is waiting, the centre does not tell it yet.
    """

    id: str
    kind: Literal[
        "note",
        "created",
        "changed",
        "merged",
        "overwritten",
        "brought_back",
        "refused",
        "archived",
        "decided",
        "added",
        "removed",
    ]
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
    parts: tuple[PartChange, ...] = ()
    talked_with: str = ""
    """On a company's page: name of the person on whom the note is written; empty when it is on the company itself."""


@dataclass(frozen=True)
class Timeline:
    """The newest entries. has_history: False while the centre is out of reach, and only what is on this device is here."""

    entries: tuple[TimelineEntry, ...]
    next: str | None = None
    has_history: bool = True
