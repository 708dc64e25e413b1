"""What opens over every screen: the palette of records and actions, and the list of keys."""

from collections.abc import Callable
from dataclasses import dataclass

import flet as ft

from client.ui.figures import nothing_found
from client.ui.theme import R8, S4, S8, S12, S16, S24, Look
from client.ui.view_models.palette import PaletteState
from client.ui.widgets import (
    W5,
    W6,
    Press,
    col,
    dot,
    fill,
    group_header,
    icon,
    icon_button,
    keys,
    line,
    pad,
    pads,
    pressable,
    row,
    search_field,
    txt,
)
from client.usecases.list_answers import Hit

GLYPHS = {
    "company": "building-2",
    "contact": "user",
    "companies": "building-2",
    "contacts": "users",
    "inbox": "inbox",
    "sync": "refresh-cw",
    "settings": "settings",
    "people": "shield",
    "profiles": "shield",
    "teams": "users",
    "new.company": "plus",
    "new.contact": "plus",
    "sync_now": "refresh-cw",
    "theme": "moon",
    "help": "keyboard",
}
LOW_PX = 740
"""Height of a phone on which the list of keys is not whole, and scrolls."""
KEYS = (
    ("everywhere", (("Ctrl K", "palette"), ("N", "new"), ("?", "help"), ("Esc", "close"), ("Ctrl Z", "undo"))),
    ("lists", (("/", "search"), ("J  ↓", "next"), ("K  ↑", "previous"), ("E", "edit"))),
    ("forms", (("Ctrl ↵", "save"), ("Esc", "discard"), ("Tab", "next_field"))),
    ("inbox", (("1", "theirs"), ("2", "mine"), ("3", "both"), ("E", "edit"))),
)
"""Group -> (key, name of what it does)."""


@dataclass(frozen=True)
class PaletteCalls:
    """What a person can do in the palette."""

    type: Callable[[str], None]
    take: Callable[[Hit | str], None]
    enter: Press
    entered: Press
    """The cursor came into the box."""
    box: ft.Ref[ft.TextField]
    """Set to the box, so that the cursor can be sent there."""


def palette_sheet(look: Look, state: PaletteState, names: dict[str, str], on: PaletteCalls) -> ft.Control:
    """Return the palette. names: action -> its words."""
    box = search_field(
        look,
        "palette.text",
        look.t("palette.hint"),
        state.text,
        on.type,
        focused=True,
        submit=on.enter,
        entered=on.entered,
        ref=on.box,
    )
    cells: list[ft.Control] = []
    if state.hits:
        cells.append(group_header(look, look.t("palette.records" if state.text else "palette.recent")))
    for i, hit in enumerate(state.hits):
        through = look.t(f"entity.{hit.through}") if hit.through else ""
        detail = " · ".join(words for words in (hit.detail, through) if words)
        cells.append(
            _row(
                look,
                f"hit.{hit.id}",
                GLYPHS.get(hit.entity, "file"),
                hit.title,
                detail,
                i == state.chosen,
                _take(on, hit),
                hit.state,
            )
        )
    if state.actions:
        cells.append(group_header(look, look.t("palette.actions")))
    for i, name in enumerate(state.actions, len(state.hits)):
        cells.append(_row(look, f"action.{name}", GLYPHS[name], names[name], "", i == state.chosen, _take(on, name)))
    if not cells:
        told = nothing_found(look, state.text, look.t("list.nothing_found"))
        cells.append(ft.Container(txt(look, told, tone="ink3", lines=3, key="palette.nothing"), padding=S16))
    room = min(look.height - 240, 420)
    found = ft.Container(
        ft.ListView(cells, padding=pads(bottom=S8)),
        height=min(room, 44 * len(cells) + S16) if not look.phone else room,
        expand=look.phone or None,  # it gives way to the keyboard of the phone
        expand_loose=True,
    )
    edges = pads(left=S16, right=S16, bottom=S12) if look.phone else S12
    return col(ft.Container(box, padding=edges), line(look), found, tight=True)


def _take(on: PaletteCalls, thing: Hit | str) -> Press:
    return lambda: on.take(thing)


def _row(
    look: Look, id: str, glyph: str, title: str, detail: str, chosen: bool, press: Press, state: str = "sent"
) -> ft.Control:
    face = row(
        icon(look, glyph, 18),
        txt(look, title, weight=W5),
        dot(look, state) if state != "sent" else None,
        fill(txt(look, detail, "meta", "ink3")),
        icon(look, "corner-down-left", 14, "ink3") if chosen and not look.phone else None,
        gap=S12,
    )
    return pressable(
        id,
        " ".join(part for part in (title, detail, look.t(f"state.{state}") if state != "sent" else "") if part),
        face,
        press,
        selected=chosen,
        height=look.target + 4,
        padding=pad(S8),
        radius=R8,
        margin=ft.Margin.symmetric(horizontal=S8),
        bgcolor=look.c.accent_soft if chosen else None,
    )


def help_sheet(look: Look, close: Press) -> ft.Control:
    """Return the list of keys."""
    head = row(
        txt(look, look.t("keys.title"), "title", weight=W6, expand=True, key="keys.title"),
        icon_button(look, "keys.close", "x", look.t("act.close"), close, tone="ink"),
    )

    def group(name: str, items: tuple[tuple[str, str], ...]) -> ft.Control:
        lines = [
            row(ft.Container(row(keys(look, key)), width=72), txt(look, look.t(f"keys.{what}"), tone="ink2", expand=True))
            for key, what in items
        ]
        return col(
            txt(look, look.t(f"keys.group.{name}"), "meta", "ink3", W6), *lines, gap=S8, expand=1 if not look.phone else None
        )

    groups = [group(name, items) for name, items in KEYS]
    top = ft.CrossAxisAlignment.START
    if look.phone:
        scroll = ft.ScrollMode.AUTO if look.height < LOW_PX else None  # what scrolls takes all the height that it may have
        told = ft.Column(groups, spacing=S16, scroll=scroll, tight=True, expand=True, expand_loose=True)
        return ft.Container(col(head, told, gap=S8, tight=True), padding=pads(left=S16, right=S4, bottom=S16))
    body = col(row(*groups[:2], gap=S24, cross=top), row(*groups[2:], gap=S24, cross=top), gap=S24)
    return ft.Container(col(head, body, gap=S16, tight=True), padding=pads(left=S24, right=S16, top=S12, bottom=S24 + S4))
