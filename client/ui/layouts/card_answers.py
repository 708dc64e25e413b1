"""The answers that fit a card, and what each of them does."""

from collections.abc import Callable
from dataclasses import dataclass

import flet as ft

from client.ui.layouts.card_words import act_words, reader_of
from client.ui.theme import S4, S8, Look
from client.ui.view_models.inbox import answers_of, can_edit, suggested
from client.ui.widgets import (
    TOP,
    button,
    col,
    fill,
    icon,
    row,
    txt,
)
from client.usecases.sync_answers import OWN_ANSWERS, SETTLED_BY_LOOKING, CardView, Decision, RefusedChange


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


def acts_of(look: Look, thing: CardView, on: CardCalls, busy: bool) -> ft.Control:
    """Return the answers that fit: a value is kept or restored; what was only to be looked at is done with one press."""
    wide = True if look.phone else None
    edit = (
        None
        if not can_edit(thing)
        else button(
            look,
            "card.edit",
            look.t(f"card.act.{thing.kind}.edited" if "edited" in OWN_ANSWERS.get(thing.kind, ()) else "act.edit"),
            lambda: on.edit(thing),
            glyph="pencil",
            kind="outline" if look.phone else "quiet",
            keys="E",
            big=True,
            expand=wide,
        )
    )
    if thing.kind == "duplicate":
        return row(_act(look, thing, on, busy, "kept_theirs", "check", "1"))
    if thing.kind in OWN_ANSWERS:
        acts = [_act(look, thing, on, busy, one, _glyph(thing, one), str(n)) for n, one in enumerate(answers_of(thing), 1)]
        acts += [edit] if edit else []
        return col(*(row(act) for act in acts), gap=S8) if look.phone else row(*acts)
    if thing.kind == "bank_account":
        seen = _act(look, thing, on, busy, "kept_theirs", "check", "1")
        return col(row(seen), row(edit), gap=S8) if look.phone else row(seen, fill(), edit)
    theirs = _act(look, thing, on, busy, "kept_theirs", "check", "1")
    mine = _act(look, thing, on, busy, "restored_mine", "undo-2", "2")
    both = _act(look, thing, on, busy, "kept_both", "copy", "3") if thing.can_keep_both else None
    if look.phone:
        return col(row(mine, theirs), row(edit, both) if edit or both else None, gap=S8)
    return row(theirs, mine, both, fill(), edit)


def _glyph(thing: CardView, answer: Decision) -> str:
    """Return the sign of an answer of a kind that has its own: what leaves everything as it is, and what does something."""
    does = {"revived": "archive", "archived": "archive", "unarchived": "rotate-ccw", "link_removed": "rotate-ccw"}.get(
        thing.kind, "pencil"
    )
    return "check" if answer == suggested(thing) else does


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


def consequences_of(look: Look, thing: CardView) -> ft.Control:
    """Return what each answer does, in the words of the reader's side."""
    if thing.kind in SETTLED_BY_LOOKING:
        return _told(look, "info", look.t(f"card.after.{thing.kind}"))
    if thing.kind in OWN_ANSWERS:
        own = [one for one in OWN_ANSWERS[thing.kind] if one != "edited" or can_edit(thing)]
        told = (_told(look, _glyph(thing, one), _own_after(look, thing, one)) for one in own)
        return col(*told, gap=S4)
    who = thing.mine.by or look.t("who.someone")
    answers: list[tuple[Decision, str]] = [("kept_theirs", "check"), ("restored_mine", "undo-2")]
    answers = answers[::-1] if look.phone else answers  # in the order of the buttons
    answers += [("kept_both", "copy")] if thing.can_keep_both else []
    return col(*(_told(look, glyph, _after(look, thing, one, who)) for one, glyph in answers), gap=S4)


def _own_after(look: Look, thing: CardView, answer: Decision) -> str:
    words = look.t(f"card.act.{thing.kind}.{answer}") if answer == "edited" else act_words(look, thing, answer)
    return look.t(f"card.after.{answer}.{thing.kind}", act=words, title=thing.title)


def _after(look: Look, thing: CardView, answer: Decision, who: str) -> str:
    """Return what an answer does with the values."""
    return look.t(f"card.after.{answer}{reader_of(thing)}", act=act_words(look, thing, answer), who=who)


def _told(look: Look, glyph: str, words: str) -> ft.Control:
    return row(icon(look, glyph, 14, "ink3"), txt(look, words, "meta", "ink3", lines=4, expand=True), cross=TOP)
