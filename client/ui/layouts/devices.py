"""Devices, for an administrator: how many stand how, and a row for each with when it was seen, what waits, and why it is behind."""

from collections.abc import Callable
from dataclasses import dataclass

import flet as ft

from client.ui.dates import age, clock, moment
from client.ui.figures import capital, count
from client.ui.layouts.device_days import sparkline
from client.ui.layouts.list_groups import ROW_PHONE, ROW_WIDE
from client.ui.layouts.trouble import trouble
from client.ui.theme import R8, S2, S8, S12, S16, S24, Look
from client.ui.view_models.devices import FILTERS, DevicesState
from client.ui.widgets import (
    CENTRE,
    STRETCH,
    W4,
    W5,
    W6,
    Press,
    banner,
    button,
    col,
    dot,
    empty,
    fill,
    icon,
    line,
    on_one_line,
    pad,
    pads,
    pane_header,
    pressable,
    row,
    search_field,
    segmented,
    skeleton,
    txt,
)
from shared_models.device_desk import DeviceLine, Standing
from shared_models.device_words import cause_in_words

GLYPHS = {"desktop": "laptop", "phone": "smartphone", "office": "monitor"}
TONES: dict[Standing, str] = {"need": "need", "behind": "wait", "well": "ink3", "out": "ink3"}
DOTS: dict[Standing, str] = {"need": "needs_you", "behind": "waiting", "well": "sent", "out": "sent"}
PANEL = 320
"""Width of the panel beside the table, in pixels."""
SEEN, TO_SEND, DAYS_SHOWN = 88, 56, 96
"""Widths of the columns, in pixels."""
ROOM_FOR_WHY, ROOM_FOR_DAYS = 520, 660
"""Widths of the table from which the cause has a column of its own, and the days too."""


@dataclass(frozen=True)
class DevicesCalls:
    """What an administrator can do with the list."""

    filter: Callable[[str], None]
    type: Callable[[str], None]
    open: Callable[[str], None]
    more: Press
    add: Press
    again: Press
    copy: Callable[[str], None]
    search_box: ft.Ref[ft.TextField]


def devices_pane(
    look: Look, state: DevicesState, on: DevicesCalls, chosen: str | None, panel: ft.Control | None, lines: ft.Control
) -> ft.Control:
    """Return the screen on windows that are no phone. panel: that of the chosen device, beside the table on wide windows."""
    add = button(look, "devices.add", look.t("add_device.title"), on.add, glyph="qr-code")
    head = pane_header(look, look.t("nav.devices"), "", _filter(look, state, on), add)
    room = look.width - (PANEL + 8 if panel is not None else 0) - (232 if look.wide else 80)
    left = col(*devices_body(look, state, on, chosen, room, lines), expand=True)
    if panel is None:
        return col(head, line(look), fill(left), expand=True)
    beside = row(
        ft.Semantics(content=ft.Container(left, expand=True), container=True, expand=True),
        line(look, vertical=True),
        ft.Semantics(content=ft.Container(panel, width=PANEL), container=True),
        gap=0,
        cross=STRETCH,
    )
    return col(head, line(look), fill(beside), expand=True)


def devices_body(
    look: Look, state: DevicesState, on: DevicesCalls, chosen: str | None, room: float, lines: ft.Control
) -> tuple[ft.Control, ...]:
    """Return what the pane and the phone have in common. room: width of the table, in pixels. lines: what leads to the panels about all."""
    if state.phase == "failed":
        return (trouble(look, "devices", look.t("devices.failed"), state.failure, on.again, on.copy),)
    if state.page is None:
        return (skeleton(look) if state.phase == "slow" else ft.Container(),)
    side = S16 if look.phone else S24
    search = search_field(look, "devices.search", look.t("devices.hint"), state.typed, on.type, key_hint="/", ref=on.search_box)
    found = ft.Container(search, padding=pads(left=side, right=side, bottom=S8), key="devices.find")
    old = _old(look, state, on)
    return (
        *((ft.Container(old, padding=pads(left=side, right=side, top=S12)),) if old else ()),
        ft.Container(lines, padding=pads(left=side, right=side, top=S12)),
        _summary(look, state),
        *((ft.Container(_filter(look, state, on), padding=pads(left=S16, right=S16, bottom=S8)),) if look.phone else ()),
        found,
        line(look),
        ft.Container(_list(look, state, on, chosen, room), expand=True),
    )


def _filter(look: Look, state: DevicesState, on: DevicesCalls) -> ft.Control:
    counts = state.page.counts if state.page is not None else {}
    figures = {"all": sum(counts.values()), "behind": counts.get("behind", 0), "need": counts.get("need", 0)}
    items = [(name, look.t(f"devices.filter.{name}", n=count(look, figures[name]))) for name in FILTERS]
    return segmented(look, "devices.filter", items, state.filter, on.filter)


def _old(look: Look, state: DevicesState, on: DevicesCalls) -> ft.Control | None:
    """Return the strip that says that the centre does not answer now, and of when this is."""
    if not state.is_old or state.page is None:
        return None
    again = button(look, "devices.ask", look.t("act.try_again"), on.again, kind="quiet")
    words = look.t("devices.old", at=moment(look, state.page.at))
    return banner(look, "devices.old", "cloud-off", words, again, below=look.phone)


def _summary(look: Look, state: DevicesState) -> ft.Control:
    """Return how many stand how, in figures and as one bar."""
    counts = state.page.counts if state.page is not None else {}
    parts: tuple[tuple[Standing, str, str], ...] = (
        ("well", "ink", look.c.ok),
        ("behind", "wait", look.c.wait_dot),
        ("need", "need", look.c.need),
        *((("out", "ink2", look.c.field_line),) if counts.get("out") else ()),
    )
    figures = [
        ft.Container(
            on_one_line(
                look,
                (count(look, counts.get(name, 0)), "title", tone if counts.get(name) else "ink3", W6),
                (f"  {look.t(f'devices.stand.{name}')}", "meta", "ink2", W4),
            ),
            key=f"devices.stand.{name}",
        )
        for name, tone, _ in parts
    ]
    shares: list[ft.Control] = [
        ft.Container(expand=counts[name], height=6, bgcolor=colour, border_radius=3)
        for name, _, colour in parts
        if counts.get(name)
    ]
    bar = ft.Row(shares or [ft.Container(expand=1, height=6, bgcolor=look.c.line, border_radius=3)], spacing=3)
    side = S16 if look.phone else S24
    return ft.Container(
        col(row(*figures, gap=S16 if look.phone else S24, wrap=look.phone), bar, gap=S12),
        padding=pads(left=side, right=side, top=S12, bottom=S12),
    )


def _list(look: Look, state: DevicesState, on: DevicesCalls, chosen: str | None, room: float) -> ft.Control:
    if not state.rows:
        key = "nothing" if state.typed else state.filter
        return empty(look, "monitor", look.t(f"devices.empty.{key}"), look.t(f"devices.empty_text.{key}"))
    rows = [_row(look, one, on.open, room, is_chosen=one.id == chosen) for one in state.rows]
    if state.page is not None and state.page.more:
        rows.append(ft.Container(row(button(look, "devices.more", look.t("act.more"), on.more)), padding=pad(S16, S12)))
    listed = ft.ListView(
        rows, expand=True, padding=pads(bottom=S8), build_controls_on_demand=True, key=f"devices.{state.filter}"
    )
    return listed if look.phone else col(_head(look, room), fill(listed), expand=True)


def _head(look: Look, room: float) -> ft.Control:
    def cell(key: str, width: float | None, right: bool = False) -> ft.Control:
        words = txt(look, look.t(f"devices.column.{key}"), "meta", "ink3", W5)
        where = ft.Alignment.CENTER_RIGHT if right else ft.Alignment.CENTER_LEFT
        return ft.Container(words, width=width, expand=None if width else True, alignment=where)

    cells = (
        cell("device", None),
        cell("seen", SEEN),
        cell("to_send", TO_SEND, right=True),
        cell("days", DAYS_SHOWN) if room >= ROOM_FOR_DAYS else None,
        cell("why", None) if room >= ROOM_FOR_WHY else None,
    )
    return ft.Container(row(*cells, gap=S12), height=32, padding=pads(left=78, right=S24))


def _row(look: Look, one: DeviceLine, open_row: Callable[[str], None], room: float, *, is_chosen: bool) -> ft.Control:
    """Return a row: a table on wide windows, two lines on the phone."""
    words, why = why_of(look, one), one.standing != "well"
    has_why = room >= ROOM_FOR_WHY and not look.phone
    person = txt(look, one.person, "meta", "ink2")
    reason = txt(look, words, "meta", TONES[one.standing], W5, lines=1 if look.phone else 2, expand=True)
    under = person if has_why or not why else txt(look, f"{words} · {one.person}", "meta", TONES[one.standing])
    name = ft.Column(
        [txt(look, one.name, weight=W5, tone="ink2" if one.standing == "out" else "ink"), under],
        spacing=S2 if look.phone else 0,
        alignment=CENTRE,
        expand=True,
    )
    seen = txt(look, seen_of(look, one), "meta" if look.phone else "body", "need" if is_late(look, one) else "ink2")
    figure = "–" if is_late(look, one) and not one.pending else count(look, one.pending)  # what waits there now nobody knows
    pending = txt(look, figure, "body", "ink" if one.pending else "ink3", W6 if one.pending else W4)
    if look.phone:
        figures: tuple[ft.Control | None, ...] = (
            ft.Column([seen, pending], spacing=S2, alignment=CENTRE, horizontal_alignment=ft.CrossAxisAlignment.END),
        )
    else:
        figures = (
            ft.Container(seen, width=SEEN),
            ft.Container(pending, width=TO_SEND, alignment=ft.Alignment.CENTER_RIGHT),
            ft.Container(sparkline(look, one.days, 88, 24, TONES[one.standing]), width=DAYS_SHOWN)
            if room >= ROOM_FOR_DAYS
            else None,
            (reason if why else fill()) if has_why else None,
        )
    spoken = ", ".join((one.name, one.person, seen_of(look, one), look.n("devices.to_send", one.pending), words))
    return pressable(
        f"device.{one.id}",
        spoken,
        row(dot(look, DOTS[one.standing]), icon(look, GLYPHS[one.form], 18, "ink2"), name, *figures, gap=S12),
        lambda: open_row(one.id),
        selected=is_chosen,
        height=ROW_PHONE if look.phone else ROW_WIDE,
        radius=0 if look.phone else R8,
        padding=pads(left=S12, right=S16) if look.phone else pads(left=S16, right=S16),
        margin=None if look.phone else ft.Margin.symmetric(horizontal=S8),
        bgcolor=look.c.accent_soft if is_chosen else None,
    )


def why_of(look: Look, one: DeviceLine) -> str:
    """Return in a few words why a device is behind, and what is lost for now where changes wait on one that does not come."""
    words = cause_in_words(look.texts, one.reasons[0])
    if one.standing == "need" and one.pending and one.reasons[0].n == one.pending and not words[0].isdigit():
        return f"{words}; {look.n('device.waits_there', one.pending)}"
    return words


def seen_of(look: Look, one: DeviceLine) -> str:
    """Return when a device was seen last."""
    if one.last_seen_at is None:
        return look.t("devices.never")
    words = age(look, one.last_seen_at)
    return words if words == look.t("age.now") else look.t("devices.ago", age=words)


def is_late(look: Look, one: DeviceLine) -> bool:
    """Whether its silence is what somebody should ask about."""
    return any(reason.cause in ("silent", "lease_over") for reason in one.reasons)


def named(look: Look, one: DeviceLine) -> str:
    """Return why a device is behind as a heading."""
    return capital(why_of(look, one))


def at_of(look: Look, micros: int | None) -> str:
    """Return a moment with its hour: `today 08:41`, `20 Nov, 18:02`; a dash for none."""
    if micros is None:
        return "–"
    words = moment(look, micros)
    return look.t("devices.today", at=words) if words == clock(look, micros) else f"{words}, {clock(look, micros)}"
