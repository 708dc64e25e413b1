"""What the central database holds at the end of a run, as the checks need it."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from shared_models.codec import Row
from shared_models.fields import ARCHIVED, Merge, units
from tests.simulation.knowledge import Memory, Named, Place, Value, plain
from tests.simulation.organisation import Organisation

NEW = "*"
"""Unit of the history line that makes a record."""


class Broken(AssertionError):
    """A promise of the protocol is broken; the text begins with the number of the invariant."""


@dataclass(frozen=True)
class Line:
    """One line of the history."""

    seq: int
    tx: str
    place: Place
    before: Value
    after: Value
    kind: str
    arrived_ms: int = 0
    """By the clock of the server."""


@dataclass
class Evidence:
    """Reads each thing once."""

    organisation: Organisation
    memory: Memory

    def __post_init__(self) -> None:
        """Take in the ledger of the present timeline."""
        self.epoch, ledger = self.organisation.ledger()
        self.memory.learn(self.epoch, ledger)
        self.tx_at = {seq: tx for tx, _, seq in ledger}
        self.seq_of = {tx: seq for tx, _, seq in ledger}
        self.origins = {origin for _, origin, _ in ledger}

    @cached_property
    def verdicts(self) -> dict[str, str]:
        """Tx id -> verdict."""
        tables = self.organisation.central.tables
        with self.organisation.central.store.read() as connection:
            found = connection.execute(sa.select(tables.push.c.tx_id, tables.push.c.verdict))
            return {row.tx_id: json.loads(row.verdict)["v"] for row in found}

    @cached_property
    def took_effect(self) -> dict[str, str]:
        """Save as it was first issued -> the one in which it was taken: itself, or one that was sent again once it was refused."""
        taken = [tx for tx, verdict in self.verdicts.items() if verdict not in ("rejected", "deferred")]
        again = {self.memory.origins[tx]: tx for tx in taken if tx in self.memory.origins}
        return again | {tx: tx for tx in taken if tx not in self.memory.origins}

    @cached_property
    def refusals(self) -> dict[str, str]:
        """Tx id -> code, of those that were refused."""
        tables = self.organisation.central.tables
        with self.organisation.central.store.read() as connection:
            found = connection.execute(sa.select(tables.push.c.tx_id, tables.push.c.verdict))
            verdicts = {row.tx_id: json.loads(row.verdict) for row in found}
        return {tx: verdict["error"]["code"] for tx, verdict in verdicts.items() if verdict["v"] == "rejected"}

    @cached_property
    def letters(self) -> set[str]:
        """Ids of the txs in the dead letters."""
        tables = self.organisation.central.tables
        with self.organisation.central.store.read() as connection:
            return set(connection.execute(sa.select(tables.deadletter.c.tx_id)).scalars())

    @cached_property
    def lines(self) -> list[Line]:
        """The whole history in order."""
        table = self.organisation.central.tables.history
        with self.organisation.central.store.read() as connection:
            query = sa.select(table).order_by(table.c.seq, table.c.n)
            return [self._line(row) for row in connection.execute(query)]

    def _line(self, row: Any) -> Line:  # Any: a row of the history
        place = (row.entity, row.record_id, row.unit)
        before, after = self._value(place, row.before), self._value(place, row.after)
        return Line(row.seq, row.tx_id, place, before, after, row.kind, row.arrived_at // 1000)

    def _value(self, place: Place, text: str | None) -> Value:
        values = json.loads(text) if text else {}
        return values if place[2] == NEW else tuple(plain(values.get(name)) for name in self.fields(place))

    @cached_property
    def cards(self) -> list[Row]:
        """Every conflict card."""
        return self.all("sync_conflict")

    def all(self, entity: str) -> list[Row]:
        """Return every record of an entity, archived ones too."""
        return self.organisation.central_rows(entity)

    def fields(self, place: Place) -> tuple[str, ...]:
        """Return the fields of the unit at a place."""
        found = units(self.organisation.registry.get(place[0])).get(place[2])
        return found.fields if found else (place[2],)

    def policy(self, place: Place) -> Merge | None:
        """Return how the unit at a place merges; None for the archive flag."""
        found = units(self.organisation.registry.get(place[0])).get(place[2])
        return found.policy if found else None

    def owners(self, line: Line) -> list[Named]:
        """Return the records that a record belongs to which a line makes."""
        registry = self.organisation.registry
        found = [(parent, (line.after or {}).get(name)) for name, parent in registry.parents(registry.get(line.place[0]))]
        return [(parent, owner) for parent, owner in found if owner is not None]

    def made(self, line: Line) -> dict[Place, Value]:
        """Return the value of every unit of the record that a line makes."""
        entity, pk, _ = line.place
        kind = self.organisation.registry.get(entity)
        return {
            (entity, pk, name): tuple(plain((line.after or {}).get(field)) for field in unit.fields)
            for name, unit in units(kind).items()
        }


def is_archived(line: Line) -> bool:
    """Whether a line of the archive flag archives its record."""
    return line.place[2] == ARCHIVED and line.after != (None,)
