"""What one person sees of the central records: his view by the rights in force, and the views that he had before (PROTOCOL 12).

A view is compared with the one that was stored last when its person asks for something, and stored with a seq of its own where it
differs. So a change of rights costs nothing when it is made, and every cursor has the view that it was made with.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import orjson

from shared_models.cells import Cell
from shared_models.digest import MODULUS, Digest
from shared_models.registry import Registry
from shared_models.rights import View, view
from sync_server.db import cells, timeline
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
    """What a person saw, from which seq on; before the first of them he saw everything."""

    all: Sequence[tuple[int, Sight | None]]
    cells: frozenset[int]
    """Every cell that there is."""

    def at(self, seq: int) -> Sight | None:
        """Return what was seen at a cursor; None: everything."""
        return next((sight for since, sight in reversed(self.all) if since <= seq), None)

    @property
    def now(self) -> Sight | None:
        """Return what is seen now; None: everything."""
        return self.all[-1][1] if self.all else None


def renew(central: Central, actor: Actor) -> None:
    """Store what a person sees from now on, where it is not what was stored last. Before anything is read for him."""
    if not has_cells(central.registry):
        return
    with central.store.read() as connection:
        if _stored_now(central, connection, actor) == _last(central, connection, actor):
            return
    with central.store.write() as connection:
        seq = timeline.take(connection, central.tables, 1) + 1
        wanted = _stored_now(central, connection, actor)
        if wanted != _last(central, connection, actor):
            cells.add_view(connection, central.tables, actor.user_id, seq, wanted)


def sights(central: Central, connection: Connection, actor: Actor, now: timeline.Clock) -> Sights:
    """Return what a person saw and sees; empty for whoever was never limited."""
    if not has_cells(central.registry):
        return Sights((), frozenset())
    stored = cells.views(connection, central.tables, actor.user_id)
    if not stored:
        return Sights((), frozenset())
    found = central.cell_book.all(connection, central.tables, now.epoch)
    return Sights(
        [(seq, _sight(central, text, found)) for seq, text in stored],
        frozenset(found) | {0},
    )


def digest_of(registry: Registry, connection: Connection, tables: Tables, sight: Sight) -> dict[str, Digest]:
    """Return entity -> digest of all that a view holds."""
    sums = {entity.entity_name: [0, 0] for entity in registry}
    for entity, cell, one in cells.digests(connection, tables):
        if sight.shows(entity, cell):
            sums[entity][0] += one.rows
            sums[entity][1] += one.total
    return {name: Digest(n, total % MODULUS) for name, (n, total) in sums.items()}


def is_any_hidden(groups: Iterable[str | None], sight: Sight | None) -> bool:
    """Whether one of some confidential groups is kept from a person."""
    return sight is not None and not sight.view.hidden.isdisjoint(group for group in groups if group)


def _sight(central: Central, stored: str, found: dict[int, Cell]) -> Sight | None:
    if stored == FREE:
        return None
    parts = orjson.loads(stored)
    seen = View(frozenset(parts["scopes"]), frozenset(parts["hidden"]), frozenset(parts["unseen"]))
    return Sight(seen, central.cell_book.held(stored, seen, found))


def _stored_now(central: Central, connection: Connection, actor: Actor) -> str:
    """Return a person's view by the rights in force, as it is stored."""
    if actor.is_admin:
        return FREE
    at = central.now_us()
    now = timeline.read(connection, central.tables)
    rules = central.rulebook.at(connection, central.tables, central.registry, now, at)
    if rules.standing(actor.user_id).is_free:
        return FREE
    seen = view(rules, actor.user_id, at)
    parts = {"scopes": sorted(seen.scopes), "hidden": sorted(seen.hidden), "unseen": sorted(seen.unseen)}
    return orjson.dumps(parts).decode()


def _last(central: Central, connection: Connection, actor: Actor) -> str:
    stored = cells.views(connection, central.tables, actor.user_id)
    return stored[-1][1] if stored else FREE
