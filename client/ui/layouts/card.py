"""One thing that needs a person: a conflict card with its three values, or a change that the centre refused."""

from collections.abc import Callable
from dataclasses import dataclass

import flet as ft

from client.ui.dates import clock, day, local
from client.ui.figures import unbroken, value
from client.ui.layouts.card_twins import twin_boxes
from client.ui.layouts.card_words import act_words, glyph_of, heads, reader_of, sentence, values_of, where, who_when
from client.ui.theme import R12, S4, S8, S12, S16, Look
from client.ui.view_models.inbox import suggested
from client.ui.widgets import (
    STRETCH,
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
from client.usecases.answers import Change
from client.usecases.sync_answers import SETTLED_BY_LOOKING, CardView, Decision, RefusedChange, Side
from shared_models.errors import ErrorCode
from shared_models.fields import column_of
from shared_models.registry import CRM

REMOVALS = ("archived", "link_removed")
"""Kinds of cards in which not a value is at stake but whether the record stays."""
SHORT = 20
"""Letters up to which the values of a card are shown in the title size: all of them, or none."""


@dataclass(frozen=True)
class CardCalls:
    """What a person can do with one thing in the inbox. step: -1 the previous, 1 the next."""

    decide: Callable[[str, Decision], None]
    edit: Callable[[CardView | RefusedChange], None]
    open: Callable[[CardView | RefusedChange], None]
    visit: Callable[[str, str], None]
    """(entity, id): the page of a company or contact."""
    retry: Callable[[str], None]
    discard: Callable[[str], None]
    step: Callable[[int], None]


def card_page(look: Look, thing: CardView, place: tuple[int, int], on: CardCalls, busy: bool) -> ft.Control:
    """Return a conflict card. place: its number among how many."""
    words, bold = sentence(look, thing)
    told = rich(look, marked(words, bold), "body" if look.phone else "title", "ink2")
    return col(
        _about(look, thing, place, on),
        told,
        twin_boxes(look, thing.twins, on.visit) if thing.twins else _sides(look, thing),
        _note(look, thing) if thing.note else None,
        _acts(look, thing, on, busy),
        _consequence(look, thing),
        gap=S12 if look.phone else S16,
    )


def _about(look: Look, thing: CardView, place: tuple[int, int], on: CardCalls) -> ft.Control:
    """Return whom it is about, and the way to the other cards."""
    glyph = {"contact": "user", "company": "building-2"}.get(thing.entity, glyph_of(thing)[0])
    if look.phone:
        about = " · ".join(part for part in (thing.title, thing.about) if part)
        return row(
            icon(look, glyph, 16, "ink3"),
            txt(look, about, "meta", "ink2", W5, expand=True),
            txt(look, f"{place[0]} / {place[1]}", "meta", "ink3"),
        )
    return row(
        icon(look, glyph, 16, "ink3"),
        link(look, "card.open", thing.title, lambda: on.open(thing), size="body"),
        txt(look, thing.about, "meta", "ink2"),
        fill(),
        txt(look, look.t("card.place", n=place[0], total=place[1]), "meta", "ink3"),
        icon_button(look, "card.previous", "chevron-up", look.t("card.previous"), lambda: on.step(-1)),
        icon_button(look, "card.next", "chevron-down", look.t("card.next"), lambda: on.step(1)),
    )


def _sides(look: Look, thing: CardView) -> ft.Control | None:
    """Return before, mine and theirs; a kind without values has none, and of an account there is only before and now."""
    if thing.kind == "bank_account":
        return account_boxes(look, thing)
    if not (thing.mine.values or thing.theirs.values):
        return None
    mine, theirs = heads(look, thing)
    if look.phone:
        before = values_of(look, thing, thing.before)
        first = (
            row(
                txt(look, look.t("card.before"), "meta", "ink3", W6),
                txt(look, before[0][1], "meta", "ink3", strike=True, expand=True),
            )
            if before
            else None
        )
        both = row(
            _side(look, thing, mine, thing.mine, "accent_ink", True),
            _side(look, thing, theirs, thing.theirs, "ink2", True),
            gap=S8,
            cross=STRETCH,
            even=True,
        )
        return col(first, both, gap=S12)
    return row(
        _side(look, thing, look.t("card.before"), thing.before, "ink3", False),
        _side(look, thing, mine, thing.mine, "accent_ink", True),
        _side(look, thing, theirs, thing.theirs, "ink2", True),
        gap=S12,
        cross=STRETCH,
        even=True,
    )


def account_boxes(look: Look, thing: CardView) -> ft.Control:
    """Return the account before and the one in use now, with who changed it."""
    both = (
        _side(look, thing, look.t("card.before"), thing.before, "ink3", False),
        _side(look, thing, look.t("card.account_now"), thing.theirs, "ink2", True),
    )
    return row(*both, gap=S8 if look.phone else S12, cross=STRETCH, even=True)


def _side(look: Look, thing: CardView, head: str, side: Side, tone: str, strong: bool) -> ft.Container:
    """Return one value; mine and theirs weigh the same, before is quiet and struck."""
    ink, weight = ("ink", W6) if strong else ("ink3", W4)
    shown = [value for one in (thing.before, thing.mine, thing.theirs) for value in values_of(look, thing, one)]
    big = not look.phone and all(len(text) <= SHORT and not label for label, text in shown)
    lines: list[ft.Control] = []
    for label, text in values_of(look, thing, side):
        if label:
            lines.append(txt(look, label, "meta", "ink3"))
        size = "title" if big else "body"
        lines.append(txt(look, text, size, ink, weight, lines=12, strike=not strong))
    if not lines:
        lines.append(txt(look, look.t("value.empty"), "body", "ink3"))
    return ft.Container(
        col(
            txt(look, head, "meta", tone, W6),
            *lines,
            txt(look, who_when(look, side) or " ", "meta", "ink2", lines=2),
            txt(look, where(look, side) or " ", "meta", "ink3", lines=2),
            gap=S4,
        ),
        expand=1,
        padding=S12 if look.phone else S16,
        bgcolor=look.c.surface if strong else look.c.sunken,
        border_radius=R12,
        border=edge(look, "field_line" if strong else "line"),
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


def _acts(look: Look, thing: CardView, on: CardCalls, busy: bool) -> ft.Control:
    """Return the answers that fit: a value is kept or restored; what was only to be looked at is done with one press."""
    wide = True if look.phone else None
    edit = button(
        look,
        "card.edit",
        look.t("act.edit"),
        lambda: on.edit(thing),
        glyph="pencil",
        kind="outline" if look.phone else "quiet",
        keys="E",
        big=True,
        expand=wide,
    )
    if thing.kind == "duplicate":
        return row(_act(look, thing, on, busy, "kept_theirs", "check", "1"))
    if thing.kind == "bank_account":
        seen = _act(look, thing, on, busy, "kept_theirs", "check", "1")
        return col(row(seen), row(edit), gap=S8) if look.phone else row(seen, fill(), edit)
    theirs = _act(look, thing, on, busy, "kept_theirs", "check", "1")
    mine = _act(look, thing, on, busy, "restored_mine", "undo-2", "2")
    both = _act(look, thing, on, busy, "kept_both", "copy", "3") if thing.can_keep_both else None
    if look.phone:
        return col(row(mine, theirs), row(edit, both), gap=S8)
    return row(theirs, mine, both, fill(), edit)


def _act(look: Look, thing: CardView, on: CardCalls, busy: bool, decision: Decision, glyph: str, key: str) -> ft.Control:
    best = suggested(thing)
    return button(
        look,
        f"card.{decision}",
        act_words(look, thing, decision),
        lambda: on.decide(thing.id, decision),
        glyph=glyph,
        kind="primary" if decision == best else "outline",
        keys=key,
        big=True,
        expand=True if look.phone else None,
        busy=busy and decision == best,
    )


def _consequence(look: Look, thing: CardView) -> ft.Control:
    """Return what each answer does, in the words of the reader's side."""
    if thing.kind in SETTLED_BY_LOOKING:
        return _told(look, "info", look.t(f"card.after.{thing.kind}"))
    who = thing.mine.by or look.t("who.someone")
    answers: list[tuple[Decision, str]] = [("kept_theirs", "check"), ("restored_mine", "undo-2")]
    answers += [("kept_both", "copy")] if thing.can_keep_both else []
    return col(*(_told(look, glyph, _after(look, thing, one, who)) for one, glyph in answers), gap=S4)


def _after(look: Look, thing: CardView, answer: Decision, who: str) -> str:
    """Return what an answer does; of a record that was archived or removed that is another thing than of a value."""
    if thing.kind in REMOVALS and answer != "kept_both":
        keep, take = act_words(look, thing, "kept_theirs"), act_words(look, thing, "restored_mine")
        return look.t(f"card.after.{answer}.{thing.kind}", keep=keep, take=take)
    return look.t(f"card.after.{answer}{reader_of(thing)}", who=who)


def _told(look: Look, glyph: str, words: str) -> ft.Control:
    return row(icon(look, glyph, 14, "ink3"), txt(look, words, "meta", "ink3", lines=4, expand=True), cross=TOP)


def refused_page(look: Look, thing: RefusedChange, on: CardCalls) -> ft.Control:
    """Return a refused change: what it was, why it was refused, and what is safe."""
    glyph, tone = glyph_of(thing)
    at = f"{day(look, local(look, thing.at).date())}, {clock(look, thing.at)}"
    head = row(
        icon(look, glyph, 18, tone),
        txt(look, thing.label or thing.title, weight=W6, expand=True, lines=2),
        tag(look, look.t(f"entity.{thing.entity}")),
    )
    retry = button(
        look,
        "refused.retry",
        look.t("act.retry"),
        lambda: on.retry(thing.tx),
        glyph="refresh-cw",
        kind="primary" if thing.is_deferred else "outline",
        keys="1",
        expand=True if look.phone else None,
    )
    edit = (
        None
        if thing.is_deferred
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
        look.t("refused.discard"),
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
