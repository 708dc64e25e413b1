"""Fields of forms: a label above, the value inside, help or one message below, always at the same place."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import flet as ft

from client.ui.theme import CLEAR, R8, R12, S2, S4, S6, S8, S12, Look
from client.ui.widgets.frame import TOP, Maybe, col, edge, pad, pads, row
from client.ui.widgets.marks import keys
from client.ui.widgets.press import Press, chip, link, menu, pressable, switch
from client.ui.widgets.text import W5, icon, style, txt

Typed = Callable[[str], None]
GLYPH_ROOM = 32
"""Pixels from the edge of a text box to its text when a glyph stands before it; the outline adds 4."""


MAX_SEARCH = 100
"""Letters of a search: of a text that was pasted by mistake the start is kept."""


@dataclass(frozen=True)
class Message:
    """One sentence under a field. fix: the link that puts it right, or keeps the value on purpose."""

    text: str
    severity: str = "error"
    """error, warning, hint or help."""
    fix: str = ""
    press: Press | None = None


@dataclass(frozen=True)
class Secret:
    """What makes a text box one for a password. flip: shows what is typed, or hides it again."""

    is_shown: bool
    flip: Press


def _under(look: Look, id: str, message: Message | None) -> Maybe:
    if message is None:
        return None
    if message.severity == "help":
        return txt(look, message.text, "meta", "ink3", lines=2)
    if message.severity == "hint":
        words = txt(look, message.text, "meta", "ink2", lines=3, key=f"{id}.message")
        open_it = link(look, f"{id}.fix", message.fix, message.press) if message.fix else None
        told = row(words, open_it, gap=S8, wrap=True)
        told.run_spacing = 0
        return told
    tone = "need" if message.severity == "error" else "wait"
    words = txt(look, message.text, "meta", tone, W5, lines=3, expand=True, key=f"{id}.message")
    fix = link(look, f"{id}.fix", message.fix, message.press) if message.fix else None
    mark = ft.Container(icon(look, "circle-alert", 14, tone), padding=pads(top=S2))
    return col(row(mark, words, gap=S6, cross=TOP), row(fix) if fix else None)


def labelled(
    look: Look, id: str, label: str, box: ft.Control, message: Message | None, expand: int | None, mark: str, required: bool
) -> ft.Container:
    """Return a field: its name, the box, and the one sentence under it."""
    star = txt(look, "*", "meta", "need", W5, key=f"{id}.required") if required else None
    name = row(txt(look, label, "meta", "ink2", W5, key=f"{id}.label"), star, gap=S2, tight=True)
    head = row(name, txt(look, mark, "meta", "wait", W5) if mark else None, gap=S6)
    return ft.Container(col(head if label else None, box, _under(look, id, message), gap=S4), expand=expand)


def _outline(look: Look, message: Message | None) -> dict[ft.ControlState, ft.InputBorder]:
    """Return the edge of a text box: quiet, two pixels in the accent while it has the focus, red when it cannot be stored."""
    wrong = {"error": look.c.need, "warning": look.c.wait_dot}.get(message.severity if message else "")
    usual = ft.OutlineInputBorder(side=ft.BorderSide(2 if wrong else 1, wrong or look.c.field_line), border_radius=R8)
    return {
        ft.ControlState.FOCUSED: ft.OutlineInputBorder(side=ft.BorderSide(2, wrong or look.c.accent), border_radius=R8),
        ft.ControlState.DEFAULT: usual,
    }


def text_field(
    look: Look,
    id: str,
    label: str,
    value: str,
    typed: Typed,
    *,
    message: Message | None = None,
    hint: str = "",
    mark: str = "",
    required: bool = False,
    glyph: str | None = None,
    lines: int = 1,
    grows: bool = False,
    key_hint: str = "",
    expand: int | None = None,
    focused: bool = False,
    secret: Secret | None = None,
    read_only: bool = False,
    submit: Press | None = None,
    entered: Press | None = None,
    left: Press | None = None,
    ref: ft.Ref[ft.TextField] | None = None,
) -> ft.Container:
    """Return a text box.

    required: marked as such. typed: told of every letter before anything else (a render from an old value eats letters). grows: takes more
    lines as they are typed, and stays the same box when `lines` changes. key_hint: cap of the key that puts the cursor there, at its end.
    entered, left: told when the cursor comes and goes. ref: set to the box, so that a key can put the cursor there.
    """
    height = 48 if look.phone else 36
    px, line_height = look.sizes["body"]
    inset = (height - line_height) / 2 + 0.5
    is_long, is_bound = grows or lines > 1, grows or lines == 1
    end = _eye(look, id, secret, height) if secret else _cap(look, key_hint) if key_hint and not look.phone else None

    def heard(text: str) -> None:
        look.live.told(id, text)
        typed(text)

    def focused_now(e: ft.Event[ft.TextField]) -> None:
        look.typing(e.control._i, here=True)
        if entered is not None:
            entered()

    def blurred(e: ft.Event[ft.TextField]) -> None:
        look.typing(e.control._i, here=False)
        if left is not None:
            left()

    box = ft.TextField(
        value=look.live.shown(id, value),
        key=id,
        hint_text=hint or None,
        text_style=style(look),
        hint_style=style(look, tone="ink3"),
        text_size=px,
        border=_outline(look, message),
        filled=True,
        fill_color=look.c.sunken if read_only else look.c.surface,
        content_padding=pads(left=GLYPH_ROOM if glyph else S8, right=S8, top=inset, bottom=inset),
        dense=True,
        multiline=is_long,
        min_lines=lines,
        max_lines=max(lines, 12) if is_long else 1,
        size_constraints=ft.BoxConstraints(min_height=height, max_height=math.inf if lines > 1 else height)
        if is_bound
        else None,
        password=secret is not None and not secret.is_shown,
        suffix_icon=end,
        suffix_icon_size_constraints=ft.BoxConstraints(min_width=36, max_width=48, max_height=height) if end else None,
        read_only=read_only,
        autofocus=focused,
        selection=look.live.caret(id, value),
        cursor_color=look.c.accent,
        hover_color=CLEAR,
        on_change=lambda e: heard(e.control.value or ""),
        on_focus=focused_now,
        on_blur=blurred,
        on_submit=(lambda _: submit()) if submit else None,
        ref=ref,
    )
    look.live.drawn(id, box, value)
    face = _with_glyph(look, id, label, box, glyph, height, grows)
    return labelled(look, id, label, face, message, expand, mark, required)


def _eye(look: Look, id: str, secret: Secret, height: float) -> ft.Control:
    """Return the eye at the end of a password, crossed out while the password is shown."""
    says = look.t("act.hide_password" if secret.is_shown else "act.show_password")
    mark = icon(look, "eye-off" if secret.is_shown else "eye", 16, "ink2")
    return pressable(
        f"{id}.eye", says, mark, secret.flip,
        width=44 if look.phone else 36, height=height - 4, alignment=ft.Alignment.CENTER, tooltip=says,
    )  # fmt: skip


def _cap(look: Look, key: str) -> ft.Control:
    """Return the cap of a key, at the end of the box into which it puts the cursor."""
    return ft.Container(keys(look, key), width=40, alignment=ft.Alignment.CENTER)


def _with_glyph(
    look: Look, id: str, label: str, box: ft.TextField, glyph: str | None, height: float, grows: bool = False
) -> ft.Control:
    """Lay a glyph over the left end of a text box: as its prefix, Flutter would give it 48 pixels."""
    named = ft.Semantics(identifier=id, label=label, content=box)
    if glyph is None:
        return named
    mark = ft.Container(icon(look, glyph, 16, "ink3"), left=S12, top=(height - 16) / 2)
    if grows:
        return ft.Stack([named, mark], fit=ft.StackFit.PASS_THROUGH)
    return ft.Stack([named, mark], height=height, fit=ft.StackFit.EXPAND)


def search_field(
    look: Look,
    id: str,
    hint: str,
    value: str,
    typed: Typed,
    *,
    key_hint: str = "",
    focused: bool = False,
    submit: Press | None = None,
    entered: Press | None = None,
    ref: ft.Ref[ft.TextField] | None = None,
) -> ft.Control:
    """Return the sunken search box of a list, which keeps `MAX_SEARCH` letters.

    entered: told when the cursor comes. ref: set to the box, so that a key can put the cursor there.
    """
    height = 48 if look.phone else 36
    px, line_height = look.sizes["body"]
    inset = (height - line_height) / 2 + 0.5
    edge = CLEAR if look.c.sunken != look.c.surface else look.c.field_line  # a box that is not sunken needs an edge
    flat = ft.OutlineInputBorder(side=ft.BorderSide(1, edge), border_radius=R12 if look.phone else R8)
    held = ft.OutlineInputBorder(side=ft.BorderSide(2, look.c.accent), border_radius=R12 if look.phone else R8)

    def heard(text: str) -> None:
        look.live.told(id, text)
        typed(text[:MAX_SEARCH])

    def focused_now(e: ft.Event[ft.TextField]) -> None:
        look.typing(e.control._i, here=True, one_line=True)
        if entered is not None:
            entered()

    clear = pressable(
        f"{id}.clear", look.t("act.clear"), icon(look, "x", 14, "ink3"), lambda: typed(""),
        width=36, height=height - 4, alignment=ft.Alignment.CENTER,
    )  # fmt: skip
    trailing = clear if value else (_cap(look, key_hint) if key_hint and not look.phone else None)
    box = ft.TextField(
        value=look.live.shown(id, value),
        key=id,
        hint_text=hint,
        text_style=style(look),
        hint_style=style(look, tone="ink3"),
        text_size=px,
        border={ft.ControlState.FOCUSED: held, ft.ControlState.DISABLED: flat, ft.ControlState.DEFAULT: flat},
        filled=True,
        fill_color=look.c.sunken,
        hover_color=CLEAR,
        content_padding=pads(left=GLYPH_ROOM, right=S8, top=inset, bottom=inset),
        dense=True,
        suffix_icon=trailing,
        suffix_icon_size_constraints=ft.BoxConstraints(min_width=36, max_width=44, max_height=height),
        size_constraints=ft.BoxConstraints(min_height=height, max_height=height),
        autofocus=focused,
        cursor_color=look.c.accent,
        on_change=lambda e: heard(e.control.value or ""),
        on_focus=focused_now,
        on_blur=lambda e: look.typing(e.control._i, here=False),
        on_submit=(lambda _: submit()) if submit else None,
        ref=ref,
    )
    look.live.drawn(id, box, value)
    return _with_glyph(look, id, hint, box, "search", height)


def closed_face(look: Look, shown: str, glyph: str | None, hint: str) -> ft.Row:
    """Return what stands in a box that opens: what is chosen, else the hint, and that it opens."""
    return row(
        icon(look, glyph, 16, "ink3") if glyph else None,
        txt(look, shown or hint, tone="ink" if shown else "ink3", expand=True),
        icon(look, "chevron-down", 16, "ink3"),
    )


def _closed_box(look: Look, shown: str, glyph: str | None, hint: str) -> ft.Container:
    return ft.Container(
        closed_face(look, shown, glyph, hint),
        height=48 if look.phone else 36,
        padding=pad(S12),
        border=edge(look, "field_line"),
        border_radius=R8,
        bgcolor=look.c.surface,
    )


def choice_field(
    look: Look,
    id: str,
    label: str,
    shown: str,
    options: Sequence[tuple[str, str, Press]],
    *,
    hint: str = "",
    glyph: str | None = None,
    message: Message | None = None,
    expand: int | None = None,
    mark: str = "",
    required: bool = False,
) -> ft.Container:
    """Return a field that opens a short list of (identifier, label, press)."""
    face = menu(look, _closed_box(look, shown, glyph, hint), options, label)
    box = ft.Semantics(identifier=id, label=f"{label} {shown}", button=True, content=face)
    return labelled(look, id, label, box, message, expand, mark, required)


def chips_field(
    look: Look, id: str, label: str, options: Sequence[tuple[str, str, bool, Press]], *, mark: str = ""
) -> ft.Container:
    """Return a set of (value, label, chosen, press), any number of them at once."""
    chips = [chip(look, f"{id}.{value}", text, press, on=on) for value, text, on, press in options]
    return labelled(look, id, label, row(*chips, wrap=True, gap=S8 if look.phone else S6), None, None, mark, required=False)


def switch_field(look: Look, id: str, label: str, on: bool, press: Press, *, help: str = "", mark: str = "") -> ft.Container:
    """Return a yes-or-no field as one line: words at the left, switch at the right."""
    words = col(
        row(txt(look, label), txt(look, mark, "meta", "wait", W5) if mark else None, gap=S6),
        txt(look, help, "meta", "ink3", lines=2) if help else None,
        expand=True,
    )
    return ft.Container(row(words, switch(look, id, label, on, press)), padding=pads(top=S4))
