"""The port of the screens that manage rights: a part of `client.ui.facade.Crm`, for administrators but for shares.

Every method may raise `ReplicaError`, and `NotAllowed` for a reader who may not do it. Saves are as all others: they work offline, wait in
the queue, and can be undone.
"""

from typing import Protocol

from client.usecases.answers import Label, Saved
from client.usecases.rights_answers import (
    NewShare,
    PersonPage,
    PersonRow,
    PlaceField,
    ProfilePage,
    ProfileRow,
    SeenPage,
    SharesGot,
    TeamField,
    TeamPage,
    TeamRow,
)
from shared_models.rules import Action


class Rights(Protocol):
    """Who may do what, and the ways to change it."""

    async def people(self, text: str) -> tuple[PersonRow, ...]:
        """Return the people that a text finds, all for an empty one; those who are active first."""
        ...

    async def person(self, id: str) -> PersonPage | None:
        """Return a person with all that his rights come from; None when he is not here."""
        ...

    async def put_person(self, id: str, field: PlaceField, value: str | None) -> Saved:
        """Give a person another profile, team or manager, or none. Raises RecordInvalid for a manager who reports to him."""
        ...

    async def put_right(self, id: str, entity: str, action: Action, reach: str) -> Saved:
        """Let one person reach further than his profiles do with one action on one kind of record; "none" takes that back."""
        ...

    async def put_active(self, id: str, *, on: bool) -> Saved:
        """Let a person sign in, or no longer."""
        ...

    async def seen_by(self, id: str, entity: str, after: str | None = None) -> SeenPage | None:
        """Return a page of what a person sees of one kind, by title; None where this device does not know all the rules."""
        ...

    async def profiles(self) -> tuple[ProfileRow, ...]:
        """Return the profiles that are in use."""
        ...

    async def profile(self, id: str) -> ProfilePage | None:
        """Return a profile; None when it is not here."""
        ...

    async def put_reach(self, id: str, entity: str, action: Action, reach: str) -> Saved:
        """Let a profile reach further, or less far, with one action on one kind of record."""
        ...

    async def put_group(self, id: str, group: str, *, on: bool) -> Saved:
        """Open a confidential field group to a profile, or close it."""
        ...

    async def rename_profile(self, id: str, name: Label) -> Saved:
        """Give a profile another name. Raises RecordInvalid."""
        ...

    async def add_profile(self, name: Label, begins_as: str | None) -> Saved:
        """Add a profile with the rights of another one, or with none. Raises RecordInvalid."""
        ...

    async def teams(self) -> tuple[TeamRow, ...]:
        """Return all teams, the archived ones last."""
        ...

    async def team(self, id: str) -> TeamPage | None:
        """Return a team; None when it is not here."""
        ...

    async def add_team(self, name: str) -> Saved:
        """Add a team. Raises RecordInvalid."""
        ...

    async def rename_team(self, id: str, name: str) -> Saved:
        """Give a team another name. Raises RecordInvalid."""
        ...

    async def put_team(self, id: str, field: TeamField, value: str | None) -> Saved:
        """Give a team another leader, or another profile to add, or none."""
        ...

    async def archive_team(self, id: str, *, on: bool) -> Saved:
        """Archive a team, or bring it back."""
        ...

    async def share(self, new: NewShare) -> Saved:
        """Share a record. Raises RecordInvalid for a time that is over, or that outlasts the reader's own right."""
        ...

    async def take_shares(self) -> SharesGot | None:
        """Return what was shared with the reader since he was told last, and note that he knows it; None for nothing."""
        ...

    async def end_share(self, id: str) -> Saved:
        """End a share at once."""
        ...
