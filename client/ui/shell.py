"""The frame around every screen: side rail on wide windows, icons on medium ones, top bar and bottom bar on the phone."""

from collections.abc import Callable
from dataclasses import dataclass

import flet as ft

from client.ui.dates import moment
from client.ui.pill import Pill, pill_of
from client.ui.router import Place, Screen
from client.ui.theme import R8, R12, R16, S4, S8, S12, S16, Look
from client.ui.view_models.shell import ShellState, Snack
from client.ui.widgets import (
    CENTRE,
    STRETCH,
    W5,
    W6,
    Press,
    avatar,
    badge,
    col,
    edge,
    fill,
    icon,
    icon_button,
    initials_of,
    keys,
    lines_that_fit,
    menu,
    pad,
    pads,
    pressable,
    row,
    snack,
    space,
    sync_pill,
    txt,
    width_of,
)

RAIL, RAIL_OF_ICONS, BOTTOM = 216, 64, 72
"""Widths of the rail and height of the bottom bar, in pixels."""
TOP, TOP_HIGH = 56, 64
"""Height of the phone's top bar, and with a pill of two lines in it."""
LOW = 480
"""Height of a window below which the rail of icons leaves out what cannot be pressed."""
PLACES: tuple[tuple[Screen, str], ...] = (("companies", "building-2"), ("contacts", "users"))
SYNC_PLACES: tuple[tuple[Screen, str], ...] = (("inbox", "inbox"), ("sync", "refresh-cw"))
ADMIN_PLACES: tuple[tuple[Screen, str], ...] = (("devices", "monitor"),)
"""Places under Sync for whoever administers."""


@dataclass(frozen=True)
class ShellCalls:
    """What a person can do from the frame. new: entity whose empty form is wanted."""

    go: Callable[[Place], None]
    new: Callable[[str], None]
    palette: Press
    undo: Press


def mark(look: Look, size: float = 28) -> ft.Container:
    """Return the product's mark: a bird on ink."""
    return ft.Container(
        icon(look, "bird", size * 0.62, "on_inverse"),
        width=size,
        height=size,
        border_radius=R8,
        bgcolor=look.c.inverse,
        alignment=ft.Alignment.CENTER,
    )


def framed(
    look: Look, state: ShellState, on: ShellCalls, place: Place, content: ft.Control, over: list[ft.Control]
) -> ft.Control:
    """Return the whole window but for the phone's top bar. over: scrims and sheets, lowest first.

    What lies under a sheet is disabled, so that Tab stays within the sheet: Flet has no focus scope.
    """
    told = None if over else said(look, state, on.undo)
    body = _phone(look, state, on, place, content, told) if look.phone else _desktop(look, state, on, place, content, told)
    layers: list[ft.Control] = [ft.Container(body, disabled=bool(over), expand=True, key="under")]
    layers += [ft.Container(one, disabled=one is not over[-1], expand=True, key=f"over.{one.key}") for one in over]
    if state.snack is not None and (state.palette or state.help or state.ask):
        layers.append(_over_sheet(look, said(look, state, on.undo)))
    return ft.Stack(layers, expand=True, fit=ft.StackFit.EXPAND)


def _over_sheet(look: Look, told: ft.Control | None) -> ft.Control:
    """Return a message where no button of a sheet is: a phone's sheet stands at the bottom, that of a wide window above it."""
    if look.phone:
        return ft.Container(ft.SafeArea(told or ft.Container(), avoid_intrusions_bottom=False), top=0, left=0, right=0)
    return _at_bottom(told)


def _at_bottom(told: ft.Control | None, above: float = 0) -> ft.Control:
    return ft.Container(told, bottom=above, left=0, right=0)


def _pane(look: Look, content: ft.Control, told: ft.Control | None) -> ft.Control:
    """Return a screen with the message over its lower end: a message that took room of its own would move a list, twice."""
    layers: list[ft.Control] = [ft.Container(content, expand=True)]
    if told is not None:
        layers.append(_at_bottom(told, above=S8 if look.phone else 0))
    return ft.Stack(layers, expand=True, fit=ft.StackFit.EXPAND)


def said(look: Look, state: ShellState, undo: Press) -> ft.Control | None:
    """Return the message of the snack bar. A form has a row for it above its buttons; elsewhere it lies over the screen."""
    message = state.snack
    if message is None:
        return None
    action = look.t(message.action) if message.tx or message.place else None
    bar = snack(
        look, _words(look, message), action, undo, glyph="pencil" if message.heading else message.glyph, failed=message.failed
    )
    return ft.Container(bar, padding=pad(S8) if look.phone else pad(S16, S12), alignment=ft.Alignment.CENTER)


def _words(look: Look, message: Snack) -> str:
    params = dict(message.params)
    if message.at is not None:
        params["at"] = moment(look, message.at)
    if message.heading:
        params["form"] = " · ".join(part for part in (look.t(message.heading), params.get("label")) if part)
    return look.t(message.key, **params) if message.count is None else look.n(message.key, message.count, **params)


def _desktop(
    look: Look, state: ShellState, on: ShellCalls, place: Place, content: ft.Control, told: ft.Control | None
) -> ft.Control:
    pane = ft.Container(
        _pane(look, content, told),
        expand=True,
        bgcolor=look.c.surface,
        border=edge(look),
        border_radius=R12,
        margin=ft.Margin.only(top=S8, right=S8, bottom=S8),
        clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
    )
    rail = _rail(look, state, on, place) if look.wide else _rail_of_icons(look, state, on, place)
    return ft.Container(row(rail, pane, gap=0, cross=STRETCH), bgcolor=look.c.canvas, expand=True)


def _nav_item(look: Look, on: ShellCalls, screen: Screen, glyph: str, count: int, here: bool) -> ft.Control:
    label = look.t(f"nav.{screen}")
    return pressable(
        f"nav.{screen}",
        f"{label} {count}" if count else label,
        row(
            icon(look, glyph, 18, "accent" if here else "ink2"),
            txt(look, label, tone="ink" if here else "ink2", weight=W6 if here else W5, expand=True),
            badge(look, count) if count else None,
            gap=S12,
        ),
        lambda: on.go(Place(screen)),
        selected=here,
        height=36,
        padding=pad(S12),
        bgcolor=look.c.place if here else None,
    )


def new_options(look: Look, state: ShellState, on: ShellCalls) -> list[tuple[str, str, Press]]:
    """Return what the reader can make anywhere."""
    found: list[tuple[str, str, Press]] = [
        ("new.company", look.t("new.company"), lambda: on.new("company")),
        ("new.contact", look.t("new.contact"), lambda: on.new("contact")),
    ]
    return [option for option in found if option[0].removeprefix("new.") not in state.person.denied]


def _new(look: Look, state: ShellState, on: ShellCalls, plus: ft.Control, tooltip: str) -> ft.Control | None:
    """Return the menu of what can be made; None for a reader who may add nothing."""
    options = new_options(look, state, on)
    return ft.Semantics(identifier="new", button=True, content=menu(look, plus, options, tooltip)) if options else None


def _rail(look: Look, state: ShellState, on: ShellCalls, place: Place) -> ft.Container:
    plus = ft.Container(icon(look, "plus", 18), width=32, height=32, alignment=ft.Alignment.CENTER, border_radius=R8)
    new = _new(look, state, on, plus, look.t("act.new_key"))
    top = row(mark(look), txt(look, "Fieldfare", weight=W6, expand=True), new)
    search = pressable(
        "palette.open",
        look.t("act.search"),
        row(icon(look, "search", 16, "ink3"), txt(look, look.t("act.search"), tone="ink3", expand=True), keys(look, "Ctrl K")),
        on.palette,
        height=36,
        padding=pads(left=S12, right=S8),
        bgcolor=look.c.surface,
        border=edge(look),
    )
    counts = {"inbox": state.inbox + state.alarms, "devices": state.alarms}

    def items(places: tuple[tuple[Screen, str], ...]) -> list[ft.Control]:
        return [_nav_item(look, on, s, glyph, counts.get(s, 0), s == place.screen) for s, glyph in places]

    heading = ft.Container(txt(look, look.t("nav.group.sync"), "meta", "ink3", W6), padding=pads(left=S12, top=S16, bottom=S4))
    return ft.Container(
        col(
            ft.Container(top, padding=pads(left=S8, bottom=S8)),
            search,
            space(S12),
            *items(PLACES),
            heading,
            *items(SYNC_PLACES + (ADMIN_PLACES if state.person.is_admin else ())),
            fill(),
            _foot(look, state, on, place),
        ),
        width=RAIL,
        padding=pads(left=S12, right=S12, top=S16, bottom=S12),
    )


def _foot(look: Look, state: ShellState, on: ShellCalls, place: Place) -> ft.Control:
    here = place.screen in ("settings", "people")
    person = pressable(
        "nav.settings",
        look.t("nav.settings"),
        row(
            avatar(look, initials_of(state.person.name)),
            txt(look, state.person.name, weight=W5, expand=True),
            icon(look, "settings", 16, "accent" if here else "ink3"),
        ),
        lambda: on.go(Place("settings")),
        selected=here,
        height=36,
        padding=pad(S8),
    )
    pill = _pill(look, state, on)
    pill.expand, pill.expand_loose = True, True
    return col(row(pill), person, gap=S8)


def _pill(look: Look, state: ShellState, on: ShellCalls) -> ft.Control:
    pill = pill_of(look, state.status)
    words = (pill.words, pill.waiting if look.height >= LOW else "")
    return sync_pill(look, pill.state, words, pill.connection, lambda: on.go(_goal(pill)), whole=pill.whole)


def _pill_of_phone(look: Look, state: ShellState, on: ShellCalls, room: float) -> tuple[ft.Control, int]:
    """Return the pill of the top bar, and of how many lines it is. room: the width that it may have, in pixels."""
    pill = pill_of(look, state.status)
    words = pill.full if lines_that_fit(look, pill.full, "", room) else pill.words
    lines = lines_that_fit(look, words, pill.connection, room)
    face = sync_pill(look, pill.state, (words,), pill.connection, lambda: on.go(_goal(pill)), lines=lines, whole=pill.whole)
    return face, lines if pill.connection else min(lines, 1)


def _goal(pill: Pill) -> Place:
    """Return where the pill leads: to what needs the reader; what has stopped is helped on the Sync page."""
    return Place("inbox" if pill.fact == "needs_you" else "sync")


def _pill_of_icon(look: Look, state: ShellState, on: ShellCalls) -> ft.Control:
    pill = pill_of(look, state.status)
    glyph = {"sent": "cloud-check", "waiting": "cloud-upload"}.get(pill.state, "circle-alert")
    glyph = "cloud-off" if pill.connection and pill.state != "needs_you" else glyph
    return pressable(
        "sync.pill",
        pill.whole,
        icon(look, glyph, 20, {"sent": "ink3", "waiting": "wait"}.get(pill.state, "need")),
        lambda: on.go(_goal(pill)),
        width=40,
        height=40,
        alignment=ft.Alignment.CENTER,
        tooltip=pill.whole,
    )


def _rail_of_icons(look: Look, state: ShellState, on: ShellCalls, place: Place) -> ft.Container:
    def item(screen: Screen, glyph: str) -> ft.Control:
        here = screen == ("settings" if place.screen == "people" else place.screen)
        return pressable(
            f"nav.{screen}",
            look.t(f"nav.{screen}"),
            icon(look, glyph, 20, "accent" if here else "ink2"),
            lambda: on.go(Place(screen)),
            selected=here,
            width=40,
            height=40,
            alignment=ft.Alignment.CENTER,
            bgcolor=look.c.place if here else None,
            tooltip=look.t(f"nav.{screen}"),
        )

    admin = ADMIN_PLACES if state.person.is_admin else ()
    places = [item(s, glyph) for s, glyph in (*PLACES, *SYNC_PLACES, *admin)]
    plus = ft.Container(icon(look, "plus", 20), width=40, height=40, alignment=ft.Alignment.CENTER)
    new = _new(look, state, on, plus, look.t("act.new_key"))
    find = icon_button(look, "palette.open", "search", look.t("act.search"), on.palette)
    head, gap = ([], []) if look.height < LOW else ([mark(look, 32), space(S8)], [space(S8)])
    return ft.Container(
        ft.Column(
            [
                *head,
                *([new] if new else []),
                find,
                *gap,
                *places,
                fill(),
                _pill_of_icon(look, state, on),
                item("settings", "settings"),
            ],
            spacing=S4,
            horizontal_alignment=ft.CrossAxisAlignment.CENTER,
        ),
        width=RAIL_OF_ICONS,
        padding=pad(S8, S8 if look.height < LOW else S16),
    )


def _phone(
    look: Look, state: ShellState, on: ShellCalls, place: Place, content: ft.Control, told: ft.Control | None
) -> ft.Control:
    return ft.Container(
        ft.SafeArea(col(_pane(look, content, told), _bottom_bar(look, state, on, place), expand=True), expand=True),
        bgcolor=look.c.surface,
        expand=True,
    )


def _bottom_bar(look: Look, state: ShellState, on: ShellCalls, place: Place) -> ft.Container:
    here = {"sync": "more", "settings": "more", "people": "more", "devices": "more"}.get(place.screen, place.screen)
    is_narrow = look.narrow  # then a long name takes room that a short one has left

    def cell(screen: Screen, glyph: str, count: int = 0) -> ft.Control:
        chosen, label = screen == here, look.t(f"nav.{screen}")
        picture = icon(look, glyph, 22, "accent" if chosen else "ink2")
        face = ft.Column(
            [
                row(picture, badge(look, count), gap=S4, tight=True) if count else picture,
                txt(look, label, "meta", "accent_ink" if chosen else "ink2", W6 if chosen else W5),
            ],
            spacing=S4,
            horizontal_alignment=ft.CrossAxisAlignment.CENTER,
            alignment=CENTRE,
        )
        return pressable(
            f"nav.{screen}",
            label,
            face,
            lambda: on.go(Place(screen)),
            selected=chosen,
            expand=max(len(label), 6) if is_narrow else 1,
            height=64,
            radius=R12,
            alignment=ft.Alignment.CENTER,
        )

    plus = ft.Container(
        icon(look, "plus", 24, "on_accent"),
        width=48 if is_narrow else 56,
        height=48,
        border_radius=R16,
        bgcolor=look.c.accent,
        alignment=ft.Alignment.CENTER,
    )
    new = _new(look, state, on, plus, look.t("act.new"))
    return ft.Container(
        row(
            cell("companies", "building-2"),
            cell("contacts", "users"),
            ft.Container(new, expand=None if is_narrow else 1, alignment=ft.Alignment.CENTER) if new else None,
            cell("inbox", "inbox", state.inbox + state.alarms),
            cell("more", "menu"),
            gap=0,
        ),
        height=BOTTOM,
        padding=pad(S8, S4),
        bgcolor=look.c.surface,
        border=ft.Border.only(top=ft.BorderSide(1, look.c.line)),
    )


def top_bar(
    look: Look, state: ShellState, on: ShellCalls, title: str, *actions: ft.Control, back: Place | None = None
) -> ft.Container:
    """Return the phone's top bar: title, the pill always at the same place, at most two icons."""
    buttons, left, right = len(actions) + (back is not None), S4 if back else S16, S4 if actions else S16
    room = look.width - left - right - buttons * look.target - (buttons + 1) * S4 - width_of(look, title, "title")
    pill, lines = _pill_of_phone(look, state, on, room)
    return ft.Container(
        row(
            icon_button(look, "back", "arrow-left", look.t("act.back"), lambda: on.go(back), tone="ink") if back else None,
            txt(look, title, "title", weight=W6, expand=True),
            pill,
            *actions,
            gap=S4,
        ),
        height=TOP_HIGH if lines > 1 else TOP,
        padding=pads(left=left, right=right),
    )
