"""Cards that were decided: both values, which of them stayed, who decided and when. Read-only, but for bringing one back."""

from collections.abc import Callable
from dataclasses import dataclass

import flet as ft

from client.ui.dates import clock, local, short_day
from client.ui.figures import NO_BREAK
from client.ui.layouts.card_sides import account_boxes, acts_of_both, told_box
from client.ui.layouts.card_twins import Visit, twin_boxes
from client.ui.layouts.card_words import (
    MAX_IN_SENTENCE,
    decision_words,
    glyph_of,
    short_value,
    standing_of,
    title_of,
    values_of,
)
from client.ui.theme import S4, S8, S12, S16, S24, Look
from client.ui.view_models.inbox import InboxState
from client.ui.widgets import (
    STRETCH,
    TOP,
    W6,
    Press,
    button,
    card,
    col,
    disc,
    empty,
    fill,
    icon,
    icon_button,
    link,
    pad,
    pads,
    pane_header,
    row,
    txt,
)
from client.usecases.sync_answers import ARCHIVINGS, CardView, Side, outcome_of
from client.usecases.timeline_answers import Outcome

ON_A_PHONE = 18
"""Letters of a value that a button as wide as a phone has room for, among its other words."""


@dataclass(frozen=True)
class ResolvedCalls:
    """What a person can do with decided cards. restore: with the id of the card."""

    back: Press
    visit: Visit
    restore: Callable[[str], None]
    more: Press
    """List further ones."""


def resolved_page(look: Look, state: InboxState, on: ResolvedCalls) -> ft.Control:
    """Return the page of decided cards."""
    cards = state.decided
    back = icon_button(look, "resolved.back", "arrow-left", look.t("act.back"), on.back, tone="ink")
    head = (
        None
        if look.phone
        else row(
            ft.Container(back, padding=pads(left=S12)),
            ft.Container(pane_header(look, look.t("inbox.resolved")), expand=True),
            gap=0,
        )
    )
    if cards is None:  # still being read
        body: ft.Control = ft.Container(expand=True)
    elif not cards:
        body = empty(look, "history", look.t("inbox.resolved_empty"), look.t("inbox.resolved_empty_text"))
    else:
        cells: list[ft.Control] = [
            ft.Container(
                card(look, _card(look, one, on)), padding=pad(S16 if look.phone else S24, S8), key=f"resolved.{one.id}"
            )
            for one in cards
        ]
        if state.decided_next is not None:
            more = row(button(look, "resolved.more", look.t("sync.more"), on.more, kind="quiet"))
            cells.append(ft.Container(more, padding=pad(S16 if look.phone else S24, S8)))
        body = ft.ListView(cells, expand=True)
    return col(head, fill(body), expand=True)


def _card(look: Look, thing: CardView, on: ResolvedCalls) -> ft.Control:
    owner = thing.owner or (thing.entity, thing.record)
    glyph, _ = glyph_of(thing)
    name = thing.title if owner == (thing.entity, thing.record) else thing.about
    way = link(look, f"resolved.open.{thing.id}", look.t("card.open_twin", name=name), lambda: on.visit(*owner))
    who = look.t("who.you") if thing.decided_by_me else thing.decided_by or look.t("who.someone")
    decision = outcome_of(thing.kind, thing.state)
    words = decision_words(look, Outcome(decision, thing.mine.by, thing.theirs.by, thing.mine.is_me, thing.theirs.is_me))
    when = _moment(look, thing.decided_at)
    return col(
        row(
            disc(look, glyph, "ink2", 32, 16),
            txt(look, title_of(look, thing), weight=W6, lines=2, expand=True),
            None if look.phone or thing.twins else way,
        ),
        txt(look, f"{words} · {who} · {when}", "body", "ink2", lines=3),
        _sides(look, thing, on),
        _since(look, thing),
        _restore(look, thing, on),
        way if look.phone and not thing.twins else None,
        gap=S12,
    )


def _moment(look: Look, at: int | None) -> str:
    return f"{short_day(look, local(look, at).date())}, {clock(look, at)}".replace(" ", NO_BREAK) if at else ""


def _sides(look: Look, thing: CardView, on: ResolvedCalls) -> ft.Control | None:
    """Return both values; of what was only looked at, what there was to see."""
    if thing.twins:
        return twin_boxes(look, thing.twins, on.visit)
    if thing.kind == "bank_account":
        return account_boxes(look, thing)
    if thing.kind == "link_removed":
        return acts_of_both(look, thing)
    if thing.kind in ARCHIVINGS or not (values_of(look, thing, thing.mine) or values_of(look, thing, thing.theirs)):
        return None
    mine = _side(look, thing, thing.mine, thing.state in ("restored_mine", "kept_both"))
    theirs = _side(look, thing, thing.theirs, thing.state in ("kept_theirs", "kept_both"))
    return row(mine, theirs, gap=S8 if look.phone else S12, cross=STRETCH, even=True)


def _side(look: Look, thing: CardView, side: Side, kept: bool) -> ft.Control:
    return told_box(look, thing, look.t("resolved.kept" if kept else "resolved.not_kept"), side, kept)


def _since(look: Look, thing: CardView) -> ft.Control | None:
    """Say that the record no longer holds the kept value: "kept" alone would be taken for what holds now."""
    if thing.since is None:
        return None
    if thing.kind in ARCHIVINGS:
        return _since_words(look, look.t(f"resolved.since.{standing_of(thing)}"))
    back = thing.theirs if thing.state == "restored_mine" else thing.mine
    end = "" if thing.since != "put_back" else "_yours" if back.is_me else "_theirs"
    told = look.t(f"resolved.since_{thing.since}{end}", who=back.by or look.t("who.someone"))
    return _since_words(look, told)


def _since_words(look: Look, told: str) -> ft.Control:
    words = txt(look, told, "body", "ink", W6, lines=3, expand=True)
    return row(icon(look, "history", 16, "ink2"), words, cross=TOP)


def _restore(look: Look, thing: CardView, on: ResolvedCalls) -> ft.Control | None:
    """Return the way back for the value that was not kept, and what it does."""
    if not thing.can_restore:
        return None
    value = short_value(look, thing, thing.theirs if thing.state == "restored_mine" else thing.mine)
    is_short = 0 < len(value) <= (ON_A_PHONE if look.phone else MAX_IN_SENTENCE)
    quoted = look.t("card.quoted", text=value)
    words = look.t("resolved.restore", value=quoted) if is_short else look.t("resolved.restore_long")
    act = button(
        look,
        f"resolved.restore.{thing.id}",
        words,
        lambda: on.restore(thing.id),
        glyph="undo-2",
        expand=True if look.phone else None,
    )
    hint = txt(look, look.t("resolved.restore_hint"), "meta", "ink3", lines=3, expand=True)
    return col(row(act), row(icon(look, "info", 14, "ink3"), hint, cross=TOP), gap=S4)
