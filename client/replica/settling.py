"""What becomes of a tx once it is answered: verdicts, settling, drafts, forgetting (PROTOCOL 7.7, traps 6 and 9)."""

from collections.abc import Mapping
from typing import Any

from client.replica import change_log, display, meta
from client.replica.change_log import LoggedTx
from client.replica.writing import Writing
from shared_models.codec import dumps
from shared_models.registry import Registry

KEPT_US = 7 * 24 * 3600 * 1_000_000
"""Least time that a settled tx is kept, in case the centre is restored from a backup. Source: PROTOCOL 7.7."""
REFUSED = ("rejected", "deferred")


def take_verdict(
    writing: Writing,
    tx: LoggedTx,
    verdict: str,
    seq: int,
    *,
    at: int | None = None,
    cards: tuple[str, ...] = (),
    error: Mapping[str, Any] | None = None,  # Any: parts of `protocol.CodedError`
) -> None:
    """Store the answer to an unsettled tx. Its ops stay on the screen until a pull covers the verdict's seq (I9)."""
    changes: dict[str, Any] = {"state": "acked", "verdict": verdict, "seq": seq, "attempts": 0}
    if at is not None:
        changes["at"] = at
    if cards:
        changes["cards"] = dumps(list(cards))
    if error is not None:
        changes["error"] = dumps(dict(error))
    change_log.set_state(writing.connection, (tx.n,), changes)
    writing.log_changed = True


def settle(writing: Writing, registry: Registry, cursor: int, now_us: int) -> set[tuple[str, str]]:
    """Take off the screen's layers every answered tx whose effect is in the replica now; refused ones become drafts.

    Returns the rows that were laid anew.
    """
    connection = writing.connection
    done = change_log.select(connection, "state = 'acked' AND seq <= ?", (cursor,))
    if not done:
        return set()
    found = change_log.ops_of(connection, [tx.n for tx in done])
    rows = {(op.t, op.pk) for ops in found.values() for op in ops}
    change_log.set_state(connection, [tx.n for tx in done], {"state": "settled", "settled_at": now_us})
    # A draft that its author has dealt with stays so when the tx had to be offered again after a server restore.
    connection.executemany(
        "UPDATE _sync_tx SET draft = coalesce(draft, 'open') WHERE n = ?",
        [(tx.n,) for tx in done if tx.verdict in REFUSED],
    )
    connection.executemany("DELETE FROM _sync_touch WHERE n = ?", [(tx.n,) for tx in done])
    for entity, pk in sorted(rows):
        display.lay(connection, registry.get(entity), pk)
        writing.changed(entity, {pk})
    writing.log_changed = True
    return rows


def forget(writing: Writing, safe_seq: int, now_us: int) -> None:
    """Delete settled txs that a verified backup of the centre holds and that are a week old; open drafts stay."""
    connection = writing.connection
    safe_seq = max(safe_seq, meta.get(connection, "safe_seq"))
    meta.put(connection, {"safe_seq": safe_seq})
    old = change_log.select(
        connection,
        "state = 'settled' AND seq <= ? AND settled_at <= ? AND (draft IS NULL OR draft <> 'open')",
        (safe_seq, now_us - KEPT_US),
    )
    change_log.delete(connection, [tx.n for tx in old])
