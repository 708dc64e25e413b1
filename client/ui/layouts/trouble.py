"""The failure state of a screen: what happened, what is safe, what to do, and the details for whoever helps."""

from collections.abc import Callable

import flet as ft

from client.ui.shell import mark
from client.ui.theme import R12, S4, S8, S12, S16, S24, Look
from client.ui.widgets import TOP, W5, W6, Press, button, col, disc, edge, icon, pad, row, space, txt

WIDTH = 460
"""Pixels of the column: lines of about 65 letters."""


def trouble(
    look: Look,
    id: str,
    title: str,
    cause: str,
    again: Press,
    copy: Callable[[str], None],
    more: ft.Control | None = None,
) -> ft.Control:
    """Return the explanation in place of a screen's content. id: begins the identifiers. cause: its text is `error.<cause>`.

    more: a further way on, below the acts.
    """
    parts = (
        ("circle-alert", look.t("trouble.happened"), look.t(f"error.{cause}")),
        ("shield-check", look.t("trouble.safe"), _words_for(look, "trouble.safe_text", cause)),
        ("list-todo", look.t("trouble.todo"), _words_for(look, "trouble.todo_text", cause)),
    )
    wide = True if look.phone else None
    acts = (
        button(look, f"{id}.again", look.t("act.try_again"), again, glyph="refresh-cw", kind="primary", expand=wide),
        button(look, f"{id}.copy", look.t("act.copy_details"), lambda: copy(cause), glyph="copy", kind="outline", expand=wide),
    )
    told = col(
        row(
            disc(look, "database", "need", 40, 20),
            txt(look, title, "title", weight=W6, lines=3, expand=True, key="failed"),
            gap=S16,
        ),
        space(S4),
        *(_part(look, *part) for part in parts),
        space(S4),
        col(*(row(act) for act in acts), gap=S8) if look.phone else row(*acts),
        more,
        gap=S16,
    )
    body = ft.Container(told, width=None if look.phone else WIDTH, padding=pad(S16 if look.phone else S24, S24))
    return ft.Container(
        ft.ListView([row(body, align=ft.MainAxisAlignment.CENTER) if not look.phone else body]),
        expand=True,
        alignment=ft.Alignment.TOP_CENTER,
    )


def not_begun(
    look: Look,
    cause: str,
    again: Press,
    copy: Callable[[str], None],
    told: ft.Control | None,
    more: ft.Control | None = None,
) -> ft.Control:
    """Return the explanation in place of a whole window, frame and all. told: a message that was said last; more: a further way on."""
    head = ft.Container(
        row(mark(look), txt(look, "Fieldfare", weight=W6), gap=S12), padding=pad(S16 if look.phone else S24, S16)
    )
    pane = ft.Container(trouble(look, "frame", look.t("frame.failed"), cause, again, copy, more), expand=True)
    if not look.phone:
        pane.bgcolor, pane.border, pane.border_radius = look.c.surface, edge(look), R12
        pane.margin = ft.Margin.only(left=S8, right=S8, bottom=S8)
    ground = look.c.surface if look.phone else look.c.canvas
    return ft.Container(ft.SafeArea(col(head, pane, told, expand=True), expand=True), bgcolor=ground, expand=True)


def _words_for(look: Look, key: str, cause: str) -> str:
    """Return the words of a key for a cause, else those for any."""
    own = f"{key}.{cause}"
    return look.t(own if look.texts.has(own) else key)


def _part(look: Look, glyph: str, heading: str, text: str) -> ft.Control:
    words = col(txt(look, heading, "meta", "ink3", W5), txt(look, text, lines=None), gap=S4, expand=True)
    return row(ft.Container(icon(look, glyph, 18), padding=pad(11, 2)), words, gap=S8, cross=TOP)
