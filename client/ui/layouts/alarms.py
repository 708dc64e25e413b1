"""Alarms, for an administrator: a line over the devices that says how many last, and a panel with each of them and the rules."""

from collections.abc import Callable
from dataclasses import dataclass

import flet as ft

from client.ui.dates import moment
from client.ui.figures import capital
from client.ui.layouts.panel_line import panel_line
from client.ui.layouts.trouble import trouble
from client.ui.theme import R12, S4, S8, S12, S16, Look
from client.ui.view_models.alarms import AlarmsState
from client.ui.widgets import (
    TOP,
    W5,
    W6,
    Maybe,
    Message,
    Press,
    banner,
    col,
    icon,
    icon_button,
    line,
    pads,
    pressable,
    row,
    skeleton,
    space,
    switch,
    text_field,
    txt,
)
from shared_models.alarms import ALARM_KINDS, LIMITS, AlarmKind, AlarmLine, alarm_in_words

BOX = 96
"""Width of the box of a threshold, in pixels."""


@dataclass(frozen=True)
class AlarmsCalls:
    """What an administrator can do with them."""

    close: Press
    open: Callable[[str], None]
    """A device, by its id."""
    switch: Callable[[AlarmKind], None]
    type: Callable[[AlarmKind, str], None]
    keep: Callable[[AlarmKind], None]
    again: Press
    copy: Callable[[str], None]


def alarms_line(look: Look, id: str, n: int | None, press: Press, *, is_chosen: bool = False) -> ft.Control:
    """Return a line that says how many alarms last, and leads to them. n: None while that is not known."""
    words = look.n("alarms.spoken", n) if n else look.t("alarms.title" if n is None else "alarms.none")
    return panel_line(look, id, "bell", words, press, needs=bool(n), is_chosen=is_chosen)


def alarms_panel(look: Look, state: AlarmsState, on: AlarmsCalls) -> ft.Control:
    """Return the panel: what lasts, what is over, the rules."""
    head: Maybe = None
    if not look.phone:
        shut = icon_button(look, "alarms.close", "x", look.t("act.close"), on.close)
        head = row(icon(look, "bell", 20, "ink2"), txt(look, look.t("alarms.title"), weight=W6, expand=True), shut, gap=S12)
    if state.phase == "failed":
        return ft.Container(
            col(head, trouble(look, "alarms", look.t("devices.failed"), state.failure, on.again, on.copy), gap=S12), padding=S16
        )
    if state.page is None:
        return skeleton(look) if state.phase == "slow" else ft.Container()
    told = look.t("devices.old", at=moment(look, state.page.at))
    cells: list[Maybe] = [
        head,
        banner(look, "alarms.old", "cloud-off", told) if state.is_old else None,
        *_listed(look, state, on),
        space(S4),
        line(look),
        txt(look, look.t("alarms.rules"), weight=W6),
        *(_rule(look, state, kind, on) for kind in ALARM_KINDS),
        txt(look, look.t("alarms.by_mail" if state.page.by_mail else "alarms.no_mail"), "meta", "ink2", lines=None),
    ]
    return ft.ListView([cell for cell in cells if cell is not None], spacing=S12, padding=S16, expand=True, key="panel.alarms")


def _listed(look: Look, state: AlarmsState, on: AlarmsCalls) -> list[Maybe]:
    if not state.alarms and state.is_old:  # what is over the list says why
        told = txt(look, look.t("alarms.unknown"), "meta", "ink2", lines=None, expand=True)
        return [row(icon(look, "circle-dashed", 16, "ink2"), told, gap=S8, cross=TOP)]
    if not state.alarms:
        calm = row(icon(look, "circle-check", 16, "ok"), txt(look, look.t("alarms.none"), weight=W5, tone="ok"), gap=S8)
        return [ft.Container(calm, padding=S12, bgcolor=look.c.ok_soft, border_radius=R12)]
    return [_alarm(look, one, on.open) for one in state.alarms]


def _alarm(look: Look, one: AlarmLine, open_device: Callable[[str], None]) -> ft.Control:
    """Return an alarm: whose device, what is wrong with it, and since when, or until when."""
    lasts = one.cleared_at is None
    what = capital(alarm_in_words(look.texts, one.kind, one.n))
    when = look.t("alarms.since", at=moment(look, one.raised_at))
    if one.cleared_at is not None:
        when = look.t("alarms.over", at=moment(look, one.cleared_at))
    words = col(
        txt(look, one.device_name, weight=W6, tone="ink" if lasts else "ink2"),
        txt(look, what, "meta", "need" if lasts else "ink2", W5, lines=2),
        txt(look, " · ".join(part for part in (one.person, when) if part), "meta", "ink2", lines=2),
        expand=True,
    )
    glyph = icon(look, "circle-alert" if lasts else "circle-check", 16, "need" if lasts else "ink3")
    return pressable(
        f"alarm.{one.id}",
        f"{one.device_name}, {one.person}, {what}, {when}",
        row(glyph, words, gap=S8),
        lambda: open_device(one.device),
        padding=pads(left=S12, right=S12, top=S8, bottom=S8),
        radius=R12,
        bgcolor=look.c.need_soft if lasts else None,
    )


def _rule(look: Look, state: AlarmsState, kind: AlarmKind, on: AlarmsCalls) -> ft.Control:
    """Return a rule: its switch, and its threshold while it is on."""
    rule = state.rule(kind)
    is_on = rule is not None and rule.is_on
    label = look.t(f"alarms.rule.{kind}")
    knob = switch(look, f"alarms.rule.{kind}", label, is_on, lambda: on.switch(kind))
    head = row(txt(look, label, lines=2, expand=True), knob, gap=S8)
    least, greatest = LIMITS[kind]
    wrong = Message(look.t("alarms.rule.wrong", least=least, greatest=greatest)) if state.is_wrong(kind) else None
    box = text_field(
        look, f"alarms.threshold.{kind}", look.t(f"alarms.unit.{'days' if kind == 'silent' else 'hours'}"), state.shown(kind),
        lambda text: on.type(kind, text), message=wrong, submit=lambda: on.keep(kind), left=lambda: on.keep(kind),
    )  # fmt: skip
    return col(head, row(ft.Container(box, width=None if wrong else BOX, expand=bool(wrong))) if is_on else None, gap=S4)
