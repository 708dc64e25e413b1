"""The lines at the head of a record's page that tell of what was typed about it and not saved: go on with it, or give it up."""

from collections.abc import Callable

import flet as ft

from client.ui.dates import moment
from client.ui.theme import S4, S16, Look
from client.ui.widgets import W5, Press, col, icon, link, row, txt
from client.usecases.form_drafts import FormDraft
from client.usecases.record_answers import RecordPage

MAX_LINES = 3
"""Drafts of one record that are told of at once; each that is dealt with makes room for the next."""


def drafts(
    look: Look, page: RecordPage, go_on: Callable[[FormDraft], None], give_up: Callable[[FormDraft], None]
) -> list[ft.Control]:
    """Return a line for every draft on a record, its note aside."""
    return [_line(look, place, draft, go_on, give_up) for place, draft in enumerate(page.drafts[:MAX_LINES])]


def _line(
    look: Look, place: int, draft: FormDraft, go_on: Callable[[FormDraft], None], give_up: Callable[[FormDraft], None]
) -> ft.Control:
    id = f"record.draft.{place}"
    words = look.t("record.draft", form=look.t(draft.heading), at=moment(look, draft.at))
    told = txt(look, words, "meta", "wait", W5, lines=2, key=id)
    ways = (
        link(look, f"{id}.continue", look.t("act.continue"), _of(draft, go_on)),
        link(look, f"{id}.discard", look.t("act.discard"), _of(draft, give_up)),
    )
    mark = icon(look, "pencil", 14, "wait")
    if look.phone:
        told.expand = True
        return col(row(mark, told, gap=S4), row(*ways, gap=S16))
    return row(mark, told, *ways, gap=S4, tight=True)


def _of(draft: FormDraft, call: Callable[[FormDraft], None]) -> Press:
    return lambda: call(draft)
