"""Cells: the smallest sets of records that are always seen together. Membership is stored with a record, a view is of cells.

A root's cell follows from its own columns; a part is in its record's cell, a link in the cells of both its ends. So a change of
people, profiles or shares moves views and no records, and a change of an owner moves one record and its parts.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from shared_models.rights import Scope, Subject, View, scopes_of

Root = tuple[str, str | None, str | None, str | None]
"""(entity, owner, team, id): of the records of an entity, those of one owner and team; the id stands for a cell of its own."""
NOWHERE: Root = ("", None, None, None)
"""Of what is a part of no record that is here: nobody sees it who does not see everything."""


@dataclass(frozen=True)
class Cell:
    """roots: whose parts its records are, or what they are, sorted; none: of what everyone sees."""

    roots: tuple[Root, ...]
    group: str | None = None
    """The confidential field group that its records tell about."""

    @property
    def key(self) -> str:
        """Return the canonical text of a cell: what `parse` reads."""
        return _key(self.roots, self.group)

    @classmethod
    def parse(cls, key: str) -> "Cell":
        """Return the cell of its key."""
        roots, group = json.loads(key)
        return cls(tuple(tuple(root) for root in roots), group)

    def is_shown(self, view: View) -> bool:
        """Whether a view holds the records of the cell (those of an unseen entity are left out by their entity)."""
        return self.group not in view.hidden and all(not view.scopes.isdisjoint(_scopes(root)) for root in self.roots)


EVERYONE = Cell(())
"""The cell of lists, people and profiles."""


def cell_of(subject: Subject, *, alone: bool = False) -> Cell:
    """Return the cell of a record that is a part of nothing. alone: it has, or had, a share, and so a cell of its own."""
    return Cell(((subject.entity, subject.owner, subject.team, subject.pk if alone else None),))


def cell_within(parents: Iterable[Cell], group: str | None = None) -> Cell:
    """Return the cell of a part of records in these cells. group: what it tells about, where that is confidential."""
    found = list(parents)
    roots = {root for parent in found for root in parent.roots} if found else {NOWHERE}
    groups = {parent.group for parent in found} | {group}
    return Cell(tuple(sorted(roots, key=_sorting)), min((one for one in groups if one), default=None))


@lru_cache(maxsize=10_000)
def _key(roots: tuple[Root, ...], group: str | None) -> str:
    return json.dumps([roots, group], ensure_ascii=False, separators=(",", ":"))


def _sorting(root: Root) -> tuple[str, ...]:
    return tuple(part or "" for part in root)


def _scopes(root: Root) -> frozenset[Scope]:
    """Return the scopes of a root; those of one record only where the cell is its own."""
    entity, owner, team, pk = root
    found = scopes_of(Subject(entity, pk or "", owner, team))
    return found if pk else found - {f"{entity}/one/"}
