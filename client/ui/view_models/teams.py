"""Teams, for an administrator: their list, and the page of one with its name, its leader, what it adds and who is in it."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass

from client.events import Event
from client.ui.facade_rights import Rights
from client.ui.view_models.base import Phase, Rest, ViewModel
from client.ui.view_models.people import found_by, moves_rights
from client.usecases.answers import Saved
from client.usecases.form_answers import Choice
from client.usecases.rights_answers import TeamField, TeamPage
from shared_models.errors import RecordInvalid


@dataclass(frozen=True)
class TeamState:
    """What a team's page shows. id: None for a new one.

    naming: what is typed as its name, None while nothing is; problem: text key of what is wrong with that. leading, adding: what is
    typed into the picker of the leader, and of whom to take in; None while it is closed.
    """

    id: str | None
    page: TeamPage | None = None
    naming: str | None = None
    problem: str = ""
    leading: str | None = None
    adding: str | None = None
    is_gone: bool = False
    phase: Phase = "reading"
    failure: str = ""

    @property
    def leaders(self) -> tuple[Choice, ...]:
        """Return the people whom the open picker of the leader offers."""
        return found_by(self.leading, self.page.leaders if self.page is not None else ())

    @property
    def others(self) -> tuple[Choice, ...]:
        """Return the people whom the open picker of members offers."""
        return found_by(self.adding, self.page.others if self.page is not None else ())


class TeamModel(ViewModel[TeamState]):
    """Intentions on one team's page, or on the form of a new one (id None). left: the name that was typed and left unsaved."""

    def __init__(self, rights: Rights, id: str | None, rest: Rest = asyncio.sleep, left: list[str] | None = None) -> None:
        self._rights, self._left = rights, left if left is not None else []
        super().__init__(TeamState(id, naming=(self._left.pop() if self._left else "") if id is None else None), rest)

    async def start(self) -> None:
        """Read the team."""
        await self._load(first=True)

    async def on_event(self, event: Event) -> None:
        """Read it again when rights changed."""
        if moves_rights(event):
            await self._load(first=False)

    def begin_naming(self) -> None:
        """Let the team be renamed."""
        if self.state.page is not None:
            self.put(naming=self._left.pop() if self._left else self.state.page.row.name, problem="")

    def type(self, name: str) -> None:
        """Take what is typed of the name."""
        self.put(naming=name, problem="")

    def give_up(self) -> None:
        """Leave the name as it is."""
        self.put(naming=None, problem="")

    def leave(self) -> bool:
        """Leave the name as it is, and have at hand what was typed, for whoever goes on with it. Returns whether there was any."""
        held, usual = self.state.naming, self.state.page.row.name if self.state.page is not None else ""
        is_typed = held is not None and held != usual
        if held is not None and is_typed:
            self._left[:] = [held]
        self.give_up()
        return is_typed

    async def save_name(self) -> Saved | None:
        """Save what is typed; None when it cannot be saved, which is then said at the field."""
        name, id = self.state.naming, self.state.id
        if name is None:
            return None
        try:
            saved = await (self._rights.add_team(name) if id is None else self._rights.rename_team(id, name))
        except RecordInvalid as error:
            self.put(problem=error.problems[0].reason)
            return None
        self.put(naming=None)
        await self._load(first=False)
        return saved

    def lead(self, text: str | None) -> None:
        """Open the picker of the leader, take what is typed in it, or close it (None)."""
        self.put(leading=text, adding=None)

    def add(self, text: str | None) -> None:
        """Open the picker of whom to take in, take what is typed in it, or close it (None)."""
        self.put(adding=text, leading=None)

    async def choose(self, field: TeamField, value: str | None) -> Saved | None:
        """Give the team another leader, or another profile to add; None for what it has already."""
        self.put(leading=None)
        page, id = self.state.page, self.state.id
        if page is None or id is None or page.held[field] == value:
            return None
        return await self._after(self._rights.put_team(id, field, value))

    async def member(self, person: str, *, on: bool) -> Saved | None:
        """Take a person in, or out of the team."""
        self.put(adding=None)
        return await self._after(self._rights.put_person(person, "team_id", self.state.id if on else None))

    async def flip_archived(self) -> Saved | None:
        """Archive the team, or bring it back."""
        page, id = self.state.page, self.state.id
        if page is None or id is None:
            return None
        return await self._after(self._rights.archive_team(id, on=not page.row.is_archived))

    async def _after(self, save: Awaitable[Saved]) -> Saved:
        """Return what a save returns, once the page shows it."""
        saved = await save
        await self._load(first=False)
        return saved

    async def _load(self, first: bool) -> None:
        if self.state.id is None:
            self.put(phase="ready")
            return
        page = await self.read(self._rights.team(self.state.id), first=first)
        if self.state.phase == "ready":
            self.put(page=page, is_gone=page is None)
