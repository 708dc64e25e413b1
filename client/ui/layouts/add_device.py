"""Adding a device, for an administrator: the people, then the code of one of them to be scanned or typed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import flet as ft

from client.ui.dates import clock
from client.ui.layouts.trouble import trouble
from client.ui.theme import R8, R12, S4, S8, S12, S16, Look
from client.ui.view_models.add_device import AddDeviceState
from client.ui.view_models.people import PeopleState
from client.ui.widgets import (
    W5,
    W6,
    Maybe,
    Press,
    avatar,
    button,
    col,
    icon,
    icon_button,
    initials_of,
    link,
    pads,
    pressable,
    row,
    search_field,
    skeleton,
    txt,
)
from client.ui.widgets.qr import qr
from client.usecases.rights_answers import PersonRow
from shared_models.device_code import MINUTES, DeviceCode, grouped

SIDE = 248
"""Of the code at most, in pixels: an address of 30 letters gives 41 modules with the margin."""


@dataclass(frozen=True)
class AddDeviceCalls:
    """What an administrator can do with it."""

    close: Press
    type: Callable[[str], None]
    make: Callable[[PersonRow], None]
    back: Press
    copy: Press
    """Copy what the code says."""
    again: Press
    details: Callable[[str], None]


def add_device_panel(look: Look, state: AddDeviceState, people: PeopleState, on: AddDeviceCalls) -> ft.Control:
    """Return the panel: whose device it is to be, or the code."""
    shut = icon_button(look, "add_device.close", "x", look.t("act.close"), on.close)
    title = txt(look, look.t("add_device.title"), weight=W6, expand=True)
    head: Maybe = None if look.phone else row(icon(look, "qr-code", 20, "ink2"), title, shut, gap=S12)
    if people.phase == "failed":
        failed = trouble(look, "add_device", look.t("people.failed"), people.failure, on.again, on.details)
        return ft.Container(col(head, failed, gap=S12), padding=S16)
    cells = _people(look, state, people, on) if state.code is None else _code(look, state, state.code, on)
    shown = [cell for cell in (head, *cells) if cell is not None]
    return ft.ListView(shown, spacing=S12, padding=S16, expand=True, key=f"panel.add.{state.code is not None}")


def _people(look: Look, state: AddDeviceState, people: PeopleState, on: AddDeviceCalls) -> Sequence[Maybe]:
    if people.phase == "slow":
        return [skeleton(look)]
    active = [one for one in people.rows if one.is_active]
    return [
        txt(look, look.t("add_device.whose"), "meta", "ink2", lines=None),
        search_field(look, "add_device.search", look.t("people.hint"), people.typed, on.type),
        col(*(_person(look, one, state, on) for one in active), gap=S4),
        None if active else txt(look, look.t("list.nothing_found"), "meta", "ink2"),
    ]


def _person(look: Look, one: PersonRow, state: AddDeviceState, on: AddDeviceCalls) -> ft.Control:
    words = col(txt(look, one.name, weight=W5), txt(look, one.email or one.position, "meta", "ink2"), expand=True)
    tail = icon(look, "chevron-right", 16, "ink3") if not state.busy else None
    return pressable(
        f"add_device.{one.id}",
        f"{one.name}, {one.email}",
        row(avatar(look, initials_of(one.name), 32), words, tail, gap=S8),
        None if state.busy else lambda: on.make(one),
        padding=pads(left=S8, right=S8, top=S4, bottom=S4),
        radius=R8,
    )


def _code(look: Look, state: AddDeviceState, made: DeviceCode, on: AddDeviceCalls) -> Sequence[Maybe]:
    name = state.person.name if state.person is not None else ""
    spelt = grouped(made.code)
    told = look.t("add_device.spoken", code=" ".join(spelt.replace("-", "")), server=state.server)
    until = look.t("add_device.until", at=clock(look, made.expires_at), minutes=MINUTES)
    again = (lambda one: lambda: on.make(one))(state.person) if state.person is not None and not state.busy else None
    return [
        txt(look, look.t("add_device.for", name=name), weight=W6, lines=2, key="add_device.name"),
        ft.Container(qr(state.text, SIDE, told), alignment=ft.Alignment.CENTER),
        ft.Container(
            col(
                _fact(look, "server", state.server),
                _fact(look, "code", spelt),
                gap=S8,
                cross=ft.CrossAxisAlignment.STRETCH,
            ),
            padding=S12,
            bgcolor=look.c.sunken,
            border_radius=R12,
        ),
        txt(look, until, "meta", "ink2", lines=None, key="add_device.until"),
        txt(look, look.t("add_device.how"), "meta", "ink2", lines=None),
        row(
            button(look, "add_device.copy", look.t("add_device.copy"), on.copy, glyph="copy", expand=True),
            button(
                look, "add_device.new", look.t("add_device.new"), again, glyph="refresh-cw", busy=bool(state.busy), expand=True
            ),
        ),
        row(link(look, "add_device.back", look.t("add_device.back"), on.back)),
    ]


def _fact(look: Look, name: str, words: str) -> ft.Control:
    label = txt(look, look.t(f"add_device.{name}"), "meta", "ink2")
    return col(label, txt(look, words, weight=W6, lines=None, key=f"add_device.fact.{name}"), gap=0)
