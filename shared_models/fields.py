"""The vocabulary of one definition per entity: what a field is, and how it behaves everywhere it appears."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from shared_models.base import Record


class Merge(StrEnum):
    """Merge policy of a field or field group. Source: `sync_server/PROTOCOL.md`, part "Merge policies"."""

    FM = "FM"
    """Field merge: the same field changed on both sides goes to a person, both values kept."""
    GR = "GR"
    """A group of fields that merges only as a whole; a clash goes to a person."""
    LE = "LE"
    """Latest edit wins, the loser stays in the history."""
    LM = "LM"
    """Three-way line merge; an overlap falls back to FM."""
    SU = "SU"
    """Set union with remove-what-I-saw."""
    AN = "AN"
    """Append-only: written once at creation, never edited."""
    SM = "SM"
    """State machine: compatible moves chain, incompatible ones ask."""
    MX = "MX"
    """Sticky: the greatest value wins (a set mark is never taken away by an old device)."""
    PN = "PN"
    """Business code, provisional until the server confirms it or gives it a suffix."""
    RQ = "RQ"
    """A request that only the server confirms, in order."""
    SV = "SV"
    """Administered data: only an admin may change it, and the server's value wins."""
    DV = "DV"
    """Derived by the server; a device never sends it."""


class Kind(StrEnum):
    """How a value is stored in a row, on the wire and in both databases."""

    TEXT = "text"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DATE = "date"
    """ISO 8601 day, `2026-11-24`."""
    INSTANT = "instant"
    """Integer microseconds since 1970-01-01 UTC."""
    DECIMAL = "decimal"
    """Decimal number as text, so that no engine rounds it."""
    SET = "set"
    """Sorted array of distinct strings."""


@dataclass(frozen=True)
class Col:
    """How one field behaves everywhere it appears. Data only: never a callable."""

    merge: Merge = Merge.FM
    group: str | None = None
    """Fields of one group merge together, as one unit: an op on any of them carries all of them."""
    widget: str = "text"
    """Name of a builder in `client/ui/widgets`."""
    in_list: bool = False
    search: bool = False
    references: str | None = None
    """Entity whose id this field holds."""
    choices: str | None = None
    """Key of the configurable list whose item id this field holds."""
    series: str = ""
    """What comes before the number of a business code that is given by itself (`shared_models.series`)."""
    right_group: str | None = None
    """Confidential field group (`personal`, `bank`, `price`), the same for a whole merge unit: kept from those without the right."""
    is_key: bool = False
    """Whether records are found by its value: it has an index."""
    is_past: bool = False
    """Whether a day after today looks wrong in it."""
    retired: bool = False
    """Whether it is kept for older versions of the program alone: no form asks for it (`shared_models.evolution`)."""


@dataclass(frozen=True)
class Column:
    """One field of an entity, as every layer that derives something from it sees it."""

    name: str
    kind: Kind
    optional: bool
    col: Col
    max_length: int | None
    values: tuple[str, ...]
    """The fixed choices of a text field, or none."""
    is_owner: bool
    """Whether the id points to the record that this one belongs to (its parent in the sense of `sync.md` 1.1)."""


@dataclass(frozen=True)
class Parent:
    """Marks the reference to the record that a record belongs to; a row is visible only with its parents."""


@dataclass(frozen=True)
class Unit:
    """What merges as one: a single field, or all fields of a group. Fields are in order of declaration."""

    name: str
    policy: Merge
    fields: tuple[str, ...]


SYSTEM_FIELDS = ("id", "archived_at", "created_at", "created_by", "updated_at", "updated_by")
"""Fields of every record that no form shows; all but `id` are set by the server."""

ARCHIVED = "archived_at"
"""Unit of the archive flag; its op is on the whole row."""


@cache
def columns(entity: "type[Record]") -> tuple[Column, ...]:
    """Return all fields of an entity in order of declaration, the system fields included.

    Raises TypeError for a field without exactly one `Col`, or of a type that has no `Kind`: a mistake of the programmer.
    """
    return tuple(_column(entity, name, info) for name, info in entity.model_fields.items())


@cache
def data_columns(entity: "type[Record]") -> tuple[Column, ...]:
    """Return the fields that people write: all but the system fields."""
    return tuple(column for column in columns(entity) if column.name not in SYSTEM_FIELDS)


@cache
def column_of(entity: "type[Record]", name: str) -> Column:
    """Return one field of an entity. Raises KeyError for an unknown name."""
    for column in columns(entity):
        if column.name == name:
            return column
    raise KeyError(f"{entity.entity_name}.{name}")


@cache
def units(entity: "type[Record]") -> Mapping[str, Unit]:
    """Return the merge units of an entity by name: groups under the group's name, other fields under their own."""
    found: dict[str, list[Column]] = {}
    for column in data_columns(entity):
        found.setdefault(column.col.group or column.name, []).append(column)
    return {name: Unit(name, cols[0].col.merge, tuple(c.name for c in cols)) for name, cols in found.items()}


@cache
def unit_of(entity: "type[Record]", field: str) -> str:
    """Return the name of the unit that a field merges in."""
    return ARCHIVED if field == ARCHIVED else column_of(entity, field).col.group or field


@cache
def wire_columns(entity: "type[Record]") -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    """Return the columns of the common part of a sent row, and those of each confidential part, in order of declaration."""
    common = tuple(c.name for c in columns(entity) if not c.col.right_group)
    groups: dict[str, tuple[str, ...]] = {}
    for c in columns(entity):
        if c.col.right_group:
            groups[c.col.right_group] = (*groups.get(c.col.right_group, ()), c.name)
    return common, groups


def wire_order(entity: "type[Record]") -> tuple[str, ...]:
    """Return the columns of a whole row as it is sent: the common part, then the confidential ones, sorted by group."""
    common, groups = wire_columns(entity)
    return (*common, *(name for group in sorted(groups) for name in groups[group]))


def _column(entity: "type[Record]", name: str, info: "FieldInfo") -> Column:
    notes = list(_notes(info.annotation)) + list(info.metadata)
    cols = [note for note in notes if isinstance(note, Col)]
    if len(cols) != 1:
        raise TypeError(f"{entity.__name__}.{name} needs exactly one Col, has {len(cols)}")
    kinds = [note for note in notes if isinstance(note, Kind)]
    plain, optional = _plain(info.annotation)
    values = get_args(plain) if get_origin(plain) is Literal else ()
    kind = kinds[0] if kinds else _KINDS.get(str if values else plain)
    if kind is None:
        raise TypeError(f"{entity.__name__}.{name} has no kind for {info.annotation}")
    lengths = [length for m in notes if (length := getattr(m, "max_length", None)) is not None]
    return Column(
        name,
        kind,
        optional,
        cols[0],
        lengths[0] if lengths else None,
        values,
        any(isinstance(n, Parent) for n in notes),
    )


def _notes(annotation: object) -> Iterator[object]:
    """Yield the notes inside an annotation, looking through unions and aliases."""
    if get_origin(annotation) is Annotated:
        yield from get_args(annotation)[1:]
    for part in get_args(annotation):
        if part is not annotation and not isinstance(part, str):
            yield from _notes(part)


def _plain(annotation: Any) -> tuple[Any, bool]:  # Any: annotations are arbitrary objects
    """Strip notes and None from an annotation; tell whether None was there."""
    if get_origin(annotation) is Annotated:
        return _plain(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        kept = [part for part in get_args(annotation) if part is not NoneType]
        return _plain(kept[0])[0], NoneType in get_args(annotation)
    return annotation, False


_KINDS: dict[object, Kind] = {str: Kind.TEXT, int: Kind.INTEGER, bool: Kind.BOOLEAN}
