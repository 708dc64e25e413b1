"""The inbox: conflict cards and refused changes, and what a decision does. Deciding works offline and can be undone."""

import json
from collections.abc import Mapping
from dataclasses import replace

from client.replica.replica import Replica
from client.replica.standing import Draft
from client.usecases.allowed import NotAllowed, allowed
from client.usecases.answers import Saved
from client.usecases.card_values import side_of, side_that_holds
from client.usecases.card_views import card_view
from client.usecases.decided import solved_count
from client.usecases.decision_labels import decision_label
from client.usecases.form_answers import FormStart
from client.usecases.forms import OpenForms, open_form
from client.usecases.labels import Say
from client.usecases.news import news
from client.usecases.shown import Names
from client.usecases.sync_answers import SETTLED_BY_LOOKING, Decision, Inbox, RefusedChange
from client.usecases.timeline_answers import Change
from shared_models.base import Record
from shared_models.codec import Row
from shared_models.fields import ARCHIVED, column_of


def inbox(replica: Replica, now_ms: int) -> Inbox:
    """Return what needs the reader, newest cards first."""
    names = Names(replica)
    facts = replica.facts()
    me = facts["user"]
    cards = tuple(card_view(replica, names, row, me, facts["device"]) for row in replica.cards())
    refused = tuple(_refused(replica, names, draft) for draft in replica.drafts())
    return Inbox(cards, refused, solved_count(replica, now_ms), news(replica, names, now_ms))


def _refused(replica: Replica, names: Names, draft: Draft) -> RefusedChange:
    op, error = draft.ops[0], draft.error or {}
    kind = replica.registry.get(op.t)
    present = replica.get(op.t, op.pk) or {}
    changes = [_change(names, kind, field, present.get(field), value) for field, value in op.set.items()]
    return RefusedChange(
        tx=draft.tx_id,
        label=draft.label,
        entity=op.t,
        record=op.pk,
        title=replica.titles(op.t, (op.pk,)).get(op.pk, ""),
        at=draft.saved_at,
        code=str(error.get("code") or ""),
        reason=error.get("reason"),
        field=error.get("field"),
        changes=tuple(changes),
        is_deferred=draft.verdict == "deferred",
        is_here=op.op == "i" or bool(present),
        is_new=op.op == "i",
        made=tuple(one.pk for one in draft.ops if one.op == "i"),
    )


def _change(names: Names, kind: type[Record], field: str, before: object, after: object) -> Change:
    target = None if field == ARCHIVED else column_of(kind, field).col.references
    shown = [names.of(target, value) if target and isinstance(value, str) else None for value in (before, after)]
    return Change(field, before, after, shown[0], shown[1])


def decide(replica: Replica, say: Say, card_id: str, decision: Decision) -> Saved:
    """Close a card, with the edit that the decision means, as one tx. Raises KeyError for a card that is not here, NotAllowed.

    Restoring stands on the value and the version that the card showed: if they changed since, it may conflict again, safely.
    """
    card = replica.get("sync_conflict", card_id)
    if card is None:
        raise KeyError(card_id)
    label = decision_label(replica, say, card, decision, replica.facts()["user"])
    with replica.edit(label) as edit:
        entity, pk = card["record_type"], card["record_id"]
        is_edit = decision in ("restored_mine", "kept_both") and card["kind"] not in SETTLED_BY_LOOKING
        if is_edit and replica.get(entity, pk) is not None:
            values = _restored(card, decision)
            if values.get(ARCHIVED, 0) is None:
                edit.unarchive(entity, pk)
            elif ARCHIVED in values:
                edit.archive(entity, pk)
            elif card["kind"] == "link_removed":
                edit.unarchive(entity, pk)
                edit.update(entity, pk, values)
            else:
                edit.update(entity, pk, values, replica.look_at_card(card))
        elif decision == "kept_theirs" and _is_put_back(replica, card):
            edit.update(entity, pk, side_of(card, "theirs"))
        elif card["kind"] == "revived" and decision == "kept_theirs" and replica.get(entity, pk) is not None:
            edit.archive(entity, pk)  # what "theirs" holds of a revived record is its archiving
        if edit.tx_id and (why := allowed(replica).write(entity, pk)):
            raise NotAllowed(why)
        edit.update("sync_conflict", card_id, {"state": decision})
        tx = edit.tx_id
    return Saved(tx, card_id, label)


def _is_put_back(replica: Replica, card: Row) -> bool:
    """Whether the losing value of a card that is open stands in its record: somebody has typed it by hand."""
    record = replica.get(card["record_type"], card["record_id"]) or {}
    return card["kind"] == "value" and record.get(ARCHIVED) is None and side_that_holds(card, record) == "mine"


def _restored(card: Row, decision: Decision) -> Row:
    mine: Row = json.loads(card["mine"] or "{}")
    if decision == "restored_mine":
        return mine
    theirs: Mapping[str, str | None] = json.loads(card["theirs"] or "{}")
    return {name: "\n".join(text for text in (mine[name], theirs.get(name)) if text) for name in mine}


def decide_by_edit(replica: Replica, forms: OpenForms, card_id: str) -> FormStart:
    """Return a form on the card's record; its save closes the card if it changes what the card is about. Raises KeyError."""
    card = replica.get("sync_conflict", card_id)
    if card is None:
        raise KeyError(card_id)
    start = open_form(replica, forms, card["record_type"], card["record_id"], None)
    seen, _ = forms.of(start.seen)
    token = forms.keep(seen, card_id)
    return replace(start, seen=token)
