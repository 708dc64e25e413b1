"""What can be said of a transaction without a record of the central database: its content, its hash, its values' shape.

It is found before the database is written to, so that it takes no time from other devices: while one push waits for the
medium, the next is looked at here.
"""

import hashlib
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import orjson

from conflict.overlay import blank_row
from shared_models.base import Record
from shared_models.codec import Row, dumps, is_stored_as_it_is, parse, stored_value, text_lengths
from shared_models.errors import ErrorCode, RecordInvalid
from shared_models.fields import ARCHIVED, SYSTEM_FIELDS, Column, Kind, Merge, columns, unit_of, units
from shared_models.natural_ids import natural_id
from shared_models.protocol import MAX_TX_BYTES, CodedError, Op, PushRequest, Tx
from shared_models.registry import Registry


class Wrong(Exception):
    """An op that can never be applied: the tx is rejected."""

    def __init__(self, op: Op, code: ErrorCode, field: str | None = None, reason: str | None = None) -> None:
        """Say which op, what is wrong, with which field, by which rule (a text key)."""
        super().__init__(code)
        self.error = CodedError(
            code=code, entity=op.t[:60], record=op.pk, field=field and field[:60], reason=reason and reason[:60]
        )


FAULTS = (ArithmeticError, LookupError, TypeError, ValueError, AttributeError, AssertionError)
"""What a tx may set off that nobody foresaw: it is then refused by itself, and no other tx with it."""

FORMS = 4096
"""Sets of fields that ops carry of which it is remembered what follows from their names."""
Checked = dict[int, Row]
"""Place of an op in its tx -> its values in stored form; sets of an update as `{"add", "remove"}`."""


class Shape(NamedTuple):
    """What a tx looks like."""

    values: Checked
    """Empty when something is wrong."""
    hash: str
    """Of its content: what must not change under one id. Its number and the epoch's name may."""
    fault: Exception | None
    """Why it can never be applied: Wrong, or one of FAULTS."""


def shapes_of(push: PushRequest, txs: Sequence[Tx], registry: Registry) -> dict[str, Shape]:
    """Return the shape of every tx of a request, by id. txs: the same as the entities are now."""
    return {tx.id: _shape(sent, tx, push.origins, registry) for sent, tx in zip(push.txs, txs, strict=True)}


def _shape(sent: Tx, tx: Tx, origins: Sequence[str], registry: Registry) -> Shape:
    content = _content(sent, origins)
    known = hashlib.sha256(content).hexdigest()
    try:
        if len(content) > MAX_TX_BYTES:  # never less than what the limit counts
            _check_size(sent)
        if tx.schema_version is not None and not registry.evolution.supports(tx.schema_version):
            raise Wrong(tx.ops[0], ErrorCode.P202)
        return Shape({place: _values(op, registry) for place, op in enumerate(tx.ops)}, known, None)
    except (Wrong, *FAULTS) as fault:
        return Shape({}, known, fault)


def _content(tx: Tx, origins: Sequence[str]) -> bytes:
    ops = [(op.t, op.pk, op.op, op.set, op.base, op.bv, op.bvx) for op in tx.ops]
    content = (tx.id, tx.origin, [origins[place] for place in tx.after], tx.hlc, tx.label, tx.atomic, ops)
    try:
        return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # an integer beyond 64 bits; no field holds one, so the tx is refused, but it has a hash
        return dumps(content).encode()


def _check_size(tx: Tx) -> None:
    """Refuse a tx with more in it than may be: it would hold up every push behind it."""
    try:
        size = len(orjson.dumps([(op.set, op.base) for op in tx.ops]))
    except orjson.JSONEncodeError:
        return  # a value that no column can hold is refused below, by its name
    if size > MAX_TX_BYTES:
        raise Wrong(tx.ops[0], ErrorCode.L403)


def _values(op: Op, registry: Registry) -> Row:
    entity = registry.by_name.get(op.t)
    if entity is None:
        raise Wrong(op, ErrorCode.R301)
    if op.base:
        _check_base(entity, op)
    values = _VERBS[op.op](entity, op)
    if op.t == "sync_conflict" and values.get("state") == "open" and op.base.get("state") in (None, "open"):
        raise Wrong(op, ErrorCode.R303, "state", "problem.value")
    return values


def _check_base(entity: type[Record], op: Op) -> None:
    """Refuse a base that no conflict card could hold or no line merge could read.

    Other wrong types pass: a base may come from an older schema version.
    """
    try:
        orjson.dumps(op.base)
    except orjson.JSONEncodeError:
        raise Wrong(op, ErrorCode.R303, None, "problem.type") from None
    if by_line := _merged_by_line(entity):
        for name, value in op.base.items():
            if name in by_line and not isinstance(value, str | None):
                raise Wrong(op, ErrorCode.R303, name, "problem.type")


def _insert(entity: type[Record], op: Op) -> Row:
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


def _update(entity: type[Record], op: Op) -> Row:
    if op.set.keys() == {ARCHIVED}:
        if op.set[ARCHIVED] is not None:
            raise Wrong(op, ErrorCode.R302, ARCHIVED)
        return {ARCHIVED: None}
    if not op.set:
        raise Wrong(op, ErrorCode.R307, None, "problem.required")
    values = {name: _value(entity, op, name, value) for name, value in op.set.items()}
    if (wrong := _wrong_field(entity, tuple(values))) is not None:
        raise Wrong(op, *wrong)
    return values


@lru_cache(maxsize=FORMS)
def _wrong_field(entity: type[Record], names: tuple[str, ...]) -> tuple[ErrorCode, str, str | None] | None:
    """Return why an update may not carry just these fields: one is only ever added to, or lacks others of its group."""
    for name in names:
        unit = units(entity)[unit_of(entity, name)]
        if unit.policy is Merge.AN:
            return ErrorCode.R302, name, None
        if missing := next((f for f in unit.fields if f not in names), None):
            return ErrorCode.R307, missing, "problem.group"
    return None


def _delete(entity: type[Record], op: Op) -> Row:
    if op.set:
        raise Wrong(op, ErrorCode.R302, next(iter(op.set)))
    return {}


_VERBS: dict[str, Callable[[type[Record], Op], Row]] = {"i": _insert, "u": _update, "d": _delete}


def _value(entity: type[Record], op: Op, name: str, value: object) -> object:
    """Return one value in stored form."""
    if type(value) is str and is_stored_as_it_is(value, _plain_texts(entity).get(name)):
        return value
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
def _plain_texts(entity: type[Record]) -> dict[str, tuple[int, int]]:
    """Return name -> least and greatest length of the fields that a device may send as plain text."""
    found = {name: text_lengths(entity, name) for name in _writable(entity)}
    return {name: lengths for name, lengths in found.items() if lengths is not None}


@cache
def _merged_by_line(entity: type[Record]) -> frozenset[str]:
    return frozenset(name for name, column in _writable(entity).items() if column.col.merge is Merge.LM)


@cache
def _required(entity: type[Record]) -> tuple[str, ...]:
    return tuple(c.name for c in columns(entity) if not c.optional)


@cache
def _has_own_rules(entity: type[Record]) -> bool:
    return bool(entity.__pydantic_decorators__.model_validators)
