"""What happened with a record, newest first: notes and past changes on a thread."""

from collections.abc import Callable
from datetime import date

import flet as ft

from client.ui.dates import clock, day, local
from client.ui.layouts.card_words import decision_words
from client.ui.layouts.past_lines import Line, lines_of, subjects_of, values_of
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
from client.usecases.timeline_answers import Change, Outcome, Timeline, TimelineEntry

GLYPHS = {
    "note": ("sticky-note", "ink2"),
    "created": ("plus", "ink2"),
    "changed": ("pencil", "ink2"),
    "merged": ("git-merge", "ink2"),
    "overwritten": ("history", "ink2"),
    "brought_back": ("undo-2", "ink2"),
    "refused": ("circle-x", "need"),
    "archived": ("archive", "ink2"),
    "added": ("plus", "ink2"),
    "removed": ("x", "ink2"),
    "decided": ("scale", "ink2"),
}
"""Glyph and tone by kind of entry."""
MAX_CHANGES = 6
"""Changed fields told of one save while it is folded; the rest is a number."""
MAX_VALUE = 80
"""Letters of a value while its entry is folded."""
KEPT = {"kept_theirs": ("after",), "restored_mine": ("before",), "kept_both": ("after", "before")}
"""Which of the two values of a decided clash stayed, by decision; after an edit none did."""


def timeline(
    look: Look,
    found: Timeline | None,
    shown: int,
    older: Press,
    *,
    is_awaited: bool = False,
    may_write: bool = True,
    sees_all: bool = True,
) -> list[ft.Control]:
    """Return the newest `shown` entries under their days. None: still being read; is_awaited: the centre has yet to answer.

    may_write: whether the reader may add a note. sees_all: whether none of what it would tell is kept from him by rights.
    """
    if found is None:
        return []
    awaited = txt(look, look.t("timeline.awaited"), "meta", "ink3", lines=2, key="timeline.awaited")
    if is_awaited and not found.entries:
        return [ft.Container(awaited, padding=pads(top=S16))]
    if not found.entries:
        text = look.t("timeline.empty_text") if may_write else ""
        told = text if found.has_history else look.t("timeline.offline")
        return [
            ft.Container(
                empty(look, "sticky-note", look.t("timeline.empty" if sees_all else "timeline.empty_unseen"), told), height=240
            )
        ]
    cells: list[ft.Control] = []
    for when, entries in _by_day(look, found.entries[:shown]):
        cells.append(group_header(look, day(look, when), left=0))
        cells += [_entry(look, entry, last=i == len(entries) - 1) for i, entry in enumerate(entries)]
    if is_awaited:
        cells.append(awaited)
    elif not found.has_history:
        cells.append(txt(look, look.t("timeline.offline_more"), "meta", "ink3", lines=2))
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
            txt(look, decision_words(look, entry.outcome), tone="ink2", lines=2) if entry.outcome else None,
            *_told(look, entry),
            txt(look, look.t("timeline.both_kept"), "meta", "ink2", lines=None) if _is_beside(entry) else None,
        ),
        padding=pads(left=40, bottom=S16),
    )
    thread = [] if last else [ft.Container(width=1, bgcolor=look.c.line, left=13.5, top=32, bottom=S4)]
    return ft.Stack([words, ft.Container(disc(look, glyph, tone, 28, 14), left=0, top=0), *thread], key=f"entry.{entry.id}")


def _is_beside(entry: TimelineEntry) -> bool:
    """Whether a number was changed in it that somebody else had changed already."""
    return any(part.is_beside for part in entry.parts)


def _title(look: Look, entry: TimelineEntry) -> str:
    if entry.kind == "note":
        return look.t("timeline.note_with", name=entry.talked_with) if entry.talked_with else look.t("timeline.note")
    what = look.t(f"timeline.{entry.kind}")
    subject = look.t(f"entity.{entry.entity}")
    if (entry.changes or entry.parts) and entry.kind not in ("created", "archived"):
        subjects = subjects_of(look, entry)
        subject = ", ".join(subjects[:2]) + ("…" if len(subjects) > 2 else "")
    return f"{what} · {subject}"


def _told(look: Look, entry: TimelineEntry) -> list[ft.Control]:
    """Return before and after of every changed field and part; what is long can be unfolded."""
    told = lines_of(look, entry)
    if not told:
        return []
    is_long = len(told) > MAX_CHANGES or any(len(text or "") > MAX_VALUE for line in told for text in (line.before, line.after))
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
    told = lines_of(look, entry)
    shown = told if unfolded else told[:MAX_CHANGES]
    lines: list[ft.Control] = []
    for place, line in enumerate(shown):
        if entry.outcome is not None and place < len(entry.changes):
            lines.append(_decided(look, entry, entry.outcome, entry.changes[place], unfolded))
        else:
            lines.append(_line(look, line, unfolded))
    hidden = len(told) - len(shown)
    if hidden > 0:
        lines.append(txt(look, look.n("timeline.more_fields", hidden), "meta", "ink3"))
    return lines


def _line(look: Look, line: Line, unfolded: bool) -> ft.Control:
    """Return one field or part: on a line of its own, or on a phone below its name, where a line is too short for both values."""
    before, after = (text if unfolded or text is None else _short(text) for text in (line.before, line.after))
    is_change = bool(before) and after is not None
    if look.phone:
        name = txt(look, line.head, "meta", "ink3", W5, lines=None)
        old = txt(look, before, tone="ink3", lines=None, strike=True) if before else None
        new = rich(look, [("→ ", "ink3", W5), (after, "ink", W5)], "body", "ink3") if is_change and after else None
        only = txt(look, after, weight=W5, lines=None) if after is not None and not is_change else None
        return col(name, old, new, only, gap=S2)
    parts: list[Part] = [(f"{line.head}: ", "ink3", W5)]
    if before:
        parts.append((before, "ink3", W5))
    if is_change:
        parts.append("  →  ")
    if after is not None:
        parts.append((after, "ink", W5))
    return rich(look, parts, "body", "ink3")


def _decided(look: Look, entry: TimelineEntry, outcome: Outcome, change: Change, unfolded: bool) -> ft.Control:
    """Return both values of a decided clash, each with its author and whether it stayed; what stayed instead, and what holds now."""
    kept = KEPT.get(outcome.decision.rpartition(".")[2], ())
    lost, used = (
        (text if unfolded else _short(text)) or look.t("value.empty") for text in values_of(look, entry.entity, change)
    )

    def told(head: str, text: str, by: str, strong: bool) -> ft.Control:
        parts: list[Part] = [(head + ": ", "ink3", W5), (text, "ink" if strong else "ink2", W5)]
        return rich(look, [*parts, f" · {by}"] if by else parts, "body", "ink3")

    def of(side: str, text: str, by: str) -> ft.Control:
        return told(look.t("resolved.kept" if side in kept else "resolved.not_kept"), text, by, side in kept)

    def extra(head: str, values: tuple[Change, ...], by: str) -> list[ft.Control]:
        texts = (values_of(look, entry.entity, one)[1] for one in values if one.field == change.field)
        return [told(look.t(head), _short(text) or look.t("value.empty"), by, True) for text in texts]

    you = look.t("who.you")
    who = you if entry.is_mine else entry.by
    used_by, lost_by = you if outcome.used_by_me else outcome.used_by, you if outcome.lost_by_me else outcome.lost_by
    sides = (("after", used, used_by), ("before", lost, lost_by))
    return col(
        txt(look, look.t(f"{entry.entity}.{change.field}"), "meta", "ink3", W5),
        *extra("resolved.kept", outcome.chosen, who),
        *(of(*side) for side in sorted(sides, key=lambda side: side[0] not in kept)),
        *extra("news.now", outcome.now, ""),
        gap=S2,
    )


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MAX_VALUE else line[: MAX_VALUE - 1] + "…"
