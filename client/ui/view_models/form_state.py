"""What stands in a form: typed values beside stored ones, what is wrong, and what came from others meanwhile."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from client.ui.router import SCREEN_OF, FormPlace
from client.ui.view_models.base import Phase
from client.usecases import typed_days, values
from client.usecases.answers import Label, Owner
from client.usecases.form_answers import Choice, Finding, FormStart
from client.usecases.form_drafts import FormDraft, numbered
from client.usecases.form_parts import form_column, form_sections, part_to
from shared_models.fields import Column, data_columns
from shared_models.registry import CRM


def form_key(place: FormPlace, owner: Owner | None) -> str:
    """Return which form this is, wherever it is opened: of a record, or of a new one, with its owner where it will have one."""
    answers = f"~{place.refused or place.card}" if place.refused or place.card else ""
    own = f"{place.entity}:{place.id or ''}{answers}"
    if place.draft is not None:
        return numbered(form_key(replace(place, draft=None), owner), place.draft)
    if place.id is not None or owner is None:
        return own
    is_owned = place.tie or place.entity not in SCREEN_OF or part_to(place.entity, owner.entity) is not None
    return f"{own}@{owner.entity}:{owner.id}" if is_owned else own


PRESSED = ("choice", "language", "roles", "switch")
"""Widgets that are pressed and not typed into."""
SEVERITIES = ("error", "warning", "hint")
"""What a field says first, when there is more to say than one sentence."""


@dataclass(frozen=True)
class FormState:
    """State of a form. typed: field -> as it stands in the field, text for everything that is typed letter by letter."""

    place: FormPlace
    start: FormStart | None = None
    typed: Mapping[str, object] = field(default_factory=dict)
    names: Mapping[str, Label | str] = field(default_factory=dict)
    """Field -> name of the record that was picked in it."""
    findings: tuple[Finding, ...] = ()
    kept: frozenset[str] = frozenset()
    """Fields whose warning the person overrides."""
    theirs: Mapping[str, object] = field(default_factory=dict)
    """Field -> stored value that came while the field was being changed here."""
    has_news: bool = False
    """A newer record arrived; what is typed stands."""
    has_left: bool = False
    """The person may no longer see the record; what is typed stands."""
    is_gone: bool = False
    """The record was not here when the form was to be opened; `typed` is what was typed about it before."""
    is_opening: bool = False
    """What was typed before is still being looked over: the cursor waits until it is known what is wrong with it."""
    picking: str | None = None
    pick_text: str = ""
    picks: tuple[Choice, ...] = ()
    saving: bool = False
    """A save is under way, or done: a second press does nothing. False again once it failed."""
    stopped: bool = False
    """A save was stopped by errors, and one of them still stands."""
    warned: bool = False
    """A save was stopped by warnings; the next one keeps the values."""
    kind_chosen: bool = False
    """The person chose the kind of a contact point; what is typed does not change it any more."""
    is_more: bool = False
    """The person wants to see what stands under "More"."""
    draft: FormDraft | None = None
    """What was typed before the program or the window was closed, until the person continues it or gives it up."""
    others: tuple[FormDraft, ...] = ()
    """Further drafts of this form of a new record, each of another one: they stay until the person goes on with them or gives them up."""
    phase: Phase = "reading"
    failure: str = ""

    @property
    def is_new(self) -> bool:
        """Whether the form makes a record, and is no answer to a refusal or a card."""
        return self.place.id is None and self.place.refused is None and self.place.card is None

    @property
    def heading(self) -> str:
        """Return the text key of the form's title. A tie is named by what is looked for: a person, or a company."""
        owner = self.start.owner if self.start else None
        if self.is_new and self.place.entity == "company_contact" and owner is not None:
            return f"tie.add.{'contact' if owner.entity == 'company' else 'company'}"
        return f"form.{'new' if self.is_new else 'edit'}.{self.place.entity}"

    @property
    def sections(self) -> list[tuple[str, tuple[Column, ...]]]:
        """Return (section, fields) that the form shows, in order; the first has no name where the rest stands under "More"."""
        found = form_sections(self.place.entity, is_new=self.start is not None and self.start.id is None)
        hidden = self.start.hidden if self.start is not None else frozenset()
        shown = [(section, tuple(c for c in fields if c.name not in hidden)) for section, fields in found]
        return [(section, fields) for section, fields in shown if fields]

    @property
    def can_save(self) -> bool:
        """Whether there is something to save: a record, and a field of it that the person may see."""
        return not self.is_gone and not self.is_closed and (self.start is None or bool(self.sections))

    @property
    def is_closed(self) -> bool:
        """Whether it would make a record that the person may not make, whatever he typed; what he typed before stays in its form."""
        denied = self.start.denied if self.start is not None and self.is_new else ""
        return denied not in ("", "denied.create_for") and not (self.typed or self.draft or self.others)

    @property
    def first_wrong(self) -> str:
        """Return the uppermost field of which something is to be looked at before the next save."""
        shown = (*self.missing_ends, *(column for _, columns in self.sections for column in columns))
        return next((column.name for column in shown if column.name in self._wrong), "")

    @property
    def _wrong(self) -> set[str]:
        return {one.field for one in self.findings if one.severity == "error"} or {one.field for one in self.warnings}

    @property
    def denied(self) -> str:
        """Return why the form cannot be saved by this person, a text key: known when it opened, or said by the last save."""
        return next(
            (f.reason for f in self.findings if f.reason.startswith("denied.")), self.start.denied if self.start else ""
        )

    @property
    def missing_ends(self) -> tuple[Column, ...]:
        """Return the owners that a new record has to be given here. A tie has two, and the open page is one of them at most."""
        start = self.start
        if start is None or start.id is not None:
            return ()
        owners = [c for c in data_columns(CRM.get(start.entity)) if c.is_owner and c.col.references]
        given = f"{start.owner.entity}_id" if start.owner else ""
        lacking = [c for c in owners if c.name != given]
        is_complete = any(c.optional for c in owners) and (
            len(lacking) < len(owners) or any(start.values.get(c.name) for c in owners)
        )
        return () if is_complete else tuple(lacking)

    @property
    def focus(self) -> str:
        """Return the field that takes the cursor when the form opens: `to_type`, unless a record is picked first."""
        return "" if self.missing_ends or self.is_opening or self.is_closed else self.to_type

    @property
    def is_named(self) -> bool:
        """Whether it is of a company or person that is there: letters that were meant for something else must not get into its name."""
        return self.place.id is not None and self.place.entity in SCREEN_OF

    @property
    def to_type(self) -> str:
        """Return the typed field that the person goes on with: the uppermost of which something is to be looked at, else the first."""
        typed = [c.name for _, fields in self.sections for c in fields if not c.col.references and c.col.widget not in PRESSED]
        return next((name for name in typed if name in self._wrong), typed[0] if typed else "")

    @property
    def is_more_needed(self) -> bool:
        """Whether something under "More" was typed or is wrong: then nobody may fold it away."""
        below = {column.name for _, columns in self.sections[1:] for column in columns}
        return bool(below & {*self.changed, *(finding.field for finding in self.findings)})

    @property
    def changed(self) -> dict[str, Any]:  # Any: stored values
        """Return field -> stored value of the fields that differ from what the form opened with."""
        if self.start is None:
            return {}
        found = {name: stored(form_column(self.start.entity, name), typed) for name, typed in self.typed.items()}
        return {name: value for name, value in found.items() if value != self.start.values.get(name)}

    def shows(self, name: str) -> object:
        """Return what stands in a field."""
        held = self.start.values.get(name) if self.start else None
        return self.typed.get(name, held)

    def finding(self, name: str) -> Finding | None:
        """Return what is wrong with a field: an error before a warning, that before a hint, an overridden warning not at all."""
        own = [f for f in self.findings if f.field == name and (f.severity != "warning" or name not in self.kept)]
        return min(own, key=lambda f: SEVERITIES.index(f.severity), default=None)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Return the warnings that nobody has overridden."""
        return tuple(f for f in self.findings if f.severity == "warning" and f.field not in self.kept)


def has_errors(findings: Iterable[Finding]) -> bool:
    """Whether something cannot be stored as it stands."""
    return any(finding.severity == "error" for finding in findings)


def stored(column: Column, typed: object) -> Any:  # Any: a stored value
    """Return the stored form of what stands in a field; text that is not understood stays text, and the check names it."""
    if isinstance(typed, str):
        text = typed if column.col.widget == "long_text" else typed.strip()
        if not text:
            return None if column.optional else ""
        read = _READ.get(column.col.widget)
        found = read(text) if read else None
        return text if found is None else found
    return sorted(str(item) for item in typed) if isinstance(typed, list | tuple | set | frozenset) else typed


def _whole_number(text: str) -> int | None:
    """Return a typed number; the check names those that are too large to be stored."""
    return int(text) if re.fullmatch(r"-?[0-9]{1,18}", text) else None


_READ: Mapping[str, Callable[[str], object]] = {
    "number": _whole_number,
    "day": typed_days.day,
    "partial_date": typed_days.partial_day,
    "country": values.country_code,
}
"""Widget -> how its text is read; None for what is not understood."""
