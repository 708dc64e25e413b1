"""What things are called: entities, fields, choices, and one save in the change log."""

from collections.abc import Sequence

from shared_models.fields import SYSTEM_FIELDS
from shared_models.texts.catalogue import Texts

MAX_LABEL = 120
"""Letters of a change-log label. Source: `shared_models/protocol.py`, Tx.label."""


def field_key(entity: str, field: str) -> str:
    """Return the text key of a field or of a field group."""
    return f"record.{field}" if field in SYSTEM_FIELDS else f"{entity}.{field}"


def choice_key(entity: str, field: str, value: str) -> str:
    """Return the text key of one fixed choice of a field."""
    return f"{entity}.{field}.{value}"


def insert_label(texts: Texts, entity: str, name: str, owner: str = "") -> str:
    """Return the sentence for a new record, such as `Firmă nouă: Hotel Șapte Brazi`.

    name: the title of the record. owner: the title of the company or contact that it belongs to.
    """
    return shortened(texts.t(f"edit.insert.{entity}", name=name, owner=owner))


def update_label(texts: Texts, entity: str, name: str, units: Sequence[str]) -> str:
    """Return the sentence for changed fields, such as `Hotel Șapte Brazi: modificare la telefon`.

    units: changed fields or groups, in the order in which they are to be read; at least one.
    """
    words = [_in_sentence(texts.t(field_key(entity, unit))) for unit in dict.fromkeys(units)]
    return shortened(texts.n("edit.update", len(words), name=name, fields=", ".join(words)))


def archive_label(texts: Texts, name: str) -> str:
    """Return the sentence for an archived record."""
    return shortened(texts.t("edit.archive", name=name))


def restore_label(texts: Texts, name: str) -> str:
    """Return the sentence for a record that was brought back."""
    return shortened(texts.t("edit.restore", name=name))


def shortened(label: str) -> str:
    """Return a label that fits the change log, cut with an ellipsis where it must be."""
    return label if len(label) <= MAX_LABEL else label[: MAX_LABEL - 1].rstrip() + "…"


def _in_sentence(word: str) -> str:
    """Lower the first letter, but not of an abbreviation such as IBAN."""
    return word if word[1:2].isupper() else word[:1].lower() + word[1:]
