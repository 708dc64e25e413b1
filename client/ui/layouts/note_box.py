"""The place where a note is written: one quiet line that grows under the cursor, and keeps what was left in it."""

from collections.abc import Callable
from dataclasses import dataclass

import flet as ft

from client.ui.theme import S8, Look
from client.ui.view_models.record_page import PageState
from client.ui.widgets import W5, Press, button, col, dot, fill, link, row, text_field, txt


@dataclass(frozen=True)
class NoteCalls:
    """What a person can do with the note that is being written. entered, left: the cursor came into the box, or went."""

    begin: Press
    entered: Press
    write: Callable[[str], None]
    left: Press
    close: Press
    add: Press
    discard: Press
    take_back: Press
    copy: Press
    """Of a note on a record that left."""
    box: ft.Ref[ft.TextField]


def note_box(look: Look, state: PageState, on: NoteCalls) -> ft.Control:
    """Return the text box and, once it is in use, what can be done with its text.

    It is a text box from the start, and the same one when it grows: letters that follow a click go into it, however late this side
    learns of the click. A new `turn` is a new box, which is how the cursor is taken out of the old one.
    """
    is_typed = bool(state.draft.strip())
    box = text_field(
        look,
        "note.text",
        "",
        state.draft,
        on.write,
        hint=look.t("note.hint"),
        glyph="pen-line",
        lines=3 if state.is_writing or is_typed else 1,
        grows=True,
        key_hint="" if state.is_writing or is_typed else "N",
        focused=state.is_writing,
        entered=on.entered,
        left=on.left,
        ref=on.box,
    )
    return col(ft.Container(box, key=f"note.{state.id}.{state.turn}"), _below(look, state, on, is_typed), gap=S8)


def _below(look: Look, state: PageState, on: NoteCalls, is_typed: bool) -> ft.Control | None:
    """Return what stands under the box: how safe the text is, and what can be done with it."""
    if not state.is_writing and not is_typed:
        can_return = bool(state.discarded.strip())
        return row(link(look, "note.take_back", look.t("note.take_back"), on.take_back)) if can_return else None
    words = _unsaved(look) if is_typed else txt(look, look.t("note.safe"), "meta", "ink3")
    close = button(look, "note.close", look.t("act.close"), on.close, kind="quiet", keys="Esc")
    acts = row(
        fill(None if look.phone else words),
        button(look, "note.discard", look.t("act.discard"), on.discard, kind="quiet") if is_typed else None,
        close if state.is_writing else None,
        button(look, "note.save", look.t("act.save"), on.add if is_typed else None, kind="primary", keys="Ctrl ↵"),
    )
    return col(words if look.phone else None, acts, gap=S8)


def _unsaved(look: Look) -> ft.Control:
    """Return the mark of a note that is typed and not saved."""
    return row(
        dot(look, "waiting"), txt(look, look.t("note.unsaved"), "meta", "wait", W5, key="note.unsaved"), gap=S8, tight=True
    )
