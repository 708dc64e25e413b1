"""An atomic transaction of which a part needs a person: all of it is undone, and everything typed is kept (PROTOCOL 4)."""

from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Self

from shared_models.errors import ErrorCode
from shared_models.fields import ARCHIVED
from shared_models.protocol import Op
from sync_server.services import cards
from sync_server.services.applying import Applying
from sync_server.services.cards import Clash
from sync_server.services.shapes import Checked, Wrong
from sync_server.services.workspace import CentralRow, Workspace


@dataclass(frozen=True)
class Before:
    """What the workspace held before an atomic tx."""

    records: dict[tuple[str, str], CentralRow | None]
    codes: dict[tuple[str, str], str | None]
    new_codes: set[tuple[str, str]]
    new_suspects: set[tuple[str, str, str]]

    @classmethod
    def of(cls, space: Workspace) -> Self:
        """Return a copy that the tx cannot change."""
        records = {key: found and _copy(found) for key, found in space.records.items()}
        return cls(records, dict(space.codes), set(space.new_codes), set(space.new_suspects))


def _copy(found: CentralRow) -> CentralRow:
    return replace(found, row=dict(found.row), col_ver=dict(found.col_ver), extra=deepcopy(found.extra))


def withhold(work: Applying, checked: Checked, before: Before) -> None:
    """Undo an atomic tx: every unit of it becomes a card.

    Raises Wrong R308 when the tx makes a new record: no card can hold one, so the whole goes back to its author.
    """
    space = work.space
    space.records, space.codes = before.records, before.codes
    space.new_codes, space.new_suspects = before.new_codes, before.new_suspects
    space.changes.pop(work.seq, None)
    space.history = [line for line in space.history if line["seq"] != work.seq]
    space.cards_loaded.clear()
    work.cards.clear()
    for op in work.tx.ops:
        if space.get(op.t, op.pk) is None:
            raise Wrong(op, ErrorCode.R308)
    for i, op in enumerate(work.tx.ops):
        found = space.get(op.t, op.pk)
        if found is not None and op.t != "sync_conflict":
            _ask(work, found, op, checked[i])


def _ask(work: Applying, found: CentralRow, op: Op, values: dict[str, object]) -> None:
    """Make a card of every unit that an op would have changed; what is stored already leaves its line of history."""
    for unit in cards.units_of(found.entity, values):
        mine = {name: values[name] for name in unit.fields if name in values}
        theirs = cards.values_of(found, unit)
        if mine != theirs:
            ver = found.version_of(unit.name)
            cards.ask(work, found, Clash("value", unit.name, unit.policy, cards.base_of(op, unit), mine, theirs, ver))
        else:
            work.remember(op.t, op.pk, unit.name, theirs, theirs, "applied")
    wanted = work.space.at if op.op == "d" else None
    if (op.op == "d" or ARCHIVED in values) and (found.row[ARCHIVED] is None) != (wanted is None):
        mine, theirs = {ARCHIVED: wanted}, {ARCHIVED: found.row[ARCHIVED]}
        cards.ask(work, found, Clash("archived", ARCHIVED, "FM", None, mine, theirs, found.version_of(ARCHIVED)))
    work.space.touch(found, work.seq, None, exact=False)
