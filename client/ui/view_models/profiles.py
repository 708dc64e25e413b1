"""Profiles, for an administrator: their list, the page of one, and the names that are typed for a new one or another name."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from client.events import Event
from client.ui.facade_rights import Rights
from client.ui.view_models.base import Phase, Rest, ViewModel
from client.ui.view_models.people import moves_rights
from client.usecases.answers import Label, Saved
from client.usecases.rights_answers import ProfilePage
from shared_models.errors import RecordInvalid
from shared_models.rules import Action


@dataclass(frozen=True)
class Naming:
    """What is typed as a profile's names. begins_as: the profile whose rights a new one gets. problems: field -> text key."""

    en: str = ""
    ro: str = ""
    begins_as: str | None = None
    problems: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ProfileState:
    """What a profile's page shows. id: None for a new one. naming: while names are typed."""

    id: str | None
    page: ProfilePage | None = None
    naming: Naming | None = None
    is_gone: bool = False
    phase: Phase = "reading"
    failure: str = ""


class ProfileModel(ViewModel[ProfileState]):
    """Intentions on one profile's page, or on the form of a new one (id None). left: the names that were typed and left unsaved."""

    def __init__(self, rights: Rights, id: str | None, rest: Rest = asyncio.sleep, left: list[Naming] | None = None) -> None:
        self._rights, self._left = rights, left if left is not None else []
        super().__init__(ProfileState(id, naming=(self._left.pop() if self._left else Naming()) if id is None else None), rest)

    async def start(self) -> None:
        """Read the profile."""
        await self._load(first=True)

    async def on_event(self, event: Event) -> None:
        """Read it again when rights changed."""
        if moves_rights(event):
            await self._load(first=False)

    async def reach(self, entity: str, action: Action, reach: str) -> Saved | None:
        """Let the profile reach further, or less far; None for what is so already."""
        page, id = self.state.page, self.state.id
        held = next((one for one in page.reaches if one.entity == entity), None) if page is not None else None
        if id is None or held is None or held.by_action[action] == reach:
            return None
        saved = await self._rights.put_reach(id, entity, action, reach)
        await self._load(first=False)
        return saved

    async def flip(self, group: str) -> Saved | None:
        """Open a confidential field group, or close it."""
        page, id = self.state.page, self.state.id
        if page is None or id is None:
            return None
        saved = await self._rights.put_group(id, group, on=group not in page.row.groups)
        await self._load(first=False)
        return saved

    def begin_naming(self) -> None:
        """Let the profile be renamed."""
        if self.state.page is not None:
            label = self.state.page.row.label
            self.put(naming=self._left.pop() if self._left else Naming(label.en, label.ro))

    def type(self, en: str | None = None, ro: str | None = None) -> None:
        """Take what is typed of one name."""
        held = self.state.naming or Naming()
        typed = Naming(held.en if en is None else en, held.ro if ro is None else ro, held.begins_as)
        self.put(naming=typed)

    def begin_as(self, profile: str | None) -> None:
        """Choose the profile whose rights a new one begins with."""
        held = self.state.naming or Naming()
        self.put(naming=Naming(held.en, held.ro, profile, held.problems))

    def give_up(self) -> None:
        """Leave the names as they are."""
        self.put(naming=None)

    def leave(self) -> bool:
        """Leave the names as they are, and have at hand what was typed, for whoever goes on with it. Returns whether there was any."""
        held, page = self.state.naming, self.state.page
        usual = Naming(page.row.label.en, page.row.label.ro) if page is not None else Naming()
        is_typed = held is not None and (held.en, held.ro) != (usual.en, usual.ro)
        if held is not None and is_typed:
            self._left[:] = [held]
        self.give_up()
        return is_typed

    async def save_names(self) -> Saved | None:
        """Save what is typed; None when it cannot be saved, which is then said at its field."""
        held = self.state.naming
        if held is None:
            return None
        name, id = Label(held.en, held.ro), self.state.id
        try:
            saved = await (
                self._rights.add_profile(name, held.begins_as) if id is None else self._rights.rename_profile(id, name)
            )
        except RecordInvalid as error:
            problems = {problem.field: problem.reason for problem in error.problems}
            self.put(naming=Naming(held.en, held.ro, held.begins_as, problems))
            return None
        self.put(naming=None)
        await self._load(first=False)
        return saved

    async def _load(self, first: bool) -> None:
        if self.state.id is None:
            self.put(phase="ready")
            return
        page = await self.read(self._rights.profile(self.state.id), first=first)
        if self.state.phase == "ready":
            self.put(page=page, is_gone=page is None)
