"""The cells of a central database, kept in memory, and which of them views hold: no pull looks at all of them twice."""

from dataclasses import dataclass, field

from shared_models.cells import Cell
from shared_models.rights import View
from sync_server.db import cells
from sync_server.db.engine import Connection
from sync_server.db.tables import Tables

KEPT = 300
"""Views whose cells are remembered: one for each person who syncs often."""


@dataclass
class CellBook:
    """The cells of one central database as they were committed, and which of them views hold. Values are replaced whole."""

    known: tuple[str, dict[int, Cell]] = ("", {})
    """Server epoch, and number -> cell."""
    shown: dict[str, tuple[int, frozenset[int]]] = field(default_factory=dict)
    """View as it is stored -> highest number that was looked at, and the numbers that it holds."""

    def all(self, connection: Connection, tables: Tables, epoch: str) -> dict[int, Cell]:
        """Return every cell that a reader's snapshot has."""
        was, found = self.known
        if was != epoch:
            found, self.shown = {}, {}
        if new := cells.above(connection, tables, max(found, default=0)):
            found = {**found, **{number: Cell.parse(key) for number, key in new}}
        self.known = epoch, found
        return found

    def held(self, stored: str, seen: View, found: dict[int, Cell]) -> frozenset[int]:
        """Return the numbers of the cells that a view holds. 0 is what everyone sees."""
        upto, held = self.shown.get(stored, (0, frozenset((0,))))
        last = max(found, default=0)
        if last > upto:
            held |= {number for number, cell in found.items() if number > upto and cell.is_shown(seen)}
            if len(self.shown) >= KEPT:
                self.shown = {}
            self.shown[stored] = last, held
        return held
