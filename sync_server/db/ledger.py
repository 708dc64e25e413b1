"""The ledger of verdicts: what was answered to which transaction, by its random id, for ever."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from shared_models.codec import Row
from sync_server.db import bulk, plans
from sync_server.db.engine import Connection
from sync_server.db.tables import STATEMENTS, Tables, many

IN_LIMIT = 500


class Author(NamedTuple):
    """Who wrote a version: the tx behind a seq."""

    origin: str
    device: str
    user: str
    hlc: int
    """Clamped stamp."""
    at: int
    """Arrival, microseconds since 1970 UTC."""


class Answered(NamedTuple):
    """A stored verdict. verdict: JSON of `protocol.Verdict`."""

    req_hash: str
    verdict: str
    seq: int


def answered(connection: Connection, tables: Tables, tx_ids: Iterable[str]) -> dict[str, Answered]:
    """Return the verdicts that are stored for some txs."""
    found = plans.fetch(connection, _answered(tables), {"ids": list(tx_ids)})
    return {tx_id: Answered(req_hash, verdict, seq) for tx_id, req_hash, verdict, seq in found}


@lru_cache(maxsize=STATEMENTS)
def _answered(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    push = tables.push
    ids = many("ids")
    return sa.select(push.c.tx_id, push.c.req_hash, push.c.verdict, push.c.seq).where(push.c.tx_id.in_(ids))


def authors(connection: Connection, tables: Tables, seqs: Iterable[int]) -> dict[int, Author]:
    """Return seq -> who wrote it."""
    wanted, found = sorted(set(seqs)), dict[int, Author]()
    for i in range(0, len(wanted), IN_LIMIT):
        for seq, *author in plans.fetch(connection, _authors(tables), {"seqs": wanted[i : i + IN_LIMIT]}):
            found[seq] = Author(*author)
    return found


@lru_cache(maxsize=STATEMENTS)
def _authors(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    push = tables.push
    query = sa.select(push.c.seq, push.c.origin, push.c.device, push.c.user, push.c.hlc, push.c.at)
    return query.where(push.c.seq.in_(many("seqs")))


def acks_since(
    connection: Connection, tables: Tables, device: str, device_epoch: str, after: int, upto: int
) -> list[tuple[str, str, int, int]]:
    """Return (tx id, verdict JSON, seq, at) of one device's txs with after < seq <= upto, in order."""
    values = {"of_device": device, "of_epoch": device_epoch, "after": after, "upto": upto}
    return [(tx_id, verdict, seq, at) for tx_id, verdict, seq, at in plans.fetch(connection, _acks(tables), values)]


@lru_cache(maxsize=STATEMENTS)
def _acks(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    push = tables.push
    is_own = push.c.device == sa.bindparam("of_device"), push.c.device_epoch == sa.bindparam("of_epoch")
    is_new = push.c.seq > sa.bindparam("after"), push.c.seq <= sa.bindparam("upto")
    return sa.select(push.c.tx_id, push.c.verdict, push.c.seq, push.c.at).where(*is_own, *is_new).order_by(push.c.seq)


def expected(connection: Connection, tables: Tables, device: str, device_epoch: str) -> int:
    """Return the number that the next tx of a device epoch has; the row stays locked until the commit."""
    found = plans.first(connection, _expected(tables), {"of_device": device, "of_epoch": device_epoch})
    return int(found[0]) if found else 1


@lru_cache(maxsize=STATEMENTS)
def _expected(tables: Tables) -> "sa.Select[*tuple[Any, ...]]":
    numbering = tables.numbering
    return sa.select(numbering.c.expected).where(*_is_numbering(tables)).with_for_update()


def _is_numbering(tables: Tables) -> tuple[sa.ColumnElement[bool], ...]:
    numbering = tables.numbering
    return (
        numbering.c.device == sa.bindparam("of_device"),
        numbering.c.device_epoch == sa.bindparam("of_epoch"),
    )


def expect(connection: Connection, tables: Tables, device: str, device_epoch: str, number: int) -> None:
    """Store the number that the next tx has."""
    values = {"of_device": device, "of_epoch": device_epoch, "to": number}
    if plans.run(connection, _expect(tables), values) == 0:
        connection.execute(tables.numbering.insert().values(device=device, device_epoch=device_epoch, expected=number))


@lru_cache(maxsize=STATEMENTS)
def _expect(tables: Tables) -> sa.Update:
    return tables.numbering.update().where(*_is_numbering(tables)).values(expected=sa.bindparam("to"))


def write(
    connection: Connection, tables: Tables, verdicts: Sequence[Row], dead: Sequence[Row], reissued: Iterable[str]
) -> None:
    """Store verdicts and dead letters, and close the letters whose content was issued again and taken."""
    bulk.insert(connection, tables.push, verdicts)
    bulk.insert(connection, tables.deadletter, dead)
    origins = list(reissued)
    if origins:
        plans.run(connection, _close_letters(tables), {"origins": origins})


@lru_cache(maxsize=STATEMENTS)
def _close_letters(tables: Tables) -> sa.Update:
    letter = tables.deadletter
    return letter.update().where(letter.c.origin.in_(many("origins")), letter.c.state == "open").values(state="reissued")
