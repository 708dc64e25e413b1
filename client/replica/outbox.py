"""The oldest unanswered txs, as a push sends them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from client.replica import change_log, meta
from client.replica.change_log import LoggedTx
from client.replica.driver import Connection
from client.replica.writing import Writing
from shared_models.codec import dumps
from shared_models.protocol import MAX_PUSH_BYTES, MAX_TXS

SUSPECT_ATTEMPTS = 2
"""Sends of a first tx that failed without an answer, after which it goes alone, so that the blame falls on the right one."""
POISON_ATTEMPTS = 5
"""After so many it is set aside, and the next ones go. Source: trap 9."""
HEAD_BYTES = 300
"""Most that the parts of a body take that are in it once."""
ORIGIN_BYTES = 39
"""Most that one id takes in a body: 36 characters, quotes, a comma."""
OPEN = "state IN ('pending', 'inflight') AND state <> 'settled'"
"""The second half is the condition of the index: SQLite does not conclude it from the first."""


@dataclass(frozen=True)
class Batch:
    """Txs that are in flight from now on, and the body that carries them."""

    ns: tuple[int, ...]
    ids: tuple[str, ...]
    """Their identifiers, in the same order."""
    body: bytes
    more: bool
    """Whether txs wait that did not fit."""


class _Waiting(NamedTuple):
    """What a push needs to know of a tx, as in `change_log.LoggedTx`; `after` is JSON still."""

    n: int
    id: str
    number: int | None
    origin: str
    after: str
    hlc: int
    label: str
    epoch: str | None
    atomic: int
    attempts: int
    schema: int | None
    wire: str | None


NO_BATCH = Batch((), (), b"", more=False)


def has_pending(connection: Connection) -> bool:
    """Return whether a push has something to send."""
    return connection.execute(f"SELECT 1 FROM _sync_tx WHERE {OPEN} LIMIT 1").fetchone() is not None


def isolate_poison(writing: Writing) -> LoggedTx | None:
    """Set the first tx aside when every send of it alone failed; returns it. The numbers behind it must be made new."""
    first = f"n = (SELECT min(n) FROM _sync_tx WHERE {OPEN}) AND attempts >= {POISON_ATTEMPTS}"
    found = change_log.select(writing.connection, first)
    if not found:
        return None
    change_log.set_state(writing.connection, (found[0].n,), {"state": "isolated"})
    writing.connection.execute(f"UPDATE _sync_tx SET attempts = 0 WHERE {OPEN}")  # it alone was to blame
    writing.log_changed = True
    return found[0]


def release(writing: Writing, tx_id: str) -> bool:
    """Let a tx that was set aside be sent again, behind the others in number but under its id. False when it is not."""
    tx = change_log.find(writing.connection, tx_id)
    if tx is None or tx.state != "isolated":
        return False
    change_log.set_state(writing.connection, (tx.n,), {"state": "pending", "attempts": 0, "number": None})
    writing.log_changed = True
    return True


def take_batch(
    writing: Writing,
    schema_version: int,
    max_txs: int = MAX_TXS,
    max_bytes: int = MAX_PUSH_BYTES,
    under_way: Iterable[int] = (),
) -> Batch:
    """Put the oldest unanswered txs in flight and return them, empty when there are none. under_way: places of those left out.

    From here on their content never changes. A tx gets its number when it first goes, so numbers have no gaps.
    """
    connection, facts, ahead = writing.connection, meta.get_all(writing.connection), frozenset(under_way)
    waiting = _oldest(connection, max_txs + 1, ahead)
    waiting.sort(key=lambda tx: (tx.number is None, tx.number or tx.n))
    if waiting and waiting[0].attempts >= SUSPECT_ATTEMPTS:
        max_txs = 1
    number, size = facts["next_number"], HEAD_BYTES
    taken: list[tuple[int, int]] = []
    parts: list[str] = []
    origins: dict[str, int] = {}
    ops = ops_json(connection, [tx.n for tx in waiting[:max_txs]])
    for tx in waiting[:max_txs]:
        known = len(origins)
        after = json.loads(tx.after) if tx.after != "[]" else ()
        for origin in after:
            origins.setdefault(origin, len(origins))
        text = _tx_json(tx, tx.number or number, [origins[origin] for origin in after], ops[tx.n])
        size += len(text.encode()) + 1 + (len(origins) - known) * ORIGIN_BYTES
        if taken and size > max_bytes:
            origins = dict(islice(origins.items(), known))
            break
        taken.append((tx.n, tx.number or number))
        parts.append(text)
        number += tx.number is None
    connection.executemany(
        "UPDATE _sync_tx SET state = 'inflight', sent = 1, attempts = attempts + 1, number = ? WHERE n = ?",
        [(place, n) for n, place in taken],
    )
    meta.put(connection, {"next_number": number})
    ns = tuple(n for n, _ in taken)
    left = change_log.count_left(connection, ahead.union(ns))
    is_last = len(waiting) == len(taken) and not ahead
    body = _body(facts, schema_version, origins, left, parts, pulls=is_last)
    ids = tuple(tx.id for tx in waiting[: len(ns)])
    return Batch(ns, ids, body.encode(), len(waiting) > len(taken))


def blameless(writing: Writing, batch: Batch) -> None:
    """Take back the count of an attempt that failed for reasons that have nothing to do with what was sent."""
    writing.connection.executemany("UPDATE _sync_tx SET attempts = max(attempts - 1, 0) WHERE n = ?", [(n,) for n in batch.ns])


def _oldest(connection: Connection, limit: int, without: frozenset[int]) -> list[_Waiting]:
    """Return the open txs that were saved first. The index has them by state, so each state is asked for by itself."""
    found = [
        _Waiting(*found)
        for state in ("inflight", "pending")
        for found in connection.execute(
            "SELECT n, id, number, origin, after, hlc, label, epoch, atomic, attempts, schema, wire FROM _sync_tx "
            "WHERE state = ? AND state <> 'settled' ORDER BY n LIMIT ?",
            (state, limit + len(without)),
        )
        if found[0] not in without
    ]
    return sorted(found, key=lambda tx: tx.n)[:limit]


def _body(
    facts: Mapping[str, Any],  # Any: see `meta`
    schema_version: int,
    origins: Iterable[str],
    left: tuple[int, int | None],
    parts: list[str],
    *,
    pulls: bool,
) -> str:
    """Return the JSON of a `PushRequest`. pulls: what is newer is to come with the answer, where one page may bring it."""
    named = {"device_epoch": facts["device_epoch"], "server_epoch": facts["server_epoch"], "schema": schema_version}
    named |= {"origins": list(origins), "left": {"n": left[0], "oldest": left[1]}}
    if pulls and facts["complete"] and not facts["replace"] and not facts["stage_after"]:
        named["pull"] = facts["cursor"]
    head = dumps(named)
    return f'{head[:-1]},"txs":[{",".join(parts)}]}}'


def _tx_json(tx: _Waiting, number: int, after: list[int], ops: list[str]) -> str:
    """Return one `protocol.Tx` as JSON; parts at their defaults are left out."""
    head: dict[str, Any] = {"id": tx.id, "tx": number, "hlc": tx.hlc}
    if tx.origin != tx.id:
        head["origin"] = tx.origin
    if after:
        head["after"] = after
    if tx.label:
        head["label"] = tx.label
    if tx.epoch is not None:
        head["epoch"] = tx.epoch  # always named: a tx that is offered again after a restore must be the same, byte for byte
    if tx.atomic:
        head["atomic"] = True
    if tx.wire is not None:  # sent by an older version of the program, and the same for ever
        head["schema"] = tx.schema
    sent = tx.wire or f"[{','.join(ops)}]"
    return f'{dumps(head)[:-1]},"ops":{sent}}}'


def ops_json(connection: Connection, ns: list[int]) -> dict[int, list[str]]:
    """Return place -> ops of txs as JSON, each in order."""
    found: dict[int, list[str]] = {n: [] for n in ns}
    for n, *op in connection.execute(
        'SELECT n, tbl, pk, op, "set", base, bv, bvx FROM _sync_op WHERE n IN (SELECT value FROM json_each(?)) ORDER BY n, i',
        (json.dumps(ns),),
    ):
        found[n].append(_op_json(*op))
    return found


def _op_json(tbl: str, pk: str, op: str, set_: str, base: str, bv: int, bvx: str) -> str:
    """Return one `protocol.Op` as JSON; its parts are stored as JSON already."""
    parts = [f'"t":"{tbl}","pk":"{pk}","op":"{op}"']
    parts += [f'"{name}":{text}' for name, text in (("set", set_), ("base", base), ("bvx", bvx)) if text != "{}"]
    parts += [f'"bv":{bv}'] if bv else []
    return "{" + ",".join(parts) + "}"
