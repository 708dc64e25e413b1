"""Typed values of forms that are open: kept on this device until the form is saved or given up, and never sent.

They are no changes yet, so they stand outside the change log; a killed program or a closed window leaves them here. Each
belongs to the person who typed: whoever else signs in on this device neither sees nor replaces them.
"""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MAX_DRAFTS = 100
"""Drafts of one person; the oldest go first. Nobody has so many forms open: it bounds what is never looked at again."""


@dataclass(frozen=True)
class FormDraft:
    """What stood in a form that was not saved. form: which one, and the only draft of it."""

    form: str
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


def keep(connection: sqlite3.Connection, user: str, draft: FormDraft) -> None:
    """Keep a draft in the place of an earlier one of its form; part of the caller's transaction."""
    what = {name: getattr(draft, name) for name in ("place", "title", "heading", "typed", "base", "names")}
    connection.execute(
        "INSERT INTO _form_draft (user, form, at, what) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (user, form) DO UPDATE SET at = excluded.at, what = excluded.what",
        (user, draft.form, draft.at, json.dumps(what, ensure_ascii=False)),
    )
    connection.execute(
        "DELETE FROM _form_draft WHERE user = ? AND form NOT IN "
        "(SELECT form FROM _form_draft WHERE user = ? ORDER BY at DESC, form LIMIT ?)",
        (user, user, MAX_DRAFTS),
    )


def drop(connection: sqlite3.Connection, user: str, *forms: str) -> None:
    """Forget the drafts of forms; part of the caller's transaction."""
    connection.executemany("DELETE FROM _form_draft WHERE user = ? AND form = ?", [(user, form) for form in forms])


def drafts_of(connection: sqlite3.Connection, user: str) -> list[FormDraft]:
    """Return a person's drafts, the last one first."""
    found = connection.execute("SELECT form, at, what FROM _form_draft WHERE user = ? ORDER BY at DESC, form", (user,))
    return [FormDraft(form=form, at=at, **json.loads(what)) for form, at, what in found.fetchall()]


def draft_of(connection: sqlite3.Connection, user: str, form: str) -> FormDraft | None:
    """Return a person's draft of one form."""
    found = connection.execute("SELECT at, what FROM _form_draft WHERE user = ? AND form = ?", (user, form)).fetchone()
    return None if found is None else FormDraft(form=form, at=found[0], **json.loads(found[1]))
