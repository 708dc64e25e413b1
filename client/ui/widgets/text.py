"""Words and glyphs: one run of text, runs of several weights, and icons."""

from collections.abc import Sequence

import flet as ft

from client.ui.icons import ICONS
from client.ui.theme import FONT, ICON_FONT, Look

W4, W5, W6 = ft.FontWeight.W_400, ft.FontWeight.W_500, ft.FontWeight.W_600
Part = str | tuple[str, str, ft.FontWeight]
"""A run within a text: in the tone of the whole, or (text, tone, weight)."""
LETTER = 0.56
"""Mean width of a letter of Inter at half-bold, in heights of the text."""


def width_of(look: Look, text: str, size: str = "body") -> float:
    """Return about how many pixels a text takes on one line: letters are counted, not measured."""
    return len(text) * look.sizes[size][0] * LETTER


def style(look: Look, size: str = "body", tone: str = "ink", weight: ft.FontWeight = W4, strike: bool = False) -> ft.TextStyle:
    """Return the style of one of the three sizes (`title`, `body`, `meta`)."""
    px, line = look.sizes[size]
    return ft.TextStyle(
        size=px,
        height=line / px,
        weight=weight,
        font_family=FONT,
        color=look.tone(tone),
        letter_spacing=-0.2 if size == "title" else 0,
        decoration=ft.TextDecoration.LINE_THROUGH if strike else None,
    )


def txt(
    look: Look,
    value: str,
    size: str = "body",
    tone: str = "ink",
    weight: ft.FontWeight = W4,
    *,
    lines: int | None = 1,
    strike: bool = False,
    expand: bool | int | None = None,
    centre: bool = False,
    key: str | None = None,
) -> ft.Text:
    """Return one run of text, ended by an ellipsis after `lines` lines; None lets it wrap freely."""
    return ft.Text(
        value,
        style=style(look, size, tone, weight, strike),
        max_lines=lines,
        overflow=ft.TextOverflow.ELLIPSIS if lines else ft.TextOverflow.CLIP,
        expand=expand,
        text_align=ft.TextAlign.CENTER if centre else ft.TextAlign.START,
        key=key,
    )


def rich(look: Look, parts: Sequence[Part], size: str = "body", tone: str = "ink", lines: int | None = None) -> ft.Text:
    """Return text of several weights or tones."""
    return ft.Text(
        spans=[
            ft.TextSpan(part, style(look, size, tone))
            if isinstance(part, str)
            else ft.TextSpan(part[0], style(look, size, part[1], part[2]))
            for part in parts
        ],
        max_lines=lines,
        overflow=ft.TextOverflow.ELLIPSIS if lines else ft.TextOverflow.CLIP,
        style=style(look, size, tone),
    )


def marked(text: str, values: Sequence[str], tone: str = "ink") -> list[Part]:
    """Split a sentence at the values in it, so that they stand in bold: the first place of each, in any order."""
    parts: list[Part] = [text]
    for value in values:
        for i, part in enumerate(parts):
            if isinstance(part, str) and value and value in part:
                before, after = part.split(value, 1)
                parts[i : i + 1] = [before, (value, tone, W6), after]
                break
    return [part for part in parts if part != ""]


def on_one_line(look: Look, *parts: tuple[str, str, str, ft.FontWeight]) -> ft.Text:
    """Return runs (text, size, tone, weight) of several sizes on one baseline: a row cannot align baselines here."""
    return ft.Text(
        spans=[ft.TextSpan(value, style(look, size, tone, weight)) for value, size, tone, weight in parts],
        max_lines=1,
        overflow=ft.TextOverflow.ELLIPSIS,
        style=style(look),
    )


def icon(look: Look, name: str, px: float = 18, tone: str = "ink2", label: str = "") -> ft.Text:
    """Return a glyph of the icon font; silent for screen readers unless it carries a label."""
    return ft.Text(
        ICONS[name],
        style=ft.TextStyle(font_family=ICON_FONT, size=px, height=1, color=look.tone(tone)),
        semantics_label=label,
    )
