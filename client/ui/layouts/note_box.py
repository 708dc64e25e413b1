"""The place where a note is written: a quiet line until it is opened, and the text that was left in it."""

from collections.abc import Callable
from dataclasses import dataclass

import flet as ft

from client.ui.theme import S8, S12, Look
from client.ui.view_models.record_page import PageState
from client.ui.widgets import (
    W5,
    Press,
    button,
    col,
    dot,
    edge,
    fill,
    icon,
    icon_button,
    keys,
    link,
    pad,
    pressable,
    row,
    text_field,
    txt,
)


@dataclass(frozen=True)
class NoteCalls:
    """What a person can do with the note that is being written. left: the text box was left."""

    open: Callable[[bool], None]
    write: Callable[[str], None]
    left: Press
    add: Press
    discard: Press
    take_back: Press
    box: ft.Ref[ft.TextField]


def note_box(look: Look, state: PageState, on: NoteCalls) -> ft.Control:
    """Return the text box, or the line that opens it; what is typed and not saved says so, and can be given up."""
    return _opened(look, state, on) if state.is_writing else _folded(look, state, on)


def _opened(look: Look, state: PageState, on: NoteCalls) -> ft.Control:
    is_typed = bool(state.draft.strip())
    box = text_field(
        look, "note.text", "", state.draft, on.write, hint=look.t("note.hint"), lines=3, focused=True, left=on.left, ref=on.box
    )
    words = _unsaved(look) if is_typed else txt(look, look.t("note.safe"), "meta", "ink3")
    acts = row(
        fill(None if look.phone else words),
        button(look, "note.discard", look.t("act.discard"), on.discard, kind="quiet") if is_typed else None,
        button(look, "note.close", look.t("act.close"), lambda: on.open(False), kind="quiet", keys="Esc"),
        button(look, "note.save", look.t("act.save"), on.add if is_typed else None, kind="primary", keys="Ctrl ↵"),
    )
    return col(box, words if look.phone else None, acts, gap=S8)


def _folded(look: Look, state: PageState, on: NoteCalls) -> ft.Control:
    is_typed = bool(state.draft.strip())
    face = row(
        icon(look, "pen-line", 16, "ink3"),
        txt(look, state.draft if is_typed else look.t("note.hint"), tone="ink2" if is_typed else "ink3", expand=True),
        _unsaved(look) if is_typed else None,
        None if look.phone else keys(look, "N"),
        gap=S12,
    )
    line = pressable(
        "note.open",
        look.t("note.hint"),
        face,
        lambda: on.open(True),
        height=48 if look.phone else 40,
        padding=pad(S12),
        border=edge(look),
        expand=True,
    )
    give_up = icon_button(look, "note.discard", "x", look.t("act.discard"), on.discard) if is_typed else None
    back = link(look, "note.take_back", look.t("note.take_back"), on.take_back) if state.discarded.strip() else None
    return row(line, give_up, back, gap=S8)


def _unsaved(look: Look) -> ft.Control:
    """Return the mark of a note that is typed and not saved."""
    return row(
        dot(look, "waiting"), txt(look, look.t("note.unsaved"), "meta", "wait", W5, key="note.unsaved"), gap=S8, tight=True
    )
