"""What is known of a time that a restore took away: its saves by their seqs, and the newest rows that devices held of it."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from shared_models.codec import Row
from sync_server.db import bulk
from sync_server.db.engine import Connection
from sync_server.db.rows import IN_LIMIT
from sync_server.db.tables import Tables

KNOWN, OFFERED = "known", "offered"
BATCH = 2_000


class Ended(NamedTuple):
    """A timeline that a restore ended. The lost time is the seqs above `shared`, up to `reached`."""

    epoch: str
    shared: int
    reached: int


def ledger(connection: Connection, tables: Tables, after: int) -> Iterator[Row]:
    """Yield what a ledger says of the saves after a seq, in order, with the records that each changed: `[[entity, id], ...]`."""
    push, change = tables.push, tables.change
    touched = dict[int, list[tuple[str, str]]]()
    for seq, entity, pk in connection.execute(
        sa.select(change.c.seq, change.c.entity, change.c.pk).where(change.c.seq > after)
    ):
        touched.setdefault(seq, []).append((entity, pk))
    query = sa.select(push.c.seq, push.c.tx_id, push.c.user, push.c.device, push.c.at)
    for one in connection.execute(query.where(push.c.seq > after).order_by(push.c.seq)).all():
        yield {**one._mapping, "records": json.dumps(sorted(touched.get(one.seq, ())))}


def note_ledger(connection: Connection, tables: Tables, epoch: str, found: Iterable[Row]) -> int:
    """Store what the ledger of a timeline that has ended said; returns how many saves it named."""
    count, batch = 0, list[Row]()
    for one in found:
        batch.append({"epoch": epoch, "state": KNOWN, **one})
        if len(batch) == BATCH:
            bulk.insert(connection, tables.lost_save, batch)
            count, batch = count + len(batch), []
    bulk.insert(connection, tables.lost_save, batch)
    return count + len(batch)


def note_offered(connection: Connection, tables: Tables, epoch: str, seqs: Collection[int]) -> None:
    """Note that a device offers some of its saves of that time again."""
    table = tables.lost_save
    for part in _parts(sorted(seqs)):
        is_of = table.c.epoch == epoch, table.c.seq.in_(part)
        there = set(connection.execute(sa.select(table.c.seq).where(*is_of)).scalars())
        connection.execute(table.update().where(*is_of).values(state=OFFERED))
        empty = {"epoch": epoch, "state": OFFERED, "tx_id": None, "user": None, "device": None, "at": None, "records": None}
        bulk.insert(connection, table, [{**empty, "seq": seq} for seq in part if seq not in there])


def note_reached(connection: Connection, tables: Tables, epoch: str, seq: int) -> None:
    """Note that a timeline had come as far as a seq at least."""
    restore = tables.restore
    is_less = sa.or_(restore.c.reached.is_(None), restore.c.reached < seq)
    connection.execute(restore.update().where(restore.c.epoch == epoch, is_less).values(reached=seq))


def ended(connection: Connection, tables: Tables) -> list[tuple[str, int]]:
    """Return (epoch, seq that it is known to have reached) of the timelines that restores ended, the first one first."""
    restore = tables.restore
    query = sa.select(restore.c.epoch, restore.c.reached).where(restore.c.reached.is_not(None)).order_by(restore.c.place)
    return [(epoch, reached) for epoch, reached in connection.execute(query)]


def saves(connection: Connection, tables: Tables, epoch: str) -> list[Row]:
    """Return what is known of the saves of a timeline that has ended, in order. back: whether the centre has it again."""
    save, push = tables.lost_save, tables.push
    is_back = sa.exists().where(sa.or_(push.c.tx_id == save.c.tx_id, push.c.origin == save.c.tx_id))
    query = sa.select(save, is_back.label("back")).where(save.c.epoch == epoch).order_by(save.c.seq)
    return [dict(one._mapping) for one in connection.execute(query)]


def held(connection: Connection, tables: Tables, epoch: str, entity: str, pks: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Return id -> (version, confidential groups that it is without) of the rows that are here of a timeline."""
    table, found = tables.salvage, dict[str, tuple[int, str]]()
    for part in _parts(list(pks)):
        query = sa.select(table.c.pk, table.c.ver, table.c.hidden)
        is_of = table.c.epoch == epoch, table.c.entity == entity, table.c.pk.in_(part)
        found.update((pk, (ver, hidden)) for pk, ver, hidden in connection.execute(query.where(*is_of)))
    return found


def count(connection: Connection, tables: Tables, epoch: str) -> int:
    """Return how many rows are here of a timeline."""
    table = tables.salvage
    query = sa.select(sa.func.count()).select_from(table).where(table.c.epoch == epoch)
    return int(connection.execute(query).scalar_one())


def keep(connection: Connection, tables: Tables, rows: Sequence[Row]) -> None:
    """Store rows of a timeline that has ended in place of older ones."""
    forget(connection, tables, [(one["epoch"], one["entity"], one["pk"]) for one in rows])
    bulk.insert(connection, tables.salvage, rows)


def forget(connection: Connection, tables: Tables, found: Iterable[tuple[str, str, str]]) -> None:
    """Remove rows, by epoch, entity and id."""
    table = tables.salvage
    for epoch, entity, pk in found:
        connection.execute(table.delete().where(table.c.epoch == epoch, table.c.entity == entity, table.c.pk == pk))


def salvaged(connection: Connection, tables: Tables) -> list[Row]:
    """Return all rows that devices held of lost times, the newest versions first."""
    table = tables.salvage
    query = sa.select(table).order_by(table.c.ver.desc(), table.c.entity, table.c.pk)
    return [dict(one._mapping) for one in connection.execute(query)]


def open_cards(connection: Connection, tables: Tables, records: Sequence[str]) -> set[tuple[str, str, str | None]]:
    """Return (record id, unit, JSON of the losing value) of the open cards about some records."""
    card, found = tables.entities["sync_conflict"], set[tuple[str, str, str | None]]()
    for part in _parts(list(records)):
        query = sa.select(card.c.record_id, card.c.unit, card.c.mine).where(card.c.record_id.in_(part), card.c.state == "open")
        found.update((record, unit, mine) for record, unit, mine in connection.execute(query))
    return found


def _parts(values: Sequence[object]) -> Iterator[Sequence[object]]:
    return (values[i : i + IN_LIMIT] for i in range(0, len(values), IN_LIMIT))
