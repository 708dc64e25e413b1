"""Lists of companies and of contacts: search, filters, rows in groups, and the states besides content."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import flet as ft

from client.ui.dates import age, days_since
from client.ui.figures import count, initial
from client.ui.theme import R8, S4, S6, S8, S12, S16, Look
from client.ui.view_models.record_list import ListState
from client.ui.widgets import (
    CENTRE,
    W4,
    W5,
    Press,
    button,
    chip,
    col,
    dot,
    empty,
    group_header,
    icon,
    icon_button,
    menu,
    pad,
    pads,
    pane_header,
    pressable,
    row,
    search_field,
    skeleton,
    txt,
)
from client.usecases.answers import CompanyRow, ContactRow, ListQuery
from shared_models.entities.company import ROLES

Order = Literal["name", "recent"]
ORDERS: tuple[Order, ...] = ("name", "recent")
AnyRow = CompanyRow | ContactRow
AnyState = ListState[CompanyRow] | ListState[ContactRow]
ROW_WIDE, ROW_PHONE, HEAD_WIDE, HEAD_PHONE = 48, 64, 32, 40
"""Heights in pixels; one per kind, so that the pinned header is arithmetic."""
PLURAL = {"company": "companies", "contact": "contacts"}


@dataclass(frozen=True)
class ListCalls:
    """What a person can do with a list. scrolled: pixels from the top, and pixels that are left below."""

    type: Callable[[str], None]
    ask: Callable[[ListQuery], None]
    clear: Press
    open: Callable[[str], None]
    new: Press
    again: Press
    scrolled: Callable[[float, float], None]
    search_box: ft.Ref[ft.TextField]


def list_pane(look: Look, entity: str, state: AnyState, on: ListCalls, chosen: str | None, top: int) -> ft.Control:
    """Return the pane of a list on wide windows. chosen: id of the row that is open. top: group at the top of the scroll."""
    total = count(look, state.total) if state.total is not None else ""
    head = pane_header(
        look,
        look.t(f"nav.{PLURAL[entity]}"),
        total,
        order_menu(look, state, on),
        icon_button(look, "list.new", "plus", look.t(f"new.{entity}"), on.new),
    )
    return col(head, *list_body(look, entity, state, on, chosen, top), expand=True)


def list_body(look: Look, entity: str, state: AnyState, on: ListCalls, chosen: str | None, top: int) -> tuple[ft.Control, ...]:
    """Return search box, filters and rows: what the pane and the phone have in common."""
    search = search_field(
        look, "list.search", look.t(f"list.hint.{entity}"), state.typed, on.type, key_hint="/", ref=on.search_box
    )
    return (
        ft.Container(search, padding=pads(left=S16, right=S16, bottom=S4 if look.phone else S8, top=S4 if look.phone else 0)),
        ft.Container(
            _filters(look, entity, state, on), padding=pads(left=S16, right=S16, bottom=S4, top=S4 if look.phone else 0)
        ),
        ft.Container(_content(look, entity, state, on, chosen, top), expand=True),
    )


def order_menu(look: Look, state: AnyState, on: ListCalls) -> ft.Control:
    """Return the choice of order, as an icon."""
    size, px = (48, 22) if look.phone else (32, 18)
    face = ft.Container(
        icon(look, "list-filter", px, "ink" if look.phone else "ink2"),
        width=size,
        height=size,
        alignment=ft.Alignment.CENTER,
    )

    def to(order: Order) -> Press:
        return lambda: on.ask(replace(state.query, order=order))

    options = [(f"order.{order}", look.t(f"list.order.{order}"), to(order)) for order in ORDERS]
    label = look.t(f"list.order.{state.query.order}")
    return ft.Semantics(identifier="list.order", button=True, content=menu(look, face, options, label))


def _filters(look: Look, entity: str, state: AnyState, on: ListCalls) -> ft.Control:
    """Return chips: one press each, any role or mine, and off again."""
    query = state.query

    def role(value: str) -> ft.Control:
        chosen = query.role == value
        press = lambda: on.ask(replace(query, role=None if chosen else value))  # noqa: E731  # one expression
        return chip(look, f"filter.role.{value}", look.t(f"list.role.{value}"), press, on=chosen)

    mine = chip(
        look, "filter.mine", look.t("list.filter.mine"), lambda: on.ask(replace(query, mine=not query.mine)), on=query.mine
    )
    roles = [role(value) for value in ROLES] if entity == "company" else []
    return row(mine, *roles, gap=S8 if look.phone else S6, scroll=True)


def _content(look: Look, entity: str, state: AnyState, on: ListCalls, chosen: str | None, top: int) -> ft.Control:
    if state.phase == "failed":
        again = button(look, "list.again", look.t("act.try_again"), on.again, glyph="refresh-cw", kind="primary")
        return empty(
            look, "database", look.t("list.failed"), look.t(f"error.{state.failure}"), again, tone="need", key="failed"
        )
    if not state.rows and state.phase == "slow":
        return skeleton(look)
    if not state.rows and state.phase == "reading":
        return ft.Container()
    if not state.rows and state.is_filtered:
        clear = button(look, "list.clear", look.t("list.clear"), on.clear)
        return empty(look, "search", look.t("list.nothing_found"), look.t("list.nothing_found_text"), clear)
    if not state.rows:
        new = button(look, "list.first", look.t(f"new.{entity}"), on.new, glyph="plus", kind="primary")
        return empty(
            look, "building-2" if entity == "company" else "users",
            look.t(f"list.empty.{entity}"), look.t(f"list.empty_text.{entity}"), new,
        )  # fmt: skip
    return _rows(look, state, on, chosen, top)


def groups_of(look: Look, state: AnyState) -> list[tuple[str, list[AnyRow]]]:
    """Return the rows under their headers: by initial in order of names, by age in order of change; none while searching."""
    if state.query.text:
        return [("", list(state.rows))]
    groups: list[tuple[str, list[AnyRow]]] = []
    for item in state.rows:
        head = _head_of(look, item, state.query.order)
        if not groups or groups[-1][0] != head:
            groups.append((head, []))
        groups[-1][1].append(item)
    return groups


def _head_of(look: Look, item: AnyRow, order: str) -> str:
    if order == "recent":
        days = days_since(look, item.changed_at) if item.changed_at is not None else 99
        return look.t("list.group." + ("today" if days == 0 else "week" if days < 7 else "month" if days < 31 else "earlier"))
    return initial(item.name)


def _rows(look: Look, state: AnyState, on: ListCalls, chosen: str | None, top: int) -> ft.Control:
    groups = groups_of(look, state)
    cells: list[ft.Control] = []
    for head, items in groups:
        if head:
            cells.append(group_header(look, head))
        cells += [_row(look, item, on, item.id == chosen) for item in items]
    if state.is_cut:
        cells.append(ft.Container(txt(look, look.t("list.cut"), "meta", "ink3", lines=2), padding=pad(S16, S12)))
    rows = ft.ListView(
        cells,
        expand=True,
        padding=pads(bottom=S8),
        build_controls_on_demand=True,
        scroll_interval=60,
        on_scroll=lambda e: on.scrolled(e.pixels, e.max_scroll_extent - e.pixels),
        key=f"rows.{state.query.text}.{state.query.order}.{state.query.mine}.{state.query.role}",
    )
    if not groups[0][0]:
        return rows
    head = groups[min(top, len(groups) - 1)][0]
    pinned = ft.Container(group_header(look, head), left=0, right=0, top=0, bgcolor=look.c.surface)
    return ft.Stack([rows, pinned], expand=True)


def group_at(look: Look, state: AnyState, pixels: float) -> int:
    """Return which group is at the top of the list after so many pixels."""
    head, cell = (HEAD_PHONE, ROW_PHONE) if look.phone else (HEAD_WIDE, ROW_WIDE)
    bottom = 0
    groups = groups_of(look, state)
    for i, (_, items) in enumerate(groups):
        bottom += head + cell * len(items)
        if pixels < bottom:
            return i
    return len(groups) - 1


def _row(look: Look, item: AnyRow, on: ListCalls, chosen: bool) -> ft.Control:
    """Return a row: dot, name over place, figures at the right. One height for all."""
    second, top_right, low_right, late = _words(look, item)
    gap = 2 if look.phone else 0
    right = ft.Column(
        [
            txt(look, top_right or " ", "meta", "ink3"),
            txt(look, low_right or " ", "meta", "wait" if late else "ink3", W5 if late else W4),
        ],
        spacing=gap,
        horizontal_alignment=ft.CrossAxisAlignment.END,
        alignment=CENTRE,
        tight=True,
    )
    left = ft.Column(
        [txt(look, item.name, weight=W5), txt(look, second or " ", "meta", "ink2")],
        spacing=gap,
        alignment=CENTRE,
        expand=True,
    )
    return pressable(
        f"row.{item.id}",
        f"{item.name}, {second}, {look.t(f'state.{item.state}')}",
        row(dot(look, item.state), left, right, gap=S12 if look.phone else S8),
        lambda: on.open(item.id),
        selected=chosen,
        height=ROW_PHONE if look.phone else ROW_WIDE,
        radius=0 if look.phone else R8,
        padding=pads(left=S12, right=S16) if look.phone else pad(S8),
        margin=None if look.phone else ft.Margin.symmetric(horizontal=S8),
        bgcolor=look.c.accent_soft if chosen else None,
    )


def _words(look: Look, item: AnyRow) -> tuple[str, str, str, bool]:
    """Return second line, upper and lower figure of a row, and whether the lower one is late."""
    if isinstance(item, ContactRow):
        return _joined(item.job_title, item.company), item.phone, "", False
    days = days_since(look, item.last_note_at) if item.last_note_at is not None else None
    late = days is not None and item.every_days is not None and days > item.every_days
    spoken = age(look, item.last_note_at) if item.last_note_at is not None else ""
    return _joined(look.label(item.kind), item.place), item.code, spoken, late


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
