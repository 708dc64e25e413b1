"""What people typed, and what each of them had on the screen when he did: the memory that the checks judge by.

Nothing here believes what an op claims: it is read from the rows and the log of the device at the moment of typing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from client.replica import change_log
from client.replica.schema import quoted
from shared_models.fields import unit_of
from tests.simulation.device import Device

Place = tuple[str, str, str]
"""Entity, record id, unit."""
Named = tuple[str, str]
"""Entity, record id."""
Value = Any  # Any: a tuple of a unit's stored scalars
Version = tuple[str | None, int]
"""Server epoch, and a seq in its timeline."""
NOWHERE: Version = (None, 0)


@dataclass(frozen=True)
class Knowledge:
    """What somebody knew of one record."""

    row: Version = NOWHERE
    """Central row that was on the screen, whatever own values hid of it."""
    units: Mapping[str, Version] = field(default_factory=dict)
    """Of units with an own unsettled value: what was seen before that value hid what a pull brought below it."""
    stands: frozenset[str] = frozenset()
    """Own saves whose effect on the record was on the screen, and those that they stood on."""

    def of(self, unit: str) -> Version:
        """Return up to where the central values of a unit were on the screen."""
        return self.units.get(unit, self.row)


def plain(value: Value) -> Value:
    """Return a stored value in a form that can be compared and counted."""
    return tuple(value) if isinstance(value, list) else value


@dataclass(frozen=True)
class Typed:
    """One unit that a person typed."""

    place: Place
    value: Value
    shown: tuple[Value, ...]
    """Values of the unit that were on the screen."""


@dataclass
class Act:
    """One save of a person."""

    tx: str
    device: str
    n: int
    """Its place among all saves of the run."""
    at_ms: int
    """True time of the save; the device's own clock may be wrong."""
    verb: str = ""
    is_atomic: bool = False
    is_stale: bool = False
    """Made on a card that was drawn before the last pull: it may be asked about again."""
    edits: list[Typed] = field(default_factory=list)
    knew: dict[Named, Knowledge] = field(default_factory=dict)
    """Of each record that it changes, and of the records that those belong to."""

    def typed_at(self, place: Place) -> Typed | None:
        """Return what was typed at a place."""
        return next((typed for typed in self.edits if typed.place == place), None)


@dataclass
class Memory:
    """Every save ever made, and every timeline that the centre has had."""

    acts: dict[str, Act] = field(default_factory=dict)
    """By the id under which it was first issued."""
    by_record: dict[Named, list[Act]] = field(default_factory=dict)
    timelines: dict[str, dict[str, int]] = field(default_factory=dict)
    """Server epoch -> tx id -> seq."""
    origins: dict[str, str] = field(default_factory=dict)
    """Tx id -> id under which it was first issued, where that is another."""
    sent_again: list[Named] = field(default_factory=list)
    """Records of saves that a person sent again: their old values are on the screen because he wanted them there."""

    def remember(self, act: Act) -> None:
        """Take in a save."""
        self.acts[act.tx] = act
        for named in act.knew:
            self.by_record.setdefault(named, []).append(act)

    def learn(self, epoch: str, ledger: Iterable[tuple[str, str, int]]) -> None:
        """Take in the ledger of a timeline: tx id, origin, seq."""
        for tx, origin, seq in ledger:
            self.timelines.setdefault(epoch, {})[tx] = seq
            if tx != origin and tx not in self.acts:  # what a person typed himself is its own origin, whatever is claimed
                self.origins[tx] = origin

    def act(self, tx: str) -> Act | None:
        """Return the save behind a tx, re-issued ones too."""
        return self.acts.get(self.origins.get(tx, tx))

    def had_seen(self, knowledge: Knowledge, unit: str, tx: str) -> bool:
        """Whether the effect of a tx on a unit was on the screen."""
        if self.origins.get(tx, tx) in knowledge.stands:
            return True
        epoch, upto = knowledge.of(unit)
        seq = self.timelines.get(epoch, {}).get(tx) if epoch is not None else None
        return seq is not None and seq <= upto

    def knowledge(self, device: Device, entity: str, pk: str) -> Knowledge:
        """Return what the screen of a device stands for at this moment."""
        kind = device.organisation.registry.get(entity)
        facts = device.replica.facts()
        with device.replica.reading() as reader:
            base = reader.execute("SELECT ver FROM _sync_base WHERE tbl = ? AND pk = ?", (entity, pk)).fetchone()
            row = base or reader.execute(f"SELECT _v FROM {quoted(entity)} WHERE id = ?", (pk,)).fetchone()
            pending = change_log.open_ops(reader, entity, pk)
        version = row[0] if row else 0
        if facts["complete"] and not facts["replace"]:
            version = min(version, facts["cursor"])  # what no pull has brought was not on the screen
        units: dict[str, Version] = {}
        stands: set[str] = set()
        for tx, op in pending:
            act = self.acts.get(tx.origin)
            before = act.knew.get((entity, pk), Knowledge()) if act else Knowledge()
            # What it stood on counts whole, whichever of its records that was about (PROTOCOL 6.5).
            stands |= {tx.origin, *(one for known in (act.knew.values() if act else ()) for one in known.stands)}
            if op.op != "d":
                units.update({unit: before.of(unit) for unit in {unit_of(kind, name) for name in device.shown(entity, op.set)}})
        return Knowledge((facts["rows_epoch"] or facts["server_epoch"], version), units, frozenset(stands))
