"""What stands in the place of a company or contact that is not on this device."""

import flet as ft

from client.ui.layouts.card_words import not_taken
from client.ui.layouts.record_calls import RecordCalls
from client.ui.theme import S16, S24, Look
from client.ui.view_models.inbox import id_of
from client.ui.view_models.record_page import PageState
from client.ui.widgets import button, card, empty, fill, row, txt


def gone(look: Look, state: PageState, on: RecordCalls) -> ft.Control:
    """Return the page of a record that is not here, with the note that was being written about it."""
    is_typed = bool(state.draft.strip())
    said = _why_gone(look, state, is_typed, on)
    if not is_typed:
        return said
    note = txt(look, state.draft, lines=None, key="note.kept")
    note.selectable = True
    away = button(look, "note.discard", look.t("act.discard"), on.note.discard, kind="quiet")
    copy = button(look, "note.copy", look.t("act.copy"), on.note.copy, glyph="copy", kind="outline")
    return ft.ListView(
        [ft.Container(said, height=280), card(look, note), row(fill(), away, copy)], padding=S24, spacing=S16, expand=True
    )


def _why_gone(look: Look, state: PageState, is_typed: bool, on: RecordCalls) -> ft.Control:
    """Return why a record is not here: the centre did not accept it when it was new, or it left."""
    refused = state.refused
    if refused is None:
        text = look.t("record.gone_typed" if is_typed else "record.gone_text")
        head = look.t("record.left", label=state.title) if state.title else look.t("record.gone")
        return empty(look, "archive", head, text)
    see = look.t("record.refused_open")
    way = button(look, "record.refused.open", see, lambda: on.inbox(id_of(refused)), kind="primary")
    return empty(look, "circle-x", not_taken(look, refused).rstrip("."), look.t("record.refused_text"), way, tone="need")
