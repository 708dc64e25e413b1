"""Which entity ties two records together: it follows from the definitions, so that a new kind of tie needs no code here."""

from dataclasses import dataclass

from shared_models.fields import column_of
from shared_models.registry import Registry


@dataclass(frozen=True)
class TieKind:
    """An entity whose rows tie a record of one kind to one of another. fields: entity at an end -> field with its id."""

    entity: str
    fields: dict[str, str]


def tie_between(registry: Registry, one: str, other: str) -> TieKind:
    """Return the tie of two kinds of records: the link that needs one parent of each.

    A link with optional parents (a phone number of a company *or* a contact) belongs to one record and ties nothing.
    Raises KeyError when there is no such tie.
    """
    for entity in registry:
        ends = {parent: field for field, parent in registry.parents(entity) if not column_of(entity, field).optional}
        if entity.is_link and set(ends) == {one, other}:
            return TieKind(entity.entity_name, ends)
    raise KeyError(f"{one} {other}")
