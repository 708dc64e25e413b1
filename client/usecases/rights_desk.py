"""The screens that manage rights (`client.ui.facade_rights.Rights`), answered by the use cases on a thread."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from client.replica.replica import Replica
from client.usecases import people, profiles, seen_by, sharing, teams
from client.usecases.answers import Label, Saved
from client.usecases.labels import Say
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

R = TypeVar("R")


class WithWords(Protocol):
    """Runs a save on a thread, with the reader's texts for its label."""

    def __call__(self, action: Callable[[Say], R]) -> Awaitable[R]:
        """Return what the action returns."""
        ...


@dataclass
class RightsDesk:
    """Rights over one replica."""

    replica: Replica
    with_words: WithWords
    now_ms: Callable[[], int]

    async def people(self, text: str) -> tuple[PersonRow, ...]:
        """Return the people that a text finds."""
        return await asyncio.to_thread(people.people, self.replica, text)

    async def person(self, id: str) -> PersonPage | None:
        """Return a person with all that his rights come from."""
        return await asyncio.to_thread(people.person_page, self.replica, id)

    async def put_person(self, id: str, field: PlaceField, value: str | None) -> Saved:
        """Give a person another profile, team or manager."""
        return await self.with_words(lambda say: people.put_person(self.replica, say, id, field, value))

    async def put_right(self, id: str, entity: str, action: Action, reach: str) -> Saved:
        """Let one person reach further than his profiles do, or no longer."""
        return await self.with_words(lambda say: people.put_right(self.replica, say, id, entity, action, reach))

    async def put_active(self, id: str, *, on: bool) -> Saved:
        """Let a person sign in, or no longer."""
        return await self.with_words(lambda say: people.put_active(self.replica, say, id, on=on))

    async def seen_by(self, id: str, entity: str, after: str | None = None) -> SeenPage | None:
        """Return a page of what a person sees of one kind."""
        return await asyncio.to_thread(seen_by.seen_by, self.replica, id, entity, after)

    async def profiles(self) -> tuple[ProfileRow, ...]:
        """Return the profiles that are in use."""
        return await asyncio.to_thread(profiles.profiles, self.replica)

    async def profile(self, id: str) -> ProfilePage | None:
        """Return a profile."""
        return await asyncio.to_thread(profiles.profile_page, self.replica, id)

    async def put_reach(self, id: str, entity: str, action: Action, reach: str) -> Saved:
        """Let a profile reach further, or less far."""
        return await self.with_words(lambda say: profiles.put_reach(self.replica, say, id, entity, action, reach))

    async def put_group(self, id: str, group: str, *, on: bool) -> Saved:
        """Open a confidential field group to a profile, or close it."""
        return await self.with_words(lambda say: profiles.put_group(self.replica, say, id, group, on=on))

    async def rename_profile(self, id: str, name: Label) -> Saved:
        """Give a profile another name."""
        return await self.with_words(lambda say: profiles.rename_profile(self.replica, say, id, name))

    async def add_profile(self, name: Label, begins_as: str | None) -> Saved:
        """Add a profile with the rights of another one, or with none."""
        return await self.with_words(lambda say: profiles.add_profile(self.replica, say, name, begins_as))

    async def teams(self) -> tuple[TeamRow, ...]:
        """Return all teams, the archived ones last."""
        return await asyncio.to_thread(teams.teams, self.replica)

    async def team(self, id: str) -> TeamPage | None:
        """Return a team."""
        return await asyncio.to_thread(teams.team_page, self.replica, id)

    async def add_team(self, name: str) -> Saved:
        """Add a team."""
        return await self.with_words(lambda say: teams.add_team(self.replica, say, name))

    async def rename_team(self, id: str, name: str) -> Saved:
        """Give a team another name."""
        return await self.with_words(lambda say: teams.rename_team(self.replica, say, id, name))

    async def put_team(self, id: str, field: TeamField, value: str | None) -> Saved:
        """Give a team another leader, or another profile to add."""
        return await self.with_words(lambda say: teams.put_team(self.replica, say, id, field, value))

    async def archive_team(self, id: str, *, on: bool) -> Saved:
        """Archive a team, or bring it back."""
        return await self.with_words(lambda say: teams.archive_team(self.replica, say, id, on=on))

    async def share(self, new: NewShare) -> Saved:
        """Share a record with a person or a team."""
        return await self.with_words(lambda say: sharing.share(self.replica, say, new))

    async def take_shares(self) -> SharesGot | None:
        """Return what was shared with the reader since he was told last."""
        return await asyncio.to_thread(sharing.take_shares, self.replica)

    async def end_share(self, id: str) -> Saved:
        """End a share at once."""
        return await self.with_words(lambda say: sharing.end_share(self.replica, say, id))
