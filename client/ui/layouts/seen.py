"""What another person sees of the companies and contacts here, each with its rule: for an administrator, only to be read."""

from collections.abc import Callable
from dataclasses import dataclass

import flet as ft

from client.ui.figures import count
from client.ui.layouts.parts import rule_in_words
from client.ui.layouts.reaches import GLYPHS, kind_of
from client.ui.layouts.trouble import trouble
from client.ui.theme import S2, S4, S8, S12, Look
from client.ui.view_models.people import SeenState
from client.ui.widgets import (
    CENTRE,
    TOP,
    W5,
    W6,
    Press,
    button,
    col,
    disc,
    empty,
    icon,
    listing,
    pad,
    pads,
    pressable,
    row,
    segmented,
    skeleton,
    space,
    txt,
)
from client.usecases.rights_answers import SeenPage, SeenRow
from shared_models.registry import CRM

KINDS = tuple(entity.entity_name for entity in CRM.roots)


@dataclass(frozen=True)
class SeenCalls:
    """What an administrator can do there."""

    turn: Callable[[str], None]
    open: Callable[[str, str], None]
    """A record: entity, id."""
    more: Press
    again: Press
    copy: Callable[[str], None]


def seen_list(look: Look, state: SeenState, name: str, on: SeenCalls) -> list[ft.Control]:
    """Return what stands under the tab. name: of the person."""
    if state.phase == "failed":
        told = trouble(look, "seen", look.t("seen.failed"), state.failure, on.again, on.copy)
        return [ft.Container(told, height=480)]
    kinds = segmented(look, "seen.kind", [(kind, kind_of(look, kind)) for kind in KINDS], state.entity, on.turn)
    head: list[ft.Control] = [kinds if look.phone else row(kinds), space(S12)]
    if state.phase != "ready":
        return [*head, ft.Container(skeleton(look), height=320)] if state.phase == "slow" else head
    if state.page is None:
        return [*head, ft.Container(empty(look, "shield", look.t("seen.unknown"), look.t("seen.unknown_text")), height=280)]
    return [*head, *_found(look, state, state.page, name, on)]


def _found(look: Look, state: SeenState, page: SeenPage, name: str, on: SeenCalls) -> list[ft.Control]:
    told = look.t(f"seen.count.{state.entity}", name=name, seen=count(look, page.seen), here=count(look, page.here))
    head = col(
        txt(look, told, weight=W6, lines=3, key="seen.count"),
        row(
            ft.Container(icon(look, "eye", 14, "ink3"), padding=pads(top=S2)),
            txt(look, look.t("seen.read_only"), "meta", "ink3", lines=3, expand=True),
            gap=S4,
            cross=TOP,
        ),
        gap=S4,
    )
    if not page.rows:
        return [head, ft.Container(empty(look, "eye-off", look.t("seen.none"), look.t("seen.none_text")), height=240)]
    rows = [_row(look, state.entity, one, on) for one in page.rows]
    more = [space(S12), row(button(look, "seen.more", look.t("seen.more"), on.more))] if page.next is not None else []
    return [head, space(S12), listing(look, rows), *more]


def _row(look: Look, entity: str, seen: SeenRow, on: SeenCalls) -> ft.Control:
    rule = rule_in_words(look, seen.access)
    words = col(
        txt(look, seen.title, weight=W5),
        txt(look, rule, "meta", "ink2", lines=None, key=f"seen.rule.{seen.id}"),
        gap=S2,
        expand=True,
        align=CENTRE,
    )
    face = row(disc(look, GLYPHS.get(entity, "file"), "ink2", 32, 16), words, icon(look, "chevron-right", 16, "ink3"), gap=S12)
    return pressable(
        f"seen.{seen.id}", f"{seen.title}, {rule}", face, lambda: on.open(entity, seen.id), padding=pad(S12, S8), radius=12
    )
