"""What becomes of a tx once it is answered: verdicts, settling, drafts, forgetting (PROTOCOL 7.7, traps 6 and 9)."""

from collections.abc import Mapping
from typing import Any

from client.replica import blobs, change_log, display, meta
from client.replica.driver import Connection
from client.replica.writing import Writing
from shared_models.codec import dumps
from shared_models.registry import Registry

KEPT_US = 7 * 24 * 3600 * 1_000_000
"""Least time that a settled tx is kept, in case the centre is restored from a backup. Source: PROTOCOL 7.7."""


ANSWERED = "state = 'acked' AND n < ? AND seq <= ? AND state <> 'settled'"
"""The last part is the condition of the index: SQLite does not conclude it from the first."""
AT_THE_END = 2**63 - 1
"""Behind every save."""


def take_verdict(
    writing: Writing,
    n: int,
    verdict: str,
    seq: int,
    *,
    at: int | None = None,
    cards: tuple[str, ...] = (),
    error: Mapping[str, Any] | None = None,  # Any: parts of `protocol.CodedError`
) -> None:
    """Store the answer to the unsettled tx at place n. Its ops stay on the screen until a pull covers the verdict's seq (I9)."""
    writing.connection.execute(
        "UPDATE _sync_tx SET state = 'acked', verdict = ?, seq = ?, attempts = 0, at = coalesce(?, at), "
        "cards = coalesce(?, cards), error = coalesce(?, error) WHERE n = ?",
        (verdict, seq, at, dumps(list(cards)) if cards else None, None if error is None else dumps(dict(error)), n),
    )
    writing.log_changed = True


def first_unanswered(connection: Connection) -> int:
    """Return the place of the first save that was sent and is yet to get its answer. Those behind it do not settle before it does.

    It may be in the replica already, and its verdict on no page: a snapshot has no verdicts, and a pull none of an older device
    epoch. Laid over the rows without what was saved after it, it would take the screen back to its values (I9). One that never
    left is in no row; they leave in order, so where the first that is pending never left, none did.
    """
    firsts = (
        connection.execute("SELECT n, sent FROM _sync_tx WHERE state = ? AND state <> 'settled' ORDER BY n LIMIT 1", (state,))
        for state in ("inflight", "pending")  # each by itself: the index has them by state
    )
    return min((n for found in firsts for n, sent in found if sent), default=AT_THE_END)


def settle(writing: Writing, cursor: int, now_us: int) -> set[tuple[str, str]]:
    """Let go of every answered tx whose effect is in the replica now, in the order of the saves; refused ones become drafts.

    Returns the rows that its ops named: the caller lays them anew.
    """
    connection = writing.connection
    upto = first_unanswered(connection), cursor
    done = f"n IN (SELECT n FROM _sync_tx WHERE {ANSWERED})"
    rows = set(connection.execute(f"SELECT tbl, pk FROM _sync_op WHERE {done}", upto).fetchall())
    if not rows:
        return rows
    connection.execute(f"DELETE FROM _sync_touch WHERE {done}", upto)
    # A draft that its author has dealt with stays so when the tx had to be offered again after a server restore.
    connection.execute(
        "UPDATE _sync_tx SET state = 'settled', settled_at = ?, draft = CASE WHEN verdict IN ('rejected', 'deferred') "
        "THEN coalesce(draft, 'open') ELSE draft END "
        f"WHERE {ANSWERED}",
        (now_us, *upto),
    )
    writing.log_changed = True
    return rows


def settle_and_lay(writing: Writing, registry: Registry, cursor: int, now_us: int) -> None:
    """Settle what the replica holds already, and show it so: after answers that repeat older verdicts."""
    by_entity: dict[str, set[str]] = {}
    for entity, pk in settle(writing, cursor, now_us):
        by_entity.setdefault(entity, set()).add(pk)
    for entity, pks in by_entity.items():
        display.lay_many(writing.connection, registry.get(entity), pks, {})
        writing.changed(entity, pks)


def forget(writing: Writing, safe_seq: int, now_us: int) -> None:
    """Delete settled txs that a verified backup of the centre holds and that are a week old; open drafts and owed files stay."""
    connection = writing.connection
    safe_seq = max(safe_seq, meta.get(connection, "safe_seq"))
    meta.put(connection, {"safe_seq": safe_seq})
    old = change_log.select(
        connection,
        "state = 'settled' AND seq <= ? AND settled_at <= ? AND (draft IS NULL OR draft <> 'open')",
        (safe_seq, now_us - KEPT_US),
    )
    owing = blobs.owing(connection) if old else set()
    change_log.delete(connection, [tx.n for tx in old if tx.n not in owing])
