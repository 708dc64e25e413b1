"""Lists of companies and of contacts: search, filters, rows in groups, and the states besides content."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import flet as ft

from client.ui.figures import count, nothing_found
from client.ui.layouts.list_groups import HEAD_PHONE, HEAD_WIDE, AnyState, Group, groups_of
from client.ui.layouts.list_rows import Row, face_of, still
from client.ui.layouts.trouble import trouble
from client.ui.theme import S4, S6, S8, S12, S16, Look
from client.ui.widgets import (
    TOP,
    W5,
    Press,
    button,
    chip,
    col,
    empty,
    group_header,
    icon,
    icon_button,
    keys,
    menu,
    pad,
    pads,
    page_skeleton,
    pane_header,
    row,
    search_field,
    skeleton,
    txt,
)
from client.usecases.list_answers import ListQuery
from shared_models.entities.company import ROLES

Order = Literal["due", "name", "recent"]
ORDERS: dict[str, tuple[Order, ...]] = {"company": ("due", "name", "recent"), "contact": ("name", "recent")}
PLURAL = {"company": "companies", "contact": "contacts"}


@dataclass(frozen=True)
class ListCalls:
    """What a person can do with a list."""

    type: Callable[[str], None]
    ask: Callable[[ListQuery], None]
    clear: Press
    open: Callable[[str], None]
    enter: Press
    """Enter in the search box: the best row."""
    entered: Press
    """The cursor came into the search box."""
    new: Press | None
    """None: the reader may add no record of this kind."""
    sees_all: bool
    """Whether rights keep no record of this kind from the reader."""
    again: Press
    copy: Callable[[str], None]
    """Details of a failure, by its cause."""
    scrolled: Callable[[ft.OnScrollEvent], None]
    search_box: ft.Ref[ft.TextField]
    list: ft.Ref[ft.ListView]


def list_pane(look: Look, entity: str, state: AnyState, on: ListCalls, chosen: str | None, top: int) -> ft.Control:
    """Return the pane of a list on wide windows. chosen: id of the row that is open. top: group at the top of the scroll."""
    total = count(look, state.total) if state.total else ""
    head = pane_header(
        look,
        look.t(f"nav.{PLURAL[entity]}"),
        total,
        *([icon_button(look, "list.new", "plus", look.t(f"new.{entity}"), on.new)] if on.new else []),
    )
    return col(head, *list_body(look, entity, state, on, chosen, top), expand=True)


def list_body(look: Look, entity: str, state: AnyState, on: ListCalls, chosen: str | None, top: int) -> tuple[ft.Control, ...]:
    """Return search box, filters and rows: what the pane and the phone have in common."""
    search = search_field(
        look,
        "list.search",
        look.t(f"list.hint.{entity}"),
        state.typed,
        on.type,
        key_hint="/",
        submit=on.enter,
        entered=on.entered,
        ref=on.search_box,
    )
    has_filters = bool(state.rows) or state.is_filtered or state.has_archived or state.phase in ("reading", "slow")
    filters = ft.Container(
        _filters(look, entity, state, on), padding=pads(left=S16, right=S16, bottom=S4, top=S4 if look.phone else 0)
    )
    return (
        ft.Container(search, padding=pads(left=S16, right=S16, bottom=S4 if look.phone else S8, top=S4 if look.phone else 0)),
        *([filters] if has_filters else []),
        ft.Container(_content(look, entity, state, on, chosen, top), expand=True),
    )


def order_menu(look: Look, entity: str, state: AnyState, on: ListCalls) -> ft.Control:
    """Return by what the list stands, and the choice of it."""

    def words(order: Order) -> str:
        return look.t("list.order.last_name" if (entity, order) == ("contact", "name") else f"list.order.{order}")

    def to(order: Order) -> Press:
        return lambda: on.ask(replace(state.query, order=order))

    face = ft.Container(
        row(
            txt(look, words(state.query.order), "meta", "ink2", W5, key="list.order"),
            icon(look, "chevron-down", 14, "ink3"),
            gap=S4,
            tight=True,
        ),
        height=HEAD_PHONE if look.phone else HEAD_WIDE,
        alignment=ft.Alignment.CENTER,
    )
    options = [(f"order.{order}", words(order), to(order)) for order in ORDERS[entity]]
    return ft.Semantics(identifier="list.order", button=True, content=menu(look, face, options, look.t("list.order")))


def _filters(look: Look, entity: str, state: AnyState, on: ListCalls) -> ft.Control:
    """Return chips: one press each, any role, mine or the archived, and off again."""
    query = state.query

    def role(value: str) -> ft.Control:
        chosen = query.role == value
        press = lambda: on.ask(replace(query, role=None if chosen else value))  # noqa: E731  # one expression
        return chip(look, f"filter.role.{value}", look.t(f"list.role.{value}"), press, on=chosen)

    mine = chip(
        look, "filter.mine", look.t("list.filter.mine"), lambda: on.ask(replace(query, mine=not query.mine)), on=query.mine
    )
    roles = [role(value) for value in ROLES] if entity == "company" else []
    away = chip(
        look,
        "filter.archived",
        look.t("list.filter.archived"),
        lambda: on.ask(replace(query, archived=not query.archived)),
        on=query.archived,
        glyph="archive",
    )
    return row(mine, *roles, away, gap=S8 if look.phone else S6, scroll=True)


def _content(look: Look, entity: str, state: AnyState, on: ListCalls, chosen: str | None, top: int) -> ft.Control:
    if state.phase == "failed":
        if look.wide:  # the pane beside it explains
            return empty(look, "database", look.t("list.failed"), "", tone="need")
        return trouble(look, "list", look.t("list.failed"), state.failure, on.again, on.copy)
    if not state.rows and state.phase == "slow":
        return skeleton(look)
    if not state.rows and state.phase == "reading":
        return ft.Container()
    if not state.rows and state.is_filtered:
        clear = button(look, "list.clear", look.t("list.clear"), on.clear)
        if state.query == ListQuery(archived=True, order=state.query.order):
            return empty(look, "archive", look.t(f"list.no_archived.{entity}"), look.t("list.no_archived_text"), clear)
        why = nothing_found(look, state.query.text, look.t("list.nothing_found_text"))
        return empty(look, "search", look.t("list.nothing_found"), why, clear)
    if not state.rows:
        glyph, told = "building-2" if entity == "company" else "users", "empty" if on.sees_all else "unseen"
        why = "list.unseen_text" if not on.sees_all else f"list.empty_text.{entity if on.new else 'denied'}"
        acts = [button(look, "list.first", look.t(f"new.{entity}"), on.new, glyph="plus", kind="primary")] if on.new else []
        return empty(look, glyph, look.t(f"list.{told}.{entity}"), look.t(why), *acts)
    return _rows(look, entity, state, on, chosen, top)


def _rows(look: Look, entity: str, state: AnyState, on: ListCalls, chosen: str | None, top: int) -> ft.Control:
    groups, paint = groups_of(look, state), still(look)
    cells: list[ft.Control] = []
    for group in groups:
        cells.append(_header(look, group, key=f"head.{group.name}"))
        faces = (face_of(look, item, chosen, "name" if state.query.text else state.query.order) for item in group.rows)
        cells += [Row(paint, face, on.open, key=face.id) for face in faces]
    if state.is_cut:
        cells.append(ft.Container(txt(look, look.t("list.cut"), "meta", "ink3", lines=2), padding=pad(S16, S12), key="cut"))
    rows = ft.ListView(
        cells,
        expand=True,
        padding=pads(bottom=S8),
        build_controls_on_demand=True,
        scroll_interval=60,
        on_scroll=on.scrolled,
        ref=on.list,
        key=f"rows.{state.query.text}.{state.query.order}.{state.query.mine}.{state.query.role}.{state.query.archived}",
    )
    has_own_order = bool(state.query.text) or state.query.archived  # found: by how well it fits; archived: the last one first
    order = None if has_own_order else order_menu(look, entity, state, on)
    head = _header(look, groups[min(top, len(groups) - 1)], order)
    pinned = ft.Container(head, left=0, right=0, top=0, bgcolor=look.c.surface)
    return ft.Stack([rows, pinned], expand=True)


def _header(look: Look, group: Group, order: ft.Control | None = None, key: str | None = None) -> ft.Control:
    total = count(look, group.total) if group.total is not None else ""
    return group_header(look, group.name, total, tone="wait" if group.asks else "ink3", trailing=order, key=key)


def no_detail(look: Look, entity: str, state: AnyState, on: ListCalls) -> ft.Control:
    """Return what stands beside a list of which nothing is open: what is coming, why it is not there, how to go on by keys."""
    if state.phase == "failed":
        return trouble(look, "list", look.t("list.failed"), state.failure, on.again, on.copy)
    if state.phase == "slow" and not state.rows:
        return page_skeleton(look)
    if state.phase != "ready":
        return ft.Container()
    new = [("N", look.t(f"new.{entity}"))] if on.new else []
    hints = (*new, ("Ctrl K", look.t("keys.palette")), ("?", look.t("keys.all")))
    rows = [
        row(ft.Container(row(keys(look, key), tight=True), width=64), txt(look, words, "meta", "ink3"), tight=True)
        for key, words in hints
    ]
    return ft.Container(col(*rows, gap=S12, tight=True, cross=TOP), expand=True, alignment=ft.Alignment.CENTER)
