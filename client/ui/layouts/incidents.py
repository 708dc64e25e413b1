"""What went wrong day by day, for an administrator: three small charts of 30 days, and the incidents with what was done about each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import flet as ft

from client.ui.dates import moment, short_day
from client.ui.figures import capital, count, dotted
from client.ui.layouts.panel_line import panel_line
from client.ui.layouts.trouble import trouble
from client.ui.theme import R12, S2, S4, S8, S12, S16, Look
from client.ui.view_models.incidents import IncidentsState
from client.ui.widgets import (
    TOP,
    W5,
    W6,
    Maybe,
    Press,
    banner,
    button,
    col,
    icon,
    icon_button,
    line,
    pads,
    pressable,
    row,
    skeleton,
    txt,
)
from shared_models.base import from_micros
from shared_models.incident_desk import IncidentLine, IncidentPage
from shared_models.incidents import in_words

HEIGHT = 40
"""Of a chart, in pixels."""
CHARTS = ("conflicts", "letters", "incidents")
"""Parts of a page, and ends of their text keys."""


@dataclass(frozen=True)
class IncidentsCalls:
    """What an administrator can do with them."""

    close: Press
    open: Callable[[str], None]
    """A device, by its id."""
    more: Press
    again: Press
    copy: Callable[[str], None]


def incidents_line(look: Look, total: int | None, press: Press, *, is_chosen: bool) -> ft.Control:
    """Return the line that says how many there were, and leads to them. total: None while that is not known."""
    words = look.t("incidents.title") if total is None else look.n("incidents.spoken", total)
    return panel_line(look, "devices.incidents", "chart-column", words, press, is_chosen=is_chosen)


def incidents_panel(look: Look, state: IncidentsState, on: IncidentsCalls) -> ft.Control:
    """Return the panel: the charts, then the incidents."""
    head: Maybe = None
    if not look.phone:
        shut = icon_button(look, "incidents.close", "x", look.t("act.close"), on.close)
        title = txt(look, look.t("incidents.title"), weight=W6, expand=True)
        head = row(icon(look, "chart-column", 20, "ink2"), title, shut, gap=S12)
    if state.phase == "failed":
        failed = trouble(look, "incidents", look.t("devices.failed"), state.failure, on.again, on.copy)
        return ft.Container(col(head, failed, gap=S12), padding=S16)
    page = state.page
    if page is None:
        return skeleton(look) if state.phase == "slow" else ft.Container()
    told = look.t("devices.old", at=moment(look, page.at))
    cells: list[Maybe] = [
        head,
        banner(look, "incidents.old", "cloud-off", told) if state.is_old else None,
        *(_chart(look, page, name) for name in CHARTS),
        line(look),
        txt(look, look.t("incidents.list"), weight=W6),
        *(_listed(look, one, on.open) for one in state.lines),
        None if state.lines else txt(look, look.t("incidents.none"), "meta", "ink2", lines=None),
        row(button(look, "incidents.more", look.t("act.more"), on.more)) if page.more else None,
    ]
    shown = [cell for cell in cells if cell is not None]
    return ft.ListView(shown, spacing=S12, padding=S16, expand=True, build_controls_on_demand=True, key="panel.incidents")


def _chart(look: Look, page: IncidentPage, name: str) -> ft.Control:
    """Return a name with the sum of the days, the days as bars, and the first and the last of them; for a reader of screens, in words."""
    values: Sequence[int] = getattr(page, name)
    today = from_micros(page.at).date()
    first, title, total = today - timedelta(days=len(values) - 1), look.t(f"incidents.chart.{name}"), sum(values)
    head = row(
        txt(look, title, "meta", "ink2", W5, expand=True),
        txt(look, count(look, total), "meta", "ink" if total else "ink3", W6),
    )
    feet = row(
        txt(look, short_day(look, first), "meta", "ink3", expand=True),
        txt(look, look.t("day.today"), "meta", "ink3"),
    )
    words = in_figures(look, title, values, first)
    drawn = ft.Semantics(content=col(head, _bars(look, values, first), feet, gap=S4), exclude_semantics=True)
    return ft.Semantics(identifier=f"incidents.chart.{name}", label=words, content=drawn, container=True)


def in_figures(look: Look, title: str, values: Sequence[int], first: date) -> str:
    """Return what a chart shows, in words. first: the day of the first value."""
    most = max(values)
    if not most:
        return look.t("incidents.chart_none", what=title)
    on = first + timedelta(days=max(i for i, value in enumerate(values) if value == most))
    figures = {
        "n": count(look, sum(values)),
        "most": count(look, most),
        "on": short_day(look, on),
        "today": count(look, values[-1]),
    }
    return look.t("incidents.chart_spoken", what=title, **figures)


def _bars(look: Look, values: Sequence[int], first: date) -> ft.Control:
    top = max(*values, 1)

    def bar(i: int, value: int) -> ft.Control:
        high, colour = max(round(value / top * HEIGHT), 2), look.c.field_line if value else look.c.line
        fill = ft.Container(height=high, bgcolor=colour, border_radius=2)
        told = f"{short_day(look, first + timedelta(days=i))}: {count(look, value)}"
        return ft.Container(fill, expand=1, height=HEIGHT, alignment=ft.Alignment.BOTTOM_CENTER, tooltip=told)

    return row(*(bar(i, value) for i, value in enumerate(values)), gap=S2)


def _listed(look: Look, one: IncidentLine, open_device: Callable[[str], None]) -> ft.Control:
    """Return an incident: on which device, what it was and what was done, whose device it is and when it was found."""
    what = capital(in_words(look.texts, one.kind, one.entity, one.rows))
    name = one.device_name or look.t("incidents.unknown_device")
    words = col(
        txt(look, name, weight=W6),
        txt(look, what, "meta", "ink", lines=None),
        txt(look, dotted(one.person, moment(look, one.at)), "meta", "ink2", lines=2),
        expand=True,
    )
    return pressable(
        f"incident.{one.device}.{one.at}.{one.kind}.{one.entity}",
        f"{name}, {one.person}, {what}, {moment(look, one.at)}",
        row(icon(look, "circle-alert", 16, "ink3"), words, gap=S8, cross=TOP),
        lambda: open_device(one.device),
        padding=pads(left=S8, right=S8, top=S8, bottom=S8),
        radius=R12,
    )
