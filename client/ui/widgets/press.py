"""What can be pressed. Every part has an identifier for tests and a label for screen readers."""

from collections.abc import Callable, Sequence

import flet as ft

from client.ui.theme import CALM_MS, CLEAR, FAST_MS, R8, R12, R16, S2, S4, S6, S12, S16, S24, Look
from client.ui.widgets.frame import CENTRE, col, pad, pads, row
from client.ui.widgets.text import W5, W6, icon, txt, width_of

Press = Callable[[], None]
FADE_PX = 40
"""Width of the edge in which tabs fade that go on beyond it; behind the last one as much is empty."""
OFF = 0.45
"""How much is left of the colours of a button that cannot be pressed now."""


def pressable(
    id: str,
    label: str,
    content: ft.Control,
    press: Press | None,
    *,
    expand: bool | int | None = None,
    selected: bool | None = None,
    key: str | None = None,
    width: float | None = None,
    height: float | None = None,
    padding: ft.Padding | None = None,
    margin: ft.Margin | None = None,
    bgcolor: str | None = None,
    border: ft.Border | None = None,
    radius: float = R8,
    alignment: ft.Alignment | None = None,
    tooltip: str | None = None,
) -> ft.Semantics:
    """Return a box that answers to a press, drawn by the client without a round trip.

    id: semantics identifier, unique on a screen. label: what a screen reader says of a lone glyph; it reads words by itself.
    """
    is_glyph = isinstance(content, ft.Text) and content.semantics_label is not None
    spoken = label if is_glyph and not tooltip else None
    box = ft.Container(
        content,
        width=width,
        height=height,
        padding=padding,
        margin=margin,
        bgcolor=bgcolor,
        border=border,
        border_radius=radius,
        alignment=alignment,
        tooltip=tooltip,
        ink=True,
        on_click=(lambda _: press()) if press else None,
        key=key or id,
    )
    return ft.Semantics(identifier=id, label=spoken, button=True, selected=selected, content=box, expand=expand)


def button(
    look: Look,
    id: str,
    label: str,
    press: Press | None,
    *,
    glyph: str | None = None,
    kind: str = "outline",
    keys: str | None = None,
    expand: bool | int | None = None,
    big: bool = False,
    busy: bool = False,
) -> ft.Semantics:
    """Return a button: primary (one per view), outline, quiet or danger. press: None is not now. keys: hint on wide screens. busy: at work."""
    ink = {"primary": look.c.on_accent, "danger": look.c.need, "quiet": look.c.accent_ink}.get(kind, look.c.ink)
    pale = {True: "#990C1B3C", False: "#B3FFFFFF"}[look.c.dark] if kind == "primary" else look.c.ink3
    face = row(
        ft.ProgressRing(width=16, height=16, stroke_width=2, color=ink)
        if busy
        else (icon(look, glyph, 18 if look.phone else 16, ink) if glyph else None),
        txt(look, label, "body", ink, W5),
        txt(look, keys, "meta", pale, W5) if keys and not look.phone else None,
        tight=True,
        align=CENTRE,
    )
    side = {"outline": look.c.line, "danger": look.c.need_soft}.get(kind)
    shape = ft.ButtonStyle(
        shape=ft.RoundedRectangleBorder(radius=R12 if look.phone else R8),
        elevation=0,
        padding=pad(S16 if look.phone else S12),
        bgcolor=look.c.accent if kind == "primary" else CLEAR,
        overlay_color="#14FFFFFF" if look.c.dark else "#14000000",
        visual_density=ft.VisualDensity.STANDARD,
        side=ft.BorderSide(1, side) if side else None,
    )
    make = ft.FilledButton if kind == "primary" else ft.TextButton
    height = 48 if look.phone else (40 if big else 36)
    is_off = press is None and not busy
    box = make(
        content=face,
        style=shape,
        height=height,
        key=id,
        disabled=is_off,
        opacity=OFF if is_off else 1,
        on_click=(lambda _: press()) if press and not busy else None,
    )
    return ft.Semantics(identifier=id, content=box, expand=expand)


def icon_button(
    look: Look, id: str, glyph: str, label: str, press: Press | None, *, tone: str = "ink2", px: float = 18
) -> ft.Semantics:
    """Return an icon alone, with its meaning as tooltip and label."""
    size = 48 if look.phone else 32
    return pressable(
        id,
        label,
        icon(look, glyph, px + 4 if look.phone else px, tone),
        press,
        width=size,
        height=size,
        alignment=ft.Alignment.CENTER,
        tooltip=label,
    )


def link(look: Look, id: str, label: str, press: Press | None, *, size: str = "meta") -> ft.Semantics:
    """Return a word in a line that does something."""
    target = 44 if look.phone else 24
    words = row(txt(look, label, size, "accent_ink", W6), tight=True)
    return pressable(id, label, words, press, height=target, padding=pad(S4), radius=R8)


def chip(
    look: Look,
    id: str,
    label: str,
    press: Press | None,
    *,
    on: bool = False,
    count: str = "",
    glyph: str | None = None,
    caret: bool = False,
) -> ft.Control:
    """Return a filter; chosen = soft accent with a tick, so that colour is not the only sign."""
    tone = "accent_ink" if on else "ink2"
    face = row(
        icon(look, "check" if on else glyph or "check", 14, tone) if on or glyph else None,
        txt(look, label, "meta", tone, W5),
        txt(look, count, "meta", tone if on else "ink3") if count else None,
        icon(look, "chevron-down", 13, tone) if caret else None,
        gap=S6,
        tight=True,
    )
    return pressable(
        id,
        label,
        face,
        press,
        selected=on,
        height=36 if look.phone else 28,
        padding=pad(S12),
        bgcolor=look.c.accent_soft if on else look.c.surface,
        radius=R16 + 2,
        border=ft.Border.all(1, look.c.accent_soft if on else look.c.line),
    )


def menu(look: Look, face: ft.Control, options: Sequence[tuple[str, str, Press]], tooltip: str) -> ft.PopupMenuButton:
    """Return a face that opens a menu of (identifier, label, press). While it is open, keys are the menu's own."""

    def item(id: str, label: str, press: Press) -> ft.PopupMenuItem:
        return ft.PopupMenuItem(
            content=ft.Semantics(identifier=id, button=True, label=label, content=txt(look, label)),
            height=48 if look.phone else 36,
            on_click=lambda _: press(),
            key=id,
        )

    return ft.PopupMenuButton(
        content=face,
        items=[item(*option) for option in options],
        bgcolor=look.c.surface,
        tooltip=tooltip,
        menu_position=ft.PopupMenuPosition.UNDER,
        shape=ft.RoundedRectangleBorder(radius=R12, side=ft.BorderSide(1, look.c.line)),
        elevation=8,
        shadow_color=look.c.shadow,
        menu_padding=pad(0, S4),
        on_open=lambda e: look.menu(e.control._i, True),
        on_cancel=lambda e: look.menu(e.control._i, False),
        on_select=lambda e: look.menu(e.control._i, False),
    )


def tabs(
    look: Look,
    items: Sequence[tuple[str, str, int]],
    chosen: str,
    press: Callable[[str], None],
    strip: ft.Ref[ft.Row] | None = None,
) -> ft.Control:
    """Return underlined tabs of (name, label, count); a count stands after the word, never in a bubble.

    strip: gets the row, which scrolls sideways where not all of them fit (`tab_scroll`), and shows it by fading at its edge.
    """

    def cell(name: str, label: str, count: int) -> ft.Control:
        on = name == chosen
        face = row(
            txt(look, label, "body", "ink" if on else "ink2", W6 if on else W5),
            txt(look, str(count), "meta", "ink3") if count else None,
            gap=S6,
            tight=True,
        )
        return pressable(
            f"tab.{name}",
            f"{label} {count}" if count else label,
            face,
            lambda: press(name),
            selected=on,
            height=48 if look.phone else 40,
            padding=pad(S4),
            radius=0,
            alignment=ft.Alignment.CENTER,
            border=ft.Border.only(bottom=ft.BorderSide(2, look.c.accent if on else CLEAR)),
        )

    cells = [*(cell(*item) for item in items), ft.Container(width=FADE_PX - S16)]
    return ft.Container(
        ft.Stack([ft.Row(cells, spacing=S16, scroll=ft.ScrollMode.HIDDEN, ref=strip), _fade(look)]),
        border=ft.Border.only(bottom=ft.BorderSide(1, look.c.line)),
        padding=pad(S16 if look.phone else S24),
    )


def _fade(look: Look) -> ft.Container:
    """Return the edge of a strip into which it fades. It takes no press from what lies under it."""
    return ft.Container(
        width=FADE_PX,
        right=0,
        top=0,
        bottom=0,
        ignore_interactions=True,
        gradient=ft.LinearGradient(
            [ft.Colors.with_opacity(0, look.c.surface), look.c.surface],
            begin=ft.Alignment.CENTER_LEFT,
            end=ft.Alignment.CENTER_RIGHT,
        ),
        key="tabs.fade",
    )


def tab_scroll(look: Look, items: Sequence[tuple[str, str, int]], chosen: str, room: float) -> float | None:
    """Return how far a strip of tabs is scrolled, in pixels, so that the chosen one is in sight; None where all of them fit.

    -1 is the end. Letters are counted, not measured: between both ends half of the tab before stays in sight, too.
    room: width of the strip.
    """
    widths = [width_of(look, label + (f" {count}" if count else "")) + 2 * S4 + S16 for _, label, count in items]
    place = [name for name, _, _ in items].index(chosen)
    before, after = sum(widths[:place]), sum(widths[place:])
    if before + after <= room:
        return None
    if before + widths[place] <= room - FADE_PX:
        return 0
    return -1 if after <= room else before - widths[place - 1] / 2


def segmented(
    look: Look, name: str, items: Sequence[tuple[str, str]], chosen: str, press: Callable[[str], None]
) -> ft.Container:
    """Return one choice of a few (value, label), side by side; on a phone that is too narrow for the words, in two rows."""
    room = (look.width - 4 * S16 - 4) / len(items) - S2  # in a card of a page
    widest = max(width_of(look, label, "meta") for _, label in items)
    is_flat = look.c.surface == look.c.sunken  # outdoors, where no ground shows which one is chosen
    ground, ink = (look.c.accent, "on_accent") if is_flat else ("#2C343F" if look.c.dark else look.c.surface, "ink")

    def cell(value: str, label: str) -> ft.Control:
        on = value == chosen
        return pressable(
            f"{name}.{value}",
            label,
            row(txt(look, label, "meta", ink if on else "ink2", W6 if on else W5), tight=True, align=CENTRE),
            lambda: press(value),
            selected=on,
            expand=1 if look.phone else None,
            height=40 if look.phone else 28,
            padding=pad(S12 if not look.phone or widest + 2 * S12 <= room else S4),
            radius=R8 - 2,
            alignment=ft.Alignment.CENTER if look.phone else None,
            bgcolor=ground if on else None,
        )

    cells = [cell(*item) for item in items]
    first = (len(cells) + 1) // 2 if look.phone and widest + 2 * S4 > room else len(cells)
    rows = [row(*part, gap=S2, tight=not look.phone) for part in (cells[:first], cells[first:]) if part]
    return ft.Container(
        col(*rows, gap=S2) if len(rows) > 1 else rows[0],
        bgcolor=look.c.sunken,
        border_radius=R8,
        padding=2,
    )


def switch(look: Look, id: str, label: str, on: bool, press: Press) -> ft.Semantics:
    """Return a quiet switch: 40 x 24, no icon inside."""
    knob = ft.Container(width=18, height=18, border_radius=9, bgcolor=look.c.on_accent if on else look.c.surface)
    track = ft.Container(
        ft.Container(
            knob,
            alignment=ft.Alignment.CENTER_RIGHT if on else ft.Alignment.CENTER_LEFT,
            padding=3,
            animate=ft.Animation(FAST_MS, ft.AnimationCurve.EASE_OUT),
        ),
        width=40,
        height=24,
        border_radius=12,
        bgcolor=look.c.accent if on else look.c.field_line,
        animate=ft.Animation(CALM_MS, ft.AnimationCurve.EASE_OUT),
    )
    box = ft.Container(
        track,
        width=48,
        height=look.target,
        alignment=ft.Alignment.CENTER,
        ink=True,
        on_click=lambda _: press(),
        border_radius=R12,
        key=id,
    )
    return ft.Semantics(identifier=id, label=label, toggled=on, button=True, content=box)


def quick(look: Look, id: str, glyph: str, label: str, press: Press | None, *, primary: bool = False) -> ft.Semantics:
    """Return an action of the phone: a quarter of the width, glyph over word."""
    ink = "on_accent" if primary else "ink"
    face = ft.Column(
        [icon(look, glyph, 20, ink), txt(look, label, "meta", ink, W5)],
        spacing=S4,
        horizontal_alignment=ft.CrossAxisAlignment.CENTER,
        alignment=CENTRE,
    )
    return pressable(
        id,
        label,
        face,
        press,
        expand=1,
        height=64,
        radius=R12,
        bgcolor=look.c.accent if primary else look.c.sunken,
        alignment=ft.Alignment.CENTER,
        padding=pads(),
    )
