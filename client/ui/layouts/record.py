"""The page of a company or contact: read first. Head, three facts, tabs; values as text, empty fields hidden."""

import flet as ft

from client.ui.layouts.note_box import note_box
from client.ui.layouts.parts import details, parts_list, ties_list
from client.ui.layouts.record_calls import RecordCalls
from client.ui.layouts.record_gone import gone
from client.ui.layouts.record_head import head, phone_head
from client.ui.layouts.timeline import timeline
from client.ui.layouts.trouble import trouble
from client.ui.theme import S8, S12, S16, S24, Look
from client.ui.view_models.record_page import PageState
from client.ui.widgets import col, pad, skeleton, space, tab_scroll, tabs
from client.usecases.record_answers import RecordPage

TABS = {
    "company": ("timeline", "contacts", "files", "addresses", "accounts", "details"),
    "contact": ("timeline", "companies", "reach", "files", "addresses", "personal", "details"),
}
"""Names of the tabs; the first one is open when the address names none."""
BESIDE_WIDE, BESIDE_MEDIUM = 216 + 368 + 11, 64 + 10
"""Pixels of a window beside the page: rail, list and edges."""


def record_page(look: Look, state: PageState, tab: str, on: RecordCalls) -> ft.Control:
    """Return the page in whatever state it is."""
    if state.phase == "failed":
        return trouble(look, "record", look.t("record.failed"), state.failure, on.again, on.copy)
    if state.is_gone:
        return gone(look, state, on)
    if state.page is None:
        return ft.Container(skeleton(look, 5, 88), padding=S16) if state.phase == "slow" else ft.Container()
    page = state.page
    names = TABS[page.entity]
    chosen = tab if tab in names else names[0]
    strip = tabs(look, _tabs(look, page), chosen, on.tab, on.strip)
    body = ft.ListView(
        _body(look, state, page, chosen, on),
        expand=True,
        padding=pad(S16, S12) if look.phone else pad(S24, S16),
        build_controls_on_demand=True,
        key=f"body.{page.id}.{chosen}",
    )
    if look.phone:
        return ft.ListView(
            [
                phone_head(look, page, on),
                strip,
                ft.Container(col(*_body(look, state, page, chosen, on)), padding=pad(S16, S12)),
            ],
            expand=True,
            key=f"page.{page.id}",
        )
    return col(head(look, page, on), strip, body, expand=True)


def _tabs(look: Look, page: RecordPage) -> list[tuple[str, str, int]]:
    return [(name, look.t(f"tab.{name}"), _count(page, name)) for name in TABS[page.entity]]


def tab_in_sight(look: Look, page: RecordPage, tab: str) -> float | None:
    """Return where the strip of tabs is scrolled to (`tab_scroll`)."""
    room = look.width - 2 * S16 if look.phone else look.width - (BESIDE_WIDE if look.wide else BESIDE_MEDIUM) - 2 * S24
    return tab_scroll(look, _tabs(look, page), tab if tab in TABS[page.entity] else TABS[page.entity][0], room)


def _count(page: RecordPage, name: str) -> int:
    """Return the number that stands after a tab's word."""
    entity = {"addresses": "address", "accounts": "bank_account", "personal": "related_person"}.get(name)
    if entity:
        return len(page.parts_of(entity))
    return {"contacts": len(page.ties), "companies": len(page.ties), "reach": len(page.points), "files": page.files}.get(
        name, 0
    )


def _body(look: Look, state: PageState, page: RecordPage, tab: str, on: RecordCalls) -> list[ft.Control]:
    """Return what stands under a tab."""
    if tab == "timeline":
        is_typed, may_write = bool(state.draft.strip()), "note" not in page.denied
        box = [note_box(look, state, on.note), space(S8)] if is_typed or may_write else []  # what is typed stays in sight
        told = timeline(
            look, state.timeline, state.shown, on.older,
            is_awaited=state.is_awaited, may_write=may_write, sees_all=page.is_told_empty or page.entity == "contact",
        )  # fmt: skip
        return [*box, *told]
    if tab in ("contacts", "companies"):
        return ties_list(look, page, on.open, on.form, on.archive)
    if tab == "files":
        return [on.files()]
    part = {"addresses": "address", "accounts": "bank_account", "personal": "related_person", "reach": "contact_point"}.get(tab)
    return (
        parts_list(look, page, part, on.form, on.archive, on.reach)
        if part
        else details(look, page, on.form, on.archive, on.reach, on.end_share)
    )
