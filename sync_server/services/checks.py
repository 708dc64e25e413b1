"""Whether a transaction of the right shape may be applied, before anything is changed: rights, and the rows it needs."""

from dataclasses import dataclass

from shared_models.base import Record
from shared_models.codec import Row
from shared_models.errors import ErrorCode
from shared_models.protocol import CodedError, Op
from sync_server.services.applying import Applying
from sync_server.services.authority import Authority
from sync_server.services.shapes import Checked, Shape, Wrong
from sync_server.services.visibility import may_write
from sync_server.services.workspace import Workspace


@dataclass(frozen=True)
class NotYet(Exception):
    """An op needs a record that does not exist at the centre: the tx is deferred."""

    error: CodedError


def check(work: Applying, authority: Authority, shape: Shape) -> Checked:
    """Return the values of every op in stored form. Raises Wrong, NotYet or one of FAULTS; nothing is changed in any case."""
    if shape.fault is not None:
        raise shape.fault
    made: set[tuple[str, str]] = set()
    for place, op in enumerate(work.tx.ops):
        _check_op(work, authority, op, shape.values[place], made)
    return shape.values


def _check_op(work: Applying, authority: Authority, op: Op, values: Row, made: set[tuple[str, str]]) -> None:
    space, entity = work.space, work.space.central.registry.by_name[op.t]
    if not may_write(work.actor, entity, op.pk, tuple(values)) or (op.t == "sync_conflict" and set(values) != {"state"}):
        raise Wrong(op, ErrorCode.R305)
    if op.op == "i":
        _check_parents(space, entity, op, values, made)
    elif (op.t, op.pk) not in made and space.get(op.t, op.pk) is None:
        raise NotYet(CodedError(code=ErrorCode.R304, entity=op.t, record=op.pk))
    if not authority.may_write(work, op, values, made):
        raise Wrong(op, ErrorCode.R305)
    if op.op == "i" and op.t == "record_share":
        _check_shared(space, op, values, made)
    if op.op == "i" and space.get(op.t, op.pk) is None:
        made.add((op.t, op.pk))


def _check_parents(space: Workspace, entity: type[Record], op: Op, values: Row, made: set[tuple[str, str]]) -> None:
    for field, parent in space.central.registry.parents(entity):
        pk = values.get(field)
        if pk is not None and (parent, pk) not in made and space.get(parent, pk) is None:
            raise NotYet(CodedError(code=ErrorCode.R304, entity=parent, record=pk))


def _check_shared(space: Workspace, op: Op, values: Row, made: set[tuple[str, str]]) -> None:
    """A share gives its record a cell of its own, so the record is there before it."""
    key = values["record_type"], values["record_id"]
    if key[0] not in space.central.registry.by_name:
        raise Wrong(op, ErrorCode.R303, "record_type", "problem.value")
    if key not in made and space.get(*key) is None:
        raise NotYet(CodedError(code=ErrorCode.R304, entity=key[0], record=key[1]))
