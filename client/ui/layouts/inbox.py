"""The inbox: what needs a person, each thing told as a sentence, values side by side, one press to decide."""

from collections.abc import Callable
from dataclasses import dataclass

import flet as ft

from client.ui.dates import age
from client.ui.figures import capital, count
from client.ui.layouts.card import about_of, card_page, refused_page
from client.ui.layouts.card_answers import CardCalls
from client.ui.layouts.card_words import glyph_of, not_taken, title_of
from client.ui.layouts.news_card import news_page
from client.ui.layouts.next_card import next_card
from client.ui.layouts.trouble import trouble
from client.ui.theme import R8, S4, S8, S12, S16, S24, Look
from client.ui.view_models.inbox import InboxState, id_of
from client.ui.widgets import (
    CENTRE,
    W5,
    Press,
    button,
    card,
    col,
    disc,
    empty,
    fill,
    group_header,
    icon,
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


def inbox_page(look: Look, state: InboxState, chosen: str | None, on: InboxCalls, *, has_alarms: bool = False) -> ft.Control:
    """Return the inbox in whatever state it is. has_alarms: whether something else needs the reader."""
    thing = state.chosen(chosen)
    if look.phone or not look.wide:
        head = (
            None
            if look.phone
            else pane_header(look, look.t("nav.inbox"), count(look, state.inbox.count) if state.inbox.count else "")
        )
        return col(head, fill(_stacked(look, state, thing, on, has_alarms=has_alarms)), expand=True)
    left = col(
        pane_header(look, look.t("nav.inbox"), count(look, state.inbox.count) if state.inbox.count else ""),
        fill(ft.ListView(_rows(look, state, thing, on), expand=True) if thing else ft.Container()),
        _solved(look, state, on),
        expand=True,
    )
    right = _detail(look, state, thing, on) if thing else _nothing(look, state, on, has_alarms=has_alarms)
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


def _nothing(look: Look, state: InboxState, on: InboxCalls, *, has_alarms: bool) -> ft.Control:
    """Return what stands here when nothing needs anyone, or nothing is known yet."""
    if state.phase == "failed":
        return trouble(look, "inbox", look.t("list.failed"), state.failure, on.again, on.copy)
    if state.phase != "ready":
        return skeleton(look, 4) if state.phase == "slow" else ft.Container()
    title = look.t("inbox.empty_else" if has_alarms else "inbox.empty")
    return empty(look, "check-check", title, look.t("inbox.empty_text"), tone="ok")


def _groups(look: Look, state: InboxState) -> list[tuple[ft.Control, tuple[CardView | RefusedChange, ...]]]:
    """Return the header of each group, with the whole count, and as many of its things as are shown."""
    found: list[tuple[ft.Control, tuple[CardView | RefusedChange, ...]]] = []
    room, inbox = state.shown, state.inbox
    groups = (
        (look.t("inbox.decide"), "need", inbox.cards),
        (look.t("inbox.attention"), "ink3", inbox.refused),
        (look.t("inbox.news"), "ink3", inbox.news),
    )
    for label, tone, things in groups:
        if things and room > 0:
            found.append((group_header(look, label, count(look, len(things)), tone=tone), things[:room]))
        room -= len(things)
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
            txt(look, age(look, _at(thing)), "meta", "ink3"),
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
    if isinstance(thing, CardView) and thing.how is not None:
        key = "inbox.lost" if thing.how == "lost" else "inbox.otherwise"
        return title_of(look, thing), capital(look.t(key, who=thing.since_by or look.t("who.someone")))
    if isinstance(thing, CardView):
        names = ", ".join(twin.name for twin in thing.twins if twin.name)
        return title_of(look, thing), names or thing.about or look.t(f"entity.{thing.entity}")
    told = not_taken(look, thing).rstrip(".") if thing.is_new and not thing.is_deferred else ""
    return thing.label or thing.title, told or look.t("inbox.deferred" if thing.is_deferred else "inbox.refused")


def _at(thing: CardView | RefusedChange) -> int:
    return thing.decided_at or thing.at if isinstance(thing, CardView) else thing.at


def _open(look: Look, state: InboxState, thing: CardView | RefusedChange, on: InboxCalls) -> ft.Control:
    """Return a thing in full, with its number in the list: the ways to the previous and next one lead through all groups."""
    if isinstance(thing, RefusedChange):
        return refused_page(look, thing, on.card)
    place = (state.things.index(thing) + 1, len(state.things))
    if thing.how is None:
        return card_page(look, thing, place, on.card, state.busy)
    about = about_of(look, thing, place, on.card)
    return news_page(look, thing, about, lambda: on.read_news(thing), lambda: on.visit_news(thing))


def _detail(look: Look, state: InboxState, thing: CardView | RefusedChange, on: InboxCalls) -> ft.Control:
    """Return the chosen thing on a wide window, and the next one below it."""
    padding = pad(S24, S12 if isinstance(thing, CardView) else S16)
    shown = ft.Container(_open(look, state, thing, on), padding=padding)
    following = state.after(thing)
    cells: list[ft.Control] = [
        shown,
        *([ft.Container(next_card(look, following, on.open), padding=pad(S24, S12))] if following else []),
    ]
    return ft.ListView(cells, expand=True, key=f"detail.{id_of(thing)}")


def _stacked(
    look: Look, state: InboxState, thing: CardView | RefusedChange | None, on: InboxCalls, *, has_alarms: bool
) -> ft.Control:
    """Return the list of a phone: the chosen thing stands open in its place."""
    if thing is None:
        solved = _solved(look, state, on)
        calm = _nothing(look, state, on, has_alarms=has_alarms)
        return col(fill(calm), solved, expand=True) if solved else calm
    cells: list[ft.Control] = []
    for head, things in _groups(look, state):
        cells.append(head)
        for one in things:
            if one is not thing:
                cells.append(_row(look, one, False, on))
                continue
            cells.append(ft.Container(card(look, _open(look, state, one, on)), padding=pad(S16)))
            cells.append(space(S8))
    cells += _more(look, state, on)
    solved = _solved(look, state, on)
    return ft.ListView([*cells, *([solved] if solved else [])], expand=True)
