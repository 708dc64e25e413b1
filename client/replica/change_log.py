"""The change log: what was saved here, in order, and what the centre answered. Functions over a connection.

A tx is *unsettled* from its save until its verdict is stored and the cursor has reached the verdict's seq; so long its ops
are laid over the central rows. See `sync_server/PROTOCOL.md`, parts 6 and 7.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from client.replica import meta
from client.replica.driver import Connection
from conflict.overlay import Stamp
from shared_models.codec import dumps
from shared_models.protocol import Op

MAX_AFTER = 2000
"""Longest `after` that a message may carry (`protocol.Tx`)."""
UNSETTLED = "state <> 'settled'"
UNANSWERED = ("inflight", "pending", "isolated")
UNSETTLED_COUNT = (
    f"SELECT count(*), (SELECT saved_at FROM _sync_tx WHERE {UNSETTLED} ORDER BY n LIMIT 1) FROM _sync_tx WHERE {UNSETTLED}"
)


def count_unsettled(connection: Connection) -> tuple[int, int | None]:
    """Return how many txs have not settled, and when the first of them was saved, in microseconds since 1970 UTC."""
    waiting, oldest = connection.execute(UNSETTLED_COUNT).fetchone()
    return waiting, oldest


def count_left(connection: Connection, sent: Collection[int]) -> tuple[int, int | None]:
    """Return how many txs have no verdict besides `sent`, and when the first of them was saved, as `count_unsettled` does."""
    total = 0
    for state in UNANSWERED:  # each by itself: the index has them by state
        total += connection.execute(f"SELECT count(*) FROM _sync_tx WHERE state = ? AND {UNSETTLED}", (state,)).fetchone()[0]
    left = total - len(sent)
    return left, _first_saved(connection, sent) if left else None


def _first_saved(connection: Connection, sent: Collection[int]) -> int | None:
    firsts = [
        connection.execute(
            f"SELECT n, saved_at FROM _sync_tx WHERE state = ? AND {UNSETTLED} "
            "AND n NOT IN (SELECT value FROM json_each(?)) ORDER BY n LIMIT 1",
            (state, json.dumps(list(sent))),
        ).fetchone()
        for state in UNANSWERED
    ]
    return int(min(first for first in firsts if first)[1])


@dataclass(frozen=True)
class LoggedTx:
    """One save, as the log knows it. Times in microseconds since 1970 UTC, by the device's clock."""

    n: int
    """Its place among all saves of this device, for ever."""
    id: str
    number: int | None
    """Its place in the present device epoch; none until it is first in flight."""
    origin: str
    after: tuple[str, ...]
    hlc: int
    label: str
    saved_at: int
    by: str | None
    epoch: str | None
    """Server epoch of its base versions; none when it was saved before the first contact."""
    atomic: bool
    state: str
    """pending, inflight, acked (has its verdict, the cursor does not cover it yet), isolated or settled."""
    sent: bool
    """Whether it was ever in flight: from then on it never changes."""
    attempts: int
    """Sends in a row that ended without any answer that can be used; what makes a tx suspect (trap 9)."""
    verdict: str | None
    seq: int | None
    at: int | None
    """When the centre accepted it, by the server's clock."""
    cards: tuple[str, ...]
    error: Mapping[str, Any] | None  # Any: parts of `protocol.CodedError`
    draft: str | None
    """Of a refused or deferred one: open, reissued, corrected or discarded."""
    settled_at: int | None


@dataclass(frozen=True)
class Head:
    """What a verdict needs to know of an unsettled tx."""

    n: int
    state: str
    by: str | None
    has_error: bool


@dataclass(frozen=True)
class OpPlace:
    """An op without its values."""

    n: int
    i: int
    t: str
    pk: str
    op: str


Layer = tuple[Op, Stamp]
"""An unsettled op as it lies over the central row."""

_TX = (
    "n, id, number, origin, after, hlc, label, saved_at, by, epoch, atomic, state, sent, attempts, verdict, seq, "
    "at, cards, error, draft, settled_at"
)
_OP = 'tbl, pk, op, "set", base, bv, bvx'
_LAYER_OP = 'o.tbl, o.pk, o.op, o."set", o.base, o.bv, o.bvx'


def _texts(array: str | None) -> tuple[str, ...]:
    return () if array is None or array == "[]" else tuple(json.loads(array))


def _object(text: str) -> dict[str, Any]:  # Any: stored scalars
    return {} if text == "{}" else json.loads(text)


def _tx(row: tuple[Any, ...]) -> LoggedTx:  # Any: columns of `_TX`
    n, id_, number, origin, after, hlc, label, saved_at, by, epoch, atomic, state, sent, *rest = row
    attempts, verdict, seq, at, cards, error, draft, settled_at = rest
    return LoggedTx(
        n, id_, number, origin, _texts(after), hlc, label, saved_at, by, epoch, bool(atomic), state,
        bool(sent), attempts, verdict, seq, at, _texts(cards), json.loads(error) if error else None, draft, settled_at,
    )  # fmt: skip


def _op(row: tuple[Any, ...]) -> Op:  # Any: columns of `_OP`
    tbl, pk, op, set_, base, bv, bvx = row
    return Op.model_construct(t=tbl, pk=pk, op=op, set=_object(set_), base=_object(base), bv=bv, bvx=_object(bvx))


def select(connection: Connection, where: str, values: Iterable[Any] = ()) -> list[LoggedTx]:  # Any: SQL values
    """Return the txs that an SQL condition names, in order of their saves."""
    return [_tx(row) for row in connection.execute(f"SELECT {_TX} FROM _sync_tx WHERE {where} ORDER BY n", tuple(values))]


def find(connection: Connection, tx_id: str) -> LoggedTx | None:
    """Return one tx by id, whatever its state."""
    found = select(connection, "id = ?", (tx_id,))
    return found[0] if found else None


def count_known(connection: Connection, tx_ids: Iterable[str]) -> int:
    """Return how many of these txs the log holds, in any state."""
    ids = json.dumps(list(tx_ids))
    found = connection.execute("SELECT count(*) FROM _sync_tx WHERE id IN (SELECT value FROM json_each(?))", (ids,))
    return int(found.fetchone()[0])


def open_heads(connection: Connection, tx_ids: Iterable[str]) -> dict[str, Head]:
    """Return id -> head of those txs that are here and unsettled."""
    found = connection.execute(
        f"SELECT id, n, state, by, error IS NOT NULL FROM _sync_tx WHERE id IN (SELECT value FROM json_each(?)) AND {UNSETTLED}",
        (json.dumps(list(tx_ids)),),
    )
    return {tx_id: Head(n, state, by, bool(has_error)) for tx_id, n, state, by, has_error in found}


def places_of(connection: Connection, ns: Iterable[int]) -> dict[int, list[OpPlace]]:
    """Return place -> ops of many txs, without their values, each in order."""
    wanted = list(ns)
    found: dict[int, list[OpPlace]] = {n: [] for n in wanted}
    for one in connection.execute(
        "SELECT n, i, tbl, pk, op FROM _sync_op WHERE n IN (SELECT value FROM json_each(?)) ORDER BY n, i",
        (json.dumps(wanted),),
    ):
        found[one[0]].append(OpPlace(*one))
    return found


def ops_of(connection: Connection, ns: Iterable[int]) -> dict[int, list[Op]]:
    """Return place -> ops of many txs, each in order."""
    wanted = list(ns)
    found: dict[int, list[Op]] = {n: [] for n in wanted}
    for n, *op in connection.execute(
        f"SELECT n, {_OP} FROM _sync_op WHERE n IN (SELECT value FROM json_each(?)) ORDER BY n, i", (json.dumps(wanted),)
    ):
        found[n].append(_op(tuple(op)))
    return found


def ops(connection: Connection, n: int) -> list[Op]:
    """Return the ops of one tx, in order."""
    return [_op(row) for row in connection.execute(f"SELECT {_OP} FROM _sync_op WHERE n = ? ORDER BY i", (n,))]


def every_op(connection: Connection) -> Iterator[tuple[int, int, Op]]:
    """Yield each op of the log with its tx's place and its own."""
    for n, i, *op in connection.execute(f"SELECT n, i, {_OP} FROM _sync_op ORDER BY n, i").fetchall():
        yield n, i, _op(tuple(op))


def strip_sent(connection: Connection, entity: str, pks: Collection[str], which: str) -> None:
    """Take what some records were like before out of txs that are kept as an older version sent them. which: SQL condition."""
    wanted = frozenset(pks)
    for n, wire in connection.execute(f"SELECT n, wire FROM _sync_tx WHERE wire IS NOT NULL AND {which}").fetchall():
        ops = json.loads(wire)
        before = [op for op in ops if op["t"] == entity and op["pk"] in wanted and op.pop("base", None)]
        if before:
            connection.execute("UPDATE _sync_tx SET wire = ? WHERE n = ?", (dumps(ops), n))


def open_ops(connection: Connection, entity: str, pk: str) -> list[tuple[LoggedTx, Op]]:
    """Return the unsettled ops on one row, in order, each with its tx."""
    cols = ", ".join(f"t.{c}" for c in _TX.split(", "))
    found = connection.execute(
        f'SELECT {cols}, o.tbl, o.pk, o.op, o."set", o.base, o.bv, o.bvx FROM _sync_op o JOIN _sync_tx t ON t.n = o.n '
        f"WHERE o.pk = ? AND o.tbl = ? AND t.{UNSETTLED} ORDER BY o.n, o.i",
        (pk, entity),
    ).fetchall()
    return [(_tx(row[:21]), _op(row[21:])) for row in found]


def open_at(connection: Connection, row: str) -> list[tuple[LoggedTx, list[Op]]]:
    """Return the unsettled txs with an op on a row or on a part of it, in order of their saves, each with all of its ops."""
    cols = ", ".join(f"t.{c}" for c in _TX.split(", "))
    found = connection.execute(
        f"SELECT {cols} FROM _sync_touch k CROSS JOIN _sync_tx t ON t.n = k.n WHERE k.row = ? AND t.{UNSETTLED} ORDER BY k.n",
        (row,),
    ).fetchall()
    txs = [_tx(one) for one in found]
    ops = ops_of(connection, [tx.n for tx in txs]) if txs else {}
    return [(tx, ops[tx.n]) for tx in txs]


def settled_at(connection: Connection, rows: Collection[str]) -> list[tuple[LoggedTx, list[Op]]]:
    """Return the settled txs with an op on one of some rows, in order of their saves, each with all of its ops."""
    named = "SELECT n FROM _sync_op WHERE pk IN (SELECT value FROM json_each(?))"
    txs = select(connection, f"n IN ({named}) AND state = 'settled'", (json.dumps(list(rows)),))
    ops = ops_of(connection, [tx.n for tx in txs]) if txs else {}
    return [(tx, ops[tx.n]) for tx in txs]


def layers(connection: Connection, entity: str, pks: Collection[str]) -> dict[str, list[Layer]]:
    """Return id -> the unsettled ops on it, in order, each with when and by whom it was saved; rows without any are left out."""
    found: dict[str, list[Layer]] = {}
    for at, by, *op in connection.execute(
        f"SELECT t.saved_at, t.by, {_LAYER_OP} FROM _sync_op o JOIN _sync_tx t ON t.n = o.n "
        f"WHERE o.pk IN (SELECT value FROM json_each(?)) AND o.tbl = ? AND t.{UNSETTLED} ORDER BY o.n, o.i",
        (json.dumps(list(pks)), entity),
    ):
        found.setdefault(op[1], []).append((_op(tuple(op)), Stamp(at, by)))
    return found


def append(connection: Connection, tx: Mapping[str, Any]) -> int:  # Any: columns of `_sync_tx`
    """Store a new tx without its ops; returns its place."""
    cols = ", ".join(tx)
    marks = ", ".join("?" * len(tx))
    cursor = connection.execute(f"INSERT INTO _sync_tx ({cols}) VALUES ({marks})", tuple(tx.values()))
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def append_op(connection: Connection, n: int, i: int, op: Op, parents: Collection[str]) -> int:
    """Store one op; returns the bytes of its values. parents: ids of the records that its row belongs to."""
    values, base = dumps(op.set), dumps(op.base)
    connection.execute(
        'INSERT INTO _sync_op (n, i, tbl, pk, op, "set", base, bv, bvx) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
        (n, i, op.t, op.pk, op.op, values, base, op.bv, dumps(op.bvx)),
    )
    touch(connection, n, op.pk, parents)
    return len(values.encode()) + len(base.encode())


def touch(connection: Connection, n: int, pk: str, parents: Collection[str]) -> None:
    """Note that an unsettled tx has an op on a row, which is a part of `parents`."""
    connection.executemany(
        "INSERT INTO _sync_touch (row, n, under) VALUES (?, ?, ?) ON CONFLICT (row, n) DO UPDATE SET under = min(under, excluded.under)",
        [(pk, n, 0), *((parent, n, 1) for parent in sorted(parents) if parent != pk)],
    )


def after(connection: Connection, rows: Collection[str], archived: Collection[str], before_n: int) -> list[str]:
    """Return what a tx stands on: origins of unsettled txs with ops on the same rows, and what those stand on.

    rows: ids of its rows and their parents. archived: rows that it archives; what was done to their parts counts as well, as the
    centre asks whether the author knew those. before_n: only txs saved before that place count (of a form that was drawn
    earlier: those that were on the screen). In order of their saves, the newest `MAX_AFTER`. Source: PROTOCOL 6.5.
    """
    found: dict[str, None] = {}
    for origin, below in _touching(connection, rows, archived, before_n):
        found.update(dict.fromkeys((*_texts(below), origin)))
    return list(found)[-MAX_AFTER:]


def _touching(
    connection: Connection, rows: Collection[str], archived: Collection[str], before_n: int
) -> Iterator[tuple[str, str]]:
    """Return (origin, `after` as JSON) of the unsettled txs that touched some rows, in order."""
    on, parts = (f"row IN ({', '.join('?' * len(wanted))})" for wanted in (rows, archived))
    named = f"n IN (SELECT n FROM _sync_touch WHERE {on} AND under = 0 UNION SELECT n FROM _sync_touch WHERE {parts})"
    return connection.execute(
        f"SELECT origin, after FROM _sync_tx WHERE {UNSETTLED} AND n < ? AND {named} ORDER BY n", (before_n, *rows, *archived)
    )


def base_versions(
    connection: Connection, entity_name: str, pk: str, row_version: int, unit_of: Mapping[str, str]
) -> dict[str, int]:
    """Return unit -> version that the screen stands for; `*` is the row.

    An own unsettled op hides what came below it, so the newest one's base version of a unit counts (PROTOCOL 6.6, traps 5).
    A version of an older server epoch counts up to the point that it shares with the present one (PROTOCOL 4).
    unit_of: field -> unit, of those fields where a value hides another.
    """
    found = {"*": row_version}
    pending = connection.execute(_OPEN_VERSIONS, (pk, entity_name)).fetchall()
    if not pending:
        return found
    rows_epoch, restored = meta.get(connection, "rows_epoch"), meta.get(connection, "restored")
    for epoch, values, bv, bvx in pending:
        limit, versions = restored.get(epoch, 0) if epoch not in (None, rows_epoch) else None, _object(bvx)
        for unit in (unit_of[field] for field in _object(values) if field in unit_of):
            version = versions.get(unit, bv)
            found[unit] = version if limit is None else min(version, limit)
    return found


_OPEN_VERSIONS = (
    'SELECT t.epoch, o."set", o.bv, o.bvx FROM _sync_op o JOIN _sync_tx t ON t.n = o.n '
    f"WHERE o.pk = ? AND o.tbl = ? AND t.{UNSETTLED} ORDER BY o.n, o.i"
)


def newest_place(connection: Connection) -> int:
    """Return the place of the newest save that is still in the log, 0 when there is none."""
    return int(connection.execute("SELECT coalesce(max(n), 0) FROM _sync_tx").fetchone()[0])


def set_state(connection: Connection, ns: Iterable[int], changes: Mapping[str, Any]) -> None:  # Any: SQL values
    """Change columns of txs."""
    sets = ", ".join(f"{name} = ?" for name in changes)
    connection.executemany(f"UPDATE _sync_tx SET {sets} WHERE n = ?", [(*changes.values(), n) for n in ns])


def delete(connection: Connection, ns: Iterable[int]) -> None:
    """Take txs and their ops out of the file."""
    for table in ("_sync_touch", "_sync_op", "_sync_tx"):
        connection.executemany(f"DELETE FROM {table} WHERE n = ?", [(n,) for n in ns])
