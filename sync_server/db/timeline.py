"""The server's sequence and epochs: the one counter row that orders everything (trap 1), and the restores since."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from sync_server.db import news, plans
from sync_server.db.engine import Connection
from sync_server.db.tables import STATEMENTS, Tables


@dataclass(frozen=True)
class Clock:
    """Where the sequence stands."""

    seq: int
    epoch: str
    safe_seq: int
    """Last seq that a verified backup holds."""
    rules: int
    """Number of the rights in force: raised by every tx that changes them."""


def start(connection: Connection, tables: Tables, epoch: str) -> None:
    """Begin the sequence of an empty database. epoch: random, never counted (trap 28)."""
    connection.execute(tables.clock.insert().values(id=1, seq=0, epoch=epoch, safe_seq=0, rules=0))
    connection.execute(tables.restore.insert().values(epoch=epoch, place=0, restored_seq=0))


def exists(connection: Connection, tables: Tables) -> bool:
    """Whether the sequence was started."""
    return connection.execute(sa.select(tables.clock.c.id)).first() is not None


def read(connection: Connection, tables: Tables) -> Clock:
    """Return where the sequence stands in this snapshot. Raises RuntimeError for a database that was never started."""
    found = plans.first(connection, _reading(tables))
    if found is None:
        raise RuntimeError("the central database has no sequence: run `fieldfare server init`")
    return Clock(*found)


def read_for(connection: Connection, tables: Tables, user: str) -> tuple[Clock, bool]:
    """Return where the sequence stands, and whether a person was ever limited: both in one statement, as every pull asks."""
    found = plans.first(connection, _reading_for(tables), {"of": user})
    if found is None:
        return read(connection, tables), False
    *clock, is_limited = found
    return Clock(*clock), is_limited


@lru_cache(maxsize=STATEMENTS)
def _reading_for(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    views = sa.select(tables.view.c.seq).where(tables.view.c.user == sa.bindparam("of"))
    return _reading(tables).add_columns(sa.exists(views).label("is_limited"))


@lru_cache(maxsize=STATEMENTS)
def _reading(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    return sa.select(tables.clock.c.seq, tables.clock.c.epoch, tables.clock.c.safe_seq, tables.clock.c.rules)


def take(connection: Connection, tables: Tables, count: int, *, new_rules: bool = False) -> int:
    """Take `count` seqs and return the one before the first. From here to the commit nothing slow may happen.

    new_rules: what is written changes rights, so their number is raised with the counter.

    The counter's row lock is held until the commit, so commits are in the order of seqs and a reader never sees seq n+1
    before n. MariaDB has no UPDATE..RETURNING; under the lock a plain read is exact on every engine.
    """
    plans.run(connection, _taking(tables), {"count": count, "more": int(new_rules)})
    [(seq, *_)] = plans.fetch(connection, _reading(tables))
    news.note(connection, int(seq))
    return int(seq) - count


@lru_cache(maxsize=STATEMENTS)
def _taking(tables: Tables) -> sa.Update:
    clock = tables.clock
    return clock.update().values(seq=clock.c.seq + sa.bindparam("count"), rules=clock.c.rules + sa.bindparam("more"))


def note_safe(connection: Connection, tables: Tables, epoch: str, seq: int) -> bool:
    """Note that a verified backup holds all up to a seq of an epoch; it never goes down. Returns whether it is news."""
    clock = tables.clock
    query = clock.update().where(clock.c.epoch == epoch, clock.c.safe_seq < seq, clock.c.seq >= seq)
    return connection.execute(query.values(safe_seq=seq)).rowcount > 0


@dataclass(frozen=True)
class Restore:
    """One epoch of the list of restores. restored_seq: up to where it shares the timeline of those before it; 0 for the first."""

    epoch: str
    place: int
    restored_seq: int


def restores(connection: Connection, tables: Tables) -> list[Restore]:
    """Return the list of restores that a database holds, the first epoch first."""
    restore = tables.restore
    query = sa.select(restore.c.epoch, restore.c.place, restore.c.restored_seq).order_by(restore.c.place)
    return [Restore(*one) for one in connection.execute(query)]


def restored_seq(connection: Connection, tables: Tables, epoch: str) -> int:
    """Return the lowest point that any restore since `epoch` went back to; 0 for an epoch that is not in the list."""
    return lowest_since(restores(connection, tables), epoch)


def lowest_since(listed: Sequence[Restore], epoch: str) -> int:
    """Return what `restored_seq` does, of a list."""
    place = next((one.place for one in listed if one.epoch == epoch), None)
    return 0 if place is None else min((one.restored_seq for one in listed if one.place > place), default=0)


def begin_epoch(connection: Connection, tables: Tables, epoch: str, outside: Sequence[Restore] = ()) -> int:
    """Start a new timeline after a restore; returns the seq up to which it shares those before it.

    outside: the list of restores that is kept outside the backup; what the backup lacks of it is taken over. Where the database was
    restored since the backup was made, all timelines since share only what the lowest of those restores left: a backup of the first
    timeline at seq 100 that is put back after a restore to 50 shares 50 with the second, and not 100.
    """
    now, held = read(connection, tables), restores(connection, tables)
    known = {one.epoch for one in held}
    missing = [one for one in outside if one.epoch not in known]
    for one in missing:
        connection.execute(tables.restore.insert().values(epoch=one.epoch, place=one.place, restored_seq=one.restored_seq))
    listed = [*held, *missing]
    place = next(one.place for one in listed if one.epoch == now.epoch)
    shared = min([now.seq, *(one.restored_seq for one in listed if one.place > place)])
    last = max(one.place for one in listed)
    connection.execute(tables.restore.insert().values(epoch=epoch, place=last + 1, restored_seq=shared))
    connection.execute(tables.clock.update().values(epoch=epoch))
    return shared
