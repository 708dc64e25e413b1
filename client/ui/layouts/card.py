"""One thing that needs a person: a conflict card with its three values, or a change that the centre refused."""

import flet as ft

from client.ui.dates import clock, day, local
from client.ui.figures import unbroken, value
from client.ui.layouts.card_answers import CardCalls, acts_of, consequences_of
from client.ui.layouts.card_sides import sides_of
from client.ui.layouts.card_twins import twin_boxes
from client.ui.layouts.card_words import glyph_of, not_taken, sentence, subject_of
from client.ui.theme import R12, S8, S12, S16, Look
from client.ui.view_models.inbox import can_edit
from client.ui.widgets import (
    TOP,
    W4,
    W5,
    W6,
    Part,
    button,
    card,
    col,
    edge,
    fill,
    icon,
    icon_button,
    line,
    link,
    marked,
    rich,
    row,
    tag,
    txt,
)
from client.usecases.sync_answers import CardView, RefusedChange
from client.usecases.timeline_answers import Change
from shared_models.errors import ErrorCode
from shared_models.fields import column_of
from shared_models.registry import CRM


def card_page(look: Look, thing: CardView, place: tuple[int, int], on: CardCalls, busy: bool) -> ft.Control:
    """Return a conflict card. place: its number among how many."""
    words, bold = sentence(look, thing)
    told = rich(look, marked(words, bold), "body" if look.phone else "title", "ink2")
    return col(
        about_of(look, thing, place, on),
        told,
        twin_boxes(look, thing.twins, on.visit) if thing.twins else sides_of(look, thing),
        _note(look, thing) if thing.note else None,
        acts_of(look, thing, on, busy),
        consequences_of(look, thing),
        gap=S12 if look.phone else S16,
    )


def about_of(look: Look, thing: CardView, place: tuple[int, int], on: CardCalls) -> ft.Control:
    """Return whom it is about, and the way to the other cards."""
    glyph = {"contact": "user", "company": "building-2"}.get(thing.entity, glyph_of(thing)[0])
    if look.phone:
        about = " · ".join(dict.fromkeys(part for part in (subject_of(thing), thing.about) if part))
        return row(
            icon(look, glyph, 16, "ink3"),
            txt(look, about, "meta", "ink2", W5, lines=2, expand=True),
            txt(look, f"{place[0]} / {place[1]}", "meta", "ink3"),
        )
    return row(
        icon(look, glyph, 16, "ink3"),
        link(look, "card.open", subject_of(thing), lambda: on.open(thing), size="body"),
        txt(look, thing.about if thing.about != subject_of(thing) else "", "meta", "ink2"),
        fill(),
        txt(look, look.t("card.place", n=place[0], total=place[1]), "meta", "ink3"),
        icon_button(look, "card.previous", "chevron-up", look.t("card.previous"), lambda: on.step(-1)),
        icon_button(look, "card.next", "chevron-down", look.t("card.next"), lambda: on.step(1)),
    )


def _note(look: Look, thing: CardView) -> ft.Control:
    """Return the note in which the losing value was typed."""
    parts: list[Part] = [(look.t("card.note"), "ink3", W4), " ", look.t("card.quoted", text=thing.note)]
    words = ft.Container(rich(look, parts, "body", "ink2"), expand=True)
    return ft.Container(
        row(icon(look, "sticky-note", 16, "ink3"), words, gap=S12, cross=TOP),
        padding=S12 if look.phone else S16,
        bgcolor=look.c.sunken,
        border=edge(look) if look.c.sunken == look.c.surface else None,
        border_radius=R12,
    )


def refused_page(look: Look, thing: RefusedChange, on: CardCalls) -> ft.Control:
    """Return a refused change: what it was, why it was refused, and what is safe."""
    glyph, tone = glyph_of(thing)
    at = f"{day(look, local(look, thing.at).date())}, {clock(look, thing.at)}"
    head = row(
        icon(look, glyph, 18, tone),
        txt(look, thing.label or thing.title, weight=W6, expand=True, lines=2),
        tag(look, look.t(f"entity.{thing.entity}")),
    )
    is_mended_here = not thing.is_deferred and can_edit(thing)
    retry = button(
        look,
        "refused.retry",
        look.t("act.retry"),
        lambda: on.retry(thing.tx),
        glyph="refresh-cw",
        kind="outline" if is_mended_here else "primary",
        keys="1",
        expand=True if look.phone else None,
    )
    edit = (
        None
        if not is_mended_here
        else button(
            look,
            "refused.edit",
            look.t("act.edit"),
            lambda: on.edit(thing),
            glyph="pencil",
            kind="primary",
            keys="E",
            expand=True if look.phone else None,
        )
    )
    discard = button(
        look,
        "refused.discard",
        look.t("refused.discard_new" if thing.is_new else "refused.discard"),
        lambda: on.discard(thing.tx),
        kind="quiet",
        expand=True if look.phone else None,
    )
    acts = col(row(retry, edit), row(discard), gap=S8) if look.phone else row(edit, retry, fill(), discard)
    body = col(
        head,
        txt(look, at, "meta", "ink3"),
        txt(look, reason_of(look, thing), tone="ink2", lines=None),
        *_changes(look, thing),
        txt(look, look.t("refused.safe"), "meta", "ink3", lines=2),
        acts,
        gap=S12,
    )
    return body if look.phone else card(look, body)


def reason_of(look: Look, thing: RefusedChange) -> str:
    """Return why a change was refused: what is wrong with which field, where the centre named one, and what helps."""
    if thing.is_deferred:
        return look.t("inbox.deferred_why")
    if thing.is_new:
        return f"{not_taken(look, thing)} {_why_new(look, thing)}"
    return _why(look, thing)


def _why_new(look: Look, thing: RefusedChange) -> str:
    """Return why a new record was refused: for want of a right it is said of what was added, not of a change."""
    if thing.code != ErrorCode.R305:
        return _why(look, thing)
    return look.t("refused.no_right_new" if thing.entity in ("company", "contact") else "refused.no_right_part")


def _why(look: Look, thing: RefusedChange) -> str:
    reason = look.t(thing.reason) if thing.reason and look.texts.has(thing.reason) else ""
    if not reason:
        return look.t(f"error.{thing.code}")
    field = look.t(f"{thing.entity}.{thing.field}") if thing.field else ""
    helps = look.t("refused.correct" if thing.code == ErrorCode.R303 else f"error.{thing.code}")
    return f"{field}: {reason}. {helps}" if field else f"{reason}. {helps}"


def _changes(look: Look, thing: RefusedChange) -> list[ft.Control]:
    rows: list[ft.Control] = [_change(look, thing.entity, change) for change in thing.changes]
    return [line(look), *rows, line(look)] if rows else []


def _change(look: Look, entity: str, change: Change) -> ft.Control:
    kind = CRM.get(entity)
    column = column_of(kind, change.field)
    before = unbroken(value(look, kind, column, change.before, change.before_shown))
    after = unbroken(value(look, kind, column, change.after, change.after_shown) or look.t("value.empty"))
    parts: list[Part] = [(look.t(f"{entity}.{change.field}") + ": ", "ink3", W5)]
    parts += [(before, "ink3", W4), " → "] if before else []
    parts.append((after, "ink", W6))
    return rich(look, parts, "body", "ink3", lines=3)
