"""Letters that were typed after a key had sent the cursor into a box, and before it was there: no letter of a hurried hand is lost.

A browser takes the cursor in two steps. Flutter has its box and says so; some 50 ms later the browser has its own, unseen one, which
takes the letters. Those between the two are heard as keys and come into no box: the first text that the box tells of lacks them.
"""

from collections.abc import Callable
from dataclasses import dataclass

from client.ui.keyboard import Keyboard
from client.ui.view_models.base import Rest

HAND_S = 0.8
"""Seconds after which a hand rests: only then is a text put into a box, or it would run over letters on their way from there.
Longer than a slow line takes to bring a letter."""


@dataclass
class EarlyLetters:
    """The letters of one box. read: what the box holds, as far as it was told. write: puts a text into it."""

    keyboard: Keyboard
    rest: Rest
    read: Callable[[], str]
    write: Callable[[str], None]
    keeps: bool
    """Whether what stood in the box stays when typing begins; a search is replaced."""
    _letters: str = ""
    _before: str = ""
    _promise: int = 0
    """Which promise of the cursor was for this box: a later one is another box's, and so is what is heard then."""

    def entered(self) -> None:
        """Keep what was typed so far, as the cursor comes. It may come more than once: a window is redrawn."""
        self._promise = self.keyboard.promises
        self._take(self.keyboard.take_early())

    def changed(self, text: str) -> None:
        """Take the text that the box tells of, before it is written: of what was heard since the cursor came, it lacks the start."""
        before, heard = self.read(), self._late()
        added = text.removeprefix(before) if self.keeps else text
        if added and heard:
            self._take(heard[: max(0, heard.casefold().rfind(added.casefold()))])

    @property
    def _is_mine(self) -> bool:
        return self._promise == self.keyboard.promises

    def _late(self) -> str:
        return self.keyboard.take_late() if self._is_mine else ""

    def _take(self, letters: str) -> None:
        if letters and not self._letters:
            self._before = self.read()
        self._letters += letters

    async def settle(self) -> None:
        """Put them where they belong, before what was typed since, once the hand rests."""
        while self._letters or (self._is_mine and self.keyboard.hears_late):
            held = self.read()
            await self.rest(HAND_S)
            if self.read() == held:
                self.put_now()

    def put_now(self) -> None:
        """Put them there at once: what is in the box is about to be saved. What was heard and told of by no box was lost, too."""
        self._take(self._late())
        letters, self._letters = self._letters, ""
        if not letters:
            return
        held, before = self.read(), self._before if self.keeps else ""
        typed = "" if not self.keeps and held == self._before else held
        self.write(before + letters + typed[len(before) :] if typed.startswith(before) else letters + typed)
