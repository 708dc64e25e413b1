"""A list of an administrator's, of profiles or teams: its pane on wide windows, its body on the phone, and a row of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import flet as ft

from client.ui.figures import count
from client.ui.layouts.list_groups import ROW_PHONE, ROW_WIDE
from client.ui.layouts.people import part_choice
from client.ui.layouts.trouble import trouble
from client.ui.theme import R8, S2, S8, S12, S16, Look
from client.ui.view_models.rights_list import RightsListState
from client.ui.widgets import (
    CENTRE,
    W5,
    Press,
    beside,
    button,
    col,
    disc,
    dot,
    icon_button,
    pad,
    pads,
    pane_header,
    pressable,
    row,
    skeleton,
    tag,
    txt,
)

Part = Literal["profiles", "teams"]
"""Which list; also the beginning of its text keys."""
State = RightsListState[Any]  # Any: its rows are drawn by whoever knows their kind


@dataclass(frozen=True)
class RightsListCalls:
    """What an administrator can do with the list."""

    part: Callable[[str], None]
    open: Callable[[str], None]
    new: Press
    again: Press
    copy: Callable[[str], None]


def list_pane(look: Look, part: Part, state: State, rows: Sequence[ft.Control], on: RightsListCalls) -> ft.Control:
    """Return the pane of the list on wide windows."""
    total = count(look, len(state.rows)) if state.rows else ""
    new = icon_button(look, f"{part}.new", "plus", look.t(f"{part}.new"), on.new)
    return col(pane_header(look, look.t("nav.people"), total, new), *list_body(look, part, state, rows, on), expand=True)


def list_body(
    look: Look, part: Part, state: State, rows: Sequence[ft.Control], on: RightsListCalls
) -> tuple[ft.Control, ft.Control]:
    """Return the rows: what the pane and the phone have in common."""
    return part_choice(look, part, on.part), ft.Container(_listed(look, part, state, rows, on), expand=True)


def _listed(look: Look, part: Part, state: State, rows: Sequence[ft.Control], on: RightsListCalls) -> ft.Control:
    if state.phase == "failed":
        return trouble(look, part, look.t(f"{part}.failed"), state.failure, on.again, on.copy)
    if state.phase != "ready":
        return skeleton(look) if state.phase == "slow" else ft.Container()
    if not state.rows and rows:  # what stands there instead
        return rows[0]
    add = button(look, f"{part}.new", look.t(f"{part}.new"), on.new, glyph="plus")
    foot = [ft.Container(row(add), padding=pad(S16, S12))] if look.phone else []  # elsewhere the head of the pane has it
    return ft.ListView([*rows, *foot], expand=True, padding=pads(bottom=S8))


def list_row(
    look: Look,
    id: str,
    name: str,
    second: str,
    state: str,
    press: Press,
    *,
    glyph: str,
    chosen: bool,
    used: bool,
    mark: str = "",
) -> ft.Control:
    """Return a row. id: its identifier. state: of its newest save. used: whether people stand behind it. mark: of one that is archived."""
    title = txt(look, name, weight=W5, tone="ink2" if mark else "ink")
    words = ft.Column(
        [beside(title, tag(look, mark)) if mark else title, txt(look, second, "meta", "ink2" if used else "ink3")],
        spacing=S2 if look.phone else 0,
        alignment=CENTRE,
        expand=True,
    )
    return pressable(
        id,
        f"{name}, {second}, {look.t(f'state.{state}')}",
        row(dot(look, state), disc(look, glyph, "ink2", 32, 16), words, gap=S8),
        press,
        selected=chosen,
        height=ROW_PHONE if look.phone else ROW_WIDE,
        radius=0 if look.phone else R8,
        padding=pads(left=S12, right=S16) if look.phone else pad(S8),
        margin=None if look.phone else ft.Margin.symmetric(horizontal=S8),
        bgcolor=look.c.accent_soft if chosen else None,
    )
