"""Drafts of open forms and of notes: what is typed survives a killed program and a closed window, until it is saved or given up."""

import re
from dataclasses import replace

from client.events import DraftsChanged
from client.replica import drafts
from client.replica.drafts import FormDraft as FormDraft  # the shape that the screens know
from client.replica.replica import Replica
from client.usecases.answers import Owner

_NUMBER = re.compile(r"~draft([0-9]+)")


def numbered(form: str, number: int) -> str:
    """Return under which name a further draft of a new record is kept. form: that of the form, or of another draft of it."""
    entity, owner, record = family(form).partition("@")
    return f"{entity}~draft{number}{owner}{record}"


def number_of(form: str) -> int:
    """Return the number of a further draft of a new record; 1 for the draft that has none."""
    found = _NUMBER.search(form)
    return int(found[1]) if found else 1


def family(form: str) -> str:
    """Return the form of which a draft is, whichever of its drafts it is."""
    return _NUMBER.sub("", form)


def note_form(owner: Owner) -> str:
    """Return under which name the note that is being written about a record is kept: no form has it."""
    return f"note:{owner.entity}:{owner.id}"


def is_of_note(draft: FormDraft) -> bool:
    """Whether a draft is of a note, and not of a form."""
    return draft.form.startswith("note:")


def keep_draft(replica: Replica, draft: FormDraft, now_ms: int) -> None:
    """Keep what stands in a form, in the place of an earlier draft of it. A power cut may take the last one back.

    It is of now, unless it says of when it is.
    Of a record that is no longer here nothing but what was typed is kept.
    """
    with replica.write(durable=False) as writing:
        if drafts.draft_of(writing.connection, _user(replica), draft.form) is None:
            writing.events.append(DraftsChanged())
        draft = drafts.within(writing.connection, replica.registry, replace(draft, at=draft.at or now_ms * 1000))
        drafts.keep(writing.connection, _user(replica), draft)


def drop_draft(replica: Replica, form: str) -> None:
    """Forget what stood in a form."""
    with replica.write(durable=False) as writing:
        if drafts.draft_of(writing.connection, _user(replica), form) is not None:
            writing.events.append(DraftsChanged())
        drafts.drop(writing.connection, _user(replica), form)


def find_draft(replica: Replica, form: str) -> FormDraft | None:
    """Return what stood in a form when it was left without a save or a discard."""
    with replica.reading() as reader:
        return drafts.draft_of(reader, _user(replica), form)


def drafts_beside(replica: Replica, form: str) -> tuple[FormDraft, ...]:
    """Return the other drafts of the form of a new record, the last one first."""
    with replica.reading() as reader:
        found = drafts.drafts_of(reader, _user(replica))
    return tuple(one for one in found if one.form != form and family(one.form) == family(form))


def last_draft(replica: Replica) -> FormDraft | None:
    """Return the last draft of the reader, of a form or a note, with the name that its record has now."""
    with replica.reading() as reader:
        found = next(iter(drafts.drafts_of(reader, _user(replica))), None)
    named = drafts.named_in(found.form) if found is not None and found.title else []
    if found is None or not named:
        return found
    entity, pk = named[0]
    known = entity in replica.registry.by_name and pk
    return replace(found, title=(replica.titles(entity, (pk,)).get(pk) if known else None) or found.title)


def drafts_on(replica: Replica) -> dict[tuple[str, str], tuple[FormDraft, ...]]:
    """Return (entity, id) of a company or contact -> the reader's drafts that are about it or a part of it, the last one first."""
    with replica.reading() as reader:
        found = drafts.drafts_of(reader, _user(replica))
    about: dict[tuple[str, str], tuple[FormDraft, ...]] = {}
    for draft in found:
        for key in _about(replica, draft):
            about[key] = (*about.get(key, ()), draft)
    return about


def _about(replica: Replica, draft: FormDraft) -> set[tuple[str, str]]:
    """Return the records that a draft is about: its own, the one that a new record will belong to, and those that a part is of."""
    registry, found = replica.registry, set[tuple[str, str]]()
    for entity, pk in drafts.named_in(draft.form):
        kind = registry.by_name.get(entity)
        if kind is None or not pk:
            continue
        if kind in registry.roots:
            found.add((entity, pk))
            continue
        row = replica.get(entity, pk) or {}
        found |= {(of, row[field]) for field, of in registry.parents(kind) if row.get(field)}
    return found


def _user(replica: Replica) -> str:
    return replica.facts()["user"] or ""
