"""Small saves that need no form: a note, an archive and the way back from it, the undo of one of them."""

from typing import Literal

from client.replica import change_log, drafts
from client.replica.replica import Replica
from client.usecases.allowed import NotAllowed, allowed
from client.usecases.answers import Owner, Saved
from client.usecases.form_drafts import note_form
from client.usecases.labels import Say, saved_label, undo_label
from shared_models.errors import FieldProblem, RecordInvalid


def add_note(replica: Replica, say: Say, now_ms: int, owner: Owner, body: str) -> Saved:
    """Add a note to a company or contact, and end its draft. Raises RecordInvalid for an empty one, NotAllowed."""
    text = body.strip()
    if not text:
        raise RecordInvalid((FieldProblem("body", "problem.required"),))
    if denied := allowed(replica).part("note", {f"{owner.entity}_id": owner.id}):
        raise NotAllowed(denied, "body")
    title = replica.titles(owner.entity, (owner.id,)).get(owner.id, "")
    label = saved_label(say, "note", title, (), verb="note")
    with replica.edit(label) as edit:
        pk = edit.insert("note", {f"{owner.entity}_id": owner.id, "body": text, "written_at": now_ms * 1000})
        drafts.drop(edit.writing.connection, replica.facts()["user"] or "", note_form(owner))
        tx = edit.tx_id
    return Saved(tx, pk, label)


def archive(replica: Replica, say: Say, entity: str, pk: str) -> Saved:
    """Archive a record, or remove a part of one. Raises KeyError for one that is gone, NotAllowed."""
    return _put_away(replica, say, entity, pk, "archive")


def unarchive(replica: Replica, say: Say, entity: str, pk: str) -> Saved:
    """Bring an archived record back. Raises KeyError for one that is gone, NotAllowed: it takes the right to archive (PROTOCOL 4)."""
    return _put_away(replica, say, entity, pk, "restore")


def _put_away(replica: Replica, say: Say, entity: str, pk: str, verb: Literal["archive", "restore"]) -> Saved:
    if denied := allowed(replica).archive(entity, pk):
        raise NotAllowed(denied)
    title = replica.titles(entity, (pk,)).get(pk, "")
    label = saved_label(say, entity, title, (), verb=verb)
    with replica.edit(label) as edit:
        if verb == "archive":
            edit.archive(entity, pk)
        else:
            edit.unarchive(entity, pk)
        tx = edit.tx_id
    return Saved(tx, pk, label)


def undo(replica: Replica, say: Say, tx: str) -> bool:
    """Take a save back, as a new edit when it was sent already. Returns False when nothing was left to take back."""
    with replica.reading() as reader:
        known = change_log.find(reader, tx)
    return known is not None and replica.undo(tx, undo_label(say, known.label))
