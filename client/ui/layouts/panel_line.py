"""A line over the devices that says how something stands with all of them, and leads to a panel about it."""

import flet as ft

from client.ui.theme import R8, S8, S12, Look
from client.ui.widgets import W5, W6, Press, col, icon, pad, pressable, row, txt


def panel_line(
    look: Look, id: str, glyph: str, words: str, press: Press, *, needs: bool = False, is_chosen: bool = False
) -> ft.Control:
    """Return the line. needs: whether it says that somebody has to act; is_chosen: whether its panel is open."""
    tone = "need" if needs else "ink2"
    ground = look.c.need_soft if needs else look.c.accent_soft if is_chosen else look.c.sunken
    face = row(
        icon(look, glyph, 16, tone),
        txt(look, words, weight=W6 if needs else W5, tone=tone, expand=True),
        icon(look, "chevron-right", 16, "ink3"),
        gap=S8,
    )
    height = 48 if look.phone else 36
    return pressable(id, words, face, press, height=height, padding=pad(S12), radius=R8, bgcolor=ground, selected=is_chosen)


def panel_lines(look: Look, *lines: ft.Control) -> ft.Control:
    """Return several of them: beside one another, on the phone one above the other."""
    if look.phone:
        return col(*lines, gap=S8)
    return row(*(ft.Container(one, expand=True) for one in lines), gap=S8)
