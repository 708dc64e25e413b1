"""What the use cases tell a form, and what it gives back. See `answers` for how values are given."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from client.usecases.answers import Label, Owner, Shown
from client.usecases.form_drafts import FormDraft
from shared_models.codec import Row


@dataclass(frozen=True)
class Choice:
    """One thing that a field may hold: its stored id, and how a person knows it."""

    id: str
    label: Label | str
    detail: str = ""
    """What tells it from another of the same name (`namesakes`)."""
    is_recent: bool = False
    """Whether a picker offers it because it was lately used."""


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
    """As in `record_answers.RecordPage`."""
    parts: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Field of a part (`form_parts`) -> id of the record that stands in it."""
    kinds: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Field of a phone or e-mail -> kind of the contact point that stands in it."""
    denied: str = ""
    """Why the reader cannot save this form, a text key; empty when he can, or this device cannot tell."""
    hidden: frozenset[str] = frozenset()
    """Confidential fields that are kept from the reader."""


@dataclass(frozen=True)
class Finding:
    """A value that looks wrong. An error cannot be stored; a warning can, once the person keeps it on purpose; a hint only tells."""

    field: str
    reason: str
    """Text key."""
    params: Mapping[str, str | int] = dataclasses.field(default_factory=dict)
    severity: Literal["error", "warning", "hint"] = "error"
    fix: str | None = None
    """A value that would be right."""
    opens: tuple[str, str] | None = None
    """Of a hint: entity and id of the record that it tells of."""


@dataclass(frozen=True)
class FormEnd:
    """What a form saves: only the fields that the person changed, and what he saw."""

    start: FormStart
    values: Row
    tie: Row | None = None
    """Fields of the tie to `start.owner` that is made in the same save as a new company or contact; None for no tie."""
    drafts: tuple[str, ...] = ()
    """Forms whose drafts (`form_drafts`) the save ends."""
    left: FormDraft | None = None
    """What stays a draft of the form: the person has not decided yet whether to go on with it."""
