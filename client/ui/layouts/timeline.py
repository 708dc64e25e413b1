"""What happened with a record, newest first: notes and past changes on a thread."""

from collections.abc import Callable
from datetime import date

import flet as ft

from client.ui.dates import clock, day, local
from client.ui.figures import value
from client.ui.theme import S2, S4, S16, Look
from client.ui.widgets import (
    W5,
    W6,
    Part,
    Press,
    col,
    disc,
    dot,
    empty,
    group_header,
    icon,
    link,
    pads,
    rich,
    row,
    txt,
)
from client.usecases.answers import Change, Outcome, Timeline, TimelineEntry
from shared_models.fields import column_of
from shared_models.registry import CRM

GLYPHS = {
    "note": ("sticky-note", "ink2"),
    "created": ("plus", "ink2"),
    "changed": ("pencil", "ink2"),
    "merged": ("git-merge", "ink2"),
    "overwritten": ("history", "ink2"),
    "restored": ("undo-2", "ink2"),
    "refused": ("circle-x", "need"),
    "archived": ("archive", "ink2"),
    "decided": ("scale", "ink2"),
}
"""Glyph and tone by kind of entry."""
MAX_CHANGES = 6
"""Changed fields told of one save while it is folded; the rest is a number."""
MAX_VALUE = 80
"""Letters of a value while its entry is folded."""
KEPT = {"kept_theirs": ("after",), "restored_mine": ("before",), "kept_both": ("after", "before")}
"""Which of the two values of a decided clash stayed, by decision; after an edit none did."""


def timeline(look: Look, found: Timeline | None, shown: int, older: Press) -> list[ft.Control]:
    """Return the newest `shown` entries under their days. None: still being read."""
    if found is None:
        return []
    if not found.entries:
        text = look.t("timeline.empty_text" if found.has_history else "timeline.offline")
        return [ft.Container(empty(look, "sticky-note", look.t("timeline.empty"), text), height=240)]
    cells: list[ft.Control] = []
    for when, entries in _by_day(look, found.entries[:shown]):
        cells.append(group_header(look, day(look, when), left=0))
        cells += [_entry(look, entry, last=i == len(entries) - 1) for i, entry in enumerate(entries)]
    if not found.has_history:
        cells.append(txt(look, look.t("timeline.offline"), "meta", "ink3", lines=2))
    if found.next or len(found.entries) > shown:
        cells.append(row(link(look, "timeline.older", look.t("timeline.older"), older)))
    return cells


def _by_day(look: Look, entries: tuple[TimelineEntry, ...]) -> list[tuple[date, list[TimelineEntry]]]:
    days: list[tuple[date, list[TimelineEntry]]] = []
    for entry in entries:
        when = local(look, entry.at).date()
        if not days or days[-1][0] != when:
            days.append((when, []))
        days[-1][1].append(entry)
    return days


def _entry(look: Look, entry: TimelineEntry, last: bool) -> ft.Control:
    """Return one entry: a disc on a thread. A stack, so that the thread takes the height of the words."""
    glyph, tone = GLYPHS[entry.kind]
    who = look.t("who.you") if entry.is_mine else entry.by
    at = clock(look, entry.at)
    head = row(
        txt(look, _title(look, entry), weight=W6, expand=True, lines=2 if look.phone else 1),
        icon(look, "flag", 14, "accent", look.t("note.pinned")) if entry.is_pinned else None,
        txt(look, at if look.phone else f"{who} · {at}", "meta", "ink3"),
        dot(look, entry.state),
    )
    words = ft.Container(
        col(
            ft.Container(head, height=None if look.phone else 28, padding=pads(top=3, bottom=S2) if look.phone else None),
            txt(look, who, "meta", "ink2", lines=2) if look.phone and who else None,
            txt(look, entry.body, tone="ink2", lines=None) if entry.body else None,
            txt(look, look.t(f"decision.{entry.outcome.decision}"), tone="ink2", lines=2) if entry.outcome else None,
            *_told(look, entry),
        ),
        padding=pads(left=40, bottom=S16),
    )
    thread = [] if last else [ft.Container(width=1, bgcolor=look.c.line, left=13.5, top=32, bottom=S4)]
    return ft.Stack([words, ft.Container(disc(look, glyph, tone, 28, 14), left=0, top=0), *thread], key=f"entry.{entry.id}")


def _title(look: Look, entry: TimelineEntry) -> str:
    if entry.kind == "note":
        return look.t("timeline.note")
    what = look.t(f"timeline.{entry.kind}")
    subject = look.t(f"entity.{entry.entity}")
    if entry.changes and entry.kind in ("changed", "merged", "overwritten", "restored", "decided"):
        subject = ", ".join(look.t(f"{entry.entity}.{change.field}") for change in entry.changes[:2])
        subject += "…" if len(entry.changes) > 2 else ""
    return f"{what} · {subject}"


def _told(look: Look, entry: TimelineEntry) -> list[ft.Control]:
    """Return before and after of every changed field; what is long can be unfolded."""
    if not entry.changes:
        return []
    is_long = len(entry.changes) > MAX_CHANGES or any(
        len(text) > MAX_VALUE for change in entry.changes for text in _values(look, entry, change)
    )
    fold: Callable[..., ft.Control] = Foldable  # a component takes a key beside its arguments
    return [fold(look, entry, key=f"changes.{entry.id}")] if is_long else _lines(look, entry, unfolded=True)


@ft.component
def Foldable(look: Look, entry: TimelineEntry) -> ft.Control:  # a component
    """The changes of a save that are too long to be shown at once: folded, until someone asks for all of them."""
    unfolded, unfold = ft.use_state(False)
    words = look.t("timeline.fold" if unfolded else "timeline.expand")
    way = link(look, f"timeline.unfold.{entry.id}", words, lambda: unfold(not unfolded))
    return col(*_lines(look, entry, unfolded=unfolded), row(way))


def _lines(look: Look, entry: TimelineEntry, *, unfolded: bool) -> list[ft.Control]:
    shown = entry.changes if unfolded else entry.changes[:MAX_CHANGES]
    lines: list[ft.Control] = [_change(look, entry, change, unfolded) for change in shown]
    hidden = len(entry.changes) - len(shown)
    if hidden > 0:
        lines.append(txt(look, look.n("timeline.more_fields", hidden), "meta", "ink3"))
    return lines


def _values(look: Look, entry: TimelineEntry, change: Change) -> tuple[str, str]:
    """Return a field before and after, as a person reads it."""
    kind = CRM.get(entry.entity)
    column = column_of(kind, change.field)
    return (
        value(look, kind, column, change.before, change.before_shown),
        value(look, kind, column, change.after, change.after_shown),
    )


def _change(look: Look, entry: TimelineEntry, change: Change, unfolded: bool) -> ft.Control:
    """Return one field: on a line of its own, or on a phone below its name, where a line is too short for both values."""
    before, after = (text if unfolded else _short(text) for text in _values(look, entry, change))
    after = after or look.t("value.empty")
    field = look.t(f"{entry.entity}.{change.field}")
    if entry.outcome is not None:
        return _decided(look, entry.outcome, field, before or look.t("value.empty"), after)
    if look.phone:
        name = txt(look, field, "meta", "ink3", W5)
        old = txt(look, before, tone="ink3", lines=None, strike=True) if before else None
        return col(name, old, rich(look, [("→ ", "ink3", W5), (after, "ink", W5)], "body", "ink3"), gap=S2)
    parts: list[Part] = [(f"{field}: ", "ink3", W5)]
    if before:
        parts += [(before, "ink3", W5), "  →  "]
    parts.append((after, "ink", W5))
    return rich(look, parts, "body", "ink3")


def _decided(look: Look, outcome: Outcome, field: str, lost: str, used: str) -> ft.Control:
    """Return both values of a decided clash, each with its author and whether it stayed."""

    def told(side: str, text: str, by: str) -> ft.Control:
        kept = side in KEPT.get(outcome.decision.rpartition(".")[2], ())
        parts: list[Part] = [(look.t("resolved.kept" if kept else "resolved.not_kept") + ": ", "ink3", W5)]
        parts.append((text, "ink" if kept else "ink2", W5))
        return rich(look, [*parts, f" · {by}"] if by else parts, "body", "ink3")

    name = txt(look, field, "meta", "ink3", W5)
    return col(name, told("after", used, outcome.used_by), told("before", lost, outcome.lost_by), gap=S2)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MAX_VALUE else line[: MAX_VALUE - 1] + "…"
