"""Panes of a wide window, and the sheets that lie over any window."""

import flet as ft

from client.ui.theme import R12, R16, S2, S4, S8, S12, S16, S24, S32, Look
from client.ui.widgets.frame import STRETCH, Maybe, col, edge, fill, pads, row
from client.ui.widgets.press import Press
from client.ui.widgets.text import W6, txt

GRIP_PX = 36
"""Width of the grip of a bottom sheet, in pixels."""


def pane_header(look: Look, title: str, count: str = "", *actions: Maybe) -> ft.Container:
    """Return the head of a pane: title, quiet count, actions at the right."""
    return ft.Container(
        row(
            txt(look, title, "title", weight=W6),
            txt(look, count, "meta", "ink3", key="count") if count else None,
            fill(),
            *actions,
        ),
        height=56,
        padding=pads(left=S16, right=S12),
    )


def list_detail(look: Look, left: ft.Control, right: ft.Control) -> ft.Control:
    """Return list and detail side by side.

    Each is a group of its own for screen readers: a detail that changes must not move the search box in their tree, where
    the cursor would be lost.
    """
    rule = ft.Container(width=1, bgcolor=look.c.line)
    return row(
        ft.Semantics(content=ft.Container(left, width=368), container=True),
        rule,
        ft.Semantics(content=ft.Container(right, expand=True), container=True, expand=True),
        gap=0,
        cross=STRETCH,
    )


def scrim(look: Look, press: Press) -> ft.Container:
    """Return the shade under a sheet; a press on it closes the sheet."""
    return ft.Container(bgcolor=look.c.scrim, left=0, top=0, right=0, bottom=0, on_click=lambda _: press(), key="scrim")


def side_sheet(look: Look, content: ft.Control, press: Press, width: float = 600) -> list[ft.Control]:
    """Return a sheet at the right of a wide window, or the full page of a phone."""
    if look.phone:
        page = ft.Container(ft.SafeArea(content, expand=True), bgcolor=look.c.surface, left=0, right=0, top=0, bottom=0)
        return [page]
    sheet = ft.Container(
        content,
        right=S8,
        top=S8,
        bottom=S8,
        width=min(width, look.width - S32),
        bgcolor=look.c.surface,
        border_radius=R12,
        border=edge(look),
        clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
        shadow=_shadow(look),
    )
    return [scrim(look, press), sheet]


def centre_sheet(
    look: Look, content: ft.Control, press: Press, width: float = 560, top: float = 96, bottom: float | None = None
) -> list[ft.Control]:
    """Return a sheet in the upper middle: the palette, the list of keys, a question. On the phone it stands at the bottom.

    bottom: room that stays free below it at least, for content that scrolls where it is higher than the rest.
    """
    if look.phone:
        return [scrim(look, press), _bottom_sheet(look, content, press)]
    box = ft.Container(
        content,
        width=width,
        bgcolor=look.c.surface,
        border_radius=R16,
        border=edge(look),
        clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
        shadow=_shadow(look),
    )
    holder = ft.Container(box, left=0, right=0, top=top, bottom=bottom, alignment=ft.Alignment.TOP_CENTER)
    return [scrim(look, press), holder]


def _bottom_sheet(look: Look, content: ft.Control, press: Press) -> ft.Container:
    """Return a sheet of the phone: as high as its content, up to nearly the whole window; pulled down by its grip it closes."""
    box = ft.Container(
        ft.SafeArea(
            col(_grip(look, press), ft.Container(content, expand=True, expand_loose=True), tight=True),
            avoid_intrusions_top=False,
        ),
        bgcolor=look.c.surface,
        border_radius=ft.BorderRadius.only(top_left=R16, top_right=R16),
        clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
        shadow=_shadow(look),
    )
    return ft.Container(box, left=0, right=0, top=S24, bottom=0, alignment=ft.Alignment.BOTTOM_CENTER, key="sheet.bottom")


def _grip(look: Look, press: Press) -> ft.GestureDetector:
    """Return the grip of a bottom sheet."""
    bar = ft.Container(width=GRIP_PX, height=S4, border_radius=S2, bgcolor=look.c.field_line)
    return ft.GestureDetector(
        ft.Container(bar, height=S24, padding=pads(top=S8), alignment=ft.Alignment.TOP_CENTER),
        on_vertical_drag_end=lambda e: press() if (e.primary_velocity or 0) > 0 else None,
        key="sheet.grip",
    )


def _shadow(look: Look) -> ft.BoxShadow:
    """Return the shadow of a sheet."""
    return ft.BoxShadow(blur_radius=48, color=look.c.shadow, offset=ft.Offset(0, 8))
