"""The base of every entity, and the field types whose stored form is fixed for both databases and the wire."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from shared_models.fields import Col, Kind, Merge

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_micros(moment: datetime) -> int:
    """Return integer microseconds since 1970 UTC of an aware time."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def from_micros(micros: int) -> datetime:
    """Return the aware UTC time of integer microseconds since 1970."""
    return EPOCH + timedelta(microseconds=micros)


MAX_MICROS = 253_402_300_799_999_999
"""The last microsecond of the year 9999."""


def _read_day(value: object) -> object:
    """Return a day that pydantic reads as one: digits alone would be seconds since 1970."""
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise ValueError("a day is written 2026-11-24")
    return value


def _read_instant(value: object) -> object:
    if not isinstance(value, int) or isinstance(value, bool):
        return value
    if not 0 <= value <= MAX_MICROS:
        raise ValueError("a time outside the years 1970 to 9999")
    return from_micros(value)


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time needs a zone")
    return value.astimezone(UTC)


_DROPPED = dict.fromkeys((0, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
"""NUL, and what turns the direction of all that follows it on a screen: numbers copied from phones are full of those (UAX 9, 2)."""


def normal_text(value: str) -> str:
    """Return text in NFC with Unix line ends, without NUL and without explicit directions: the only form that is stored."""
    return unicodedata.normalize("NFC", value.translate(_DROPPED)).replace("\r\n", "\n").replace("\r", "\n")


def _sorted_set(value: object) -> object:
    if not isinstance(value, (list, tuple, set, frozenset)) or not all(isinstance(v, str) for v in value):
        return value
    return tuple(sorted({normal_text(v) for v in value}))


Text = Annotated[str, AfterValidator(normal_text)]
Instant = Annotated[
    datetime, BeforeValidator(_read_instant), AfterValidator(_in_utc), PlainSerializer(to_micros, int), Kind.INSTANT
]
Day = Annotated[date, BeforeValidator(_read_day), PlainSerializer(date.isoformat, str), Kind.DATE]
Number = Annotated[Decimal, PlainSerializer(str, str), Kind.DECIMAL]
Tags = Annotated[tuple[str, ...], BeforeValidator(_sorted_set), PlainSerializer(list, list), Kind.SET]
Id = Annotated[str, Field(min_length=1, max_length=36, pattern=r"^[0-9a-f-]{1,36}$")]
"""A UUID in its lower-case text form, compared bytewise."""


class Record(BaseModel):
    """One row of an entity, as it stands in a replica, on the wire and in the central database.

    Unknown fields are refused: what a newer version sends is kept aside by the sync layer, never guessed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)

    entity_name: ClassVar[str]
    """Name of the table, of the wire's `t`, and head of the text keys."""
    title_fields: ClassVar[tuple[str, ...]] = ()
    """Fields whose texts, joined by a space, name the record to a person."""
    listed_by: ClassVar[str | None] = None
    """Field by which the records of one owner are listed, newest first."""
    read_beside: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Owner field -> further fields in a device's index of it: what a figure over all owners reads it reads there, and no row."""
    admin_only: ClassVar[bool] = False
    """Whether only an admin may write records of this entity."""
    owner_field: ClassVar[str | None] = None
    """Field with the person whose record it is in the sense of rights; where it is empty, whoever made the record."""
    team_field: ClassVar[str | None] = None
    """Field with the team whose record it is; where it is empty, the owner's teams."""
    is_link: ClassVar[bool] = False
    """Whether it is a set member with a deterministic id: an add leaves a trace, a remove takes the adds that it saw."""

    id: Annotated[Id, Col(merge=Merge.AN)]
    archived_at: Annotated[Instant | None, Col(merge=Merge.DV)] = None
    created_at: Annotated[Instant | None, Col(merge=Merge.DV)] = None
    created_by: Annotated[Id | None, Col(merge=Merge.DV, references="user")] = None
    updated_at: Annotated[Instant | None, Col(merge=Merge.DV)] = None
    updated_by: Annotated[Id | None, Col(merge=Merge.DV, references="user")] = None

    def row(self) -> dict[str, Any]:  # Any: the stored scalars of `Kind`
        """Return the stored form: field -> str, int, bool, list of str, or None, in order of declaration."""
        return self.model_dump(mode="json")
