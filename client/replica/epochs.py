"""New numberings: of this device's txs (trap 7), and of the centre after it was restored from a backup (trap 28)."""

from client.replica import change_log, display, lost_time, meta, standing
from client.replica.writing import Writing
from shared_models.ids import IdMaker
from shared_models.registry import Registry


def renumber(writing: Writing, ids: IdMaker) -> None:
    """Take a fresh device epoch: the txs without a verdict get new numbers from 1, in the old order, under their old ids."""
    connection = writing.connection
    meta.put(connection, {"device_epoch": ids.token(), "next_number": 1})
    connection.execute("UPDATE _sync_tx SET number = NULL WHERE state <> 'settled'")
    connection.execute("UPDATE _sync_tx SET state = 'pending' WHERE state = 'inflight'")
    forget_stage(writing)
    writing.log_changed = True


def lift_quarantine(writing: Writing, ids: IdMaker) -> None:
    """Let a quarantined device send again: what was under way goes under new ids, and keeps its origin.

    The centre holds something else under an old id. What it may have taken already it meets again as equal values.
    """
    for tx in change_log.select(writing.connection, "state IN ('pending', 'inflight') AND sent"):
        change_log.set_state(writing.connection, (tx.n,), {"id": ids.tx_id()})
    meta.put(writing.connection, {"quarantined": False})
    renumber(writing, ids)


def forget_stage(writing: Writing) -> None:
    """Drop the pages that were put aside; the next pull starts from the cursor. Rows that were loaded directly stay."""
    writing.connection.execute("DELETE FROM _sync_stage")
    meta.put(writing.connection, {"stage_after": None, "stage_cursor": 0, "stage_rows": 0})


def server_met(writing: Writing, epoch: str) -> None:
    """Note the timeline of the server at the first contact."""
    meta.put(writing.connection, {"server_epoch": epoch, "rows_epoch": epoch})


def server_restored(writing: Writing, registry: Registry, ids: IdMaker, epoch: str, restored_seq: int) -> None:
    """The server began a new timeline that shares the old one up to `restored_seq`.

    Everything that its backup may lack is offered again, refused txs too, in the old order and under a fresh device epoch;
    the replica is loaded anew. The present rows stay on the screen until the new checkpoint replaces them in one step.
    """
    connection = writing.connection
    facts = meta.get_all(connection)
    older = {name: min(seq, restored_seq) for name, seq in facts["restored"].items()}
    meta.put(
        connection,
        {"server_epoch": epoch, "restored": {**older, facts["server_epoch"]: restored_seq}, "cursor": 0, "safe_seq": 0},
    )
    again = change_log.select(connection, "state IN ('settled', 'acked') AND seq > ?", (restored_seq,))
    lost_time.note(connection, facts["server_epoch"], facts["cursor"], [tx.seq for tx in again if tx.seq is not None])
    again = [tx for tx in again if tx.state == "settled"]
    _offer_again(writing, registry, [tx.n for tx in again])
    connection.execute(
        "UPDATE _sync_tx SET state = 'pending', verdict = NULL, seq = NULL, at = NULL, cards = NULL, error = NULL "
        "WHERE state IN ('inflight', 'acked')"
    )
    load_anew(writing)
    renumber(writing, ids)


def load_anew(writing: Writing) -> None:
    """Let the next checkpoint, from cursor 0, replace every row; pending ops stay and are laid over it."""
    meta.put(writing.connection, {"cursor": 0, "replace": True})
    forget_stage(writing)


def _offer_again(writing: Writing, registry: Registry, ns: list[int]) -> None:
    connection = writing.connection
    change_log.set_state(
        connection,
        ns,
        {"state": "pending", "verdict": None, "seq": None, "at": None, "cards": None, "error": None, "settled_at": None},
    )
    connection.executemany("UPDATE _sync_tx SET draft = NULL WHERE n = ? AND draft = 'open'", [(n,) for n in ns])
    for n in ns:
        for op in change_log.ops(connection, n):
            kind = registry.get(op.t)
            display.keep_base(connection, kind, op.pk)
            change_log.touch(connection, n, op.pk, standing.parents_of(connection, kind, op))
            display.lay(connection, kind, op.pk)
            writing.changed(op.t, {op.pk})
