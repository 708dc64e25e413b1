"""Trees of references to the own entity (parent company): two valid moves must not close a circle (trap 29)."""

from conflict.merge import Merged, Outcome
from shared_models.fields import Unit, column_of, units
from sync_server.db import lookups, rows
from sync_server.services import cards
from sync_server.services.applying import Applying
from sync_server.services.cards import Clash
from sync_server.services.workspace import CentralRow

MAX_DEPTH = 1000


def cut_circles(work: Applying, found: CentralRow) -> None:
    """Leave out, with a card, a reference of a new record that closes a circle: others may name a record before it exists."""
    for unit in units(found.entity).values():
        if len(unit.fields) == 1 and closes_circle(work, found, unit, Merged(Outcome.APPLY, found.row[unit.fields[0]])):
            mine = {unit.name: found.row[unit.name]}
            found.row[unit.name] = None
            clash = Clash("cycle", unit.name, unit.policy, None, mine, {unit.name: None}, work.seq)
            cards.ask(work, found, clash)
            work.space.touch(found, work.seq, work.actor.user_id, exact=False)


def closes_circle(work: Applying, found: CentralRow, unit: Unit, merged: Merged) -> bool:
    """Whether storing a reference would make a record its own ancestor. One move of a tree is checked at a time."""
    field = unit.fields[0]
    column = column_of(found.entity, field)
    if column.col.references != found.entity.entity_name or merged.outcome is not Outcome.APPLY or merged.value is None:
        return False
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
