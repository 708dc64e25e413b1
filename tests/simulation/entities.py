"""The records of a simulated organisation: one entity with every merge policy, a child, and a link with a deterministic id."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from conflict.states import Moves
from shared_models.base import Id, Instant, Record, Tags, Text
from shared_models.entities.people import Team, User
from shared_models.entities.sync_conflict import SyncConflict
from shared_models.fields import Col, Merge, Parent
from shared_models.registry import Registry

Stage = Literal["new", "talk", "won", "lost"]


class Thing(Record):
    """A record whose fields have every policy that a person can meet."""

    entity_name = "thing"
    title_fields = ("title",)
    moves: ClassVar[dict[str, Moves]] = {
        "stage": {"new": frozenset({"talk"}), "talk": frozenset({"won", "lost"})},
    }

    title: Annotated[Text, Field(min_length=1, max_length=200), Col(in_list=True, search=True)]
    spare: Annotated[Text | None, Col()] = None
    amount: Annotated[int | None, Col()] = None
    street: Annotated[Text | None, Col(merge=Merge.GR, group="place")] = None
    city: Annotated[Text | None, Col(merge=Merge.GR, group="place")] = None
    story: Annotated[Text | None, Field(max_length=20_000), Col(merge=Merge.LM)] = None
    keeper: Annotated[Text | None, Col(merge=Merge.LE)] = None
    labels: Annotated[Tags, Col(merge=Merge.SU)] = ()
    stage: Annotated[Stage, Col(merge=Merge.SM)] = "new"
    is_quiet: Annotated[bool, Col(merge=Merge.MX)] = False
    reached_at: Annotated[Instant | None, Col(merge=Merge.MX)] = None
    code: Annotated[Text | None, Field(max_length=30), Col(merge=Merge.PN)] = None
    source: Annotated[Text | None, Col(merge=Merge.AN)] = None
    grade: Annotated[Text | None, Col(merge=Merge.SV)] = None
    """Only an admin may set it: how a person gets a refusal."""


class Part(Record):
    """A child of a thing."""

    entity_name = "part"
    title_fields = ("name",)

    thing_id: Annotated[Id, Parent(), Col(merge=Merge.AN, references="thing")]
    name: Annotated[Text, Field(min_length=1, max_length=200), Col(search=True)]
    memo: Annotated[Text | None, Col(merge=Merge.LE)] = None


class Tie(Record):
    """A link between a thing and a name: one row for one pair, whoever adds it."""

    entity_name = "tie"
    is_link: ClassVar[bool] = True

    thing_id: Annotated[Id, Parent(), Col(merge=Merge.AN, references="thing")]
    other: Annotated[Text, Field(min_length=1, max_length=40), Col(merge=Merge.AN)]
    role: Annotated[Text | None, Col()] = None

    @classmethod
    def natural_key(cls, thing_id: str, other: str) -> tuple[str, ...]:
        """Return what the deterministic id is derived from."""
        return thing_id, other


SIMULATED = Registry((Team, User, Thing, Part, Tie, SyncConflict))
"""What devices and server of a simulated run know."""
