"""What every view has at hand: the facade, the frame's model, other places, and a guard round what a person starts."""

import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import nullcontext
from dataclasses import fields, replace
from datetime import UTC, datetime
from importlib.metadata import version
from threading import Lock
from types import FunctionType, MethodType
from typing import Any, Literal, TypeVar

import flet as ft

from client.events import Event, RecordsChanged, SyncStatusChanged
from client.ui.exchange import Exchange
from client.ui.facade import Crm
from client.ui.keyboard import Keyboard, chord, letter_of
from client.ui.live_text import LiveText
from client.ui.news_turns import NewsTurns
from client.ui.router import RESOLVED, Place, place_of
from client.ui.sight import Sight
from client.ui.view_models.base import Rest
from client.ui.view_models.file_jobs import FileJobs
from client.ui.view_models.profiles import Naming
from client.ui.view_models.record_list import RecordList
from client.ui.view_models.shell import Shell, Snack
from client.ui.widgets.cursor import MOVES, put_cursor
from client.usecases.allowed import NotAllowed
from client.usecases.causes import cause_of
from client.usecases.list_answers import CompanyRow, ContactRow
from shared_models.errors import FieldfareError

log = logging.getLogger("fieldfare.ui")
C = TypeVar("C")
Work = Coroutine[Any, Any, object]  # Any: the send and yield types of a coroutine
Posted = Literal["posted", "away", "gone"]
"""Whether work runs on the loop of the window, or the window has no connection now, or it never will have one."""
BACK_TURNS, BACK_S = 30, 0.1
"""How often the cursor is sent back, and the seconds between: a window that is slow to draw takes none while a sheet lies over the box."""
SETTLING_S = 10.0
"""Seconds in which the letters of a window that opens are there, also on a slow line."""
Ticks = Callable[[], float]
"""Seconds that only go forward."""


def details_of(cause: str, screen: str) -> str:
    """Return what whoever helps asks for, to be copied. Nothing personal is in it."""
    return f"Fieldfare {version('fieldfare')}\n{cause}\n{screen}\n{datetime.now(UTC).isoformat(timespec='seconds')}"


class Desk:
    """One open window of one signed-in person."""

    def __init__(
        self,
        page: ft.Page,
        crm: Crm,
        shell: Shell,
        left: Callable[[], Awaitable[None]],
        rest: Rest,
        clock: Ticks = time.monotonic,
        exchange: Exchange | None = None,
        turns: NewsTurns | None = None,
    ) -> None:
        """turns: those in which the windows of this process take in what others changed; None where it has this window alone."""
        self.page = page
        self._turns = turns or nullcontext()
        self.exchange = exchange
        """How files come from a browser and get there; None where the window is a program on the person's machine."""
        self.crm = crm
        self.shell = shell
        self.rest = rest
        self.clock = clock
        self._opened_at = clock()
        self.left = left
        """What follows a sign-out: the sign-in page, or the server's own."""
        self.keyboard = Keyboard(self._is_shown)
        self.files = FileJobs(lambda: crm.documents, shell.saved)
        """Files that are being added, wherever the person is meanwhile."""
        self.drafts: dict[str, dict[str, object]] = {}
        """What was typed into forms that are not saved: address of the form -> field -> as typed. Survives going elsewhere."""
        self.given_up: dict[str, dict[str, object]] = {}
        """The same of forms that were discarded, for as long as the message offers the way back."""
        self.continued = ""
        """Address of the form whose draft the person has asked for: it opens with it, and asks him nothing."""
        self.left_names: dict[str, list[Naming]] = {}
        """Id of a profile, or what stands for a new one -> the names that were typed for it and left unsaved."""
        self.left_team_names: dict[str, list[str]] = {}
        """Likewise of teams."""
        self.lists: dict[str, RecordList[CompanyRow] | RecordList[ContactRow]] = {}
        """The lists by their kind of record: a search is still there when one comes back."""
        self.sights: dict[str, Sight] = {}
        """What is in sight of the lists, or was when they were left."""
        self.returns = 0
        """How often the window came back after it was away, be it as a page that was loaded anew: what it draws begins at its top."""
        self._left_at: dict[str, Place] = {}
        """Where a screen was left: what was chosen there is still chosen."""
        self._readers: list[Callable[[Event], Awaitable[None]]] = []
        self._news: list[Event] = []
        self._held: list[Work] = []
        """What was begun while the window was away."""
        self._lock = Lock()
        self._redraw: Callable[[], None] = lambda: None
        self._stop: Callable[[], None] | None = None
        self.is_over = False
        """Whether the window is gone, or shows another person or none."""

    @property
    def is_settling(self) -> bool:
        """Whether the window has just opened: the letters of a browser come after the first drawing, and change how wide words are."""
        return self.clock() - self._opened_at < SETTLING_S

    # -- news from below -------------------------------------------------------------------------------------------------

    def open(self, back: Callable[[], None] = lambda: None) -> None:
        """Begin to hear keys and news. back: draws the window anew once it is back: Flet drops what is drawn while it is away."""
        self._redraw = back
        self.page.on_keyboard_event = lambda e: self._key(e)
        self.page.on_connect = lambda _: self._back(back)
        self._stop = self.crm.listen(self._hear)

    def close(self) -> None:
        """Stop hearing news, for a window that is gone."""
        self.is_over = True
        self.files.stop()
        if self._stop is not None:
            self._stop()
            self._stop = None
        held, self._held = self._held, []
        for work in held:
            work.close()

    def on_news(self, reader: Callable[[Event], Awaitable[None]]) -> Callable[[], None]:
        """Tell `reader` of later events, on the event loop. Returns the function that ends it."""
        self._readers.append(reader)
        return lambda: self._readers.remove(reader) if reader in self._readers else None

    def _hear(self, event: Event) -> None:
        """Take an event on whatever thread it comes; a burst of them is told as one, and what comes while it is away later."""
        with self._lock:
            is_first = not self._news
            self._news = _merged([*self._news, event])
        waits = _is_of_others(event)  # what the person did himself overtakes it: he looks at it
        if (is_first or not waits) and self._post(self._spread_in_turn if waits else self._spread) == "gone":
            self.close()

    def _back(self, redraw: Callable[[], None]) -> None:
        """Do what was begun while the window was away, and tell it what came meanwhile."""
        self.returns += 1
        redraw()
        held, self._held = self._held, []
        for work in held:
            self.run(work)
        self._post(self._spread)

    def _is_away(self) -> bool:
        """Whether the window has lost its connection: closed, or asleep and soon back. Flet keeps its session for a while."""
        try:
            return self.page.session.connection is None
        except RuntimeError:  # the session is over
            return False

    async def _spread_in_turn(self) -> None:
        async with self._turns:
            await self._spread()

    async def _spread(self) -> None:
        with self._lock:
            news, self._news = self._news, []
        for event in _merged(news):
            for reader in tuple(self._readers):
                await self._guarded(reader(event))

    def _post(self, work: Callable[[], Coroutine[Any, Any, None]]) -> Posted:  # Any: as in `Work`
        """Run something on the loop of the window, which goes with its connection, and for good with its session."""
        if self._is_away():
            return "away"
        try:
            self.page.run_task(work)
        except AttributeError:  # Flet's answer when the connection was lost this moment
            return "away"
        except RuntimeError:
            log.info("the window is gone")
            return "gone"
        return "posted"

    # -- what a person starts ----------------------------------------------------------------------------------------------

    def run(self, work: Work) -> None:
        """Run an intention; of a window that is away, once it is back. An error becomes a message, and never replaces the page."""

        async def guarded() -> None:
            await self._guarded(work)

        match self._post(guarded):
            case "away":
                self._held.append(work)
            case "gone":
                work.close()

    def guard(self, calls: C) -> C:
        """Return the callbacks of a screen, a dataclass of functions, each with the guard that `run` has."""
        found = {field.name: getattr(calls, field.name) for field in fields(calls)}  # type: ignore[arg-type]  # a dataclass
        safe = {name: self._safe(call) for name, call in found.items() if isinstance(call, FunctionType | MethodType)}
        return replace(calls, **safe)  # type: ignore[type-var]  # a dataclass, by the line above

    def _safe(self, call: Callable[..., object]) -> Callable[..., object]:
        def safe(*given: object) -> object:
            try:
                return call(*given)
            except FieldfareError as error:
                self._tell(error)
            except Exception:  # as in `run`; Flet would put its own error in the place of the page
                log.exception("intention failed")
                self._tell(None)
            return None

        return safe

    async def _guarded(self, work: Awaitable[object]) -> None:
        try:
            await work
        except FieldfareError as error:
            self._tell(error)
        except Exception:  # the last guard: whatever it is, the screen stays and the person is told
            log.exception("intention failed")
            self._tell(None)

    def deny(self, reason: str) -> None:
        """Tell the person what he has no right to. reason: text key."""
        self.run(self.shell.say(Snack(reason, failed=True)))

    def _tell(self, error: FieldfareError | None) -> None:
        """Tell the person what went wrong. None: nobody foresaw it, and the log has the rest."""
        if error is not None:
            log.warning("intention failed", extra={"code": cause_of(error)})
        if isinstance(error, NotAllowed):
            self.deny(error.reason)
            return
        key = "error.unexpected" if error is None else f"error.{cause_of(error)}"
        self.run(self.shell.say(Snack(key, failed=True)))

    def copy_details(self, cause: str) -> None:
        """Copy what whoever helps asks for. cause: end of the text key `error.<cause>`. Nothing personal is in it."""
        self.run(self.copy(details_of(cause, self.place.screen), "snack.copied"))

    async def copy(self, text: str, said: str) -> None:
        """Copy a text. said: text key of what is told then."""
        await ft.Clipboard().set(text)
        await self.shell.say(Snack(said))

    # -- places ----------------------------------------------------------------------------------------------------------

    @property
    def place(self) -> Place:
        """Where the window is."""
        return place_of(self.page.route or "/")

    def go(self, place: Place) -> None:
        """Go to another place; the address bar follows."""
        here = self.place
        is_read = here == Place("inbox", RESOLVED)  # the button of the inbox leads to what is to be decided, not to what was
        self._left_at[here.screen] = Place("inbox") if is_read else here.with_form(None)
        if place.url != self.page.route:
            self.page.navigate(place.url)

    def turn_to(self, place: Place) -> None:
        """Go to a screen as it was left; on the screen where one is already, to its beginning."""
        is_return = place == Place(place.screen) and place.screen != self.place.screen
        self.go(self._left_at.get(place.screen, place) if is_return else place)

    def undo(self) -> None:
        """Do what the message in the snack bar offers."""
        snack = self.shell.state.snack
        if snack is not None and snack.place is not None:
            self.shell.hush()
            if snack.place in self.given_up:
                self.drafts[snack.place] = self.given_up.pop(snack.place)
            self.go(place_of(snack.place))
        else:
            self.run(self.shell.undo())

    async def give_back(self, box: int | None, live: LiveText) -> None:
        """Put the cursor again into the text box that had it, if that is still on the screen; it goes on at the end of the text."""
        control = self.page.session.index.get(box)
        if isinstance(control, ft.TextField):
            again: ft.Ref[ft.TextField] = ft.Ref()
            again.current = control
            arrivals = self.keyboard.arrivals
            for turn in range(BACK_TURNS):
                await put_cursor(again)
                if turn + 1 < MOVES:
                    continue
                if self.keyboard.arrivals > arrivals or not self._is_shown(control._i):
                    break
                await self.rest(BACK_S)
            self.go_on(control, live)

    def go_on(self, box: ft.TextField, live: LiveText) -> None:
        """Put the cursor of a text box that has it at the end of the text."""
        live.go_on(str(box.key))
        self._redraw()

    def _is_shown(self, control: int) -> bool:
        """Whether a control is on the screen, by its number."""
        return control in self.page.session.index

    def _key(self, event: ft.KeyboardEvent) -> None:
        if not (event.ctrl or event.meta or event.alt):
            self.keyboard.hear(letter_of(event.key, shift=event.shift))
        press = self._safe(self.keyboard.press)
        press(chord(event.key, ctrl=event.ctrl, meta=event.meta, shift=event.shift))


def _is_of_others(event: Event) -> bool:
    """Whether an event tells of a round of synchronisation, and not of what the person did in this window."""
    return isinstance(event, SyncStatusChanged) or (isinstance(event, RecordsChanged) and event.from_centre)


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
