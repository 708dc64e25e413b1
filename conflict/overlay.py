"""What a screen shows: the central row with the device's own unsettled ops laid over it."""

from dataclasses import dataclass
from functools import cache

from conflict.lines import merge_lines
from shared_models.base import Record
from shared_models.codec import Row
from shared_models.fields import ARCHIVED, Kind, Merge, column_of, columns, unit_of, units
from shared_models.protocol import Op, Scalar


@dataclass(frozen=True)
class Stamp:
    """When an op took effect and whose it is: the save on the device, or the acceptance at the centre."""

    at: int
    """Microseconds since 1970 UTC."""
    by: str | None


def overlay(entity: type[Record], view: Row | None, op: Op, stamp: Stamp) -> Row | None:
    """Return the row as it stands with one own op on top of `view`.

    None means that there is no such row: an edit of a row that is not in the replica shows nothing. An insert of a row
    that is there (a link added again) brings it back and lays its fields over. Texts are merged by lines against what
    their author saw, sets by what he added and took away, so that a pull under a pending op changes what it should.
    Source: `overlay` of the model, and `sync.md` trap 5 (rebase for display).
    """
    if view is None and op.op != "i":
        return None
    row = dict(view) if view is not None else {**blank_row(entity), "id": op.pk}
    if view is None:
        row["created_at"], row["created_by"] = stamp.at, stamp.by
    if op.op == "d":
        row[ARCHIVED] = stamp.at
    elif op.op == "i":
        row[ARCHIVED] = None
    for field, value in op.set.items():
        if field not in entity.model_fields:  # dropped since: the centre will refuse it, and the person reads so
            continue
        row[field] = laid_over(entity, field, row.get(field), value, op.base.get(field))
    row["updated_at"], row["updated_by"] = stamp.at, stamp.by
    return row


def laid_over(entity: type[Record], field: str, below: Scalar, typed: Scalar, base: Scalar) -> Scalar:
    """Return a field's value with a typed one laid over what is below; `base` is what its author had on the screen."""
    if field == ARCHIVED:
        return typed
    policy = units(entity)[unit_of(entity, field)].policy
    if policy is Merge.SU and isinstance(typed, dict):
        return sorted((set(below or ()) | set(typed.get("add", ()))) - set(typed.get("remove", ())))
    if policy is Merge.LM and base is not None and below is not None and typed is not None and below != base:
        # What he typed stays on his own screen where both changed the same lines; the centre will ask.
        return merge_lines(base, below, typed).text
    if policy is Merge.MX:
        return greater(column_of(entity, field).kind, below, typed)
    return typed


def greater(kind: Kind, one: Scalar, other: Scalar) -> Scalar:
    """Return the sticky value of two: true over false, any over none, the earlier time, the larger number."""
    known = [value for value in (one, other) if value is not None]
    if len(known) < 2:
        return known[0] if known else None
    return min(known) if kind in (Kind.INSTANT, Kind.DATE) else max(known)


@cache
def _blank(entity: type[Record]) -> tuple[Row, tuple[str, ...]]:
    """Return the row of defaults, and the fields whose default is a list."""
    row = {c.name: _default(entity, c.name) for c in columns(entity)}
    return row, tuple(name for name, value in row.items() if isinstance(value, list))


def _default(entity: type[Record], name: str) -> Scalar:
    info = entity.model_fields[name]
    value = None if info.is_required() else info.get_default(call_default_factory=True)
    return list(value) if isinstance(value, tuple) else value


def blank_row(entity: type[Record]) -> Row:
    """Return a row of defaults in stored form; fields that must be given are None."""
    defaults, lists = _blank(entity)
    row = dict(defaults)
    for name in lists:
        row[name] = list(row[name])
    return row
