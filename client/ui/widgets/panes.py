"""Panes of a wide window, and the sheets that lie over any window."""

import flet as ft

from client.ui.theme import R12, R16, S8, S12, S16, S32, Look
from client.ui.widgets.frame import STRETCH, Maybe, edge, fill, pads, row
from client.ui.widgets.press import Press
from client.ui.widgets.text import W6, txt


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
        shadow=ft.BoxShadow(blur_radius=48, color=look.c.shadow, offset=ft.Offset(0, 8)),
    )
    return [scrim(look, press), sheet]


def centre_sheet(
    look: Look, content: ft.Control, press: Press, width: float = 560, top: float = 96, bottom: float | None = None
) -> list[ft.Control]:
    """Return a sheet in the upper middle: the palette, the list of keys. On the phone it takes the full width.

    bottom: room that stays free below it at least, for content that scrolls where it is higher than the rest.
    """
    box = ft.Container(
        content,
        width=look.width - S16 if look.phone else width,
        bgcolor=look.c.surface,
        border_radius=R16,
        border=edge(look),
        clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
        shadow=ft.BoxShadow(blur_radius=48, color=look.c.shadow, offset=ft.Offset(0, 8)),
    )
    holder = ft.Container(box, left=0, right=0, top=S8 if look.phone else top, bottom=bottom, alignment=ft.Alignment.TOP_CENTER)
    return [scrim(look, press), holder]
