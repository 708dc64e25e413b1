"""Drafts of open forms and of notes: what is typed survives a killed program and a closed window, until it is saved or given up."""

from dataclasses import replace

from client.replica import drafts
from client.replica.drafts import FormDraft as FormDraft  # the shape that the screens know
from client.replica.replica import Replica
from client.usecases.answers import Owner


def note_form(owner: Owner) -> str:
    """Return under which name the note that is being written about a record is kept: no form has it."""
    return f"note:{owner.entity}:{owner.id}"


def keep_draft(replica: Replica, draft: FormDraft, now_ms: int) -> None:
    """Keep what stands in a form, in the place of an earlier draft of it. A power cut may take the last one back.

    Of a record that is no longer here nothing but what was typed is kept.
    """
    with replica.write(durable=False) as writing:
        draft = drafts.within(writing.connection, replica.registry, replace(draft, at=now_ms * 1000))
        drafts.keep(writing.connection, _user(replica), draft)


def drop_draft(replica: Replica, form: str) -> None:
    """Forget what stood in a form."""
    with replica.write(durable=False) as writing:
        drafts.drop(writing.connection, _user(replica), form)


def find_draft(replica: Replica, form: str) -> FormDraft | None:
    """Return what stood in a form when it was left without a save or a discard."""
    with replica.reading() as reader:
        return drafts.draft_of(reader, _user(replica), form)


def last_draft(replica: Replica) -> FormDraft | None:
    """Return the last draft of the reader, of a form or a note."""
    with replica.reading() as reader:
        return next(iter(drafts.drafts_of(reader, _user(replica))), None)


def _user(replica: Replica) -> str:
    return replica.facts()["user"] or ""
