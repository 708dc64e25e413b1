"""The inbox: what needs a person, each thing told as a sentence, values side by side, one press to decide."""

from collections.abc import Callable
from dataclasses import dataclass

import flet as ft

from client.ui.dates import age
from client.ui.figures import count
from client.ui.layouts.card import card_page, refused_page
from client.ui.layouts.card_answers import CardCalls
from client.ui.layouts.card_words import glyph_of, short_value, title_of
from client.ui.layouts.next_card import next_card
from client.ui.layouts.trouble import trouble
from client.ui.theme import R8, S4, S8, S12, S16, S24, Look
from client.ui.view_models.inbox import InboxState, id_of
from client.ui.widgets import (
    CENTRE,
    W5,
    Press,
    banner,
    button,
    card,
    col,
    disc,
    empty,
    fill,
    group_header,
    icon,
    link,
    list_detail,
    pad,
    pane_header,
    pressable,
    row,
    skeleton,
    space,
    txt,
)
from client.usecases.sync_answers import CardView, RefusedChange

NEWS_SHOWN = 3
"""News that stand over the inbox at once; the next one follows when one was read."""


@dataclass(frozen=True)
class InboxCalls:
    """What a person can do in the inbox."""

    open: Callable[[str], None]
    card: CardCalls
    again: Press
    copy: Callable[[str], None]
    """Details of a failure, by its cause."""
    more: Press
    resolved: Press
    """Show what was decided."""
    visit_news: Callable[[CardView], None]
    """Open the record of a card that somebody decided otherwise."""
    read_news: Callable[[CardView], None]


def inbox_page(look: Look, state: InboxState, chosen: str | None, on: InboxCalls) -> ft.Control:
    """Return the inbox in whatever state it is, below the news for the reader."""
    page = _page(look, state, chosen, on)
    if not state.inbox.news:
        return page
    strips = col(*(_news(look, one, on) for one in state.inbox.news[:NEWS_SHOWN]), gap=S8)
    return col(ft.Container(strips, padding=pad(S16, S8)), fill(page), expand=True)


def _news(look: Look, thing: CardView, on: InboxCalls) -> ft.Control:
    """Return the strip that tells who put back which value, with the way to the record."""
    put_back, kept = (thing.mine, thing.theirs) if thing.state == "kept_theirs" else (thing.theirs, thing.mine)
    values = {"value": short_value(look, thing, put_back), "kept": short_value(look, thing, kept)}
    who, key = thing.since_by or look.t("who.someone"), "inbox.put_back" if all(values.values()) else "inbox.put_back_long"
    text = look.t(key, title=title_of(look, thing), who=who, **values)
    way = link(look, f"news.open.{thing.id}", look.t("act.open"), lambda: on.visit_news(thing))
    return banner(look, f"news.{thing.id}", "undo-2", text, way, close=lambda: on.read_news(thing), below=look.phone)


def _page(look: Look, state: InboxState, chosen: str | None, on: InboxCalls) -> ft.Control:
    thing = state.chosen(chosen)
    if look.phone or not look.wide:
        head = (
            None
            if look.phone
            else pane_header(look, look.t("nav.inbox"), count(look, state.inbox.count) if state.inbox.count else "")
        )
        return col(head, fill(_stacked(look, state, thing, on)), expand=True)
    left = col(
        pane_header(look, look.t("nav.inbox"), count(look, state.inbox.count) if state.inbox.count else ""),
        fill(ft.ListView(_rows(look, state, thing, on), expand=True) if thing else ft.Container()),
        _solved(look, state, on),
        expand=True,
    )
    right = _detail(look, state, thing, on) if thing else _nothing(look, state, on)
    return list_detail(look, left, right)


def _solved(look: Look, state: InboxState, on: InboxCalls) -> ft.Control | None:
    if not state.inbox.solved:
        return None
    words = look.n("inbox.solved", state.inbox.solved)
    face = row(
        icon(look, "history", 14, "ink3"),
        txt(look, words, "meta", "ink2", expand=True),
        icon(look, "chevron-right", 14, "ink3"),
    )
    way = pressable("inbox.resolved", look.t("inbox.resolved_open"), face, on.resolved, height=44, padding=pad(S12))
    return ft.Container(way, padding=S4)


def _nothing(look: Look, state: InboxState, on: InboxCalls) -> ft.Control:
    """Return what stands here when nothing needs anyone, or nothing is known yet."""
    if state.phase == "failed":
        return trouble(look, "inbox", look.t("list.failed"), state.failure, on.again, on.copy)
    if state.phase != "ready":
        return skeleton(look, 4) if state.phase == "slow" else ft.Container()
    return empty(look, "check-check", look.t("inbox.empty"), look.t("inbox.empty_text"), tone="ok")


def _groups(look: Look, state: InboxState) -> list[tuple[ft.Control, tuple[CardView | RefusedChange, ...]]]:
    """Return the header of each group, with the whole count, and as many of its things as are shown."""
    cards, refused = state.inbox.cards, state.inbox.refused
    found: list[tuple[ft.Control, tuple[CardView | RefusedChange, ...]]] = []
    if cards:
        found.append((group_header(look, look.t("inbox.decide"), count(look, len(cards)), tone="need"), cards[: state.shown]))
    room = state.shown - len(cards)
    if refused and room > 0:
        found.append((group_header(look, look.t("inbox.attention"), count(look, len(refused))), refused[:room]))
    return found


def _more(look: Look, state: InboxState, on: InboxCalls) -> list[ft.Control]:
    if len(state.ids) <= state.shown:
        return []
    return [ft.Container(row(button(look, "inbox.more", look.t("sync.more"), on.more, kind="quiet")), padding=pad(S8))]


def _rows(look: Look, state: InboxState, chosen: CardView | RefusedChange | None, on: InboxCalls) -> list[ft.Control]:
    cells: list[ft.Control] = []
    for head, things in _groups(look, state):
        cells += [head, *(_row(look, thing, thing is chosen, on) for thing in things)]
    return [*cells, *_more(look, state, on)]


def _row(look: Look, thing: CardView | RefusedChange, chosen: bool, on: InboxCalls) -> ft.Control:
    id = id_of(thing)
    title, second = _names(look, thing)
    glyph, tone = glyph_of(thing)
    size = 40 if look.phone else 32
    words = ft.Column(
        [txt(look, title, weight=W5), txt(look, second or " ", "meta", "ink2")],
        spacing=2 if look.phone else 0,
        expand=True,
        alignment=CENTRE,
    )
    return pressable(
        f"inbox.{id}",
        title,
        row(
            disc(look, glyph, tone, size, 18 if look.phone else 16),
            words,
            txt(look, age(look, thing.at), "meta", "ink3"),
            gap=S12,
        ),
        lambda: on.open(id),
        selected=chosen,
        height=64 if look.phone else 56,
        padding=pad(S16 if look.phone else S8),
        radius=0 if look.phone else R8,
        margin=None if look.phone else ft.Margin.symmetric(horizontal=S8),
        bgcolor=look.c.accent_soft if chosen else None,
    )


def _names(look: Look, thing: CardView | RefusedChange) -> tuple[str, str]:
    if isinstance(thing, CardView):
        names = ", ".join(twin.name for twin in thing.twins if twin.name)
        return title_of(look, thing), names or thing.about or look.t(f"entity.{thing.entity}")
    return thing.label or thing.title, look.t("inbox.deferred" if thing.is_deferred else "inbox.refused")


def _detail(look: Look, state: InboxState, thing: CardView | RefusedChange, on: InboxCalls) -> ft.Control:
    """Return the chosen thing on a wide window, and the next one below it."""
    if isinstance(thing, CardView):
        place = (state.inbox.cards.index(thing) + 1, len(state.inbox.cards))
        shown = ft.Container(card_page(look, thing, place, on.card, state.busy), padding=pad(S24, S12))
    else:
        shown = ft.Container(refused_page(look, thing, on.card), padding=pad(S24, S16))
    following = state.after(thing)
    cells: list[ft.Control] = [
        shown,
        *([ft.Container(next_card(look, following, on.open), padding=pad(S24, S12))] if following else []),
    ]
    return ft.ListView(cells, expand=True, key=f"detail.{id_of(thing)}")


def _stacked(look: Look, state: InboxState, thing: CardView | RefusedChange | None, on: InboxCalls) -> ft.Control:
    """Return the list of a phone: the chosen thing stands open in its place."""
    if thing is None:
        solved = _solved(look, state, on)
        return col(fill(_nothing(look, state, on)), solved, expand=True) if solved else _nothing(look, state, on)
    cells: list[ft.Control] = []
    for head, things in _groups(look, state):
        cells.append(head)
        for i, one in enumerate(things):
            if one is not thing:
                cells.append(_row(look, one, False, on))
                continue
            total = len(state.inbox.cards if isinstance(one, CardView) else state.inbox.refused)
            open_one = (
                card_page(look, one, (i + 1, total), on.card, state.busy)
                if isinstance(one, CardView)
                else refused_page(look, one, on.card)
            )
            cells.append(ft.Container(card(look, open_one), padding=pad(S16)))
            cells.append(space(S8))
    cells += _more(look, state, on)
    solved = _solved(look, state, on)
    return ft.ListView([*cells, *([solved] if solved else [])], expand=True)
