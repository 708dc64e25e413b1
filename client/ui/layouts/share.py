"""The sheet that shares a record, and the shares that are in force on its page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import flet as ft

from client.ui.dates import until
from client.ui.figures import nothing_to_pick, partial_day
from client.ui.theme import S2, S8, S12, S16, S24, Look
from client.ui.view_models.share import ShareState
from client.ui.widgets import (
    CENTRE,
    W5,
    W6,
    Message,
    Press,
    button,
    chip,
    col,
    disc,
    dot,
    empty,
    fill,
    group_header,
    icon_button,
    link,
    listing,
    pad,
    pads,
    picker_field,
    row,
    segmented,
    skeleton,
    space,
    text_field,
    txt,
)
from client.usecases.form_answers import Choice
from client.usecases.record_answers import Shared

DAYS = (7, 30, 90)
"""Days from today that one press fills in."""
EXAMPLE_DAYS = 30
"""Days from today of the day that an empty or wrong box names as an example."""


@dataclass(frozen=True)
class ShareCalls:
    """What a person can do in the sheet."""

    to_team: Callable[[bool], None]
    pick: Callable[[str | None], None]
    choose: Callable[[Choice], None]
    allow: Callable[[str], None]
    day: Callable[[str], None]
    end: Callable[[str], None]
    """A share that is in force, by its id."""
    save: Press
    close: Press
    """Leave the sheet; what is chosen in it is kept."""
    cancel: Press
    """Leave it, and give that up."""


def share_sheet(look: Look, state: ShareState, on: ShareCalls, told: ft.Control | None = None) -> ft.Control:
    """Return the sheet. told: the message of the snack bar, which the sheet would cover."""
    is_open = bool(state.levels)
    title = row(
        txt(look, look.t("share.title"), "title", weight=W6, expand=look.phone),
        txt(look, state.page.title, "meta", "ink3", expand=True, key="share.name")
        if state.page is not None and not look.phone
        else None,
        gap=S12,
        expand=True,
    )
    close = icon_button(look, "share.close", "x", look.t("act.close"), on.close, tone="ink")
    head = ft.Container(
        row(close, title) if look.phone else row(title, close),
        height=56,
        padding=pads(left=4, right=S16) if look.phone else pads(left=S24, right=S12),
    )
    body = ft.ListView(_body(look, state, on), padding=pad(S16 if look.phone else S24, S8), expand=True)
    return col(head, body, told, _foot(look, state, on) if is_open else None, expand=True)


def _body(look: Look, state: ShareState, on: ShareCalls) -> list[ft.Control]:
    if state.page is None:
        return [skeleton(look, 4, 64)] if state.phase == "slow" else []
    if not state.levels:
        closed = ft.Container(empty(look, "lock", look.t("share.closed"), look.t("denied.share")), height=280)
        return [closed, *_in_force(look, state.page.shares, on)]
    levels = [(level, look.t(f"share.level.{level}")) for level in state.levels]
    name = [txt(look, state.page.title, weight=W6, lines=2, key="share.name")] if look.phone else []
    return [
        *name,
        txt(look, look.t("share.text"), tone="ink2", lines=None),
        space(S16),
        _whom(look, state, on),
        space(S16),
        txt(look, look.t("share.level"), "meta", "ink2", W5),
        space(S8),
        _side(look, segmented(look, "share.level", levels, state.level, on.allow)),
        space(S16),
        _until(look, state, on),
        *_in_force(look, state.page.shares, on),
    ]


def _in_force(look: Look, shares: tuple[Shared, ...], on: ShareCalls) -> list[ft.Control]:
    """Return with whom the record is shared already, each with what ends it."""
    if not shares:
        return []
    head = group_header(look, look.t("share.section"), left=0)
    return [space(S16), head, shares_list(look, shares, on.end), space(S16)]


def _side(look: Look, control: ft.Control) -> ft.Control:
    """Return a control as wide as it is, or as the phone is."""
    return control if look.phone else row(control)


def _whom(look: Look, state: ShareState, on: ShareCalls) -> ft.Control:
    def take(choice: Choice) -> Press:
        return lambda: on.choose(choice)

    kind = "team" if state.is_team else "user"
    kinds = [(one, look.t(f"share.with.{one}")) for one in ("user", "team")]
    problem = state.problems.get("whom")
    return col(
        txt(look, look.t("share.with"), "meta", "ink2", W5),
        _side(look, segmented(look, "share.with", kinds, kind, lambda one: on.to_team(one == "team"))),
        picker_field(
            look,
            "share.whom",
            "",
            look.label(state.whom.label) if state.whom is not None else "",
            lambda: on.pick(""),
            text=state.picking,
            typed=on.pick,
            options=[(f"share.whom.{one.id}", look.label(one.label), one.detail, take(one)) for one in state.picks],
            nothing=nothing_to_pick(look, kind, state.picking or "", state.picks),
            hint=look.t(f"share.choose.{kind}"),
            message=Message(look.t(problem)) if problem else None,
        ),
        gap=S8,
    )


def _until(look: Look, state: ShareState, on: ShareCalls) -> ft.Control:
    def to(text: str) -> Press:
        return lambda: on.day(text)

    problem = state.problems.get("ends_at")
    example = _day_in(look, EXAMPLE_DAYS)
    days = [(number, _day_in(look, number)) for number in DAYS]
    chips = [
        chip(look, f"share.days.{number}", look.n("share.days", number), to(text), on=state.day == text)
        for number, text in days
    ]
    box = text_field(
        look, "share.until", look.t("share.until"), state.day, on.day,
        hint=example, message=Message(look.t(problem, day=example)) if problem else None, submit=on.save,
    )  # fmt: skip
    return col(box, row(*chips, wrap=True), gap=S8)


def _day_in(look: Look, days: int) -> str:
    """Return the day in so many days as every form writes it; `typed_days` reads it."""
    return partial_day(look, (look.today + timedelta(days=days)).date().isoformat())


def _foot(look: Look, state: ShareState, on: ShareCalls) -> ft.Control:
    away = button(look, "share.cancel", look.t("act.cancel"), on.cancel, kind="quiet")
    save = button(
        look, "share.save", look.t("share.save"), on.save,
        kind="primary", keys="Ctrl ↵", busy=state.saving, expand=True if look.phone else None,
    )  # fmt: skip
    return ft.Container(
        row(away, save) if look.phone else row(fill(), away, save),
        height=72 if look.phone else 64,
        padding=pad(S16) if look.phone else pads(left=S24, right=S16),
        border=ft.Border.only(top=ft.BorderSide(1, look.c.line)),
    )


def shares_list(look: Look, shares: tuple[Shared, ...], end: Callable[[str], None]) -> ft.Control:
    """Return the shares of a record that are in force, each with what ends it."""
    return listing(look, [_share(look, one, end) for one in shares])


def _share(look: Look, share: Shared, end: Callable[[str], None]) -> ft.Control:
    told = look.t(f"share.told.{share.level}", until=until(look, share.until))
    by = look.t("share.by", name=share.by) if share.by else ""
    words = col(
        txt(look, share.whom, weight=W5),
        txt(look, " · ".join(part for part in (told, by) if part), "meta", "ink2", lines=2, key=f"share.{share.id}"),
        gap=S2,
        expand=True,
        align=CENTRE,
    )
    way = link(look, f"share.{share.id}.end", look.t("share.end"), lambda: end(share.id)) if share.can_end else None
    face = row(dot(look, share.state), disc(look, "users" if share.is_team else "user", "ink2", 32, 16), words, way, gap=S12)
    return ft.Container(face, padding=pad(S12, S8))
