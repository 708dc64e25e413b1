"""One row of a list, drawn again only when what it shows is another: a component of its own, remembered by its face."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import flet as ft

from client.ui.dates import age, days_until
from client.ui.figures import SHORT, dotted
from client.ui.layouts.list_groups import ROW_PHONE, ROW_WIDE, AnyRow, due_group
from client.ui.theme import PHONE_BELOW, R8, S8, S12, S16, WIDE_FROM, Look
from client.ui.widgets import CENTRE, W4, W5, beside, dot, pad, pads, pressable, row, tag, txt
from client.usecases.list_answers import CompanyRow, ContactRow

FIGURE_ROOM = 150
"""Pixels that a long figure, a phone with an extension, may take from the name in its row."""
STILL = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Face:
    """All that a row shows, in words: two rows with equal faces are drawn alike."""

    id: str
    name: str
    second: str
    top_right: str = ""
    low_right: str = ""
    state: str = "sent"
    is_late: bool = False
    is_chosen: bool = False
    status: str = ""
    draft: str = ""
    """That something about it is typed and not saved; empty where nothing is."""
    shared: str = ""
    """That somebody shared it with the reader; empty where nobody did."""


def face_of(look: Look, item: AnyRow, chosen: str | None, order: str) -> Face:
    """Return what a row shows. chosen: id of the row that is open. order: what the list stands by, and a figure tells."""
    changed = _ago(look, "changed", item.changed_at) if order == "recent" and item.changed_at is not None else ""
    if item.archived_at is not None:
        changed = _ago(look, "archived", item.archived_at)
    draft, shared = look.t("list.draft") if item.has_draft else "", look.t("list.shared") if item.is_shared else ""
    if isinstance(item, ContactRow):
        second = dotted(item.job_title, item.company)
        return Face(
            item.id,
            item.name,
            second,
            item.phone,
            changed,
            item.state,
            False,
            item.id == chosen,
            look.label(item.status),
            draft,
            shared,
        )
    late = not changed and due_group(look, item) == "due"
    code = look.t("record.provisional_short", code=item.code) if item.is_provisional else item.code
    return Face(
        item.id,
        item.name,
        dotted(look.label(item.kind), item.place),
        code,
        changed or _visit(look, item, order),
        item.state,
        late,
        item.id == chosen,
        look.label(item.status),
        draft,
        shared,
    )


def _visit(look: Look, item: CompanyRow, order: str) -> str:
    """Return how far away the wished visit is, in a list by that; else how long ago the last talk was. Each says what it is."""
    if item.last_note_at is None:
        never = "list.talked_never" if item.is_told_empty else "list.talked_unseen"
        return look.t(never) if due_group(look, item) == "due" else ""
    if order != "due" or item.due_at is None:
        return _ago(look, "talked", item.last_note_at)
    days = days_until(look, item.due_at)
    if days == 0:
        return look.t("day.today")
    return look.t("list.due_late", days=-days) if days < 0 else look.t("list.due_in", days=days)


def _ago(look: Look, what: str, at: int) -> str:
    told = age(look, at)
    return look.t(f"list.{what}_now") if told == look.t("age.now") else look.t(f"list.{what}", age=told)


def still(look: Look) -> Look:
    """Return a look whose time and exact size do not move: what a row is drawn with, all else being in its face."""
    return replace(look, now=STILL, width=PHONE_BELOW - 1 if look.phone else WIDE_FROM, height=0)


@ft.memo  # type: ignore[untyped-decorator]  # Flet has no annotation here
@ft.component
def Row(look: Look, face: Face, open_row: Callable[[str], None]) -> ft.Control:  # a component
    """A row: dot, name over place, figures at the right. One height for all.

    look: the same for all rows, of a time that does not move (`still`), else every row is drawn each minute.
    open_row: the same function at every drawing (`use_latest`).
    """
    name = txt(look, face.name, weight=W5)
    marks = [tag(look, words) for words in (face.status, face.shared) if words]
    marks += [tag(look, face.draft, "wait", "pencil")] if face.draft else []
    first: ft.Control = beside(name, *marks) if marks else name
    first.expand = True
    figure = txt(look, face.top_right or " ", "meta", "ink3")
    code = figure if len(face.top_right) <= SHORT else ft.Container(figure, width=FIGURE_ROOM)
    told = txt(look, face.low_right or " ", "meta", "wait" if face.is_late else "ink3", W5 if face.is_late else W4)
    lines = ft.Column(
        [
            row(first, code),
            row(txt(look, face.second or " ", "meta", "ink2", expand=True), told),
        ],
        spacing=2 if look.phone else 0,
        alignment=CENTRE,
        expand=True,
    )
    return pressable(
        f"row.{face.id}",
        f"{', '.join(part for part in (face.name, face.status, face.shared, face.draft, face.second) if part)}, {look.t(f'state.{face.state}')}",
        row(dot(look, face.state), lines, gap=S12 if look.phone else S8),
        lambda: open_row(face.id),
        selected=face.is_chosen,
        height=ROW_PHONE if look.phone else ROW_WIDE,
        radius=0 if look.phone else R8,
        padding=pads(left=S12, right=S16) if look.phone else pad(S8),
        margin=None if look.phone else ft.Margin.symmetric(horizontal=S8),
        bgcolor=look.c.accent_soft if face.is_chosen else None,
    )
