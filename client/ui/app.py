"""The interface as one component: where the window is, the frame, the screen, and what lies over it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import flet as ft

from client.events import DeviceWiped, Event, RecordsChanged, SignedOut
from client.ui.colours import SETS, Colours
from client.ui.desk import Desk, Ticks
from client.ui.exchange import Exchange
from client.ui.facade import Crm, Door
from client.ui.keyboard import PALETTE, Keyboard
from client.ui.late_answers import let_go_late_answers
from client.ui.layouts.trouble import not_begun
from client.ui.live_text import LiveText
from client.ui.news_turns import NewsTurns
from client.ui.quick_diff import draw_quickly
from client.ui.router import ENTITY_OF, FormPlace, Place, place_of
from client.ui.shell import ShellCalls, framed, said
from client.ui.theme import FONTS, Look, make_theme
from client.ui.view_models.base import Rest
from client.ui.view_models.shell import Shell
from client.ui.view_models.sign_in import SignIn
from client.ui.views.account import go_out, leave
from client.ui.views.form import drafts_at
from client.ui.views.hooks import use_keys, use_once, use_redraw
from client.ui.views.screens import overlays, screen
from client.ui.views.sign_in import SignInView, language_of
from client.ui.widgets.feedback import empty
from client.usecases.answers import Preferences
from client.usecases.causes import cause_of
from shared_models.errors import FieldfareError
from shared_models.texts import LANGUAGES, Texts

DEVICE = Preferences()
"""How a window looks before the reader is known."""
SOON_S = 1.0
"""Seconds after which a browser knows that it has to tell of a new size."""
TICK_S = 30.0
"""How often the ages on the screen move on."""
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the time by the device's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Window:
    """What the device says of the window, and the time by which ages are told."""

    width: int
    height: int
    is_dark: bool
    route: str
    now: datetime


def prepare(page: ft.Page) -> None:
    """Set what belongs to the window and not to a screen: fonts, title, no padding, and that its late answers do no harm."""
    draw_quickly()
    let_go_late_answers(page)
    page.fonts = FONTS
    page.title = "Fieldfare"
    page.padding = 0
    page.spacing = 0
    page.theme_mode = ft.ThemeMode.LIGHT


async def stay() -> None:
    """Leave the window as it is: for a host that closes it."""


def open_ui(
    page: ft.Page,
    crm: Crm,
    now: Clock = utc_now,
    left: Callable[[], Awaitable[None]] = stay,
    rest: Rest = asyncio.sleep,
    clock: Ticks = time.monotonic,
    *,
    is_office: bool = False,
    exchange: Exchange | None = None,
    turns: NewsTurns | None = None,
) -> Desk:
    """Draw the interface of a signed-in person. left: what follows a sign-out. Closing the desk stops the news.

    exchange: how files come from the browser that the window is in, and get there. turns: see `Desk`.
    """
    prepare(page)
    desk = Desk(page, crm, Shell(crm, rest, is_office=is_office), left, rest, clock, exchange, turns)
    page.on_close = lambda _: desk.close()
    page.render(App, desk, now)
    return desk


def open_door(
    page: ft.Page,
    door: Door,
    now: Clock = utc_now,
    preferences: Preferences | None = None,
    exchange: Exchange | None = None,
) -> None:
    """Draw the sign-in page of an installed client, and the interface once someone is in.

    preferences: until those of the person are known; by default the language is the one of the last person here, else the
    browser's or the operating system's. exchange: as in `open_ui`.
    """
    prepare(page)

    async def back() -> None:
        page.render(Entrance, page, door, now, preferences, entered)

    def entered(crm: Crm) -> None:
        open_ui(page, crm, now, back, exchange=exchange)

    page.render(Entrance, page, door, now, preferences, entered)


def show_failure(page: ft.Page, error: FieldfareError) -> None:
    """Tell why a person's data cannot be opened in the office. In every language, since nobody's preferences are known."""
    prepare(page)
    size = int(page.width or 1280), int(page.height or 800)
    looks = [Look(SETS["light"], Texts(language), *size, is_office=True) for language in LANGUAGES]
    told = [empty(look, "database", look.t("office.failed"), look.t(f"error.{cause_of(error)}"), tone="need") for look in looks]
    page.bgcolor = SETS["light"].canvas
    page.add(ft.Column(told, scroll=ft.ScrollMode.AUTO, expand=True))


@ft.component
def Entrance(  # a component
    page: ft.Page, door: Door, now: Clock, preferences: Preferences | None, entered: Callable[[Crm], None]
) -> ft.Control:
    """The window before anyone is in."""
    (window, _), live = use_window(page, now), ft.use_memo(LiveText, [])
    held, hold = ft.use_state(preferences)
    model = ft.use_memo(lambda: SignIn(door), [])
    colours = colours_of(held or DEVICE, window.is_dark)
    _repaint(page, colours)

    async def speak() -> None:
        if held is None:
            hold(replace(DEVICE, language=await door.language() or await language_of(page)))

    ft.on_mounted(speak)
    if held is None:
        return ft.Container(bgcolor=colours.canvas, expand=True)
    _speak(page, held.language)
    look = look_of(held, colours, window, Keyboard(), live)
    other = lambda: hold(replace(held, language="en" if held.language == "ro" else "ro"))  # noqa: E731  # one expression
    return SignInView(page, look, model, entered, other)


@ft.component
def App(desk: Desk, now: Clock) -> ft.Control:  # a component
    """The whole window."""
    (window, look_again), live = use_window(desk.page, now), ft.use_memo(LiveText, [])
    _, redraw = ft.use_state(0)
    use_redraw(desk.shell)

    async def start() -> None:
        await desk.shell.start(lambda: language_of(desk.page))
        if desk.shell.state.is_ready:
            await desk.shell.tell_left()
            await desk.shell.tell_shares()
            await desk.shell.offer_draft(drafts_at(desk.place))

    async def hear(event: Event) -> None:
        if isinstance(event, DeviceWiped):
            await leave(desk)
        elif isinstance(event, SignedOut):
            await go_out(desk)
        else:
            await desk.shell.on_event(event)
            desk.run(desk.shell.tell_left())
            if isinstance(event, RecordsChanged) and event.from_centre:
                desk.run(desk.shell.tell_shares())

    def draw() -> None:
        look_again()
        redraw(lambda count: count + 1)

    def begin() -> None:
        desk.open(draw)
        desk.on_news(hear)
        desk.run(start())

    ft.on_mounted(begin)
    place = place_of(window.route)
    frame = _frame_calls(desk, place)
    use_keys(desk, lambda name: _key(desk, place, frame, name))
    shell = desk.shell.state
    use_once(lambda: desk.run(desk.shell.look_for_alarms(window.now)), window.now, shell.is_ready, shell.person.is_admin)
    colours = colours_of(shell.preferences, window.is_dark)
    _repaint(desk.page, colours)
    if not shell.is_ready and not shell.failure:
        return ft.Container(bgcolor=colours.canvas, expand=True)
    _speak(desk.page, shell.preferences.language)
    look = look_of(shell.preferences, colours, window, desk.keyboard, live, shell.person.is_office)
    if not shell.is_ready:
        told = said(look, shell, frame.undo)
        return not_begun(look, shell.failure, lambda: desk.run(start()), desk.copy_details, told)
    content = screen(desk, look, place, frame)
    return framed(look, shell, frame, place, content, overlays(desk, look, place, frame))


def use_window(page: ft.Page, now: Clock) -> tuple[Window, Callable[[], None]]:
    """Return size, address and time of the window, and what looks at it again; redraws when one of them changes.

    Nobody is told of a change before the browser knows that there is someone to tell, nor while the window is away: it is
    looked at again then.
    """
    window, set_window = ft.use_state(_window(page, now()))

    def look_again() -> None:
        set_window(lambda w: _window(page, w.now))

    def begin() -> None:
        page.on_resize = lambda e: set_window(lambda w: replace(w, width=int(e.width), height=int(e.height)))
        page.on_route_change = lambda e: set_window(lambda w: replace(w, route=e.route, now=now()))
        page.on_platform_brightness_change = lambda _: set_window(
            lambda w: replace(w, is_dark=page.platform_brightness == ft.Brightness.DARK)
        )
        look_again()

    async def tick() -> None:
        await asyncio.sleep(SOON_S)
        look_again()
        while True:
            await asyncio.sleep(TICK_S)
            set_window(lambda _: _window(page, now()))

    ft.on_mounted(begin)
    ft.on_mounted(tick)
    return window, look_again


def _window(page: ft.Page, now: datetime) -> Window:
    """Return the window as the device says it is by now."""
    is_dark = page.platform_brightness == ft.Brightness.DARK
    return Window(int(page.width or 1280), int(page.height or 800), is_dark, page.route or "/", now)


def colours_of(preferences: Preferences, is_dark: bool) -> Colours:
    """Return the colour set that the reader wants."""
    name = preferences.theme
    return SETS[("dark" if is_dark else "light") if name == "system" else name]


def look_of(
    preferences: Preferences, colours: Colours, window: Window, keyboard: Keyboard, live: LiveText, is_office: bool = False
) -> Look:
    """Return the look of a window."""
    return Look(
        colours,
        Texts(preferences.language),
        window.width,
        window.height,
        window.now,
        preferences.time_zone,
        keyboard.cursor,
        keyboard.menu,
        keyboard.push,
        live,
        is_office,
    )


def _repaint(page: ft.Page, colours: Colours) -> None:
    """Give Flet's own parts the colours, when they are others than before."""
    if page.bgcolor != colours.canvas:
        page.bgcolor = colours.canvas
        page.theme = make_theme(colours)
        page.update()


def _speak(page: ft.Page, language: str) -> None:
    """Give Flet's own parts the language, and with them the page in a browser, when it is another than before."""
    held = page.locale_configuration
    if held is None or held.current_locale != ft.Locale(language):
        page.locale_configuration = ft.LocaleConfiguration([ft.Locale(one) for one in LANGUAGES], ft.Locale(language))
        page.update()


def _frame_calls(desk: Desk, place: Place) -> ShellCalls:
    def palette() -> None:
        desk.keyboard.await_cursor(one_line=True)
        desk.shell.show(palette=True)

    def new(entity: str) -> None:
        denied = desk.shell.state.person.denied.get(entity)
        if denied:
            desk.deny(denied)
        else:
            desk.go(Place(place.screen, place.id, place.tab, FormPlace(entity)))

    return desk.guard(
        ShellCalls(
            go=desk.turn_to,
            new=new,
            palette=palette,
            undo=desk.undo,
        )
    )


def _key(desk: Desk, place: Place, frame: ShellCalls, name: str) -> bool:
    """Act on the keys that work everywhere."""
    if name == PALETTE:
        frame.palette()
    elif name == "?":
        desk.shell.show(help=True)
    elif name == "n":
        frame.new(ENTITY_OF.get(place.screen, "company"))
    elif name == "ctrl+z" and desk.shell.state.snack is not None:
        frame.undo()
    elif name == "escape" and (desk.shell.state.palette or desk.shell.state.help or desk.shell.state.ask):
        desk.shell.show()
    else:
        return False
    return True
