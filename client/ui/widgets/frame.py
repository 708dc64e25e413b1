"""Boxes and lines: how parts stand beside and over each other."""

import flet as ft

from client.ui.theme import R12, S6, S8, S16, Look
from client.ui.widgets.text import W6, txt

MIDDLE = ft.CrossAxisAlignment.CENTER
TOP = ft.CrossAxisAlignment.START
STRETCH = ft.CrossAxisAlignment.STRETCH
CENTRE = ft.MainAxisAlignment.CENTER
Maybe = ft.Control | None


def pad(horizontal: float = 0, vertical: float = 0) -> ft.Padding:
    """Return equal padding left and right, and top and bottom."""
    return ft.Padding.symmetric(horizontal=horizontal, vertical=vertical)


def pads(left: float = 0, top: float = 0, right: float = 0, bottom: float = 0) -> ft.Padding:
    """Return padding side by side."""
    return ft.Padding.only(left=left, top=top, right=right, bottom=bottom)


def row(
    *items: Maybe,
    gap: float = S8,
    align: ft.MainAxisAlignment = ft.MainAxisAlignment.START,
    cross: ft.CrossAxisAlignment = MIDDLE,
    tight: bool = False,
    expand: bool | int | None = None,
    wrap: bool = False,
    even: bool = False,
    scroll: bool = False,
) -> ft.Row:
    """Return items side by side, absent ones left out. even: all as high as the highest. scroll: sideways, without a bar."""
    return ft.Row(
        [item for item in items if item is not None],
        spacing=gap,
        run_spacing=gap,
        vertical_alignment=cross,
        alignment=align,
        tight=tight,
        expand=expand,
        wrap=wrap,
        intrinsic_height=even,
        scroll=ft.ScrollMode.HIDDEN if scroll else None,
    )


def col(
    *items: Maybe,
    gap: float = 0,
    align: ft.MainAxisAlignment = ft.MainAxisAlignment.START,
    cross: ft.CrossAxisAlignment = STRETCH,
    expand: bool | int | None = None,
    tight: bool = False,
) -> ft.Column:
    """Return items one under the other, absent ones left out."""
    return ft.Column(
        [item for item in items if item is not None],
        spacing=gap,
        alignment=align,
        horizontal_alignment=cross,
        expand=expand,
        tight=tight,
    )


def beside(text: ft.Text, *marks: ft.Control) -> ft.Row:
    """Return a text with marks right behind it; the text gives way where there is no room for all."""
    text.expand, text.expand_loose = True, True
    return row(text, *marks, gap=S6)


def fill(content: ft.Control | None = None) -> ft.Container:
    """Return a box that takes the room that is left."""
    return ft.Container(content, expand=True)


def space(height: float) -> ft.Container:
    """Return an empty strip."""
    return ft.Container(height=height)


def line(look: Look, *, vertical: bool = False) -> ft.Container:
    """Return a hairline."""
    return ft.Container(width=1, bgcolor=look.c.line) if vertical else ft.Container(height=1, bgcolor=look.c.line)


def edge(look: Look, tone: str = "line", width: float = 1) -> ft.Border:
    """Return a border on all sides."""
    return ft.Border.all(width, look.tone(tone))


def card(look: Look, content: ft.Control, padding: float | ft.Padding = S16, tone: str = "line") -> ft.Container:
    """Return a bordered area. No shadow: elevation belongs to sheets, menus and the snack bar."""
    return ft.Container(content, padding=padding, border=edge(look, tone), border_radius=R12, bgcolor=look.c.surface)


def listing(look: Look, rows: list[ft.Control]) -> ft.Container:
    """Return rows in one card, hairlines between them."""
    parts: list[ft.Control] = []
    for item in rows:
        parts += [line(look), item] if parts else [item]
    return card(look, col(*parts), padding=0)


def group_header(
    look: Look,
    label: str,
    count: str = "",
    *,
    tone: str = "ink3",
    left: float = S16,
    trailing: ft.Control | None = None,
    key: str | None = None,
) -> ft.Container:
    """Return the header of a group of rows; coloured only if the group asks for action."""
    return ft.Container(
        row(txt(look, label, "meta", tone, W6), txt(look, count, "meta", "ink3") if count else None, fill(), trailing),
        height=40 if look.phone else 32,
        padding=pads(left=left, right=S16 if left else 0),
        key=key,
    )
