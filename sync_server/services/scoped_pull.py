"""What a pull tells somebody who does not see everything: rows that he sees and does not hold, and what he no longer sees.

A cursor has the view that it was made with, so what the device holds is known: all that this view showed then (PROTOCOL 12).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from shared_models.fields import columns
from sync_server.db import cells, placed_feed
from sync_server.db.engine import Connection
from sync_server.db.feed import WireRow
from sync_server.db.placed_feed import Placed
from sync_server.services.central import Central
from sync_server.services.sight import Sight, Sights

NEVER = 2**62
SCAN = 5000
"""Records that one statement reads while a page is filled."""
Key = tuple[str, str]
"""(entity, id)."""


@dataclass(frozen=True)
class Span:
    """From one cursor to another, each with the view of its moment."""

    sights: Sights
    since: int
    upto: int
    is_behind_pages: bool = False
    """Whether it begins where a long pull was staged up to: what moved since may have been left out of the pages."""

    @property
    def central(self) -> Central:
        """Return the organisation."""
        return self.sights.central

    @property
    def connection(self) -> Connection:
        """Return the read snapshot that the device is answered from."""
        return self.sights.connection

    @cached_property
    def then(self) -> Sight | None:
        """Return what the device holds the rows of; None: of everything."""
        return self.sights.at(self.since)

    @cached_property
    def now(self) -> Sight | None:
        """Return what is to be seen at the end; None: everything."""
        return self.sights.at(self.upto)

    @cached_property
    def moved(self) -> dict[Key, int]:
        """Return the records that moved, each with the cell that it was in at the beginning."""
        return cells.moved(self.connection, self.central.tables, self.since, self.upto)

    @cached_property
    def moved_on(self) -> dict[Key, int]:
        """Return the records that moved after the end, each with the cell that it was in there."""
        return cells.moved(self.connection, self.central.tables, self.upto, NEVER)

    @cached_property
    def gained(self) -> frozenset[int]:
        """Return the cells that are seen now and were not."""
        return frozenset() if self.then is None else _cells(self.now, self.sights) - self.then.cells

    @cached_property
    def lost(self) -> frozenset[int]:
        """Return the cells that were seen and are not now."""
        return _cells(self.then, self.sights) - _cells(self.now, self.sights)

    @cached_property
    def opened(self) -> frozenset[str]:
        """Return the entities of which confidential fields, or all records, are seen now and were not."""
        return self._entities_of(_hidden(self.then) - _hidden(self.now))

    @cached_property
    def closed(self) -> frozenset[str]:
        """Return the entities of which confidential fields, or all records, were seen and are not now."""
        return self._entities_of(self.hidden)

    @cached_property
    def hidden(self) -> frozenset[str]:
        """Return the confidential groups that were seen and are not now."""
        return _hidden(self.now) - _hidden(self.then)

    def shows(self, one: Placed) -> bool:
        """Whether a record is seen at the end, and still is where it lies now."""
        is_shown = self.now is None or self.now.shows(one.row.entity, self._cell_of(one))
        latest = self.sights.now
        return is_shown and (latest is None or latest.shows(one.row.entity, one.cell))

    def _cell_of(self, one: Placed) -> int:
        """Return where a record was at the end: a page of a long pull is read later."""
        return self.moved_on.get((one.row.entity, one.row.pk), one.cell)

    def enters(self, one: Placed) -> bool:
        """Whether a record that is seen was not seen before, or a field of it was not."""
        name, pk = one.row.entity, one.row.pk
        if self.then is None:
            return False
        was = self.moved.get((name, pk))
        if was is not None and self.is_behind_pages:
            return True
        return self._cell_of(one) in self.gained or name in self.opened or (was is not None and not self.then.shows(name, was))

    def count(self, enough: int) -> int:
        """Return about how many records are news, beside those that changed."""
        if self.then is None:
            return 0
        found = len(self.moved) + cells.count_members(self.connection, self.central.tables, self.gained)
        if self.opened and found <= enough:
            sums = cells.digests(self.connection, self.central.tables)
            found += sum(
                one.rows for entity, cell, one in sums if entity in self.opened and cell in _cells(self.now, self.sights)
            )
        return found

    def news(self, held: Collection[Key]) -> Iterator[WireRow]:
        """Yield every record that is seen at the end and has to be sent, each once. held: those that verdicts stand for."""
        connection, tables = self.connection, self.central.tables
        sent: set[Key] = set()
        moved: dict[str, set[str]] = {}
        for entity, pk in self.moved:
            moved.setdefault(entity, set()).add(pk)
        sources = [placed_feed.changed(connection, tables, self.since, self.upto)]
        sources += [placed_feed.some(connection, tables, entity, pks) for entity, pks in moved.items()]
        sources.append(placed_feed.within(connection, tables, self.gained))
        sources += [self._every(entity) for entity in self.opened]
        for source in sources:
            for one in source:
                key = one.row.entity, one.row.pk
                if key in sent or not self.shows(one):
                    continue
                is_held = key in held and key[0] not in self.closed
                if self.enters(one) or (one.row.ver > self.since and not is_held):
                    sent.add(key)
                    yield one.row

    def page(self, entity: str, after_pk: str, limit: int) -> list[WireRow]:
        """Return the next records of one entity that have to be sent, in order of id; fewer than `limit` are the last."""
        found: list[WireRow] = []
        while True:
            chunk = placed_feed.page(self.connection, self.central.tables, entity, after_pk, self.upto, SCAN)
            found += [one.row for one in chunk if self.shows(one) and (one.row.ver > self.since or self.enters(one))]
            if len(chunk) < SCAN or len(found) >= limit:
                return found[:limit]
            after_pk = chunk[-1].row.pk

    def leaving(self, acked: Sequence[int]) -> Iterator[tuple[str, set[str]]]:
        """Yield entity and ids of the records that the device holds and that are not seen at the end.

        acked: seqs of txs of the device. What they changed is named whatever it is, or their acks would stand for it. Else roots
        are named, with which their parts go, and cards: what a card is about may be in a page that has not been sent.
        """
        if self.now is None:
            return
        own = placed_feed.touched(self.connection, self.central.tables, acked)
        named = {*(root.entity_name for root in self.central.registry.roots), "sync_conflict"}
        for name in (entity.entity_name for entity in self.central.registry if entity.entity_name in named | own.keys()):
            gone = self._gone(name) if name in named else set()
            placed = placed_feed.some(self.connection, self.central.tables, name, own.get(name, ()))
            gone.update(one.row.pk for one in placed if not self.shows(one))
            if gone:
                yield name, gone

    def _gone(self, name: str) -> set[str]:
        """Return the ids of an entity's records that were seen at the beginning and are not at the end."""
        if not self.since:  # there a device holds nothing
            return set()
        elsewhere = {pk: cell for (entity, pk), cell in self.moved.items() if entity == name}
        seen = {pk for pk, cell in elsewhere.items() if self.then is None or self.then.shows(name, cell)}
        placed = placed_feed.some(self.connection, self.central.tables, name, seen)
        gone = {one.row.pk for one in placed if not self.shows(one)}
        lost = cells.members(self.connection, self.central.tables, name, self.lost, self.since)
        return gone.union(pk for pk in lost if pk not in elsewhere)

    def _entities_of(self, groups: frozenset[str]) -> frozenset[str]:
        registry = self.central.registry
        return frozenset(e.entity_name for e in registry if any(c.col.right_group in groups for c in columns(e)))

    def _every(self, entity: str) -> Iterator[Placed]:
        after_pk = ""
        while chunk := placed_feed.page(self.connection, self.central.tables, entity, after_pk, self.upto, SCAN):
            yield from chunk
            after_pk = chunk[-1].row.pk


def _cells(sight: Sight | None, sights: Sights) -> frozenset[int]:
    return sights.cells if sight is None else sight.cells


def _hidden(sight: Sight | None) -> frozenset[str]:
    return frozenset() if sight is None else sight.view.hidden
