"""What the use cases tell the screens that manage rights: people, profiles, shares, and what another person sees."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from client.usecases.answers import Label, RowState
from client.usecases.form_answers import Choice
from client.usecases.record_answers import Access
from shared_models.rules import Action

PlaceField = Literal["profile_id", "team_id", "manager_id"]
"""What decides on a person's rights and is chosen on his page."""

TeamField = Literal["leader_id", "profile_id"]
"""What is chosen on a team's page."""


@dataclass(frozen=True)
class PersonRow:
    """One person in the list. An empty name stands for nothing: no team, nobody whom he reports to."""

    id: str
    name: str
    email: str = ""
    position: str = ""
    profile: Label | None = None
    team: str = ""
    manager: str = ""
    is_admin: bool = False
    is_active: bool = True
    state: RowState = "sent"
    is_free: bool = False
    """Whether nothing limits him: he administers, or has no profile, neither his own nor a team's."""


@dataclass(frozen=True)
class Reaches:
    """How far somebody may go with the records of one kind: action -> none, own, team or all."""

    entity: str
    by_action: Mapping[Action, str]
    by_profile: Mapping[Action, str] | None = None
    """What his profiles alone give a person; None for a profile."""

    def differs(self, action: Action) -> bool:
        """Whether a right of one's own reaches further than the profiles."""
        return self.by_profile is not None and self.by_profile[action] != self.by_action[action]


@dataclass(frozen=True)
class PersonPage:
    """A person with all that his rights come from."""

    row: PersonRow
    held: Mapping[PlaceField, str | None]
    """Ids of what is chosen."""
    profiles: tuple[Choice, ...] = ()
    teams: tuple[Choice, ...] = ()
    managers: tuple[Choice, ...] = ()
    """Whom he may report to: nobody who reports to him."""
    below: tuple[Choice, ...] = ()
    """Those who report to him, directly or not: with one of them as manager they would go round in a circle."""
    team_profile: Label | None = None
    """What his team adds."""
    reports: tuple[str, ...] = ()
    """Names of those who report to him directly."""
    leads: tuple[str, ...] = ()
    """Names of the teams that he leads: he counts as one of them, too."""
    is_me: bool = False
    """Whether he is the reader."""
    is_free_alone: bool = False
    """Whether nothing would limit him without a profile of his own: no team of his adds one."""
    reaches: tuple[Reaches, ...] = ()
    """What it comes to; empty where this device does not know all the rules."""
    groups: tuple[str, ...] = ()
    """Confidential field groups that are open to him."""


@dataclass(frozen=True)
class SeenRow:
    """A record that a person sees, and the rule by which."""

    id: str
    title: str
    access: Access


@dataclass(frozen=True)
class SeenPage:
    """What a person sees of one kind. here: how many this device has. next: opaque place of the following page."""

    rows: tuple[SeenRow, ...]
    seen: int
    here: int
    next: str | None = None


@dataclass(frozen=True)
class ProfileRow:
    """One profile in the list. people: how many have it, by themselves or through a team."""

    id: str
    label: Label
    people: int = 0
    groups: tuple[str, ...] = ()
    state: RowState = "sent"


@dataclass(frozen=True)
class ProfilePage:
    """A profile: a table of kind of record by action, and the confidential field groups, chosen ones and others."""

    row: ProfileRow
    reaches: tuple[Reaches, ...]
    all_groups: tuple[str, ...]


@dataclass(frozen=True)
class TeamRow:
    """One team in the list. people: how many who work here now are in it. profile: what it adds to their rights."""

    id: str
    name: str
    leader: str = ""
    people: int = 0
    profile: Label | None = None
    is_archived: bool = False
    state: RowState = "sent"


@dataclass(frozen=True)
class TeamPage:
    """A team with everyone in it, the leader first."""

    row: TeamRow
    held: Mapping[TeamField, str | None]
    """Ids of what is chosen."""
    members: tuple[PersonRow, ...] = ()
    noted: frozenset[str] = frozenset()
    """Ids of those whose own team it is: the leader may have another one."""
    others: tuple[Choice, ...] = ()
    """Who may be taken in, with the team that he would leave."""
    leaders: tuple[Choice, ...] = ()
    profiles: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class SharesGot:
    """What was shared with the reader since he was told last: how many records, and of the last one what it is."""

    count: int
    entity: str
    record: str
    title: str
    by: str
    """Name of who shared it; empty when he is not here."""


@dataclass(frozen=True)
class NewShare:
    """What a person wants to share: with one person or one team."""

    entity: str
    record: str
    whom: str
    is_team: bool
    level: str
    until: int
    last_day: str
    """The day whose end `until` is, in the reader's zone; ISO."""
