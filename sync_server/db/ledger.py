"""The ledger of verdicts: what was answered to which transaction, by its random id, for ever."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from shared_models.codec import Row
from sync_server.db import bulk
from sync_server.db.engine import Connection
from sync_server.db.tables import Tables

IN_LIMIT = 500


@dataclass(frozen=True)
class Author:
    """Who wrote a version: the tx behind a seq."""

    origin: str
    device: str
    user: str
    hlc: int
    """Clamped stamp."""
    at: int
    """Arrival, microseconds since 1970 UTC."""


@dataclass(frozen=True)
class Answered:
    """A stored verdict. verdict: JSON of `protocol.Verdict`."""

    req_hash: str
    verdict: str
    seq: int


def answered(connection: Connection, tables: Tables, tx_ids: Iterable[str]) -> dict[str, Answered]:
    """Return the verdicts that are stored for some txs."""
    push = tables.push
    query = sa.select(push.c.tx_id, push.c.req_hash, push.c.verdict, push.c.seq).where(push.c.tx_id.in_(list(tx_ids)))
    return {one.tx_id: Answered(one.req_hash, one.verdict, one.seq) for one in connection.execute(query)}


def authors(connection: Connection, tables: Tables, seqs: Iterable[int]) -> dict[int, Author]:
    """Return seq -> who wrote it."""
    push, wanted = tables.push, sorted(set(seqs))
    found: dict[int, Author] = {}
    for i in range(0, len(wanted), IN_LIMIT):
        query = sa.select(push.c.seq, push.c.origin, push.c.device, push.c.user, push.c.hlc, push.c.at)
        for one in connection.execute(query.where(push.c.seq.in_(wanted[i : i + IN_LIMIT]))):
            found[one.seq] = Author(one.origin, one.device, one.user, one.hlc, one.at)
    return found


def acks_since(
    connection: Connection, tables: Tables, device: str, device_epoch: str, after: int, upto: int
) -> list[tuple[str, str, int, int]]:
    """Return (tx id, verdict JSON, seq, at) of one device's txs with after < seq <= upto, in order."""
    push = tables.push
    query = (
        sa.select(push.c.tx_id, push.c.verdict, push.c.seq, push.c.at)
        .where(push.c.device == device, push.c.device_epoch == device_epoch, push.c.seq > after, push.c.seq <= upto)
        .order_by(push.c.seq)
    )
    return [(one.tx_id, one.verdict, one.seq, one.at) for one in connection.execute(query)]


def expected(connection: Connection, tables: Tables, device: str, device_epoch: str) -> int:
    """Return the number that the next tx of a device epoch has; the row stays locked until the commit."""
    numbering = tables.numbering
    query = sa.select(numbering.c.expected).where(numbering.c.device == device, numbering.c.device_epoch == device_epoch)
    return int(connection.execute(query.with_for_update()).scalar_one_or_none() or 1)


def expect(connection: Connection, tables: Tables, device: str, device_epoch: str, number: int) -> None:
    """Store the number that the next tx has."""
    numbering = tables.numbering
    where = (numbering.c.device == device, numbering.c.device_epoch == device_epoch)
    if connection.execute(numbering.update().where(*where).values(expected=number)).rowcount == 0:
        connection.execute(numbering.insert().values(device=device, device_epoch=device_epoch, expected=number))


def write(
    connection: Connection, tables: Tables, verdicts: Sequence[Row], dead: Sequence[Row], reissued: Iterable[str]
) -> None:
    """Store verdicts and dead letters, and close the letters whose content was issued again and taken."""
    bulk.insert(connection, tables.push, verdicts)
    bulk.insert(connection, tables.deadletter, dead)
    origins = list(reissued)
    if origins:
        letter = tables.deadletter
        connection.execute(
            letter.update().where(letter.c.origin.in_(origins), letter.c.state == "open").values(state="reissued")
        )
