"""How the entities changed from one schema version to the next, and how what an older device says and holds is read today.

The centre alone translates between versions: what an older device sends is cast up before anything looks at it, what it is sent
is cast down. A device casts up its own file once, when its program has become newer (`sync_server/PROTOCOL.md`, part 10).
Both use the functions below, so that the same edit means the same on both sides. Source: trap 25 of `sync.md`.

A version changes by these steps alone. A field whose meaning changes is a new field. A field that goes is first retired
(`Col.retired`): no form shows it, and it is dropped when no supported version writes it any more.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from shared_models.protocol import Op, Tx

Values = dict[str, Any]
"""Field -> stored value. Any: stored scalars."""


@dataclass(frozen=True)
class Added:
    """A field that is new. It belongs to no older group: what merges as a whole keeps its fields."""

    entity: str
    name: str

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields whose value is another from this version on."""
        return (self.name,)

    def up(self, values: Values) -> Values:
        """Return values of the version before as they are now: an older device has none for it."""
        return values

    def down(self, values: Values) -> Values:
        """Return values as the version before has them; what it does not know goes with them, for later."""
        return values

    def part_down(self, values: Values) -> Values:
        """Return some fields of a row, such as a past value, as the version before has them."""
        return self.down(values)

    def up_unit(self, name: str) -> tuple[str, ...]:
        """Return what a field or group of the version before is called now."""
        return (name,)

    def down_unit(self, name: str) -> str:
        """Return what a field or group was called in the version before."""
        return name


@dataclass(frozen=True)
class Renamed(Added):
    """A field that has another name: `name` before, `new` now."""

    new: str

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields whose value is another from this version on."""
        return self.name, self.new

    def up(self, values: Values) -> Values:
        """Return values of the version before as they are now."""
        return {self.new if name == self.name else name: value for name, value in values.items()}

    def down(self, values: Values) -> Values:
        """Return values as the version before has them."""
        if self.new not in values:
            return values
        return {self.name if name == self.new else name: value for name, value in values.items() if name != self.name}

    def up_unit(self, name: str) -> tuple[str, ...]:
        """Return what a field of the version before is called now."""
        return (self.new,) if name == self.name else (name,)

    def down_unit(self, name: str) -> str:
        """Return what a field was called in the version before."""
        return self.name if name == self.new else name


@dataclass(frozen=True)
class Split(Added):
    """A field whose value stands in several now.

    apart: stored value before -> field -> stored value now, for every one of `new`. joined: the way back; `apart(joined(x))` is x.
    Of a past value in which only some of them were it is given None for the others. Not of a set, nor of a text that merges by lines.
    """

    new: tuple[str, ...]
    apart: Callable[[Any], Mapping[str, Any]]  # Any: stored scalars
    joined: Callable[[Mapping[str, Any]], Any]

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields whose value is another from this version on."""
        return self.name, *self.new

    def up(self, values: Values) -> Values:
        """Return values of the version before as they are now."""
        if self.name not in values:
            return values
        return {**{name: value for name, value in values.items() if name != self.name}, **self.apart(values[self.name])}

    def down(self, values: Values) -> Values:
        """Return values as the version before has them."""
        if not values.keys() >= set(self.new):
            return values
        rest = {name: value for name, value in values.items() if name not in self.new}
        return {**rest, self.name: self.joined({name: values[name] for name in self.new})}

    def part_down(self, values: Values) -> Values:
        """Return some fields of a row as the version before has them: what was said of one part, that version says of the whole."""
        return self.down({**dict.fromkeys(self.new), **values}) if values.keys() & set(self.new) else values

    def up_unit(self, name: str) -> tuple[str, ...]:
        """Return what a field of the version before is called now."""
        return self.new if name == self.name else (name,)

    def down_unit(self, name: str) -> str:
        """Return what a field was called in the version before."""
        return self.name if name in self.new else name


@dataclass(frozen=True)
class Dropped(Added):
    """A field that is gone. An older device that still shows it finds it as in a new record; an edit of it is refused and kept."""

    blank: Any = None  # Any: a stored scalar

    def down(self, values: Values) -> Values:
        """Return values as the version before has them."""
        return {**values, self.name: self.blank}

    def part_down(self, values: Values) -> Values:
        """Return some fields of a row as the version before has them."""
        return values


@dataclass(frozen=True)
class NewEntity:
    """An entity that is new; a configurable list is one, too, but needs no step: its items are rows."""

    entity: str


Change = Added | NewEntity
SUPPORTED = 6
"""Versions that the centre understands: the newest and those before it."""


@dataclass(frozen=True)
class Evolution:
    """The supported versions. first: the oldest one; steps: what each later version changed."""

    first: int = 1
    steps: tuple[tuple[Change, ...], ...] = field(default=())

    @property
    def newest(self) -> int:
        """The version of the entities that this program has."""
        return self.first + len(self.steps)

    @property
    def oldest(self) -> int:
        """The oldest version that is supported."""
        return max(self.first, self.newest - SUPPORTED + 1)

    def supports(self, version: int) -> bool:
        """Whether the centre understands a device of that version."""
        return self.oldest <= version <= self.newest

    def knows(self, entity: str, version: int) -> bool:
        """Whether an entity was there in a version."""
        return entity not in self._absent[max(version - self.first, 0)]

    def row_up(self, entity: str, values: Values, version: int) -> Values:
        """Return the values of a row, or of some of its fields, of an older version as they are now."""
        for change in self.changes(entity, version):
            values = change.up(values)
        return values

    def row_down(self, entity: str, values: Values, version: int) -> Values:
        """Return the values of a row as an older version has them, and with them what it does not know."""
        for change in reversed(self.changes(entity, version)):
            values = change.down(values)
        return values

    def part_down(self, entity: str, values: Values, version: int) -> Values:
        """Return some fields of a row, such as a past value, as an older version has them."""
        for change in reversed(self.changes(entity, version)):
            values = change.part_down(values)
        return values

    def unit_down(self, entity: str, unit: str, version: int) -> str:
        """Return what a field or group was called in an older version; its name of now when that version has none."""
        for change in reversed(self.changes(entity, version)):
            unit = change.down_unit(unit)
        return unit

    def op_up(self, op: Op, version: int) -> Op:
        """Return an op of an older version as it would be now.

        Of what was one field and is several, an update sets those parts that its author changed.
        """
        for change in self.changes(op.t, version):
            op = _op_up(change, op)
        return op

    def tx_up(self, tx: Tx, version: int) -> Tx:
        """Return a tx of an older version as it would be now, with the version that it came in."""
        return tx.model_copy(update={"ops": [self.op_up(op, version) for op in tx.ops], "schema_version": version})

    def unit_up(self, entity: str, unit: str, version: int) -> tuple[str, ...]:
        """Return what a field or group of an older version is called now."""
        units: tuple[str, ...] = (unit,)
        for change in self.changes(entity, version):
            units = tuple(name for unit in units for name in change.up_unit(unit))
        return units

    def changes(self, entity: str, version: int) -> tuple[Added, ...]:
        """Return how the fields of an entity changed since a version, in order."""
        return self._later.get((entity, version), ())

    @cached_property
    def _later(self) -> dict[tuple[str, int], tuple[Added, ...]]:
        """(entity, version) -> the changes of its fields since, in order."""
        found: dict[tuple[str, int], tuple[Added, ...]] = {}
        for place in range(len(self.steps)):
            for change in (change for step in self.steps[place:] for change in step if isinstance(change, Added)):
                key = change.entity, self.first + place
                found[key] = (*found.get(key, ()), change)
        return found

    @cached_property
    def _absent(self) -> list[frozenset[str]]:
        """The entities that came later, for each version."""
        made = [[change.entity for change in step if isinstance(change, NewEntity)] for step in self.steps]
        return [frozenset(name for names in made[place:] for name in names) for place in range(len(self.steps) + 1)]


def _op_up(change: Added, op: Op) -> Op:
    values, base = change.up(op.set), change.up(op.base)
    bvx = {name: version for unit, version in op.bvx.items() for name in change.up_unit(unit)}
    if isinstance(change, Split) and op.op == "u" and change.name in op.set and change.name in op.base:
        same = {name for name in change.new if name in base and values[name] == base[name]}
        if len(same) < len(change.new):
            values = {name: value for name, value in values.items() if name not in same}
            base = {name: value for name, value in base.items() if name not in same}
    return op.model_copy(update={"set": values, "base": base, "bvx": bvx})
