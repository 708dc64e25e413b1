"""Six versions of one small organisation: a field that is added, renamed, split, retired; a new entity; a new list."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from shared_models.base import Id, Record, Tags, Text
from shared_models.entities.lists import PickList, PickListItem
from shared_models.entities.people import Team, User
from shared_models.entities.sync_conflict import SyncConflict
from shared_models.evolution import Added, Evolution, NewEntity, Renamed, Split
from shared_models.fields import Col, Merge, Parent
from shared_models.registry import Registry


def apart(name: str | None) -> dict[str, str | None]:
    """Return the first name and the rest of a whole name."""
    first, _, last = (name or "").partition(" ")
    return {"first_name": first or None, "last_name": last or None}


def joined(names: Mapping[str, str | None]) -> str | None:
    """Return the whole name of a first name and the rest."""
    first, last = names["first_name"] or "", names["last_name"] or ""
    return f"{first} {last}" if last else first or None


class Stop1(Record):
    """A stop on a tour, as the first version has it."""

    entity_name = "stop"
    title_fields = ("title",)

    title: Annotated[Text, Field(min_length=1, max_length=200), Col(search=True)]
    place: Annotated[Text | None, Field(max_length=100), Col(search=True)] = None
    who: Annotated[Text | None, Field(max_length=100), Col(search=True)] = None
    fax: Annotated[Text | None, Col()] = None
    labels: Annotated[Tags, Col(merge=Merge.SU)] = ()


class Stop2(Stop1):
    """With a field that is new."""

    stars: Annotated[int | None, Col()] = None


class Stop3(Record):
    """With another name for the place."""

    entity_name = "stop"
    title_fields = ("title",)

    title: Annotated[Text, Field(min_length=1, max_length=200), Col(search=True)]
    town: Annotated[Text | None, Field(max_length=100), Col(search=True)] = None
    who: Annotated[Text | None, Field(max_length=100), Col(search=True)] = None
    fax: Annotated[Text | None, Col()] = None
    labels: Annotated[Tags, Col(merge=Merge.SU)] = ()
    stars: Annotated[int | None, Col()] = None


class Stop4(Record):
    """With a name in two fields."""

    entity_name = "stop"
    title_fields = ("title",)

    title: Annotated[Text, Field(min_length=1, max_length=200), Col(search=True)]
    town: Annotated[Text | None, Field(max_length=100), Col(search=True)] = None
    first_name: Annotated[Text | None, Field(max_length=100), Col(search=True)] = None
    last_name: Annotated[Text | None, Field(max_length=100), Col(search=True)] = None
    fax: Annotated[Text | None, Col()] = None
    labels: Annotated[Tags, Col(merge=Merge.SU)] = ()
    stars: Annotated[int | None, Col()] = None


class Stop5(Stop4):
    """Nobody sends faxes any more: the field stays for those that still do."""

    fax: Annotated[Text | None, Col(retired=True)] = None


class Stop6(Stop5):
    """With an item of a list that is new, too."""

    reason_id: Annotated[Id | None, Col(references="pick_list_item", choices="stop_reason")] = None


class Toll(Record):
    """What was paid on the way to a stop: an entity of the fifth version."""

    entity_name = "toll"
    title_fields = ("road",)

    stop_id: Annotated[Id, Parent(), Col(merge=Merge.AN, references="stop")]
    road: Annotated[Text, Field(min_length=1, max_length=100), Col(search=True)]


STEPS = (
    (Added("stop", "stars"),),
    (Renamed("stop", "place", "town"),),
    (Split("stop", "who", ("first_name", "last_name"), apart, joined),),
    (NewEntity("toll"),),
    (Added("stop", "reason_id"),),
)
NEWEST = len(STEPS) + 1
_FIRST: tuple[type[Record], ...] = (User, Team, PickList, PickListItem)
_STOPS: tuple[type[Record], ...] = (Stop1, Stop2, Stop3, Stop4, Stop5, Stop6)


def registry_of(version: int) -> Registry:
    """Return the entities of a version, with how they came to be."""
    late: tuple[type[Record], ...] = (Toll,) if version >= 5 else ()
    return Registry((*_FIRST, _STOPS[version - 1], *late, SyncConflict), Evolution(steps=STEPS[: version - 1]))


VERSIONS: Mapping[int, Registry] = {version: registry_of(version) for version in range(1, NEWEST + 1)}
