"""The people and teams of the organisation that uses the product."""

from typing import Annotated, Literal

from pydantic import Field

from shared_models.base import Id, Record, Text
from shared_models.fields import Col, Merge

Language = Literal["en", "ro"]


class Team(Record):
    """A sales team or a department."""

    entity_name = "team"
    title_fields = ("name",)
    admin_only = True

    name: Annotated[Text, Field(min_length=1, max_length=200), Col(merge=Merge.SV, in_list=True, search=True)]
    leader_id: Annotated[Id | None, Col(merge=Merge.SV, widget="picker", references="user")] = None
    """Counts as one of the team, whatever his own `team_id`."""
    profile_id: Annotated[Id | None, Col(merge=Merge.SV, widget="picker", references="profile")] = None
    """What the team adds to the rights of everyone in it."""


class User(Record):
    """A person who signs in. Passwords and tokens live in server tables that have no entity and never sync."""

    entity_name = "user"
    title_fields = ("name",)
    admin_only = True

    name: Annotated[Text, Field(min_length=1, max_length=200), Col(merge=Merge.SV, in_list=True, search=True)]
    email: Annotated[Text, Field(min_length=3, max_length=254), Col(merge=Merge.SV, widget="email", in_list=True)]
    language: Annotated[Language, Col(merge=Merge.LE, widget="choice")] = "en"
    time_zone: Annotated[Text, Field(max_length=64), Col(merge=Merge.LE, widget="time_zone")] = "Europe/Bucharest"
    position: Annotated[Text | None, Field(max_length=120), Col(merge=Merge.SV, in_list=True)] = None
    team_id: Annotated[Id | None, Col(merge=Merge.SV, widget="picker", references="team")] = None
    is_admin: Annotated[bool, Col(merge=Merge.SV, widget="switch")] = False
    is_active: Annotated[bool, Col(merge=Merge.SV, widget="switch")] = True
    profile_id: Annotated[Id | None, Col(merge=Merge.SV, widget="picker", references="profile")] = None
    """A person with no profile, neither his own nor a team's, is not limited by rights."""
    manager_id: Annotated[Id | None, Col(merge=Merge.SV, widget="picker", references="user")] = None
    """Whom he reports to. What a person owns counts as his managers' own, all the way up."""
