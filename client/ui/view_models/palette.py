"""The palette: one box for any record and any action."""

import asyncio
from dataclasses import dataclass

from client.ui.facade import Crm
from client.ui.view_models.base import Rest, ViewModel
from client.ui.view_models.turns import Turns
from client.usecases.list_answers import Hit

ACTIONS = (
    "companies",
    "contacts",
    "inbox",
    "sync",
    "settings",
    "new.company",
    "new.contact",
    "people",
    "profiles",
    "teams",
    "sync_now",
    "theme",
    "help",
)
"""Names of the actions, in the order in which they are offered."""


@dataclass(frozen=True)
class PaletteState:
    """What the palette offers. chosen: place in hits, then actions."""

    text: str = ""
    hits: tuple[Hit, ...] = ()
    actions: tuple[str, ...] = ACTIONS[:5]
    chosen: int = 0

    @property
    def size(self) -> int:
        """How many things are offered."""
        return len(self.hits) + len(self.actions)


class Palette(ViewModel[PaletteState]):
    """Intentions in the palette. names: what the reader may do -> its words, in his language, to be found by."""

    def __init__(self, crm: Crm, names: dict[str, str], rest: Rest = asyncio.sleep) -> None:
        super().__init__(PaletteState(), rest)
        self._crm = crm
        self._names = names
        self._turns = Turns(rest)

    async def start(self) -> None:
        """Offer what was used lately."""
        self.put(hits=await self._crm.search(""))

    def type(self, text: str) -> None:
        """Keep what is typed, at once, and offer the actions that it names."""
        self.put(text=text, actions=self._matching(text), chosen=0)

    async def search(self) -> None:
        """Search for what is typed when the fingers rest."""
        text = self.state.text
        turn = await self._turns.take_when_rested(text)
        if self._turns.is_newest(turn):
            hits = await self._crm.search(text.strip())
            if self._turns.is_newest(turn):
                self.put(hits=hits)

    def move(self, step: int) -> None:
        """Choose the next or previous thing."""
        if self.state.size:
            self.put(chosen=(self.state.chosen + step) % self.state.size)

    def taken(self) -> Hit | str | None:
        """Return the record or the action that is chosen."""
        state = self.state
        things: list[Hit | str] = [*state.hits, *state.actions]
        return things[state.chosen] if state.chosen < len(things) else None

    def _matching(self, text: str) -> tuple[str, ...]:
        wanted = text.strip().casefold()
        if not wanted:
            return ACTIONS[:5]
        return tuple(
            a for a in ACTIONS if a in self._names and any(w.startswith(wanted) for w in self._names[a].casefold().split())
        )
