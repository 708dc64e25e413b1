"""What comes after the thing that is open in a wide inbox: told below it, so that nobody has to look for it in the list."""

from collections.abc import Callable

import flet as ft

from client.ui.layouts.card import reason_of
from client.ui.layouts.card_sides import SHORT
from client.ui.layouts.card_words import glyph_of, heads, sentence, short_value, title_of
from client.ui.theme import R12, S4, S12, S16, Look
from client.ui.view_models.inbox import id_of
from client.ui.widgets import W5, W6, col, edge, icon, keys, line, marked, pad, pressable, rich, row, tag, txt
from client.usecases.sync_answers import CardView, RefusedChange


def next_card(look: Look, thing: CardView | RefusedChange, open_thing: Callable[[str], None]) -> ft.Control:
    """Return the next thing as a card that leads to it."""
    id = id_of(thing)
    glyph, tone = glyph_of(thing)
    title = title_of(look, thing) if isinstance(thing, CardView) else thing.label or thing.title
    head = row(
        icon(look, glyph, 18, tone),
        txt(look, title, weight=W6, expand=True),
        tag(look, look.t(f"entity.{thing.entity}")),
        gap=S12,
    )
    body = col(head, _told(look, thing), _values(look, thing) if isinstance(thing, CardView) else None, gap=S12)
    after = row(txt(look, look.t("inbox.next"), "meta", "ink3", W6), keys(look, "J"))
    face = pressable(f"next.{id}", title, body, lambda: open_thing(id), padding=pad(S16, S16), radius=R12, border=edge(look))
    return col(line(look), after, face, gap=S16)


def _told(look: Look, thing: CardView | RefusedChange) -> ft.Control:
    if isinstance(thing, RefusedChange):
        return txt(look, reason_of(look, thing), tone="ink2", lines=3)
    words, bold = sentence(look, thing)
    return rich(look, marked(words, bold), "body", "ink2", lines=3)


def _values(look: Look, thing: CardView) -> ft.Control | None:
    """Return the two short values side by side; long ones, and those of a decided card, wait until it is open."""
    if thing.how is not None:
        return None
    mine, theirs = short_value(look, thing, thing.mine), short_value(look, thing, thing.theirs)
    if not (mine and theirs) or max(len(mine), len(theirs)) > SHORT:
        return None
    return row(*(_value(look, head, text) for head, text in zip(heads(look, thing), (mine, theirs), strict=True)), gap=S12)


def _value(look: Look, head: str, text: str) -> ft.Container:
    words = col(txt(look, text, weight=W5), txt(look, head, "meta", "ink2"), gap=S4)
    return ft.Container(words, expand=1, padding=S12, border=edge(look), border_radius=R12)
