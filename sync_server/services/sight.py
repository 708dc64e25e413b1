"""What one person sees of the central records: his view by the rights in force, and the views that he had before (PROTOCOL 12).

A view is compared with the one that was stored last when its person asks for something, and stored with a seq of its own where it
differs. So a change of rights costs nothing when it is made, and every cursor has the view that it was made with.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import orjson

from shared_models.cells import Cell
from shared_models.digest import MODULUS, Digest
from shared_models.registry import Registry
from shared_models.rights import View, view
from sync_server.db import cells, digests, timeline
from sync_server.db.engine import Connection
from sync_server.db.tables import Tables
from sync_server.services.actor import Actor
from sync_server.services.central import Central
from sync_server.services.placing import has_cells

FREE = ""
"""How the view of somebody whom nothing limits is stored."""


@dataclass(frozen=True)
class Sight:
    """A view and the numbers of the cells that it holds."""

    view: View
    cells: frozenset[int]

    def shows(self, entity: str, cell: int) -> bool:
        """Whether records of an entity in a cell are seen."""
        return cell in self.cells and entity not in self.view.unseen


@dataclass(frozen=True)
class Sights:
    """What a person sees and saw, in one read snapshot; before he was limited first he saw everything."""

    central: Central
    connection: Connection
    user_id: str
    clock: timeline.Clock
    was_limited: bool
    """Whether he ever was; else no view of his is stored."""

    @cached_property
    def now(self) -> Sight | None:
        """Return what is seen now; None: everything."""
        return self._sight(self.newest[1])

    @property
    def rows(self) -> int:
        """Return how many records are seen now."""
        tables, registry = self.central.tables, self.central.registry
        seen = self.now
        found = digests.read(self.connection, tables) if seen is None else digest_of(registry, self.connection, tables, seen)
        return sum(one.rows for one in found.values())

    def at(self, seq: int) -> Sight | None:
        """Return what was seen at a cursor; None: everything."""
        return self.now if self.newest[0] <= seq else self._sight(self._stored(seq)[1])

    @cached_property
    def cells(self) -> frozenset[int]:
        """Return the numbers of all cells."""
        return frozenset((0, *self._book))

    @cached_property
    def newest(self) -> tuple[int, str]:
        """Return the view that was stored last, and its seq."""
        return self._stored(self.clock.seq)

    def _stored(self, seq: int) -> tuple[int, str]:
        found = cells.view_at(self.connection, self.central.tables, self.user_id, seq) if self.was_limited else None
        return found or (0, FREE)

    def _sight(self, stored: str) -> Sight | None:
        return sight_of(self.central, stored, self._book) if stored != FREE else None

    @cached_property
    def _book(self) -> dict[int, Cell]:
        return self.central.cell_book.all(self.connection, self.central.tables, self.clock.epoch)


def sight_of(central: Central, stored: str, known: dict[int, Cell]) -> Sight:
    """Return a view of its stored form. known: every cell that there is."""
    parts = orjson.loads(stored)
    seen = View(frozenset(parts["scopes"]), frozenset(parts["hidden"]), frozenset(parts["unseen"]))
    return Sight(seen, central.cell_book.held(stored, seen, known))


@contextmanager
def snapshot(central: Central, actor: Actor) -> Iterator[Sights]:
    """Open a read snapshot to answer somebody from. What he sees by the rights in force is stored first, where it is news."""
    while True:
        with central.store.read() as connection:
            found = _sights(central, connection, actor)
            if found.newest[1] == _by_rules(central, connection, actor, found.clock):
                yield found
                return
        _store(central, actor)


def _sights(central: Central, connection: Connection, actor: Actor) -> Sights:
    return Sights(central, connection, actor.user_id, *timeline.read_for(connection, central.tables, actor.user_id))


def last_known(central: Central, connection: Connection, user_id: str) -> Sight | None:
    """Return what a person saw when he asked last; None: everything."""
    return _sights(central, connection, Actor(user_id, "")).now


def _store(central: Central, actor: Actor) -> None:
    """Store what a person sees from now on, unless another of his devices did so meanwhile."""
    with central.store.write() as connection:
        seq = timeline.take(connection, central.tables, 1) + 1
        found = _sights(central, connection, actor)
        wanted = _by_rules(central, connection, actor, found.clock)
        if wanted != found.newest[1]:
            cells.add_view(connection, central.tables, actor.user_id, seq, wanted)


def digest_of(registry: Registry, connection: Connection, tables: Tables, sight: Sight) -> dict[str, Digest]:
    """Return entity -> digest of all that a view holds."""
    sums = {entity.entity_name: [0, 0] for entity in registry}
    for entity, cell, one in cells.digests(connection, tables, sight.cells):
        if sight.shows(entity, cell):
            sums[entity][0] += one.rows
            sums[entity][1] += one.total
    return {name: Digest(n, total % MODULUS) for name, (n, total) in sums.items()}


def is_any_hidden(groups: Iterable[str | None], sight: Sight | None) -> bool:
    """Whether one of some confidential groups is kept from a person."""
    return sight is not None and not sight.view.hidden.isdisjoint(group for group in groups if group)


def _by_rules(central: Central, connection: Connection, actor: Actor, now: timeline.Clock) -> str:
    """Return a person's view by the rights in force, as it is stored."""
    if actor.is_admin or not has_cells(central.registry):
        return FREE
    at = central.now_us()
    rules = central.rulebook.at(connection, central.tables, central.registry, now, at)
    if rules.standing(actor.user_id).is_free:
        return FREE
    seen = view(rules, actor.user_id, at)
    parts = {"scopes": sorted(seen.scopes), "hidden": sorted(seen.hidden), "unseen": sorted(seen.unseen)}
    return orjson.dumps(parts).decode()
