"""Puts records into cells, in the transaction that changes them: who sees a record follows from its cell (PROTOCOL 12).

A new record is placed. One that changes its owner or team, or is shared for the first time, moves with all of its parts.
Everything here but `lock_parts` happens under the lock of the sequence. An organisation without profiles has no cells: everyone
sees everything.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from shared_models.base import Record
from shared_models.cells import EVERYONE, NOWHERE, Cell, cell_of, cell_within
from shared_models.codec import Row
from shared_models.digest import MODULUS, Digest, row_hash
from shared_models.fields import data_columns, units
from shared_models.registry import Registry
from shared_models.rights import subject_of
from shared_models.rules import Rules
from sync_server.db import cells, digests, rows
from sync_server.db.engine import Connection
from sync_server.services.central import Central
from sync_server.services.rulebook import rule_entities
from sync_server.services.workspace import CentralRow, Workspace, owner_of

Key = tuple[str, str]
"""(entity, id)."""
Place = tuple[str, int]
"""(entity, cell)."""
ABOUT = ("record_type", "record_id")
"""Fields of what hangs on a record of any entity."""
BATCH = 5000


@dataclass
class Moves:
    """Stored records that are in another cell now. left: the one that each was in. versions: what each had."""

    left: dict[Key, int] = field(default_factory=dict)
    put: dict[Key, int] = field(default_factory=dict)
    versions: dict[Key, int] = field(default_factory=dict)


def has_cells(registry: Registry) -> bool:
    """Whether anybody's sight can be limited."""
    return bool(rule_entities(registry))


def parents_of(registry: Registry, entity: type[Record], row: Row) -> Iterator[Key]:
    """Yield the records that one is a part of, or about."""
    for name, parent in registry.parents(entity):
        if row.get(name) is not None:
            yield parent, row[name]
    if _is_about_any(entity):
        yield row["record_type"], row["record_id"]


def place(space: Workspace, changed: Sequence[CentralRow], shared: Iterable[Key] = ()) -> Moves:
    """Give every new record its cell (`CentralRow.cell`) and return what moves. shared: records that had a share before."""
    if not has_cells(space.central.registry):
        return Moves()
    placing = _Placing(space, changed)
    placing.alone.update(shared)
    placing.find_moving_roots()
    placing.take_parts_along()  # first: a new record may be a part of one of those
    placing.place_new()
    return placing.numbered()


def lock_parts(space: Workspace, changed: Sequence[CentralRow]) -> None:
    """Lock what goes along with records that change hands, as every push locks: by entity in the registry's order, and by id.

    The sequence is not taken yet: an edit of a part has its row and waits for the sequence, so whoever has that must not wait
    for the row. While a lock was waited for, a card may have come to a part: until nothing has come it is looked again.
    """
    registry = space.central.registry
    if space.central.store.is_sqlite or not has_cells(registry):  # one writer at a time waits for nobody
        return
    moving = {(one.entity.entity_name, one.pk) for one in _handed_over(registry, changed)} | _shared_first(registry, changed)
    locked = {key for key, record in space.records.items() if record is not None}
    while moving and (fresh := _parts_below(space, moving) - locked):
        for entity in registry:
            rows.lock(
                space.connection,
                space.central.tables,
                entity.entity_name,
                (pk for name, pk in fresh if name == entity.entity_name),
            )
        locked |= fresh


def place_all(central: Central, connection: Connection) -> None:
    """Place every record anew: what a database of before there were cells needs, once."""
    tables, space = central.tables, Workspace(central, connection, central.now_us())
    cells.forget(connection, tables)
    if not has_cells(central.registry):
        return
    shared = cells.shared(connection, tables)
    for entity in sorted(central.registry, key=_rank):
        pks = [pk for pk, _ in digests.versions(connection, tables, entity.entity_name)]
        for i in range(0, len(pks), BATCH):
            found = rows.load(connection, tables, entity, pks[i : i + BATCH], lock=True)
            made = [CentralRow(entity, row, *stored[:5]) for row, stored in found.values()]
            moves = place(space, made, shared)
            cells.put(connection, tables, {(entity.entity_name, one.pk): one.cell for one in made})
            cells.add_digests(connection, tables, gained(made, moves))


def is_placed(central: Central) -> bool:
    """Whether the records of a database have their cells."""
    if not has_cells(central.registry):
        return True
    with central.store.read() as connection:
        rows_of_all = sum(one.rows for one in digests.read(connection, central.tables).values())
        return rows_of_all == sum(one.rows for _, _, one in cells.digests(connection, central.tables))


def write(space: Workspace, gained: Mapping[Place, Digest], moves: Moves, seq: int) -> None:
    """Store moves, and what the digest of each entity and of each cell gained. seq: the last one of the request."""
    connection, tables = space.connection, space.central.tables
    sums: dict[str, Digest] = {}
    for (entity, _), one in gained.items():
        old = sums.get(entity, Digest())
        sums[entity] = Digest(old.rows + one.rows, (old.total + one.total) % MODULUS)
    digests.add(connection, tables, sums)
    if has_cells(space.central.registry):
        cells.put(connection, tables, moves.put)
        cells.write_moves(connection, tables, seq, moves.left)
        cells.add_digests(connection, tables, gained)


def gained(changed: Iterable[CentralRow], moves: Moves) -> dict[Place, Digest]:
    """Return what each cell of each entity gains: the new versions less the old ones."""
    found: dict[Place, list[int]] = {}
    left, put = moves.left, moves.put
    for one in changed:
        name, pk = one.entity.entity_name, one.row["id"]
        key = (name, pk)
        is_new, was, now = not one.stored_ver, (name, left.get(key, one.cell)), (name, put.get(key, one.cell))
        version = row_hash(name, pk, one.ver)
        if is_new or was != now:
            _add(found, now, 1, version)
            if not is_new:
                _add(found, was, -1, -row_hash(name, pk, one.stored_ver))
        else:
            _add(found, now, 0, version - row_hash(name, pk, one.stored_ver))
    written = {(one.entity.entity_name, one.pk) for one in changed} if put else frozenset()
    for key in put.keys() - written:
        version = row_hash(*key, moves.versions[key])
        _add(found, (key[0], left[key]), -1, -version)
        _add(found, (key[0], put[key]), 1, version)
    return {place: Digest(n, total % MODULUS) for place, (n, total) in found.items()}


def _add(sums: dict[Place, list[int]], place: Place, rows: int, total: int) -> None:
    one = sums.setdefault(place, [0, 0])
    one[0] += rows
    one[1] += total


def _is_about_any(entity: type[Record]) -> bool:
    """Whether records of an entity hang on a record of any other."""
    return all(name in entity.model_fields for name in ABOUT)


def _rank(entity: type[Record]) -> tuple[bool, bool]:
    """Return what comes later in order: what is about any record, and then cards, which may be about one of these."""
    return entity.entity_name == "sync_conflict", _is_about_any(entity)


def _handed_over(registry: Registry, changed: Iterable[CentralRow]) -> list[CentralRow]:
    """Return the stored roots whose owner or team is another one now."""
    return [
        one
        for one in changed
        if one.stored_ver and one.entity in registry.roots and one.stored_owner != owner_of(one.entity, one.row)
    ]


def _shared_first(registry: Registry, changed: Iterable[CentralRow]) -> set[Key]:
    """Return the roots that a share is new of."""
    roots = {entity.entity_name for entity in registry.roots}
    return {
        (one.row["record_type"], one.row["record_id"])
        for one in changed
        if one.entity.entity_name == "record_share" and not one.stored_ver and one.row["record_type"] in roots
    }


def _ties(registry: Registry) -> Iterator[tuple[type[Record], str, str | None]]:
    """Yield (entity, field, parent entity or None for any) of every way to be a part of something."""
    for entity in registry:
        for field_name, parent in registry.parents(entity):
            yield entity, field_name, parent
        if _is_about_any(entity):
            yield entity, "record_id", None


def _parts_of(space: Workspace, whole: Iterable[Key]) -> dict[type[Record], set[str]]:
    """Return entity -> ids of the stored records that are a part of one of these, or about it."""
    found: dict[type[Record], set[str]] = {}
    for entity, field_name, parent in _ties(space.central.registry):
        pks = {pk for name, pk in whole if parent in (None, name)}
        pairs = rows.children(space.connection, space.central.tables, entity, field_name, pks) if pks else ()
        found.setdefault(entity, set()).update(pk for pk, _ in pairs)
    return found


def _parts_below(space: Workspace, whole: Iterable[Key]) -> set[Key]:
    """Return all parts of some records, and the parts of those."""
    found, frontier = set[Key](), set(whole)
    while frontier:
        parts = _parts_of(space, frontier)
        frontier = {(entity.entity_name, pk) for entity, pks in parts.items() for pk in pks} - found
        found |= frontier
    return found


@cache
def _common(registry: Registry) -> frozenset[str]:
    return Rules(registry, {}).common


@dataclass
class _Placing:
    """One request's records on their way into cells."""

    space: Workspace
    changed: Sequence[CentralRow]
    cells: dict[Key, Cell] = field(default_factory=dict)
    """Where records will lie: those that are placed here, and their parents."""
    moving: dict[Key, int] = field(default_factory=dict)
    """Stored records that move -> their version."""
    old: dict[Key, int] = field(default_factory=dict)
    """Stored record -> number of its cell."""
    known: dict[int, Cell] = field(default_factory=lambda: {0: EVERYONE})
    alone: set[Key] = field(default_factory=set)
    """Records that a share of this request gives a cell of their own."""

    @property
    def registry(self) -> Registry:
        return self.space.central.registry

    def find_moving_roots(self) -> None:
        """Find the stored roots whose owner or team is another one now, and those that are shared for the first time."""
        shared = _shared_first(self.registry, self.changed)
        self.alone |= shared
        moving = {(one.entity.entity_name, one.pk): one for one in _handed_over(self.registry, self.changed)}
        for key in shared:
            record = self.space.get(*key)
            if record is not None and record.stored_ver:
                moving[key] = record
        self._learn({key: record.cell for key, record in moving.items()})
        for key, record in moving.items():
            was = self.known[record.cell]
            alone = key in self.alone or any(root[3] for root in was.roots)
            now = cell_of(subject_of(record.entity, record.row), alone=alone)
            if now != was:
                self.cells[key], self.moving[key] = now, record.stored_ver

    def place_new(self) -> None:
        """Place the new records, parents before their parts."""
        new = [one for one in self.changed if not one.stored_ver]
        order = {entity: place for place, entity in enumerate(self.registry)}
        for one in new:
            if one.entity in self.registry.roots:
                key = one.entity.entity_name, one.pk
                self.cells[key] = cell_of(subject_of(one.entity, one.row), alone=key in self.alone)
            elif one.entity.entity_name in _common(self.registry):
                self.cells[one.entity.entity_name, one.pk] = EVERYONE
        parts = [one for one in new if (one.entity.entity_name, one.pk) not in self.cells]
        self._read_places(key for one in parts for key in parents_of(self.registry, one.entity, one.row))
        for one in sorted(parts, key=lambda part: (_rank(part.entity), order[part.entity])):
            self.cells[one.entity.entity_name, one.pk] = self._within(one.entity, one.row)

    def take_parts_along(self) -> None:
        """Move the parts of what moves, and their parts."""
        frontier = set(self.moving)
        while frontier:
            found, frontier = _parts_of(self.space, frontier), set()
            for entity, pks in found.items():
                frontier |= self._move_parts(entity, {pk for pk in pks if (entity.entity_name, pk) not in self.cells})

    def numbered(self) -> Moves:
        """Give every cell its number and return what moves."""
        connection, tables = self.space.connection, self.space.central.tables
        new = [one for one in self.changed if not one.stored_ver]
        wanted = {cell.key for key in self.moving for cell in (self.cells[key],)}
        wanted |= {self.cells[one.entity.entity_name, one.pk].key for one in new}
        wanted.discard(EVERYONE.key)
        numbers = {EVERYONE.key: 0, **cells.ids(connection, tables, wanted)}
        if missing := sorted(wanted - numbers.keys()):
            numbers |= cells.add(connection, tables, missing)
        for one in new:
            one.cell = numbers[self.cells[one.entity.entity_name, one.pk].key]
        return Moves(
            {key: self.old[key] for key in self.moving},
            {key: numbers[self.cells[key].key] for key in self.moving},
            dict(self.moving),
        )

    def _move_parts(self, entity: type[Record], pks: set[str]) -> set[Key]:
        """Move stored parts of one entity; returns those that moved."""
        if not pks:
            return set()
        found = rows.load(self.space.connection, self.space.central.tables, entity, pks, lock=False)
        name, moved = entity.entity_name, set[Key]()
        self._learn({(name, pk): stored.cell for pk, (_, stored) in found.items()})
        self._read_places(key for row, _ in found.values() for key in parents_of(self.registry, entity, row))
        for pk, (row, stored) in found.items():
            now = self._within(entity, row)
            if now != self.known[stored.cell]:
                self.cells[name, pk], self.moving[name, pk] = now, stored.ver
                moved.add((name, pk))
        return moved

    def _within(self, entity: type[Record], row: Row) -> Cell:
        """Return the cell of a part, from where its parents are or will be."""
        nowhere = Cell((NOWHERE,))
        parents = [self.cells.get(key) or self._stored_cell(key) or nowhere for key in parents_of(self.registry, entity, row)]
        return cell_within(parents, _group(self.registry, row) if entity.entity_name == "sync_conflict" else None)

    def _stored_cell(self, key: Key) -> Cell | None:
        return self.known[self.old[key]] if key in self.old else None

    def _read_places(self, wanted: Iterable[Key]) -> None:
        """Learn in which cells some stored records lie."""
        by_entity: dict[str, set[str]] = {}
        for key in set(wanted) - self.cells.keys() - self.old.keys():
            if key[0] in self.registry.by_name:
                by_entity.setdefault(key[0], set()).add(key[1])
        for name, pks in by_entity.items():
            found = cells.places(self.space.connection, self.space.central.tables, name, pks)
            self._learn({(name, pk): cell for pk, cell in found.items()})

    def _learn(self, places: dict[Key, int]) -> None:
        self.old |= places
        unknown = set(places.values()) - self.known.keys()
        found = cells.keys(self.space.connection, self.space.central.tables, unknown) if unknown else {}
        self.known |= {number: Cell.parse(key) for number, key in found.items()}


def _group(registry: Registry, card: Row) -> str | None:
    """Return the confidential group of what a card is about."""
    entity = registry.by_name.get(card["record_type"])
    if entity is None:
        return None
    unit = units(entity).get(card["unit"])
    found = {column.col.right_group for column in data_columns(entity) if unit is None or column.name in unit.fields}
    return next(iter(found)) if len(found) == 1 else None
