"""Two companies that may be one, side by side, each with a way to its page."""

from collections.abc import Callable

import flet as ft

from client.ui.dates import clock, local, short_day
from client.ui.figures import capital, unseen
from client.ui.theme import R12, S4, S8, S12, S16, Look
from client.ui.widgets import STRETCH, W6, button, col, edge, pads, row, txt
from client.usecases.sync_answers import Twin

Visit = Callable[[str, str], None]
"""(entity, id): go to the page of a record."""


def twin_boxes(look: Look, twins: tuple[Twin, ...], visit: Visit) -> ft.Control:
    """Return a box for each company: what tells the two apart, and the way to each."""
    boxes = [_box(look, twin, visit) for twin in twins]
    return col(*boxes, gap=S8) if look.phone else row(*boxes, gap=S12, cross=STRETCH, even=True)


def _box(look: Look, twin: Twin, visit: Visit) -> ft.Control:
    if not twin.name:
        body = col(txt(look, capital(unseen(look, "company")), "body", "ink3", lines=2))
    else:
        lines = [txt(look, line, "meta", "ink2", lines=2) for line in _facts(look, twin)]
        way = button(
            look,
            f"card.twin.{twin.id}",
            look.t("card.open_company"),
            lambda: visit("company", twin.id),
            glyph="arrow-up-right",
            expand=True if look.phone else None,
        )
        body = col(txt(look, twin.name, weight=W6, lines=3), *lines, ft.Container(row(way), padding=pads(top=S8)), gap=S4)
    return ft.Container(
        body,
        expand=None if look.phone else 1,
        padding=S12 if look.phone else S16,
        bgcolor=look.c.surface,
        border=edge(look, "field_line"),
        border_radius=R12,
    )


def _facts(look: Look, twin: Twin) -> list[str]:
    """Return code, fiscal code, town, and who made the record when; what is not known is left out."""
    found = [
        look.t("card.twin_code", code=twin.code) if twin.code else "",
        look.t("card.twin_fiscal", code=twin.fiscal_code) if twin.fiscal_code else "",
        twin.town,
    ]
    if twin.at is not None:
        who = look.t("who.you") if twin.is_me else twin.by or look.t("who.someone")
        when = f"{short_day(look, local(look, twin.at).date())}, {clock(look, twin.at)}"
        found.append(look.t("card.twin_made", who=who, when=when))
    return [text for text in found if text]
