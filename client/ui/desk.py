"""What every view has at hand: the facade, the frame's model, other places, and a guard round what a person starts."""

import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import flet as ft

from client.events import Event, RecordsChanged
from client.ui.facade import Crm
from client.ui.keyboard import Keyboard, chord
from client.ui.router import Place, place_of
from client.ui.view_models.base import Rest, code_of
from client.ui.view_models.shell import Shell, Snack
from shared_models.errors import FieldfareError

log = logging.getLogger("fieldfare.ui")


class Desk:
    """One open window of one signed-in person."""

    def __init__(self, page: ft.Page, crm: Crm, shell: Shell, left: Callable[[], Awaitable[None]], rest: Rest) -> None:
        self.page = page
        self.crm = crm
        self.shell = shell
        self.rest = rest
        self.left = left
        """What follows a sign-out: the sign-in page, or the server's own."""
        self.keyboard = Keyboard()
        self.drafts: dict[str, dict[str, object]] = {}
        """What was typed into forms that are not saved: address of the form -> field -> as typed. Survives going elsewhere."""
        self._readers: list[Callable[[Event], Awaitable[None]]] = []
        self._news: list[Event] = []
        self._stop: Callable[[], None] | None = None

    # -- news from below -------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Begin to hear keys and news."""
        self.page.on_keyboard_event = lambda e: self._key(e)
        self._stop = self.crm.listen(self._hear)

    def close(self) -> None:
        """Stop hearing news, for a window that is gone."""
        if self._stop is not None:
            self._stop()
            self._stop = None

    def on_news(self, reader: Callable[[Event], Awaitable[None]]) -> Callable[[], None]:
        """Tell `reader` of later events, on the event loop. Returns the function that ends it."""
        self._readers.append(reader)
        return lambda: self._readers.remove(reader) if reader in self._readers else None

    def _hear(self, event: Event) -> None:
        """Take an event on whatever thread it comes; a burst of them is told as one."""
        self._news.append(event)
        if len(self._news) == 1:
            self.page.run_task(self._spread)

    async def _spread(self) -> None:
        news, self._news = self._news, []
        for event in _merged(news):
            for reader in tuple(self._readers):
                await self._guarded(reader(event))

    # -- what a person starts ----------------------------------------------------------------------------------------------

    def run(self, work: Coroutine[Any, Any, object]) -> None:  # Any: the send and yield types of a coroutine
        """Run an intention. An error becomes a message and a line in the log; it never replaces the page."""

        async def guarded() -> None:
            await self._guarded(work)

        self.page.run_task(guarded)

    async def _guarded(self, work: Awaitable[object]) -> None:
        try:
            await work
        except FieldfareError as error:
            log.warning("intention failed", extra={"code": code_of(error)})
            self.run(self.shell.say(Snack(f"error.{code_of(error)}", failed=True)))
        except Exception:  # the last guard: whatever it is, the screen stays and the person is told
            log.exception("intention failed")
            self.run(self.shell.say(Snack("error.unexpected", failed=True)))

    # -- places ----------------------------------------------------------------------------------------------------------

    @property
    def place(self) -> Place:
        """Where the window is."""
        return place_of(self.page.route or "/")

    def go(self, place: Place) -> None:
        """Go to another place; the address bar follows."""
        self.keyboard.set_typing(False)
        if place.url != self.page.route:
            self.page.navigate(place.url)

    def undo(self) -> None:
        """Do what the message in the snack bar offers."""
        snack = self.shell.state.snack
        if snack is not None and snack.place is not None:
            self.shell.hush()
            self.go(place_of(snack.place))
        else:
            self.run(self.shell.undo())

    def _key(self, event: ft.KeyboardEvent) -> None:
        self.keyboard.press(chord(event.key, ctrl=event.ctrl, meta=event.meta, shift=event.shift))


def _merged(news: list[Event]) -> list[Event]:
    """Return one event of each kind; records are united."""
    found: dict[type[Event], Event] = {}
    for event in news:
        known = found.get(type(event))
        if isinstance(event, RecordsChanged) and isinstance(known, RecordsChanged):
            ids = {e: known.ids.get(e, frozenset()) | event.ids.get(e, frozenset()) for e in {*known.ids, *event.ids}}
            event = RecordsChanged(ids, known.every | event.every, known.from_centre or event.from_centre)
        found[type(event)] = event
    return list(found.values())
