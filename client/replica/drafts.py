"""Typed values of forms that are open: kept on this device until the form is saved or given up, and never sent.

They are no changes yet, so they stand outside the change log; a killed program or a closed window leaves them here. Each
belongs to the person who typed: whoever else signs in on this device neither sees nor replaces them. Of a record that is not
here any more only what was typed is kept, and nothing of what stood in it. The last letters are written a moment after they were
typed (`client.ui.view_models.base.KEEP_S`): that is the most that a killed program costs.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from client.replica.driver import Connection
from client.replica.schema import quoted
from shared_models.fields import columns
from shared_models.registry import Registry

MAX_DRAFTS = 100
"""Drafts of one person; the oldest go first. Nobody has so many forms open: it bounds what is never looked at again."""
_RECORD = re.compile(r"([a-z_]+):([^~@:]*)")


@dataclass(frozen=True)
class FormDraft:
    """What stood in a form that was not saved. form: which one, and the only draft of it."""

    form: str
    """`entity:id`, or `entity:` of a new one; after a `~` what it answers, or `draft2` of the second of one form; after an `@` the
    record that it will belong to.
    `note:entity:id` is the note that is being written about a record."""
    place: str
    """Address that opens the form."""
    title: str
    """Name of the record, empty for a new one."""
    heading: str
    """Text key of the form's own title."""
    typed: Mapping[str, Any] = field(default_factory=dict)  # Any: JSON scalars and lists of text, as they stand in the fields
    base: Mapping[str, Any] = field(default_factory=dict)  # Any: stored values
    """Field -> stored value that it was typed over."""
    names: Mapping[str, Any] = field(default_factory=dict)  # Any: text, or language -> text
    """Field -> name of the record that was picked in it."""
    at: int = 0
    """Microseconds since 1970 UTC."""


def entity_of(form: str) -> str | None:
    """Return the entity whose fields a form has; None for a note's, which has one text."""
    found = _RECORD.match(form)
    return None if found is None or (found[1] == "note" and form.count(":") > 1) else found[1]


def keep(connection: Connection, user: str, draft: FormDraft) -> None:
    """Keep a draft in the place of an earlier one of its form; part of the caller's transaction."""
    connection.execute(
        "INSERT INTO _form_draft (user, form, at, what) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (user, form) DO UPDATE SET at = excluded.at, what = excluded.what",
        (user, draft.form, draft.at, _what(draft)),
    )
    connection.execute(
        "DELETE FROM _form_draft WHERE user = ? AND form NOT IN "
        "(SELECT form FROM _form_draft WHERE user = ? ORDER BY at DESC, form LIMIT ?)",
        (user, user, MAX_DRAFTS),
    )


def drop(connection: Connection, user: str, *forms: str) -> None:
    """Forget the drafts of forms; part of the caller's transaction."""
    connection.executemany("DELETE FROM _form_draft WHERE user = ? AND form = ?", [(user, form) for form in forms])


def drafts_of(connection: Connection, user: str) -> list[FormDraft]:
    """Return a person's drafts, the last one first."""
    found = connection.execute("SELECT form, at, what FROM _form_draft WHERE user = ? ORDER BY at DESC, form", (user,))
    return [FormDraft(form=form, at=at, **json.loads(what)) for form, at, what in found.fetchall()]


def draft_of(connection: Connection, user: str, form: str) -> FormDraft | None:
    """Return a person's draft of one form."""
    found = connection.execute("SELECT at, what FROM _form_draft WHERE user = ? AND form = ?", (user, form)).fetchone()
    return None if found is None else FormDraft(form=form, at=found[0], **json.loads(found[1]))


def within(connection: Connection, registry: Registry, draft: FormDraft, hidden: frozenset[str] = frozenset()) -> FormDraft:
    """Return a draft without what it says of records that are not here: their values and names; hidden: fields of its entity.

    The fields that were typed stay, also those of a record that is not here any more.
    """
    named = named_in(draft.form)
    if any(not _is_here(connection, registry, entity, pk) for entity, pk in named if pk):
        return replace(draft, title="", base={}, names={})
    entity = registry.by_name.get(named[0][0]) if named else None
    if entity is None or not (draft.names or hidden):
        return draft
    references = {column.name: column.col.references or "" for column in columns(entity)}
    gone = {
        name for name in draft.names
        if draft.typed.get(name) and not _is_here(connection, registry, references.get(name, ""), str(draft.typed[name]))
    }  # fmt: skip
    return replace(
        draft,
        names={name: title for name, title in draft.names.items() if name not in gone},
        base={name: value for name, value in draft.base.items() if name not in hidden},
    )


def bring_within(connection: Connection, registry: Registry, hidden: Mapping[str, frozenset[str]]) -> None:
    """Make every draft what `within` says, after records left. hidden: entity -> fields that were emptied."""
    for user, form, at, what in connection.execute("SELECT user, form, at, what FROM _form_draft").fetchall():
        draft = FormDraft(form=form, at=at, **json.loads(what))
        named = named_in(form)
        kept = within(connection, registry, draft, hidden.get(named[0][0] if named else "", frozenset()))
        if kept != draft:
            connection.execute("UPDATE _form_draft SET what = ? WHERE user = ? AND form = ?", (_what(kept), user, form))


def _what(draft: FormDraft) -> str:
    what = {name: getattr(draft, name) for name in ("place", "title", "heading", "typed", "base", "names")}
    return json.dumps(what, ensure_ascii=False)


def named_in(form: str) -> list[tuple[str, str]]:
    """Return entity and id of the records that a form is on or belongs to; of a new one no id."""
    return _RECORD.findall(form.removeprefix("note:"))


def _is_here(connection: Connection, registry: Registry, entity: str, pk: str) -> bool:
    """Whether a record is in the replica; one of an entity that is not known counts as here."""
    if entity not in registry.by_name:
        return True
    return connection.execute(f"SELECT 1 FROM {quoted(entity)} WHERE id = ?", (pk,)).fetchone() is not None
