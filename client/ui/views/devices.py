"""Devices: the list, and the panel of the one that is chosen."""

from collections.abc import Awaitable
from typing import Literal

import flet as ft

from client.ui.desk import Desk
from client.ui.layouts.alarms import AlarmsCalls, alarms_line, alarms_panel
from client.ui.layouts.device_panel import PanelCalls, device_panel
from client.ui.layouts.devices import DevicesCalls, devices_body, devices_pane
from client.ui.layouts.people import closed_page
from client.ui.picking import have_diagnostics
from client.ui.router import ALARMS, Place
from client.ui.shell import ShellCalls, top_bar
from client.ui.theme import Look
from client.ui.view_models.alarms import AlarmsModel
from client.ui.view_models.devices import FILTERS, DevicesModel
from client.ui.view_models.shell import Snack
from client.ui.views.hooks import keyed, use_keys, use_model, use_once
from client.ui.widgets import col, fill, put_cursor
from shared_models.alarms import AlarmKind
from shared_models.device_desk import Order

ASKED: dict[str, Literal["", "sign_out", "wipe"]] = {"": "", "sign_out": "sign_out", "wipe": "wipe"}


def devices_screen(desk: Desk, look: Look, place: Place, frame: ShellCalls) -> ft.Control:
    """Return the screen; for a reader who does not administer, why it is not for him."""
    if desk.shell.state.person.is_admin:
        return keyed("devices", DevicesView, desk, look, place, frame)
    body = closed_page(look, lambda: desk.go(Place("companies")))
    if not look.phone:
        return body
    return col(top_bar(look, desk.shell.state, frame, look.t("nav.devices"), back=Place("more")), fill(body), expand=True)


@ft.component
def DevicesView(desk: Desk, look: Look, place: Place, frame: ShellCalls) -> ft.Control:  # a component
    """List and panel of devices."""
    model = use_model(desk, lambda: DevicesModel(desk.crm.devices, desk.rest))
    use_once(lambda: desk.run(model.tick(look.now)), look.now)
    alarms = use_model(desk, lambda: AlarmsModel(desk.crm.alarms, desk.rest))
    use_once(lambda: desk.run(alarms.tick(look.now)), look.now)
    use_once(lambda: desk.shell.note_alarms(alarms.state.open), alarms.state.page)
    search_box: ft.Ref[ft.TextField] = ft.use_memo(ft.Ref, [])
    state = model.state
    one = state.line(place.id)

    def open_device(id: str | None) -> None:
        model.ask("")
        desk.go(Place("devices", id))

    def typed(text: str) -> None:
        model.type(text)
        desk.run(model.search())

    def keep(kind: AlarmKind) -> None:
        desk.run(changed(alarms.keep(kind)))

    async def changed(change: Awaitable[bool]) -> None:
        if await change:
            await desk.shell.say(Snack("snack.alarm_rule"))

    async def order(device: str, what: Order) -> None:
        if await model.order(device, what):
            await desk.shell.say(Snack(f"snack.device.{what}"))

    def key(name: str) -> bool:
        is_list = look.wide or one is None
        if name in ("j", "k", "arrow down", "arrow up") and is_list:
            following = model.neighbour(place.id, 1 if name in ("j", "arrow down") else -1)
            if following is not None:
                open_device(following)
            return following is not None
        if name == "/" and is_list:
            desk.keyboard.await_cursor(one_line=True)
            desk.run(put_cursor(search_box))
        elif name == "escape" and state.asking:
            model.ask("")
        elif name == "escape" and place.id is not None:
            open_device(None)
        elif name == "escape" and state.typed:
            typed("")
        else:
            return False
        return True

    use_keys(desk, key)
    on = desk.guard(
        DevicesCalls(
            filter=lambda wanted: desk.run(model.choose(next(one for one in FILTERS if one == wanted))),
            type=typed,
            open=open_device,
            more=lambda: desk.run(model.more()),
            again=lambda: desk.run(model.start()),
            copy=desk.copy_details,
            search_box=search_box,
        )
    )
    are_alarms = place.id == ALARMS
    known = alarms.state.open if alarms.state.page is not None else None
    told = alarms_line(
        look, "devices.alarms", known, lambda: open_device(None if are_alarms and look.wide else ALARMS), is_chosen=are_alarms
    )
    panel = None
    if are_alarms:
        panel = alarms_panel(
            look,
            alarms.state,
            desk.guard(
                AlarmsCalls(
                    close=lambda: open_device(None),
                    open=open_device,
                    switch=lambda kind: desk.run(changed(alarms.switch(kind))),
                    type=alarms.type,
                    keep=keep,
                    again=lambda: desk.run(alarms.start()),
                    copy=desk.copy_details,
                )
            ),
        )
    elif one is not None:
        calls = PanelCalls(
            close=lambda: open_device(None),
            order=lambda what: desk.run(order(one.id, what)),
            ask=lambda what: model.ask(ASKED[what]),
            type_name=model.type_name,
            save=lambda: desk.run(have_diagnostics(desk, one.id)),
        )
        panel = device_panel(look, state, one, desk.guard(calls))
    if look.wide:
        return devices_pane(look, state, on, place.id, panel, told)
    if panel is not None:
        title = look.t("alarms.title") if one is None else one.name
        head = top_bar(look, desk.shell.state, frame, title, back=Place("devices")) if look.phone else None
        return col(head, fill(panel), expand=True)
    if not look.phone:
        return devices_pane(look, state, on, None, None, told)
    head = top_bar(look, desk.shell.state, frame, look.t("nav.devices"), back=Place("more"))
    return col(head, *devices_body(look, state, on, None, look.width, told), expand=True)
