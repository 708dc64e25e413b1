"""What a person saves: rows and change-log ops in one transaction, with what was on the screen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from client.replica import change_log, display, meta, numbers, rows
from client.replica.seen import Seen
from client.replica.writing import Writing
from conflict.overlay import Stamp, blank_row, overlay
from shared_models import clock
from shared_models.base import Record
from shared_models.codec import Row, dumps, parse, stored_value
from shared_models.errors import FieldProblem, RecordInvalid
from shared_models.fields import ARCHIVED, SYSTEM_FIELDS, Merge, columns, unit_of, units
from shared_models.ids import IdMaker
from shared_models.natural_ids import natural_id
from shared_models.protocol import MAX_OPS, MAX_TX_BYTES, Op, Scalar
from shared_models.registry import Registry


@dataclass
class Edit:
    """One save in the making. Every method shows its effect to the next one; all commit together, as one tx of the log.

    Values are in stored form (`shared_models.codec`). Methods raise RecordInvalid when a value cannot be stored; leave the
    block with it and nothing is saved, the form keeps its text.
    """

    writing: Writing
    registry: Registry
    ids: IdMaker
    label: str
    atomic: bool = False
    tx_id: str = ""
    """Set with the first op; empty while the save is empty, and then nothing is written."""
    _n: int = 0
    _stamp: Stamp = field(default_factory=lambda: Stamp(0, None))
    _count: int = 0
    _named: set[str] = field(default_factory=set)
    _archived: set[str] = field(default_factory=set)
    _stood_on: dict[str, None] = field(default_factory=dict)
    """What the forms of this save stood on when they were drawn."""
    _bytes: int = 0
    _before_n: int = 0

    def get(self, entity: str, pk: str) -> Row | None:
        """Return a row as this save will leave it, or None."""
        found = rows.read(self.writing.connection, self.registry.get(entity), pk)
        return None if found is None else found[0]

    def insert(self, entity: str, values: Mapping[str, Any], pk: str | None = None) -> str:  # Any: stored scalars
        """Add a record and return its id; absent fields take their defaults.

        Entities with a natural key get their derived id: adding one that is there, archived or live, is the same record
        (an archived one comes back). `pk` repeats an id that was used before, for the correction of a refused insert.
        """
        kind = self.registry.get(entity)
        row = {**blank_row(kind), **values}
        pk = natural_id(kind, row) or pk or self.ids.record_id()
        row = parse(kind, {**row, "id": pk}).row()
        touched = dict.fromkeys(unit_of(kind, name) for name in values if name not in SYSTEM_FIELDS)
        typed = {name: row[name] for unit in touched for name in units(kind)[unit].fields}
        seen = self.seen(entity, pk)
        base = {} if seen is None else {name: seen.row[name] for name in typed}
        self._add(kind, Op.model_construct(t=entity, pk=pk, op="i", set=typed, base=base, bv=0, bvx={}), seen, row)
        return pk

    def with_codes(self, entity: str, values: Row) -> Row:
        """Return the values of a new record with a code where it gets one by itself and none was typed."""
        return numbers.with_codes(self.writing.connection, self.registry.get(entity), values)

    def update(self, entity: str, pk: str, changes: Mapping[str, Any], seen: Seen | None = None) -> bool:
        """Change fields of a record; returns False when nothing differs from what was seen.

        changes: field -> new value, those that are as seen are left out; of a set also `{"add": [..], "remove": [..]}`, which
        a card holds of one. A group is sent whole, a set as what was added and taken away. seen: what the form stood on when
        it was drawn (`Replica.look`), or what a card shows (`Replica.look_at_card`); by default the present screen. Raises
        KeyError when the record is not in the replica.
        """
        kind = self.registry.get(entity)
        seen = seen or self._look(kind, pk)
        wanted = {name: _whole_set(seen.row.get(name), value) for name, value in changes.items()}
        values = {name: stored_value(kind, name, value) for name, value in wanted.items()}
        _refuse_unwritable(kind, values)
        differing = {name: value for name, value in values.items() if value != seen.row.get(name)}
        if not differing:
            return False
        whole = {**seen.row, **differing}
        _check(kind, whole, differing)
        typed, base = _carried(kind, differing, seen.row)
        self._add(kind, Op.model_construct(t=entity, pk=pk, op="u", set=typed, base=base, bv=0, bvx={}), seen, whole)
        return True

    def archive(self, entity: str, pk: str, seen: Seen | None = None) -> bool:
        """Archive a record, or remove a link; returns False when it is archived already. Raises KeyError when it is not there."""
        kind = self.registry.get(entity)
        seen = seen or self._look(kind, pk)
        if seen.row[ARCHIVED] is not None:
            return False
        self._add(kind, Op.model_construct(t=entity, pk=pk, op="d", set={}, base={}, bv=0, bvx={}), seen, seen.row)
        return True

    def unarchive(self, entity: str, pk: str, seen: Seen | None = None) -> bool:
        """Bring an archived record back; returns False when it is live. Raises KeyError when it is not there."""
        kind = self.registry.get(entity)
        seen = seen or self._look(kind, pk)
        if seen.row[ARCHIVED] is None:
            return False
        if kind.is_link:
            self.insert(entity, {c.name: seen.row[c.name] for c in columns(kind) if c.name not in SYSTEM_FIELDS}, pk)
            return True
        op = Op.model_construct(
            t=entity, pk=pk, op="u", set={ARCHIVED: None}, base={ARCHIVED: seen.row[ARCHIVED]}, bv=0, bvx={}
        )
        self._add(kind, op, seen, seen.row)
        return True

    def seen(self, entity: str, pk: str) -> Seen | None:
        """Return what the screen shows of a record now, or None."""
        return Seen.of(self.writing.connection, self.registry.get(entity), pk)

    def _look(self, kind: type[Record], pk: str) -> Seen:
        found = Seen.of(self.writing.connection, kind, pk)
        if found is None:
            raise KeyError(f"{kind.entity_name} {pk}")
        return found

    def _add(self, kind: type[Record], op: Op, seen: Seen | None, row: Row) -> None:
        """Log one op with what its author saw, and lay it over the row on the screen."""
        connection, parents = self.writing.connection, _parents(kind, row)
        versions = {} if seen is None else seen.versions_now(connection)
        bv = versions.pop("*", 0)
        units_touched = {unit_of(kind, name) for name in op.set}
        bvx = {u: v for u, v in versions.items() if v != bv and (op.op == "d" or u in units_touched)}
        for parent_field, parent_kind, parent_pk in parents if op.op == "i" else ():
            _, bvx[parent_field] = display.base_of(connection, self.registry.get(parent_kind), parent_pk)
        op = op.model_copy(update={"bv": bv, "bvx": bvx})
        self._begin(seen)
        if seen is not None:
            self._stood_on |= dict.fromkeys((*seen.after, *(seen.after_parts if op.op == "d" else ())))
        if self._count >= MAX_OPS:
            raise RecordInvalid((FieldProblem("", "problem.too_many_changes"),))
        owners = {parent_pk for _, _, parent_pk in parents}
        display.keep_base(connection, kind, op.pk)
        self._bytes += change_log.append_op(connection, self._n, self._count, op, owners)
        if self._bytes > MAX_TX_BYTES:
            raise RecordInvalid((FieldProblem("", "problem.too_many_changes"),))
        self._count += 1
        self._named |= {op.pk, *owners}
        self._archived |= {op.pk} if op.op == "d" else set()
        held = rows.read(connection, kind, op.pk)
        view = overlay(kind, held[0] if held else None, op, self._stamp)
        if view is not None:
            rows.write(connection, kind, view, held[1] if held else 0)
        self.writing.changed(kind.entity_name, {op.pk})

    def _begin(self, seen: Seen | None) -> None:
        """Open the tx of the log with the first op."""
        connection = self.writing.connection
        if self._n:
            self._stands_on(seen)
            return
        facts = meta.get_all(connection)
        now_ms = self.ids.now_ms()
        hlc = clock.tick(facts["hlc"], now_ms)
        self.tx_id, self._stamp = self.ids.tx_id(), Stamp(now_ms * 1000, facts["user"])
        meta.put(connection, {"hlc": hlc})
        self._n = change_log.append(
            connection,
            {
                "id": self.tx_id, "origin": self.tx_id, "after": "[]", "hlc": hlc, "label": self.label[:120],
                "saved_at": self._stamp.at, "by": self._stamp.by, "epoch": facts["rows_epoch"] or facts["server_epoch"],
                "atomic": int(self.atomic), "state": "pending",
            },
        )  # fmt: skip
        self._before_n = self._n
        self._stands_on(seen)
        self.writing.log_changed = True

    def _stands_on(self, seen: Seen | None) -> None:
        """A form drawn earlier did not show what was saved after it."""
        if seen is not None and seen.before_n is not None:
            self._before_n = min(self._before_n, seen.before_n)

    def finish(self) -> None:
        """Write down what the whole tx stands on; the last statement before the commit."""
        if self._n:
            found = change_log.after(self.writing.connection, sorted(self._named), sorted(self._archived), self._before_n)
            after = [*self._stood_on, *(origin for origin in found if origin not in self._stood_on)]
            change_log.set_state(self.writing.connection, (self._n,), {"after": dumps(after[-change_log.MAX_AFTER :])})


def _check(kind: type[Record], whole: Row, differing: Row) -> None:
    """Raise RecordInvalid when what is typed cannot be stored; what was so before (another version's rule) is no reason."""
    try:
        parse(kind, {name: value for name, value in whole.items() if name == "id" or name not in SYSTEM_FIELDS})
    except RecordInvalid as error:
        mine = tuple(problem for problem in error.problems if problem.field in differing or not problem.field)
        if mine:
            raise RecordInvalid(mine) from None


def _parents(kind: type[Record], row: Row) -> list[tuple[str, str, str]]:
    """Return (field, parent entity, parent id) of the records that a row belongs to."""
    return [
        (c.name, c.col.references, row[c.name])
        for c in columns(kind)
        if c.is_owner and c.col.references and row.get(c.name) is not None
    ]


def _carried(kind: type[Record], differing: Row, seen: Row) -> tuple[Row, Row]:
    """Return what an update sends, and the values that it replaces: groups whole, sets as added and removed."""
    typed: Row = {}
    base: Row = {}
    for name in dict.fromkeys(unit_of(kind, field_name) for field_name in differing):
        unit = units(kind)[name]
        for field_name in unit.fields:
            base[field_name] = seen[field_name]
            value = differing.get(field_name, seen[field_name])
            typed[field_name] = _difference(seen[field_name], value) if unit.policy is Merge.SU else value
    return typed, base


def _difference(seen: list[str] | None, value: list[str] | None) -> dict[str, list[str]]:
    before, now = set(seen or ()), set(value or ())
    return {"add": sorted(now - before), "remove": sorted(before - now)}


def _whole_set(seen: Scalar, value: Scalar) -> Scalar:
    """Return the set that a change makes of what was seen; any other value as it is."""
    if not isinstance(value, dict):
        return value
    return sorted((set(seen or ()) | set(value.get("add", ()))) - set(value.get("remove", ())))


def _refuse_unwritable(kind: type[Record], values: Row) -> None:
    """Raise RecordInvalid for fields that a device never changes: derived ones, and those written once."""
    fixed = [
        c.name for c in columns(kind)
        if c.name in values and (c.name in SYSTEM_FIELDS or c.col.merge in (Merge.DV, Merge.AN))
    ]  # fmt: skip
    if fixed:
        raise RecordInvalid(tuple(FieldProblem(name, "problem.read_only") for name in fixed))
