"""How a decision in the inbox is named: by the value that it keeps, never by the one that it rejects."""

import json

from client.replica.replica import Replica
from client.usecases.card_values import kind_of
from client.usecases.labels import Say, saved_label
from client.usecases.sync_answers import OWN_ANSWERS, SETTLED_BY_LOOKING, Decision
from shared_models.base import Record
from shared_models.codec import Row
from shared_models.fields import Kind, column_of

MAX_VALUE = 40
"""Letters of a value in a label; the rest is in the card."""


def decision_label(replica: Replica, say: Say, card: Row, decision: Decision, me: str | None, verb: str | None = None) -> str:
    """Return what a decision does: "Restored mine: Brazi F2", or with a field "Kept theirs: Hotel X, job title Director".

    verb: what else is done with the value than deciding, as in the text key `saved.decide.<verb>`.
    """
    entity, pk = replica.registry.get(card["record_type"]), card["record_id"]
    title = replica.titles(entity.entity_name, (pk,)).get(pk, "")
    if card["kind"] in SETTLED_BY_LOOKING:
        return saved_label(say, "sync_conflict", title, (), verb=f"decide.{card['kind']}")
    if decision in OWN_ANSWERS.get(kind := kind_of(card), ()):
        return saved_label(say, "sync_conflict", title, (), verb=f"decide.{kind}.{decision}")
    kept = {"restored_mine": card["mine"], "kept_theirs": card["theirs"]}.get(decision)
    values: Row = json.loads(kept or "{}")
    if set(values) & set(entity.title_fields):
        title = " ".join(text for name in entity.title_fields if (text := values.get(name)))
    elif card["kind"] == "value" and (told := _told(say, entity, values)):
        title = f"{title}, {told}" if title else told
    end = verb or f"{decision}{_whose(card, decision, me)}"
    return saved_label(say, "sync_conflict", title, (), verb=f"decide.{end}")


def _whose(card: Row, decision: Decision, me: str | None) -> str:
    """Return the end of the text key: "mine" and "theirs" are words of whoever typed the losing value."""
    if decision == "kept_theirs" and card["theirs_by"] == me:
        return "_own"
    return "_other" if decision == "restored_mine" and card["mine_by"] != me else ""


def _told(say: Say, entity: type[Record], values: Row) -> str:
    """Return field and value; of an id or a choice only the field: its words depend on a language that is not known here."""
    parts = []
    for name, value in values.items():
        if name not in entity.model_fields or name == "id" or value in (None, "", []):
            continue
        column, field = column_of(entity, name), say(f"{entity.entity_name}.{name}")
        is_plain = column.kind in (Kind.TEXT, Kind.INTEGER, Kind.DECIMAL) and not column.values and not column.col.references
        text = " ".join(str(value).split())
        short = text if len(text) <= MAX_VALUE else f"{text[: MAX_VALUE - 1]}…"
        parts.append(f"{field} {short}" if is_plain else field)
    return ", ".join(parts)
