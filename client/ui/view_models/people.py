"""People and their rights, for an administrator: the list with its search, and the page of one person."""

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field, replace

from client.events import ChangeLogChanged, Event, RecordsChanged
from client.ui.facade_rights import Rights
from client.ui.view_models.base import Phase, Rest, ViewModel
from client.ui.view_models.turns import Turns
from client.usecases.answers import Saved
from client.usecases.form_answers import Choice
from client.usecases.rights_answers import PersonPage, PersonRow, PlaceField, SeenPage
from shared_models.errors import RecordInvalid
from shared_models.folding import fold
from shared_models.rules import RULE_ENTITIES, Action

MAX_PICKS = 12
"""People that a picker offers at once."""


def moves_rights(event: Event) -> bool:
    """Whether records that rights are made of have changed, or what waits of them."""
    is_rule = isinstance(event, RecordsChanged) and not {*event.every, *event.ids}.isdisjoint(RULE_ENTITIES)
    return is_rule or isinstance(event, ChangeLogChanged)


@dataclass(frozen=True)
class PeopleState:
    """What the list shows. typed: what stands in the search box."""

    typed: str = ""
    rows: tuple[PersonRow, ...] = ()
    phase: Phase = "reading"
    failure: str = ""


class People(ViewModel[PeopleState]):
    """Intentions on the list of people."""

    def __init__(self, rights: Rights, rest: Rest = asyncio.sleep) -> None:
        super().__init__(PeopleState(), rest)
        self._rights = rights
        self._turns = Turns(rest)

    async def start(self) -> None:
        """Read the people."""
        await self._load(first=self.state.phase != "ready")

    async def on_event(self, event: Event) -> None:
        """Read them again when rights changed."""
        if moves_rights(event):
            await self._load(first=False)

    def type(self, text: str) -> None:
        """Keep what is typed, at once."""
        self.put(typed=text)

    async def search(self) -> None:
        """Search for what is typed when the fingers rest."""
        if self._turns.is_newest(await self._turns.take_when_rested(self.state.typed)):
            await self._load(first=False)

    def neighbour(self, id: str | None, step: int) -> str | None:
        """Return the id of the row `step` rows further than `id`, at most the first or last."""
        ids = [row.id for row in self.state.rows]
        if not ids:
            return None
        here = ids.index(id) if id in ids else (-1 if step > 0 else len(ids))
        return ids[max(0, min(len(ids) - 1, here + step))]

    async def _load(self, first: bool) -> None:
        rows = await self.read(self._rights.people(self.state.typed), first=first)
        if rows is not None:
            self.put(rows=rows)


@dataclass(frozen=True)
class PersonState:
    """What a person's page shows.

    picking: what is typed into the picker of the manager, None while it is closed. problems: field -> text key. refused: name of who was chosen then.
    """

    id: str
    page: PersonPage | None = None
    picking: str | None = None
    problems: Mapping[str, str] = field(default_factory=dict)
    refused: str = ""
    is_gone: bool = False
    phase: Phase = "reading"
    failure: str = ""

    @property
    def picks(self) -> tuple[Choice, ...]:
        """Return the people whom the open picker offers."""
        return found_by(self.picking, self.page.managers if self.page is not None else ())

    @property
    def picks_below(self) -> tuple[Choice, ...]:
        """Return those whom it finds and who cannot be the manager: they report to the person. Only where one is looked for."""
        return found_by(self.picking or None, self.page.below if self.page is not None else ())


def found_by(typed: str | None, choices: tuple[Choice, ...]) -> tuple[Choice, ...]:
    """Return the choices that a text finds; none for a picker that is closed."""
    wanted = fold(typed or "").strip()
    return tuple(one for one in choices if wanted in fold(str(one.label)))[:MAX_PICKS] if typed is not None else ()


class PersonModel(ViewModel[PersonState]):
    """Intentions on one person's page."""

    def __init__(self, rights: Rights, id: str, rest: Rest = asyncio.sleep) -> None:
        super().__init__(PersonState(id), rest)
        self._rights = rights

    async def start(self) -> None:
        """Read the person."""
        await self._load(first=True)

    async def on_event(self, event: Event) -> None:
        """Read him again when rights changed."""
        if moves_rights(event):
            await self._load(first=False)

    def pick(self, text: str | None) -> None:
        """Open the picker of the manager, take what is typed in it, or close it (None)."""
        self.put(picking=text, problems={})

    async def choose(self, field: PlaceField, value: str | None) -> Saved | None:
        """Give the person another profile, team or manager; None for what he has already, and for what is then said to be wrong."""
        self.put(picking=None, problems={})
        if self.state.page is None or self.state.page.held[field] == value:
            return None
        try:
            return await self._after(self._rights.put_person(self.state.id, field, value))
        except RecordInvalid as error:
            who = next((str(one.label) for one in self.state.page.below if one.id == value), "")
            self.put(problems={problem.field: problem.reason for problem in error.problems}, refused=who)
            return None

    async def right(self, entity: str, action: Action, reach: str) -> Saved | None:
        """Let the person reach further than his profiles; "none" takes that back. None for what is so already."""
        page = self.state.page
        held = next((one for one in page.reaches if one.entity == entity), None) if page is not None else None
        if held is None or reach == (held.by_action[action] if held.differs(action) else "none"):
            return None
        return await self._after(self._rights.put_right(self.state.id, entity, action, reach))

    async def flip_active(self) -> Saved | None:
        """Let the person sign in again, or no longer."""
        page = self.state.page
        if page is None:
            return None
        return await self._after(self._rights.put_active(self.state.id, on=not page.row.is_active))

    async def _after(self, save: Awaitable[Saved]) -> Saved:
        """Return what a save returns, once the page shows it."""
        saved = await save
        await self._load(first=False)
        return saved

    async def _load(self, first: bool) -> None:
        page = await self.read(self._rights.person(self.state.id), first=first)
        if self.state.phase == "ready":
            self.put(page=page, is_gone=page is None)


@dataclass(frozen=True)
class SeenState:
    """What is shown of what a person sees. page: all pages so far as one; None where this device cannot tell (`ready`)."""

    id: str
    entity: str = "company"
    page: SeenPage | None = None
    phase: Phase = "reading"
    failure: str = ""


class Seen(ViewModel[SeenState]):
    """Intentions on what a person sees. Nothing here can be changed."""

    def __init__(self, rights: Rights, id: str, rest: Rest = asyncio.sleep) -> None:
        super().__init__(SeenState(id), rest)
        self._rights = rights
        self._more = False

    async def start(self) -> None:
        """Read the first page."""
        await self._load(first=True)

    async def on_event(self, event: Event) -> None:
        """Read it again when rights or records changed."""
        if isinstance(event, RecordsChanged):
            await self._load(first=False)

    async def turn(self, entity: str) -> None:
        """Look at another kind of record."""
        if entity != self.state.entity:
            self.put(entity=entity, page=None, phase="reading")
            await self._load(first=True)

    async def more(self) -> None:
        """Append the next page, unless it is on its way."""
        state = self.state
        if self._more or state.page is None or state.page.next is None:
            return
        self._more = True
        try:
            found = await self.read(self._rights.seen_by(state.id, state.entity, state.page.next), first=False)
            if found is not None and self.state.page == state.page:
                self.put(page=replace(found, rows=state.page.rows + found.rows))
        finally:
            self._more = False

    async def _load(self, first: bool) -> None:
        entity = self.state.entity
        found = await self.read(self._rights.seen_by(self.state.id, entity), first=first)
        if self.state.phase == "ready" and entity == self.state.entity:
            self.put(page=found)
