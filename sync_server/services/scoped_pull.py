"""What a pull tells somebody who does not see everything: rows that he sees and does not hold, and what he no longer sees.

A cursor has the view that it was made with, so what the device holds is known: all that this view showed then (PROTOCOL 12).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from shared_models.fields import columns
from sync_server.db import cells, placed_feed
from sync_server.db.engine import Connection
from sync_server.db.feed import WireRow
from sync_server.db.placed_feed import Placed
from sync_server.services.central import Central
from sync_server.services.sight import Sight, Sights

SCAN = 5000
"""Records that one statement reads while a page is filled."""
Key = tuple[str, str]
"""(entity, id)."""


@dataclass(frozen=True)
class Span:
    """From one cursor to another, each with the view of its moment."""

    central: Central
    connection: Connection
    sights: Sights
    since: int
    upto: int

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
        if self.then is None:
            return frozenset()
        groups = self.then.view.hidden - (self.now.view.hidden if self.now else frozenset())
        return frozenset(
            entity.entity_name for entity in self.central.registry if any(c.col.right_group in groups for c in columns(entity))
        )

    @cached_property
    def hidden(self) -> frozenset[str]:
        """Return the confidential groups that were seen and are not now."""
        if self.now is None:
            return frozenset()
        return self.now.view.hidden - (self.then.view.hidden if self.then else frozenset())

    def shows(self, one: Placed) -> bool:
        """Whether a record is seen at the end."""
        return self.now is None or self.now.shows(one.row.entity, one.cell)

    def is_news(self, one: Placed) -> bool:
        """Whether a record that is seen has to be sent: it changed, it was not seen before, or a field of it was not."""
        key = one.row.entity, one.row.pk
        return (
            one.row.ver > self.since
            or one.cell in self.gained
            or one.row.entity in self.opened
            or (key in self.moved and self.then is not None and not self.then.shows(one.row.entity, self.moved[key]))
        )

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

    def news(self) -> Iterator[WireRow]:
        """Yield every record that is seen at the end and has to be sent, each once."""
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
                if self.shows(one) and key not in sent and self.is_news(one):
                    sent.add(key)
                    yield one.row

    def page(self, entity: str, after_pk: str, limit: int) -> list[WireRow]:
        """Return the next records of one entity that have to be sent, in order of id; fewer than `limit` are the last."""
        found: list[WireRow] = []
        while True:
            chunk = placed_feed.page(self.connection, self.central.tables, entity, after_pk, self.upto, SCAN)
            found += [one.row for one in chunk if self.shows(one) and self.is_news(one)]
            if len(chunk) < SCAN or len(found) >= limit:
                return found[:limit]
            after_pk = chunk[-1].row.pk

    def leaving(self, device: str) -> dict[str, set[str]]:
        """Return root entity -> ids of the records that the device holds and that are not seen at the end."""
        if self.now is None:
            return {}
        found: dict[str, set[str]] = {}
        own = placed_feed.touched_by(self.connection, self.central.tables, device, self.since)
        for root in self.central.registry.roots:
            name = root.entity_name
            moved = {pk for entity, pk in self.moved if entity == name and self._was_seen(name, self.moved[name, pk])}
            gone = {
                one.row.pk
                for one in placed_feed.some(self.connection, self.central.tables, name, moved | own.get(name, set()))
                if not self.shows(one)
            }
            lost = cells.members(self.connection, self.central.tables, name, self.lost, self.since)
            gone.update(pk for pk in lost if (name, pk) not in self.moved or pk in moved)  # others came there unseen
            if gone:
                found[name] = gone
        return found

    def _was_seen(self, entity: str, cell: int) -> bool:
        return self.then is None or self.then.shows(entity, cell)

    def _every(self, entity: str) -> Iterator[Placed]:
        after_pk = ""
        while chunk := placed_feed.page(self.connection, self.central.tables, entity, after_pk, self.upto, SCAN):
            yield from chunk
            after_pk = chunk[-1].row.pk


def _cells(sight: Sight | None, sights: Sights) -> frozenset[int]:
    return sights.cells if sight is None else sight.cells
