"""Taking back a save: as if it had never been, while nobody else can know of it; else as a new, inverse edit."""

from typing import TYPE_CHECKING

from client.replica import change_log, display
from client.replica.change_log import LoggedTx
from client.replica.unit_of_work import Edit
from client.replica.writing import Writing
from conflict.overlay import laid_over
from shared_models.codec import Row
from shared_models.fields import ARCHIVED, Merge, column_of, unit_of, units
from shared_models.protocol import Op
from shared_models.registry import Registry

if TYPE_CHECKING:
    from client.replica.replica import Replica


def undo(replica: "Replica", tx_id: str, label: str) -> bool:
    """Undo one save (`Replica.undo`)."""
    with replica.write(durable=True) as writing:
        tx = change_log.find(writing.connection, tx_id)
        if tx is None:
            return False
        if _is_private(writing, tx):
            _take_out(writing, replica.registry, tx)
            return True
        edit = Edit(writing, replica.registry, replica.ids, label)
        for op in reversed(change_log.ops(writing.connection, tx.n)):
            _invert(edit, replica.registry, op)
        edit.finish()
        return bool(edit.tx_id)


def _is_private(writing: Writing, tx: LoggedTx) -> bool:
    """Whether the tx was never sent, and no later one was made on what it showed."""
    if tx.state != "pending" or tx.sent or tx.origin != tx.id:
        return False
    later = change_log.select(writing.connection, f"{change_log.UNSETTLED} AND n > ?", (tx.n,))
    return all(tx.origin not in other.after for other in later)


def _take_out(writing: Writing, registry: Registry, tx: LoggedTx) -> None:
    rows = {(op.t, op.pk) for op in change_log.ops(writing.connection, tx.n)}
    change_log.delete(writing.connection, (tx.n,))
    for entity, pk in sorted(rows):
        display.lay(writing.connection, registry.get(entity), pk)
        writing.changed(entity, {pk})
    writing.log_changed = True


def _invert(edit: Edit, registry: Registry, op: Op) -> None:
    """Add the op that brings back what was on the screen before, as far as it is still what the op left."""
    kind, now = registry.get(op.t), edit.get(op.t, op.pk)
    if now is None:
        return
    if op.op == "i":
        edit.archive(op.t, op.pk)
    elif op.op == "d" or ARCHIVED in op.set:
        (edit.unarchive if op.op == "d" else edit.archive)(op.t, op.pk)
    else:
        before = {name: value for name, value in op.base.items() if _is_mine(op, name, now, kind)}
        edit.update(op.t, op.pk, {n: _back(op, n, now, v, units(kind)[unit_of(kind, n)].policy) for n, v in before.items()})


def _is_mine(op: Op, name: str, now: Row, kind: type) -> bool:
    """Whether a field still holds what the op gave it; a text or a set may have grown since, and is taken back in part."""
    policy = units(kind)[unit_of(kind, name)].policy
    if policy in (Merge.AN, Merge.DV, Merge.MX):
        return False
    if policy in (Merge.SU, Merge.LM):
        return True
    typed = laid_over(kind, name, op.base[name], op.set[name], op.base[name])
    return bool(now[column_of(kind, name).name] == typed)


def _back(op: Op, name: str, now: Row, base: object, policy: Merge) -> object:
    if policy is Merge.SU and isinstance(op.set[name], dict):
        return sorted((set(now[name] or ()) - set(op.set[name]["add"])) | set(op.set[name]["remove"]))
    return base if policy is not Merge.LM or now[name] == op.set[name] else now[name]
