"""The records that one push touches, in memory: loaded in bulk, merged one tx after the other, written once.

Versions of txs that have no seq yet are provisional (`PROVISIONAL` + place in the request): above every real one and in order.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from conflict.overlay import blank_row
from shared_models.base import Record, normal_text
from shared_models.codec import Row
from shared_models.fields import Merge, units
from shared_models.protocol import Op, Tx
from sync_server.db import ledger, lookups, rows
from sync_server.db.engine import Connection
from sync_server.db.ledger import Author
from sync_server.services.central import Central

PROVISIONAL = 2**62 + 1
Owner = tuple[str | None, str | None]
"""Person and team."""


@dataclass
class CentralRow:
    """One record with its bookkeeping, as the txs so far have left it."""

    entity: type[Record]
    row: Row
    ver: int
    created_seq: int
    created_origin: str
    col_ver: dict[str, int]
    """Unit -> seq of the tx that wrote it, where that is not the one that created the record."""
    extra: dict[str, Any]  # Any: JSON
    """typed: unit -> code before its suffix. dots: link traces, origin -> seq. adds: set field -> element -> {origin: seq}."""
    stored_ver: int = 0
    """Version in the database; 0 for a record that is not there yet."""
    stored_references: tuple[object, ...] = ()
    """Values of `rows.references` in the database."""
    cell: int = 0
    """Where it lies in the database; of a new record, where it will."""
    stored_owner: Owner | None = None
    """Whose the record was in the database; of a root only."""

    @property
    def pk(self) -> str:
        """Return the record's id."""
        return str(self.row["id"])

    def version_of(self, unit: str) -> int:
        """Return the seq of the tx that wrote a unit."""
        return self.col_ver.get(unit, 0 if unit == "archived_at" else self.created_seq)


@dataclass
class Workspace:
    """Everything that one request has read and means to write."""

    central: Central
    connection: Connection
    at: int
    """Arrival of the request, microseconds since 1970 UTC."""
    records: dict[tuple[str, str], CentralRow | None] = field(default_factory=dict)
    authors: dict[int, Author] = field(default_factory=dict)
    changes: dict[int, dict[tuple[str, str], bool]] = field(default_factory=dict)
    """Seq -> (entity, id) -> whether what is stored is exactly what the device sent."""
    history: list[Row] = field(default_factory=list)
    """Past values, as their table has them but for their number (`n`); their seqs are provisional."""
    codes: dict[tuple[str, str], str | None] = field(default_factory=dict)
    """(entity, folded code) -> the record that holds or held it."""
    new_codes: set[tuple[str, str]] = field(default_factory=set)
    new_suspects: set[tuple[str, str, str]] = field(default_factory=set)
    """(kind, folded value, record id)."""
    cards_loaded: set[str] = field(default_factory=set)
    cards_by_record: dict[str, set[str]] = field(default_factory=dict)
    """Record id -> ids of the cards about it that are here."""

    def get(self, entity: str, pk: str) -> CentralRow | None:
        """Return a record as it stands now, or None when it does not exist."""
        if (entity, pk) not in self.records:
            self.load({entity: {pk}})
        return self.records[entity, pk]

    def peek(self, entity: str, pk: str) -> Row | None:
        """Return a record's values without a lock, to look at: a part is locked, and its parent is locked before its parts."""
        if (entity, pk) in self.records:
            record = self.records[entity, pk]
            return None if record is None else record.row
        found = rows.load(self.connection, self.central.tables, self.central.registry.get(entity), (pk,), lock=False)
        return found[pk][0] if pk in found else None

    def load(self, wanted: dict[str, set[str]]) -> None:
        """Read and lock records, entity by entity in the registry's order and by id: every push locks in this order."""
        for entity in self.central.registry:
            name = entity.entity_name
            pks = {pk for pk in wanted.get(name, ()) if (name, pk) not in self.records}
            if not pks:
                continue
            found = rows.load(self.connection, self.central.tables, entity, pks, lock=True)
            for pk in pks:
                self.records[name, pk] = _central(entity, *found[pk]) if pk in found else None
            for pk, (row, _) in found.items() if name == "sync_conflict" else ():
                self.cards_by_record.setdefault(row["record_id"], set()).add(pk)

    def preload(self, txs: Sequence[Tx]) -> None:
        """Read at once what the ops name, their parents, and who wrote the versions that they had not seen."""
        wanted: dict[str, set[str]] = {}
        ops = [op for tx in txs for op in tx.ops if op.t in self.central.registry.by_name]
        registry = self.central.registry
        parents = {name: registry.parents(registry.get(name)) for name in {op.t for op in ops}}
        for op in ops:
            wanted.setdefault(op.t, set()).add(op.pk)
            for field_name, parent in parents[op.t]:
                if isinstance(op.set.get(field_name), str):
                    wanted.setdefault(parent, set()).add(normal_text(op.set[field_name]))
        self.load(wanted)
        self.authors |= ledger.authors(
            self.connection, self.central.tables, self._versions_in_question(ops) - self.authors.keys()
        )
        self._preload_cards({op.pk for tx in txs if tx.after for op in tx.ops})
        self._preload_codes(ops)

    def _versions_in_question(self, ops: Iterable[Op]) -> set[int]:
        """Return the versions whose authors the merge will ask for: those not seen, and those of latest-edit units."""
        wanted: set[int] = set()
        for op in ops:
            found = self.records.get((op.t, op.pk))
            if found is None:
                continue
            if found.ver > op.bv:  # no unit is newer than its record
                wanted |= {seq for seq in (found.created_seq, *found.col_ver.values()) if seq > op.bv}
            if latest := latest_edit_units(found.entity):
                wanted |= {found.version_of(name) for name in op.set.keys() & latest}
        return {seq for seq in wanted if 0 < seq < PROVISIONAL}

    def _preload_cards(self, pks: set[str]) -> None:
        """Read at once the cards about records whose ops stand on own earlier ones: those may continue or close a card."""
        if "sync_conflict" not in self.central.registry.by_name:
            return
        wanted = pks - self.cards_loaded
        pairs = rows.children(
            self.connection, self.central.tables, self.central.registry.get("sync_conflict"), "record_id", wanted
        )
        self.load({"sync_conflict": {card for card, _ in pairs}})
        self.cards_loaded |= wanted

    def _preload_codes(self, ops: Iterable[Op]) -> None:
        for entity in {op.t for op in ops}:
            names = [u for u in lookups.code_fields(self.central.registry.get(entity))]
            folded = {
                lookups.fold_code(op.set[n]) for op in ops if op.t == entity for n in names if isinstance(op.set.get(n), str)
            }
            found = lookups.code_owners(self.connection, self.central.tables, entity, folded)
            self.codes |= {(entity, code): found.get(code) for code in folded}

    def author(self, seq: int) -> Author | None:
        """Return who wrote a version; None for what no tx wrote (seq 0)."""
        if seq and seq not in self.authors:
            self.authors |= ledger.authors(self.connection, self.central.tables, {seq})
        return self.authors.get(seq)

    def create(self, entity: type[Record], values: Row, seq: int, origin: str, by: str | None) -> CentralRow:
        """Add a record."""
        row = {**blank_row(entity), **values, "created_at": self.at, "created_by": by, "updated_at": self.at, "updated_by": by}
        made = CentralRow(entity, row, seq, seq, origin, {}, {})
        self.records[entity.entity_name, made.pk] = made
        return made

    def touch(self, found: CentralRow, seq: int, by: str | None, *, exact: bool) -> None:
        """Give a record the tx's seq. exact: the device that sent it holds precisely what is stored (PROTOCOL 7.3)."""
        found.ver = seq
        found.row["updated_at"], found.row["updated_by"] = self.at, by
        changes, key = self.changes.setdefault(seq, {}), (found.entity.entity_name, found.row["id"])
        changes[key] = changes.get(key, True) and exact

    def send_all(self, seq: int) -> None:
        """Let every record that a tx touched be sent to its own device, too."""
        self.changes[seq] = dict.fromkeys(self.changes.get(seq, ()), False)

    def children(self, parent: CentralRow) -> list[CentralRow]:
        """Return the records that belong to one, archived ones too."""
        registry, found = self.central.registry, []
        for entity, field_name in registry.children(parent.entity):
            pairs = rows.children(self.connection, self.central.tables, entity, field_name, (parent.pk,))
            self.load({entity.entity_name: {pk for pk, _ in pairs}})
            found += [
                one
                for (name, _), one in self.records.items()
                if name == entity.entity_name and one is not None and one.row.get(field_name) == parent.pk
            ]
        return found

    def cards_of(self, pk: str) -> list[CentralRow]:
        """Return the open cards about a record."""
        if pk not in self.cards_loaded:
            entity = self.central.registry.get("sync_conflict")
            pairs = rows.children(self.connection, self.central.tables, entity, "record_id", (pk,))
            self.load({"sync_conflict": {card for card, _ in pairs}})
            self.cards_loaded.add(pk)
        if pk not in self.cards_by_record:
            return []
        found = (self.records.get(("sync_conflict", card)) for card in sorted(self.cards_by_record[pk]))
        return [one for one in found if one is not None and one.row["state"] == "open"]

    def code_owner(self, entity: str, code: str) -> str | None:
        """Return the record that holds or held a code."""
        folded = lookups.fold_code(code)
        if (entity, folded) not in self.codes:
            found = lookups.code_owners(self.connection, self.central.tables, entity, {folded})
            self.codes[entity, folded] = found.get(folded)
        return self.codes[entity, folded]

    def give_code(self, entity: str, code: str, pk: str) -> None:
        """Note that a record holds a code, for ever."""
        folded = lookups.fold_code(code)
        if self.codes.get((entity, folded)) is None:
            self.new_codes.add((entity, folded))
        self.codes[entity, folded] = pk


def _central(entity: type[Record], row: Row, stored: rows.Stored) -> CentralRow:
    ver, created_seq, origin, col_ver, extra, cell = stored
    references, owner = references_of(entity, row), owner_of(entity, row)
    return CentralRow(entity, row, ver, created_seq, origin, col_ver, extra, ver, references, cell, owner)


def owner_of(entity: type[Record], row: Row) -> Owner | None:
    """Return whose a record is as rights see it, where its entity says so."""
    if entity.owner_field is None:
        return None
    return row[entity.owner_field] or row["created_by"], row[entity.team_field] if entity.team_field else None


def references_of(entity: type[Record], row: Row) -> tuple[object, ...]:
    """Return a row's values of `rows.references`."""
    return tuple([row[name] for name in rows.references(entity)])


@cache
def latest_edit_units(entity: type[Record]) -> frozenset[str]:
    """Return the units of an entity of which the latest edit wins."""
    return frozenset(unit.name for unit in units(entity).values() if unit.policy is Merge.LE)
