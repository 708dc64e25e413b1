"""Six versions of the invented entities: a field is added, renamed, in a group too, split; an entity is new. Programs of all meet."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from conflict.states import Moves
from shared_models.base import Id, Instant, Record, Tags, Text
from shared_models.entities.people import Team, User
from shared_models.entities.sync_conflict import SyncConflict
from shared_models.evolution import Added, Evolution, NewEntity, Renamed, Split
from shared_models.fields import Col, Merge, Parent
from shared_models.registry import Registry
from tests.simulation.entities import Part, Stage, Thing, Tie
from tests.versions import apart, joined


class _Common(Record):
    """What a thing is in every version."""

    entity_name = "thing"
    title_fields = ("title",)
    moves: ClassVar[dict[str, Moves]] = Thing.moves

    title: Annotated[Text, Field(min_length=1, max_length=200), Col(in_list=True, search=True)]
    amount: Annotated[int | None, Col()] = None
    street: Annotated[Text | None, Col(merge=Merge.GR, group="place")] = None
    keeper: Annotated[Text | None, Col(merge=Merge.LE)] = None
    labels: Annotated[Tags, Col(merge=Merge.SU)] = ()
    stage: Annotated[Stage, Col(merge=Merge.SM)] = "new"
    is_quiet: Annotated[bool, Col(merge=Merge.MX)] = False
    code: Annotated[Text | None, Field(max_length=30), Col(merge=Merge.PN)] = None
    source: Annotated[Text | None, Col(merge=Merge.AN)] = None
    grade: Annotated[Text | None, Col(merge=Merge.SV)] = None


class Thing1(_Common):
    """As the first version has it."""

    extra: Annotated[Text | None, Col()] = None
    tale: Annotated[Text | None, Field(max_length=20_000), Col(merge=Merge.LM)] = None
    town: Annotated[Text | None, Col(merge=Merge.GR, group="place")] = None
    who: Annotated[Text | None, Col(search=True)] = None


class Thing2(Thing1):
    """With a field that is new."""

    reached_at: Annotated[Instant | None, Col(merge=Merge.MX)] = None


class Thing3(_Common):
    """With other names for three fields, one of them of a group, and one a text of lines."""

    spare: Annotated[Text | None, Col()] = None
    story: Annotated[Text | None, Field(max_length=20_000), Col(merge=Merge.LM)] = None
    city: Annotated[Text | None, Col(merge=Merge.GR, group="place")] = None
    who: Annotated[Text | None, Col(search=True)] = None
    reached_at: Annotated[Instant | None, Col(merge=Merge.MX)] = None


class Thing4(_Common):
    """With a name in two fields."""

    spare: Annotated[Text | None, Col()] = None
    story: Annotated[Text | None, Field(max_length=20_000), Col(merge=Merge.LM)] = None
    city: Annotated[Text | None, Col(merge=Merge.GR, group="place")] = None
    first_name: Annotated[Text | None, Col(search=True)] = None
    last_name: Annotated[Text | None, Col(search=True)] = None
    reached_at: Annotated[Instant | None, Col(merge=Merge.MX)] = None


class Thing6(Thing4):
    """With another field that is new."""

    wish: Annotated[Text | None, Col()] = None


class Part1(Record):
    """A child of a thing as it was up to the second version."""

    entity_name = "part"
    title_fields = ("name",)

    thing_id: Annotated[Id, Parent(), Col(merge=Merge.AN, references="thing")]
    name: Annotated[Text, Field(min_length=1, max_length=200), Col(search=True)]
    remark: Annotated[Text | None, Col(merge=Merge.LE)] = None


class Toll(Record):
    """A child of a thing that came with the fifth version."""

    entity_name = "toll"
    title_fields = ("road",)

    thing_id: Annotated[Id, Parent(), Col(merge=Merge.AN, references="thing")]
    road: Annotated[Text, Field(min_length=1, max_length=200), Col(search=True)]


STEPS = (
    (Added("thing", "reached_at"),),
    (
        Renamed("thing", "extra", "spare"),
        Renamed("thing", "town", "city"),
        Renamed("thing", "tale", "story"),
        Renamed("part", "remark", "memo"),
    ),
    (Split("thing", "who", ("first_name", "last_name"), apart, joined),),
    (NewEntity("toll"),),
    (Added("thing", "wish"),),
)
NEWEST = len(STEPS) + 1
_THINGS: tuple[type[Record], ...] = (Thing1, Thing2, Thing3, Thing4, Thing4, Thing6)


def _registry_of(version: int) -> Registry:
    part: type[Record] = Part if version >= 3 else Part1
    late: tuple[type[Record], ...] = (Toll,) if version >= 5 else ()
    return Registry((Team, User, _THINGS[version - 1], part, *late, Tie, SyncConflict), Evolution(steps=STEPS[: version - 1]))


PROGRAMS: Mapping[int, Registry] = {version: _registry_of(version) for version in range(1, NEWEST + 1)}
"""Version -> what a program of it knows."""
