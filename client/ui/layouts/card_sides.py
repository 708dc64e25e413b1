"""The values of a card side by side: before, mine and theirs, or what its kind has in their place."""

from dataclasses import replace

import flet as ft

from client.ui.layouts.card_words import heads, signature, unit_label, value_in_line, values_of
from client.ui.theme import R12, S4, S8, S12, S16, Look
from client.ui.widgets import (
    STRETCH,
    TOP,
    W4,
    W6,
    col,
    edge,
    row,
    txt,
)
from client.usecases.sync_answers import CardView, Side
from shared_models.entities.sync_conflict import ADDED, CHANGED
from shared_models.fields import ARCHIVED, units
from shared_models.registry import CRM

SHORT = 20
"""Letters up to which the values of a card are shown in the title size: all of them, or none."""

DONE = {
    "archived": ("archived", "worked"),
    "unarchived": ("brought_back", "archived"),
    "revived": ("worked", "archived"),
    "link_removed": ("changed", "removed"),
}
"""What mine and theirs did with the record, by kind of card."""


def sides_of(look: Look, thing: CardView) -> ft.Control | None:
    """Return before, mine and theirs; a kind without values has none, and of an account there is only before and now."""
    if thing.kind == "bank_account":
        return account_boxes(look, thing)
    if thing.kind in ("code", "cycle"):
        return asked_and_given(look, thing)
    if thing.kind in DONE:
        return acts_of_both(look, thing)
    if not (thing.mine.values or thing.theirs.values):
        return None
    mine, theirs = heads(look, thing)
    if look.phone:
        before = value_in_line(look, thing, thing.before)
        first = (
            row(
                txt(look, look.t("card.before"), "meta", "ink3", W6),
                txt(look, before, "meta", "ink3", strike=True, expand=True),
            )
            if before
            else None
        )
        sides = (
            _side(look, thing, mine, thing.mine, "accent_ink", True),
            _side(look, thing, theirs, thing.theirs, "ink2", True),
        )
        if look.narrow:
            return col(first, *(row(one) for one in sides), gap=S8)
        return col(first, row(*sides, gap=S8, cross=STRETCH, even=True), gap=S12)
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
    if look.phone:  # half a phone is too narrow for an IBAN
        return col(*(row(one) for one in both), gap=S8)
    return row(*both, gap=S12, cross=STRETCH, even=True)


def asked_and_given(look: Look, thing: CardView) -> ft.Control:
    """Return what a person asked for, and what the centre gave instead: nobody typed that."""
    given = Side(thing.theirs.values, thing.theirs.shown)
    asked_head, given_head = heads(look, thing)
    both = (
        _side(look, thing, asked_head, thing.mine, "ink3", False),
        _side(look, thing, given_head, given, "ink2", True),
    )
    return row(*both, gap=S8 if look.phone else S12, cross=STRETCH, even=True)


def acts_of_both(look: Look, thing: CardView) -> ft.Control | None:
    """Return what each of the two did with a record that one of them put away; of whom nothing is known there is no box."""
    mine, theirs = DONE[thing.kind]
    known = [(one, act) for one, act in ((thing.mine, mine), (thing.theirs, theirs)) if one.at is not None]
    if len(known) < 2:
        return None
    both = [_act_box(look, thing, one, look.t(f"card.did.{act}")) for one, act in known]
    if any(_written(look, thing, one) for one, _ in known):
        # Half a phone is too narrow for it; and boxes of one height are now and then measured too low for text that wraps.
        return col(*(row(box) for box in both), gap=S8) if look.phone else row(*both, gap=S12, cross=TOP)
    return row(*both, gap=S8 if look.phone else S12, cross=STRETCH, even=True)


def _act_box(look: Look, thing: CardView, side: Side, act: str) -> ft.Container:
    """Return what one of them did, and the values that he wrote with it."""
    who, when = signature(look, side)
    written = [txt(look, words, "body", "ink2", lines=6) for words in _written(look, thing, side)]
    return ft.Container(
        col(
            txt(look, act, "body" if look.phone else "title", "ink", W6, lines=2),
            *written,
            txt(look, who, "meta", "ink2", lines=2) if who else None,
            txt(look, when, "meta", "ink3", lines=3) if when else None,
            gap=S4,
        ),
        expand=1,
        padding=S12 if look.phone else S16,
        bgcolor=look.c.surface,
        border_radius=R12,
        border=edge(look, "field_line"),
    )


def _written(look: Look, thing: CardView, side: Side) -> list[str]:
    """Return the values that a side wrote, each with its field, or the names of what it changed and added."""
    if thing.kind != "link_removed":
        return _work(look, thing, side)
    values = {name: value for name, value in side.values.items() if name != ARCHIVED}
    told = values_of(look, thing, replace(side, values=values))
    empty = [("", look.t("value.empty"))] if values and not told else []
    return [f"{label or unit_label(look, thing.entity, thing.unit)}: {text}" for label, text in told or empty]


def _work(look: Look, thing: CardView, side: Side) -> list[str]:
    """Return what a side did with a record that the other one archived, as far as the centre said and this version knows it."""
    known, lines = units(CRM.get(thing.entity)), []
    for key, words in ((CHANGED, known), (ADDED, CRM.by_name)):
        names = [name for name in side.values.get(key) or () if name in words]
        told = [unit_label(look, thing.entity, name) if key == CHANGED else look.t(f"entity.{name}") for name in names]
        lines += [look.t(f"card.did.work.{key}", what=", ".join(told))] if told else []
    return lines


def told_box(look: Look, thing: CardView, head: str, side: Side, stands: bool) -> ft.Container:
    """Return a value of a card that is decided, below what became of it. stands: whether it is the one that was kept, or holds."""
    who, when = signature(look, side)
    lines: list[ft.Control] = []
    for label, text in values_of(look, thing, side):
        lines += [txt(look, label, "meta", "ink3")] if label else []
        lines.append(txt(look, text, "body", "ink" if stands else "ink2", W6, lines=12))
    return ft.Container(
        col(
            txt(look, head, "meta", "accent_ink" if stands else "ink3", W6, lines=2),
            *(lines or [txt(look, look.t("value.empty"), "body", "ink3")]),
            txt(look, who or " ", "meta", "ink2", lines=2),
            txt(look, when or " ", "meta", "ink3", lines=3),
            gap=S4,
        ),
        expand=1,
        padding=S12,
        bgcolor=look.c.surface if stands else look.c.sunken,
        border=edge(look, "field_line" if stands else "line"),
        border_radius=R12,
    )


def _side(look: Look, thing: CardView, head: str, side: Side, tone: str, strong: bool) -> ft.Container:
    """Return one value; mine and theirs weigh the same, before is quiet and struck."""
    ink, weight = ("ink", W6) if strong else ("ink3", W4)
    shown = [value for one in (thing.before, thing.mine, thing.theirs) for value in values_of(look, thing, one)]
    big = not look.phone and all(len(text) <= SHORT and not label for label, text in shown)
    who, when = signature(look, side)
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
            txt(look, head, "meta", tone, W6, lines=2),
            *lines,
            txt(look, who, "meta", "ink2", lines=2) if who else None,
            txt(look, when, "meta", "ink3", lines=3) if when else None,
            gap=S4,
        ),
        expand=1,
        padding=S12 if look.phone else S16,
        bgcolor=look.c.surface if strong else look.c.sunken,
        border_radius=R12,
        border=edge(look, "field_line" if strong else "line"),
    )
