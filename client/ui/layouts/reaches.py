"""The table of a profile or a person: kinds of records by what may be done, and in each cell how far that goes."""

from collections.abc import Callable
from typing import get_args

import flet as ft

from client.ui.router import SCREEN_OF
from client.ui.theme import R8, S4, S8, S12, S16, Look
from client.ui.widgets import CENTRE, W5, W6, Press, col, group_header, icon, listing, menu, pad, pads, row, tag, txt
from client.usecases.rights_answers import Reaches
from shared_models.entities.rights import Reach
from shared_models.rules import ACTIONS, WIDTH, Action

PutReach = Callable[[str, Action, str], None]
"""Kind of record, action, reach."""
REACHES: tuple[Reach, ...] = get_args(Reach)
GLYPHS = {"company": "building-2", "contact": "users"}
CELL = 52
"""Height of a row of the table on wide windows."""


def reach_table(look: Look, rows: tuple[Reaches, ...], put: PutReach | None) -> ft.Control:
    """Return the table. put: what a choice in a cell does; None for one that is only read."""
    if look.phone:
        return listing(look, [_phone_row(look, one, put) for one in rows])
    heads = [ft.Container(_head(look, action), expand=2, padding=pad(S12)) for action in ACTIONS]
    head = ft.Container(row(ft.Container(expand=3), *heads, gap=0), height=36)
    return listing(look, [head, *(_wide_row(look, one, put) for one in rows)])


def groups_in_words(look: Look, groups: tuple[str, ...]) -> ft.Control:
    """Return the confidential groups that are open, as labels."""
    if not groups:
        return txt(look, look.t("people.no_groups"), "meta", "ink3", key="groups.none")
    return row(*(tag(look, look.t(f"right_group.{group}")) for group in groups), wrap=True)


def legend(look: Look) -> ft.Control:
    """Return what the reaches mean."""
    lines = [(look.t(f"reach.{one}"), look.t(f"reach.{one}.means")) for one in REACHES[1:]]
    return col(
        *(txt(look, f"{name}: {means}", "meta", "ink3", lines=2) for name, means in lines),
        txt(look, look.t("reach.seen_first"), "meta", "ink3", lines=2),
        gap=S4,
    )


def kind_of(look: Look, entity: str) -> str:
    """Return the plural name of a kind of record."""
    return look.t(f"nav.{SCREEN_OF[entity]}") if entity in SCREEN_OF else look.t(f"entity.{entity}")


def _head(look: Look, action: Action) -> ft.Text:
    return txt(look, look.t(f"access.{action}"), "meta", "ink3", W6)


def _wide_row(look: Look, reaches: Reaches, put: PutReach | None) -> ft.Control:
    name = row(icon(look, GLYPHS.get(reaches.entity, "file"), 16, "ink3"), txt(look, kind_of(look, reaches.entity), weight=W5))
    cells = [ft.Container(_cell(look, reaches, action, put), expand=2) for action in ACTIONS]
    return ft.Container(row(ft.Container(name, expand=3, padding=pads(left=S16)), *cells, gap=0), height=CELL)


def _phone_row(look: Look, reaches: Reaches, put: PutReach | None) -> ft.Control:
    cells = [
        ft.Container(col(ft.Container(_head(look, action), padding=pad(S8)), _cell(look, reaches, action, put)), expand=1)
        for action in ACTIONS
    ]
    head = group_header(look, kind_of(look, reaches.entity), left=S8)
    differing = [
        ft.Container(_beside_profile(look, reaches, action, named=True), padding=pads(left=S8, bottom=S4))
        for action in ACTIONS
        if reaches.differs(action)
    ]
    return ft.Container(col(head, row(*cells, gap=0), *differing), padding=pads(left=S8, right=S4, bottom=S4))


def _beside_profile(look: Look, reaches: Reaches, action: Action, *, named: bool) -> ft.Text:
    """Return what the profile gives where a right of one's own reaches further. named: with the action before it."""
    assert reaches.by_profile is not None  # only then it differs
    words = look.t("people.profile_gives", reach=look.t(f"reach.{reaches.by_profile[action]}"))
    said = f"{look.t(f'access.{action}')} · {words}" if named else words
    return txt(look, said, "meta", "ink2", key=f"reach.{reaches.entity}.{action}.profile")


def _cell(look: Look, reaches: Reaches, action: Action, put: PutReach | None) -> ft.Control:
    """Return how far one action goes; a press opens the four reaches."""
    held = reaches.by_action[action]
    words, inset = look.t(f"reach.{held}"), S8 if look.phone else S12
    id = f"reach.{reaches.entity}.{action}"
    differs = reaches.differs(action)
    tone = "accent_ink" if differs else "ink3" if held == "none" else "ink"
    said = txt(look, words, tone=tone, weight=W6 if differs else W5, key=id)
    offered = _offered(look, reaches, action) if put is not None else []
    if put is None or not offered:
        return ft.Container(said, height=look.target, padding=pad(inset), alignment=ft.Alignment.CENTER_LEFT)
    shown = row(said, icon(look, "chevron-down", 13, "ink3"), gap=S4, tight=True)
    below = _beside_profile(look, reaches, action, named=False) if differs and not look.phone else None
    face = ft.Container(
        col(shown, below, align=CENTRE, tight=True) if below else shown,
        height=CELL - S8 if below else look.target,
        padding=pad(inset),
        border_radius=R8,
        alignment=ft.Alignment.CENTER_LEFT,
    )
    label = f"{kind_of(look, reaches.entity)}: {look.t(f'access.{action}')}"
    options = [(f"{id}.{one}", said, _choice(put, reaches.entity, action, one)) for one, said in offered]
    return ft.Semantics(identifier=id, label=f"{label}, {words}", button=True, content=menu(look, face, options, label))


def _offered(look: Look, reaches: Reaches, action: Action) -> list[tuple[Reach, str]]:
    """Return the reaches of a cell, each in words: all of them, or for one person as the profile, and what is wider."""
    if reaches.by_profile is None:
        return [(one, look.t(f"reach.{one}")) for one in REACHES]
    base = reaches.by_profile[action]
    wider = [(one, look.t(f"reach.{one}")) for one in REACHES if WIDTH[one] > WIDTH[base]]  # type: ignore[index]  # a reach
    return [("none", look.t("people.as_profile", reach=look.t(f"reach.{base}"))), *wider] if wider else []


def _choice(put: PutReach, entity: str, action: Action, reach: str) -> Press:
    return lambda: put(entity, action, reach)
