"""The line at the head of a record's page that tells of questions about it, and leads to the first of them in the inbox."""

from collections.abc import Callable

import flet as ft

from client.ui.theme import S4, Look
from client.ui.widgets import W5, dot, link, row, txt
from client.usecases.record_answers import RecordPage


def questions(look: Look, page: RecordPage, inbox: Callable[[str], None]) -> ft.Control | None:
    """Return how many questions about a record, or a part of it, wait for the reader; None where there is none."""
    if not page.questions:
        return None
    words = txt(look, look.n("record.questions", len(page.questions)), "meta", "need", W5, key="record.questions")
    way = link(look, "record.questions.open", look.t("record.questions_open"), lambda: inbox(page.questions[0]))
    return row(dot(look, "needs_you"), words, way, gap=S4, tight=True)
