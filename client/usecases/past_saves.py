"""Saves of the past as a timeline tells them: all that one save did with a record and with its parts, in one entry."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from client.replica.replica import Replica
from client.usecases.record_answers import Part
from client.usecases.shown import Names
from client.usecases.timeline_answers import Change, PartChange, PartVerb, TimelineEntry
from shared_models.codec import Row
from shared_models.entities.reach import CHANNELS
from shared_models.fields import ARCHIVED, column_of, columns
from shared_models.protocol import HistoryEntry

MADE = "*"
HIDDEN = ("created_at", "created_by", "updated_at", "updated_by", "value_normalised", "mime", "size", "sha256", "state")
NAMED_BY = {
    "contact_point": ("value",),
    "address": ("street", "postcode", "city", "county"),
    "bank_account": ("iban",),
    "company_alias": ("alias",),
    "related_person": ("name",),
    "note": ("body",),
    "document": ("name",),
}
"""Fields by whose values a part is called on the screen: before and after are told by its two names."""
VERBS: dict[PartVerb, str] = {"added": "added", "removed": "removed", "brought_back": "brought_back"}
"""Kind of an entry all of whose parts met with the same."""


@dataclass
class Saves:
    """Puts lines together for the page of one record."""

    replica: Replica
    names: Names
    entity: str
    pk: str
    _rows: dict[tuple[str, str], Row] = field(default_factory=dict)

    def entries(self, lines: Iterable[HistoryEntry]) -> list[TimelineEntry]:
        """Return one entry for each save; none for one that found its values there already."""
        saves: dict[int, list[HistoryEntry]] = {}
        for line in lines:
            if line.entity in self.replica.registry.by_name:  # a newer server tells of more
                saves.setdefault(line.seq, []).append(line)
                self._note_row(line)
        found = [self._entry(group) for group in saves.values()]
        return [entry for entry in found if entry is not None]

    def _note_row(self, line: HistoryEntry) -> None:
        """Remember how a part began that is no longer on this device: it has a name then."""
        if (line.entity, line.record) not in self._rows:
            self._rows[line.entity, line.record] = self.replica.get(line.entity, line.record) or {}
        if line.unit == MADE:
            row = self._rows[line.entity, line.record]
            self._rows[line.entity, line.record] = {**(line.after or {}), **row}

    def _entry(self, lines: list[HistoryEntry]) -> TimelineEntry | None:
        own = [line for line in lines if (line.entity, line.record) == (self.entity, self.pk)]
        changes = [change for line in own for change in self._changes(line)]
        parts = self._parts([line for line in lines if line not in own])
        kind = _kind(own, changes, parts, lines)
        if kind is None:
            return None
        first, me = lines[0], self.replica.facts()["user"]
        return TimelineEntry(
            id=f"{self.pk}/{first.seq}",
            kind=kind,  # type: ignore[arg-type]  # one of the kinds by construction
            entity=self.entity,
            at=first.typed_at or first.arrived_at,
            by=self.names.name("user", first.by),
            is_mine=first.by == me,
            changes=tuple(changes),
            parts=tuple(parts),
        )

    def _parts(self, lines: list[HistoryEntry]) -> list[PartChange]:
        groups: dict[tuple[str, str], list[HistoryEntry]] = {}
        for line in lines:
            groups.setdefault((line.entity, line.record), []).append(line)
        found = [self._part(group) for group in groups.values()]
        told = _replaced([change for change in found if change is not None])
        return _beside(told, [gone for group in groups.values() if (gone := self._gone(group)) is not None])

    def _gone(self, lines: list[HistoryEntry]) -> Part | None:
        """Return the number that a save took away when it had been taken away already; None for anything else."""
        entity, pk = lines[0].entity, lines[0].record
        again = [line for line in lines if line.unit == ARCHIVED and not is_move(line) and is_archived(line.after)]
        return self._named(entity, pk, self._rows[entity, pk]) if again and self._rows[entity, pk].get("value") else None

    def _part(self, lines: list[HistoryEntry]) -> PartChange | None:
        """Return what a save did with one part; None for what no person reads, and for a new note, which has its own entry."""
        entity, pk = lines[0].entity, lines[0].record
        row = self._rows[entity, pk]
        if any(line.unit == MADE for line in lines):
            made = {**row, **{name: value for line in lines for name, value in (line.after or {}).items()}}
            return None if entity == "note" else PartChange("added", None, self._named(entity, pk, made))
        changes = [change for line in lines for change in self._changes(line)]
        old = self._named(entity, pk, {**row, **{change.field: change.before for change in changes}})
        new = self._named(entity, pk, {**row, **{change.field: change.after for change in changes}})
        moves = [line for line in lines if is_move(line)]
        if moves and is_archived(moves[0].after):
            return PartChange("removed", old, None)
        naming = NAMED_BY.get(entity, ())
        others = tuple(change for change in changes if change.field not in naming)
        if moves:
            return PartChange("brought_back", None, new, others)
        return PartChange("changed", old, new, others) if changes else None

    def _named(self, entity: str, pk: str, values: Row) -> Part:
        kind = self.replica.registry.get(entity)
        return Part(pk, entity, values, self.names.shown(kind, values))

    def _changes(self, line: HistoryEntry) -> list[Change]:
        if line.unit in (MADE, ARCHIVED):
            return []
        entity = self.replica.registry.get(line.entity)
        known = {column.name for column in columns(entity)}  # a newer server tells of fields that this version does not have
        before, after = line.before or {}, line.after or {}
        found = []
        for name in dict.fromkeys([*before, *after]):
            if before.get(name) == after.get(name) or name in HIDDEN or name not in known:
                continue
            target = column_of(entity, name).col.references
            shown = [
                self.names.of(target, value) if target and isinstance(value, str) else None
                for value in (before.get(name), after.get(name))
            ]
            found.append(Change(name, before.get(name), after.get(name), shown[0], shown[1]))
        return found


def _kind(own: list[HistoryEntry], changes: list[Change], parts: list[PartChange], lines: list[HistoryEntry]) -> str | None:
    """Return what a save was, in a word; None when it was nothing that a person reads."""
    if any(line.unit == MADE for line in own):
        return "created"
    moves = [line for line in own if is_move(line)]
    if moves and not changes:
        return "archived" if is_archived(moves[0].after) else "brought_back"
    if not changes and not parts:
        return None
    verbs = {part.verb for part in parts}
    if not changes and len(verbs) == 1 and (kind := VERBS.get(verbs.pop())):
        return kind
    kinds = {line.kind for line in lines}
    return "overwritten" if kinds == {"overwritten"} else "merged" if "merged" in kinds else "changed"


def is_move(line: HistoryEntry) -> bool:
    """Whether a line tells that a record was archived or brought back."""
    return line.unit == ARCHIVED and is_archived(line.before) != is_archived(line.after)


def is_archived(values: Mapping[str, object] | None) -> bool:
    """Whether one side of a line is that of an archived record."""
    return (values or {}).get(ARCHIVED) is not None


def _replaced(found: list[PartChange]) -> list[PartChange]:
    """Put a number that was removed and the one that came for it together: another value is another record."""
    removed = {id(change): change for change in found if change.verb == "removed" and _channel(change.old)}
    told: list[PartChange] = []
    for change in found:
        channel = _channel(change.new) if change.verb == "added" else ""
        old = next((one for one in removed.values() if channel and _channel(one.old) == channel), None)
        if old is not None:
            del removed[id(old)]
            change = replace(change, verb="changed", old=old.old)
        told.append(change)
    return [change for change in told if change.verb != "removed" or not _channel(change.old) or id(change) in removed]


def _beside(found: list[PartChange], gone: list[Part]) -> list[PartChange]:
    """Put a number that was added together with the one in whose place it was meant, when somebody else had replaced that before."""
    left = {_channel(part): part for part in gone if _channel(part)}
    told: list[PartChange] = []
    for change in found:
        old = left.pop(_channel(change.new), None) if change.verb == "added" else None
        told.append(replace(change, verb="changed", old=old, is_beside=True) if old is not None else change)
    return told


def _channel(part: Part | None) -> str:
    """Return what kind of way to reach somebody a part is; empty for parts of other kinds."""
    if part is None or part.entity != "contact_point":
        return ""
    return CHANNELS.get(str(part.values.get("kind")), "")
