"""Trees of references to the own entity (parent company): two valid moves must not close a circle (trap 29)."""

from functools import cache

from conflict.merge import Merged, Outcome
from shared_models.base import Record
from shared_models.fields import Unit, column_of, units
from sync_server.db import lookups, rows
from sync_server.services import cards
from sync_server.services.applying import Applying
from sync_server.services.cards import Clash
from sync_server.services.workspace import CentralRow

MAX_DEPTH = 1000


@cache
def _tree_units(entity: type[Record]) -> tuple[Unit, ...]:
    """Return the references of an entity to itself."""
    return tuple(
        unit
        for unit in units(entity).values()
        if len(unit.fields) == 1 and column_of(entity, unit.fields[0]).col.references == entity.entity_name
    )


def is_in_tree(entity: type[Record], unit: Unit) -> bool:
    """Whether a unit is a reference to another record of its own entity."""
    return unit in _tree_units(entity)


def cut_circles(work: Applying, found: CentralRow) -> None:
    """Leave out, with a card, a reference of a new record that closes a circle: others may name a record before it exists."""
    for unit in _tree_units(found.entity):
        if closes_circle(work, found, unit, Merged(Outcome.APPLY, found.row[unit.fields[0]])):
            mine = {unit.name: found.row[unit.name]}
            found.row[unit.name] = None
            clash = Clash("cycle", unit.name, unit.policy, None, mine, {unit.name: None}, work.seq)
            cards.ask(work, found, clash)
            work.space.touch(found, work.seq, work.actor.user_id, exact=False)


def closes_circle(work: Applying, found: CentralRow, unit: Unit, merged: Merged) -> bool:
    """Whether storing a reference would make a record its own ancestor. One move of a tree is checked at a time."""
    if merged.outcome is not Outcome.APPLY or merged.value is None or unit not in _tree_units(found.entity):
        return False
    field = unit.fields[0]
    central = work.space.central
    lookups.lock_tree(work.space.connection, central.tables, found.entity.entity_name)
    ancestor: str | None = str(merged.value)
    for _ in range(MAX_DEPTH):
        if ancestor == found.pk:
            return True
        if ancestor is None:
            return False
        known = work.space.records.get((found.entity.entity_name, ancestor))
        ancestor = (
            known.row[field] if known else rows.parent_of(work.space.connection, central.tables, found.entity, field, ancestor)
        )
    return True
