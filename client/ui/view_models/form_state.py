"""What stands in a form: typed values beside stored ones, what is wrong, and what came from others meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from client.ui.router import SCREEN_OF, FormPlace
from client.ui.view_models.base import Phase
from client.usecases.answers import Choice, Finding, FormStart, Label, Owner
from client.usecases.form_drafts import FormDraft
from shared_models.fields import Column, Kind, column_of
from shared_models.registry import CRM


def form_key(place: FormPlace, owner: Owner | None) -> str:
    """Return which form this is, wherever it is opened: of a record, or of a new one, with its owner where it will have one."""
    answers = f"~{place.refused or place.card}" if place.refused or place.card else ""
    is_owned = place.id is None and owner is not None and (place.tie or place.entity not in SCREEN_OF)
    return f"{place.entity}:{place.id or ''}" + answers + (f"@{owner.entity}:{owner.id}" if is_owned and owner else "")


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
    picking: str | None = None
    pick_text: str = ""
    picks: tuple[Choice, ...] = ()
    saving: bool = False
    """A save is under way, or done: a second press does nothing. False again once it failed."""
    warned: bool = False
    """A save was stopped by warnings; the next one keeps the values."""
    kind_chosen: bool = False
    """The person chose the kind of a contact point; what is typed does not change it any more."""
    draft: FormDraft | None = None
    """What was typed before the program or the window was closed, until the person continues it or gives it up."""
    phase: Phase = "reading"
    failure: str = ""

    @property
    def changed(self) -> dict[str, Any]:  # Any: stored values
        """Return field -> stored value of the fields that differ from what the form opened with."""
        if self.start is None:
            return {}
        found = {name: stored(column_of(CRM.get(self.start.entity), name), typed) for name, typed in self.typed.items()}
        return {name: value for name, value in found.items() if value != self.start.values.get(name)}

    def shows(self, name: str) -> object:
        """Return what stands in a field."""
        held = self.start.values.get(name) if self.start else None
        return self.typed.get(name, held)

    def finding(self, name: str) -> Finding | None:
        """Return what is wrong with a field: an error before a warning, an overridden warning not at all."""
        own = [f for f in self.findings if f.field == name and (f.severity == "error" or name not in self.kept)]
        return min(own, key=lambda f: f.severity != "error", default=None)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Return the warnings that nobody has overridden."""
        return tuple(f for f in self.findings if f.severity == "warning" and f.field not in self.kept)


def stored(column: Column, typed: object) -> Any:  # Any: a stored value
    """Return the stored form of what stands in a field; text that is no number stays text, and the check names it."""
    if isinstance(typed, str):
        text = typed if column.col.widget == "long_text" else typed.strip()
        if not text:
            return None if column.optional else ""
        if column.kind is Kind.INTEGER:
            return int(text) if text.lstrip("-").isdigit() else text
        return text
    return sorted(str(item) for item in typed) if isinstance(typed, list | tuple | set | frozenset) else typed
