"""Whether a transaction may be applied at all, before anything is changed: shape, values, rights, and the rows it needs."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import orjson

from conflict.overlay import blank_row
from shared_models.base import Record
from shared_models.codec import Row, parse, stored_value
from shared_models.errors import ErrorCode, RecordInvalid
from shared_models.fields import ARCHIVED, SYSTEM_FIELDS, Column, Kind, Merge, columns, unit_of, units
from shared_models.natural_ids import natural_id
from shared_models.protocol import MAX_TX_BYTES, CodedError, Op, Tx
from sync_server.services.actor import Actor
from sync_server.services.visibility import may_write
from sync_server.services.workspace import Workspace


@dataclass(frozen=True)
class NotYet(Exception):
    """An op needs a record that does not exist at the centre: the tx is deferred."""

    error: CodedError


class Wrong(Exception):
    """An op that can never be applied: the tx is rejected."""

    def __init__(self, op: Op, code: ErrorCode, field: str | None = None, reason: str | None = None) -> None:
        """Say which op, what is wrong, with which field, by which rule (a text key)."""
        super().__init__(code)
        self.error = CodedError(
            code=code, entity=op.t[:60], record=op.pk, field=field and field[:60], reason=reason and reason[:60]
        )


Checked = dict[int, Row]
"""Place of an op in its tx -> its values in stored form; sets of an update as `{"add", "remove"}`."""


def check(space: Workspace, actor: Actor, tx: Tx, packed_bytes: int) -> Checked:
    """Return the values of every op in stored form. Raises Wrong or NotYet; nothing is changed in either case.

    packed_bytes: the size of everything in the tx, so never less than what its limit counts.
    """
    if packed_bytes > MAX_TX_BYTES:
        _check_size(tx)
    made: set[tuple[str, str]] = set()
    return {i: _check_op(space, actor, op, made) for i, op in enumerate(tx.ops)}


def _check_size(tx: Tx) -> None:
    """Refuse a tx with more in it than may be: it would hold up every push behind it."""
    try:
        size = len(orjson.dumps([(op.set, op.base) for op in tx.ops]))
    except orjson.JSONEncodeError:
        return  # a value that no column can hold is refused below, by its name
    if size > MAX_TX_BYTES:
        raise Wrong(tx.ops[0], ErrorCode.L403)


def _check_op(space: Workspace, actor: Actor, op: Op, made: set[tuple[str, str]]) -> Row:
    entity = space.central.registry.by_name.get(op.t)
    if entity is None:
        raise Wrong(op, ErrorCode.R301)
    exists = (op.t, op.pk) in made or space.get(op.t, op.pk) is not None
    _check_base(entity, op)
    values = _VERBS[op.op](entity, op, exists)
    if not may_write(actor, entity, op.pk, tuple(values)) or (op.t == "sync_conflict" and set(values) != {"state"}):
        raise Wrong(op, ErrorCode.R305)
    if op.t == "sync_conflict" and values["state"] == "open":
        raise Wrong(op, ErrorCode.R303, "state", "problem.value")
    if op.op == "i":
        _check_parents(space, entity, op, values, made)
        made.add((op.t, op.pk))
    elif not exists:
        raise NotYet(CodedError(code=ErrorCode.R304, entity=op.t, record=op.pk))
    return values


def _check_base(entity: type[Record], op: Op) -> None:
    """Refuse a base that no conflict card could hold or no line merge could read.

    Other wrong types pass: a base may come from an older schema version.
    """
    try:
        orjson.dumps(op.base)
    except orjson.JSONEncodeError:
        raise Wrong(op, ErrorCode.R303, None, "problem.type") from None
    for name, value in op.base.items():
        column = _writable(entity).get(name)
        if column is not None and column.col.merge is Merge.LM and not isinstance(value, str | None):
            raise Wrong(op, ErrorCode.R303, name, "problem.type")


def _check_parents(space: Workspace, entity: type[Record], op: Op, values: Row, made: set[tuple[str, str]]) -> None:
    for field, parent in space.central.registry.parents(entity):
        pk = values.get(field)
        if pk is not None and (parent, pk) not in made and space.get(parent, pk) is None:
            raise NotYet(CodedError(code=ErrorCode.R304, entity=parent, record=pk))


def _insert(entity: type[Record], op: Op, exists: bool) -> Row:
    values = {name: _value(entity, op, name, value) for name, value in op.set.items()}
    row = {**blank_row(entity), **values, "id": op.pk}
    try:
        stored_value(entity, "id", op.pk)
        for column in _required(entity):
            if row[column] is None:
                raise Wrong(op, ErrorCode.R307, column, "problem.required")
        if _has_own_rules(entity):
            parse(entity, row)
    except RecordInvalid as error:
        raise Wrong(op, ErrorCode.R303, error.problems[0].field, error.problems[0].reason) from None
    if (wanted := natural_id(entity, row)) is not None and wanted != op.pk:
        raise Wrong(op, ErrorCode.R306, "id")
    return values


def _update(entity: type[Record], op: Op, exists: bool) -> Row:
    if op.set.keys() == {ARCHIVED}:
        if op.set[ARCHIVED] is not None:
            raise Wrong(op, ErrorCode.R302, ARCHIVED)
        return {ARCHIVED: None}
    if not op.set:
        raise Wrong(op, ErrorCode.R307, None, "problem.required")
    values = {name: _value(entity, op, name, value) for name, value in op.set.items()}
    for name in values:
        unit = units(entity)[unit_of(entity, name)]
        if unit.policy is Merge.AN:
            raise Wrong(op, ErrorCode.R302, name)
        if missing := next((f for f in unit.fields if f not in values), None):
            raise Wrong(op, ErrorCode.R307, missing, "problem.group")
    return values


def _delete(entity: type[Record], op: Op, exists: bool) -> Row:
    if op.set:
        raise Wrong(op, ErrorCode.R302, next(iter(op.set)))
    return {}


_VERBS: dict[str, Callable[[type[Record], Op, bool], Row]] = {"i": _insert, "u": _update, "d": _delete}


def _value(entity: type[Record], op: Op, name: str, value: object) -> object:
    """Return one value in stored form."""
    column = _writable(entity).get(name)
    if column is None:
        raise Wrong(op, ErrorCode.R302, name)
    if column.kind is Kind.SET and op.op == "u":
        return _set_change(entity, op, name, value)
    try:
        stored = stored_value(entity, name, value)
    except RecordInvalid as error:
        raise Wrong(op, ErrorCode.R303, name, error.problems[0].reason) from None
    if stored is None and not column.optional:
        raise Wrong(op, ErrorCode.R307, name, "problem.required")
    return stored


def _set_change(entity: type[Record], op: Op, name: str, value: object) -> object:
    if not isinstance(value, dict) or not value.keys() <= {"add", "remove"}:
        raise Wrong(op, ErrorCode.R303, name, "problem.type")
    try:
        change: dict[str, list[str]] = {verb: stored_value(entity, name, elements) for verb, elements in value.items()}
    except RecordInvalid as error:
        raise Wrong(op, ErrorCode.R303, name, error.problems[0].reason) from None
    if set(change.get("add", ())) & set(change.get("remove", ())):
        raise Wrong(op, ErrorCode.R303, name, "problem.value")
    return change


@cache
def _writable(entity: type[Record]) -> dict[str, Column]:
    return {c.name: c for c in columns(entity) if c.name not in SYSTEM_FIELDS and c.col.merge is not Merge.DV}


@cache
def _required(entity: type[Record]) -> tuple[str, ...]:
    return tuple(c.name for c in columns(entity) if not c.optional)


@cache
def _has_own_rules(entity: type[Record]) -> bool:
    return bool(entity.__pydantic_decorators__.model_validators)
