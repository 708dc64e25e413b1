"""The one form in which values are stored, compared, hashed and sent; the same on three databases, the device and the wire."""

import json
from collections.abc import Mapping
from functools import cache
from types import NoneType
from typing import Annotated, Any, get_args, get_origin
from unicodedata import is_normalized

from annotated_types import MaxLen, MinLen
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from shared_models.base import Record, Text
from shared_models.errors import FieldProblem, RecordInvalid
from shared_models.fields import Col, Column, Kind, Parent, columns

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)
MAX_TEXT = 2**31
"""No limit of length."""
Row = dict[str, Any]
"""Stored form of a record: field -> str, int, bool, list of str, or None (`Kind`)."""


def dumps(value: object) -> str:
    """Return compact JSON with sorted keys and unescaped Unicode: equal values give equal text."""
    return _ENCODER.encode(value)


@cache
def _adapter(entity: type[Record], name: str) -> TypeAdapter[Any]:  # Any: the type of a field is known at run time only
    info = entity.model_fields[name]
    kind: Any = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
    return TypeAdapter(kind)


def stored_value(entity: type[Record], name: str, value: object) -> Any:  # Any: a stored scalar
    """Return a value in its stored form. Raises RecordInvalid with one problem when the field cannot hold it.

    What arrives must already be of the stored type (`Kind`): a number for a text, or text for a number, is refused.
    """
    column, lengths = _forms(entity)[name]
    if (value is None and column.optional) or (type(value) is str and is_stored_as_it_is(value, lengths)):
        return value
    if (value is not None and not isinstance(value, _STORED[column.kind])) or isinstance(value, bool) != (
        column.kind is Kind.BOOLEAN and value is not None
    ):
        raise RecordInvalid((FieldProblem(name, "problem.type"),))
    adapter = _adapter(entity, name)
    try:
        return adapter.dump_python(adapter.validate_python(value), mode="json")
    except ValidationError as error:
        raise RecordInvalid(tuple(FieldProblem(name, _reason(_kind(e), column)) for e in error.errors())) from None


def is_stored_as_it_is(value: str, lengths: tuple[int, int] | None) -> bool:
    """Whether a text of a plain text field is in its stored form already, as nearly all are; pydantic is spared those."""
    if lengths is None or not lengths[0] <= len(value) <= lengths[1] or "\r" in value or "\x00" in value:
        return False
    return value.isascii() or (value.isprintable() and is_normalized("NFC", value))


@cache
def _forms(entity: type[Record]) -> dict[str, tuple[Column, tuple[int, int] | None]]:
    """Return name -> the field, and its least and greatest length if it is plain text."""
    return {column.name: (column, text_lengths(entity, column.name)) for column in columns(entity)}


def text_lengths(entity: type[Record], name: str) -> tuple[int, int] | None:
    """Return the least and greatest length of a field that is `Text` with nothing but limits of length; else None."""
    info = entity.model_fields[name]
    parts = list(info.metadata)
    for kind in (info.annotation, *get_args(info.annotation)):
        if get_origin(kind) is Annotated:
            parts += get_args(kind)[1:]
    kinds = {kind for kind in get_args(info.annotation) or (info.annotation,) if kind is not NoneType}
    limits = [part for part in parts if isinstance(part, MinLen | MaxLen)]
    others = [part for part in parts if part not in limits and not isinstance(part, Col | Parent)]
    if kinds - {str, Text} or others != [get_args(Text)[1]]:
        return None
    least = max((part.min_length for part in limits if isinstance(part, MinLen)), default=0)
    return least, min((part.max_length for part in limits if isinstance(part, MaxLen)), default=MAX_TEXT)


def stored_row(entity: type[Record], values: Mapping[str, Any]) -> Row:  # Any: stored scalars
    """Return a whole row in its stored form, absent fields at their defaults. Raises RecordInvalid with every problem."""
    return parse(entity, values).row()


def parse(entity: type[Record], values: Mapping[str, Any]) -> Record:  # Any: stored scalars
    """Return the record of a stored row. Raises RecordInvalid with every problem found."""
    try:
        return entity.model_validate(values)
    except ValidationError as error:
        raise RecordInvalid(tuple(_problem(entity, e["loc"], _kind(e)) for e in error.errors())) from None


def _problem(entity: type[Record], place: tuple[int | str, ...], kind: str) -> FieldProblem:
    name = str(place[0]) if place else ""
    return FieldProblem(name, _reason(kind, _forms(entity)[name][0] if name in _forms(entity) else None))


def _kind(error: ErrorDetails) -> str:
    """Return the pydantic error type; of a field that is cleared and cannot be empty, that it is missing."""
    is_item = any(isinstance(step, int) for step in error["loc"])
    return "missing" if error["input"] is None and not is_item else error["type"]


def _reason(kind: str, column: Column | None) -> str:
    """Return the text key for a pydantic error type."""
    if kind in ("missing", "too_short", "string_too_short"):
        return "problem.required"
    if kind in ("too_long", "string_too_long"):
        return "problem.too_long"
    if kind == "extra_forbidden":
        return "problem.unknown_field"
    if kind in ("greater_than_equal", "less_than_equal"):
        return "problem.range"
    if kind == "value_error" and column is None:
        return "problem.owner"
    return "problem.value"


_STORED: dict[Kind, tuple[type, ...]] = {
    Kind.TEXT: (str,),
    Kind.INTEGER: (int,),
    Kind.BOOLEAN: (bool,),
    Kind.DATE: (str,),
    Kind.INSTANT: (int,),
    Kind.DECIMAL: (str,),
    Kind.SET: (list, tuple),
}
