"""A decision of others that holds against the reader: who decided, what holds now, and what he had kept or typed."""

from collections.abc import Callable

import flet as ft

from client.ui.layouts.card_sides import told_box
from client.ui.layouts.card_words import sentence
from client.ui.theme import S8, S12, S16, Look
from client.ui.widgets import STRETCH, button, col, marked, rich, row
from client.usecases.sync_answers import ARCHIVINGS, KEPT, CardView, Side


def news_page(
    look: Look, thing: CardView, about: ft.Control, read: Callable[[], None], visit: Callable[[], None]
) -> ft.Control:
    """Return the news. about: whom it is about, with the way to the other things; read: take it off the list."""
    words, bold = sentence(look, thing)
    wide = True if look.phone else None
    seen = button(look, "news.read", look.t("news.read"), read, glyph="check", kind="primary", keys="1", big=True, expand=wide)
    way = button(look, "news.open", look.t("news.open"), visit, glyph="arrow-up-right", big=True, expand=wide)
    return col(
        about,
        rich(look, marked(words, bold), "body" if look.phone else "title", "ink2"),
        _boxes(look, thing),
        col(row(seen), row(way), gap=S8) if look.phone else row(seen, way),
        gap=S12 if look.phone else S16,
    )


def _boxes(look: Look, thing: CardView) -> ft.Control | None:
    """Return what holds now, and of the two values those that do not; of an archiving the sentence has told it."""
    if thing.kind in ARCHIVINGS:
        return None
    sides = (("theirs", thing.theirs), ("mine", thing.mine))
    holding = next((side for _, side in sides if _same(side, thing.now)), thing.now)
    boxes: list[ft.Control] = [told_box(look, thing, look.t("news.now"), holding, True)]
    for name, side in sides:
        if not _same(side, thing.now):
            boxes.append(told_box(look, thing, look.t(_head(thing, name, side)), side, False))
    if look.phone and len(boxes) > 2:
        return col(*(row(box) for box in boxes), gap=S8)
    return row(*boxes, gap=S8 if look.phone else S12, cross=STRETCH, even=True)


def _head(thing: CardView, name: str, side: Side) -> str:
    """Return the text key over a value that does not hold."""
    was_kept = name == KEPT.get(thing.state)
    if thing.how == "lost":
        return "news.you_typed" if side.is_me else "news.kept_then" if was_kept else "resolved.not_kept"
    return "news.you_kept" if thing.decided_by_me and was_kept else "resolved.not_kept"


def _same(side: Side, other: Side) -> bool:
    """Whether two values of a card are alike in the fields that both name."""
    names = set(side.values) & set(other.values)
    return bool(names) and all(side.values[name] == other.values[name] for name in names)
