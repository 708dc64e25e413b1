"""Who may see and change what: profiles, rights of one person, and single records shared for a while (rows 32-36).

The rules that these rows stand for are `shared_models.rights`, one pure function for both halves.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from shared_models.base import Id, Instant, Record, Tags, Text
from shared_models.fields import Col, Merge, Parent

Reach = Literal["none", "own", "team", "all"]
"""How far a right goes, from narrow to wide; each holds what the one before it holds."""
ShareLevel = Literal["see", "change"]

Label = Annotated[Text, Field(min_length=1, max_length=120)]
RecordType = Annotated[Text, Field(min_length=1, max_length=60), Col(merge=Merge.AN, in_list=True)]
ReachField = Annotated[Reach, Col(merge=Merge.SV, widget="choice", in_list=True)]


class Profile(Record):
    """A named set of rights that people and teams are given. Six ship with the product; an admin changes them and adds others."""

    entity_name = "profile"
    title_fields = ("label_en",)
    admin_only = True

    key: Annotated[Text, Field(min_length=1, max_length=60, pattern=r"^[a-z][a-z0-9_]*$"), Col(merge=Merge.AN)]
    label_en: Annotated[Label, Col(merge=Merge.SV, in_list=True)]
    label_ro: Annotated[Label, Col(merge=Merge.SV, in_list=True)]
    field_groups: Annotated[Tags, Col(merge=Merge.SU)] = ()
    """Confidential field groups (`Col.right_group`) that it lets people see and fill in."""

    @classmethod
    def natural_key(cls, key: str) -> tuple[str, ...]:
        """Return what the deterministic id is derived from."""
        return (key,)


class ProfileRight(Record):
    """What a profile may do with the records of one entity. An entity without such a row is out of reach."""

    entity_name = "profile_right"
    admin_only = True

    profile_id: Annotated[Id, Parent(), Col(merge=Merge.AN, references="profile")]
    record_type: RecordType
    see_reach: ReachField = "none"
    create_reach: ReachField = "none"
    change_reach: ReachField = "none"
    archive_reach: ReachField = "none"

    @classmethod
    def natural_key(cls, profile_id: str, record_type: str) -> tuple[str, ...]:
        """Return what the deterministic id is derived from."""
        return profile_id, record_type


class UserRight(Record):
    """What one person may do beyond his profiles. It only adds: the most permissive of all counts."""

    entity_name = "user_right"
    admin_only = True

    user_id: Annotated[Id, Parent(), Col(merge=Merge.AN, references="user")]
    record_type: RecordType
    see_reach: ReachField = "none"
    create_reach: ReachField = "none"
    change_reach: ReachField = "none"
    archive_reach: ReachField = "none"

    @classmethod
    def natural_key(cls, user_id: str, record_type: str) -> tuple[str, ...]:
        """Return what the deterministic id is derived from."""
        return user_id, record_type


class RecordShare(Record):
    """One record shown or opened to one person or one team until a moment. Who may give it: `rights.may_share`."""

    entity_name = "record_share"

    record_type: RecordType
    record_id: Annotated[Id, Parent(), Col(merge=Merge.AN)]
    user_id: Annotated[Id | None, Col(merge=Merge.AN, widget="picker", references="user", in_list=True)] = None
    team_id: Annotated[Id | None, Col(merge=Merge.AN, widget="picker", references="team", in_list=True)] = None
    level: Annotated[ShareLevel, Col(merge=Merge.AN, widget="choice", in_list=True)] = "see"
    ends_at: Annotated[Instant, Col(merge=Merge.LE, widget="instant", in_list=True)]
    """From this moment on it no longer counts. Archiving ends it at once."""

    @model_validator(mode="after")
    def _is_for_one(self) -> Self:
        if (self.user_id is None) == (self.team_id is None):
            raise ValueError("is for one person or for one team")
        return self
