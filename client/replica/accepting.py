"""Rows that a page does not carry, because the verdicts of this device's own txs stand for them (PROTOCOL 7.3).

What lies over such a row is all accepted, in nearly every case: then the screen shows the new central row already, and only its
version and stamps are new. Anything else is laid op by op.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from client.replica import change_log, display, settling
from client.replica.change_log import OpPlace
from client.replica.digests import Tally
from client.replica.display import Base
from client.replica.driver import Connection
from client.replica.remote_page import Ack
from client.replica.schema import quoted
from client.replica.writing import Writing
from conflict.overlay import Stamp, overlay
from shared_models.registry import Registry

Key = tuple[str, str]
"""Entity, id."""


@dataclass(frozen=True)
class Accepted:
    """One op of an applied tx, and the stamp that it has at the centre."""

    place: OpPlace
    seq: int
    stamp: Stamp


def take_acks(writing: Writing, acks: Iterable[Ack], unsent: bool, sent: set[Key]) -> dict[Key, list[Accepted]]:
    """Store verdicts, in the order of their seqs; returns what applied txs did to rows that the page does not carry.

    unsent: whether there can be such rows. sent: the rows that it carries.
    """
    acks = sorted(acks, key=lambda one: one.seq)
    known = change_log.open_heads(writing.connection, [ack.tx_id for ack in acks])
    places = change_log.places_of(writing.connection, [head.n for head in known.values()])
    found: dict[Key, list[Accepted]] = defaultdict(list)
    accepted_at: list[tuple[int, int]] = []
    for ack in acks:
        head = known.get(ack.tx_id)
        if head is None:
            continue
        if head.state == "acked":  # the push was answered already
            accepted_at.append((ack.at, head.n))
        else:
            error = {"code": ack.code} if ack.code and not head.has_error else None
            settling.take_verdict(writing, head.n, ack.verdict, ack.seq, at=ack.at, error=error)
        for place in places[head.n] if unsent and ack.verdict == "applied" else ():
            if (place.t, place.pk) not in sent:
                found[place.t, place.pk].append(Accepted(place, ack.seq, Stamp(ack.at, head.by)))
    writing.connection.executemany("UPDATE _sync_tx SET at = ? WHERE n = ?", accepted_at)
    return found


def settle_shown(connection: Connection, tally: Tally, accepted: Mapping[Key, Sequence[Accepted]]) -> set[Key]:
    """Give rows that are on the screen as the centre has them now their version and stamps; returns them.

    Left out: rows with another op above, an archive (its moment is the centre's), an insert of what the centre had before, or an
    op that does not settle yet.
    """
    done: set[Key] = set()
    upto = settling.first_unanswered(connection)
    by_entity: dict[str, list[str]] = defaultdict(list)
    for entity, pk in accepted:
        by_entity[entity].append(pk)
    for entity, pks in by_entity.items():
        found = connection.execute(
            "SELECT b.pk, b.ver, b.data IS NULL, (SELECT count(*) FROM _sync_op o JOIN _sync_tx t ON t.n = o.n "
            f"WHERE o.pk = b.pk AND o.tbl = b.tbl AND t.{change_log.UNSETTLED}) "
            "FROM _sync_base b WHERE b.tbl = ? AND b.pk IN (SELECT value FROM json_each(?))",
            (entity, json.dumps(pks)),
        ).fetchall()
        rows = [
            (pk, version, ops)
            for pk, version, is_new, layers in found
            if _is_shown(ops := accepted[entity, pk], version, bool(is_new), layers) and all(one.place.n < upto for one in ops)
        ]
        _stamp(connection, entity, [ops for _, _, ops in rows])
        for pk, version, ops in rows:
            tally.replace(entity, pk, version, ops[-1].seq)
            done.add((entity, pk))
    return done


def _is_shown(ops: Sequence[Accepted], version: int, is_new: bool, layers: int) -> bool:
    kinds = [one.place.op for one in ops]
    begins = kinds[0] == "i" and kinds.count("i") == 1 if is_new else "i" not in kinds
    return layers == len(ops) and version < ops[0].seq and begins and "d" not in kinds


def _stamp(connection: Connection, entity: str, rows: Sequence[Sequence[Accepted]]) -> None:
    """Write versions and stamps of rows, and let go of their bases."""
    connection.executemany(
        f"UPDATE {quoted(entity)} SET created_at = ?, created_by = ? WHERE id = ?",
        [(ops[0].stamp.at, ops[0].stamp.by, ops[0].place.pk) for ops in rows if ops[0].place.op == "i"],
    )
    connection.executemany(
        f"UPDATE {quoted(entity)} SET _v = ?, updated_at = ?, updated_by = ? WHERE id = ?",
        [(ops[-1].seq, ops[-1].stamp.at, ops[-1].stamp.by, ops[-1].place.pk) for ops in rows],
    )
    connection.executemany("DELETE FROM _sync_base WHERE tbl = ? AND pk = ?", [(entity, ops[0].place.pk) for ops in rows])


def overlaid(
    connection: Connection,
    registry: Registry,
    tally: Tally | None,
    accepted: Mapping[Key, Sequence[Accepted]],
    bases: dict[str, dict[str, Base]],
) -> None:
    """Lay accepted ops over the central rows that are known here, into `bases`: entity -> id -> new central row."""
    ns = {one.place.n for ops in accepted.values() for one in ops}
    ops_of = change_log.ops_of(connection, ns) if ns else {}
    wanted: dict[str, set[str]] = defaultdict(set)
    for entity, pk in accepted:
        wanted[entity].add(pk)
    for entity, pks in wanted.items():
        bases[entity].update(display.bases_of(connection, registry.get(entity), pks - bases[entity].keys()))
    for (entity, pk), found in accepted.items():
        for one in found:
            base, version = bases[entity][pk]
            if version >= one.seq:
                continue  # a staged page has brought the row as it was after that tx, or later
            row = overlay(registry.get(entity), base, ops_of[one.place.n][one.place.i], one.stamp)
            if row is None:
                continue
            bases[entity][pk] = row, one.seq
            if tally is not None:
                tally.replace(entity, pk, version, one.seq)
