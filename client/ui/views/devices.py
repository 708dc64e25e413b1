"""Devices: the list, and the panel of the one that is chosen."""

from collections.abc import Awaitable, Callable
from typing import Literal

import flet as ft

from client.ui.desk import Desk
from client.ui.layouts.alarms import AlarmsCalls, alarms_line, alarms_panel
from client.ui.layouts.device_panel import PanelCalls, device_panel
from client.ui.layouts.devices import DevicesCalls, devices_body, devices_pane
from client.ui.layouts.incidents import IncidentsCalls, incidents_line, incidents_panel
from client.ui.layouts.panel_line import panel_lines
from client.ui.layouts.people import closed_page
from client.ui.picking import have_diagnostics
from client.ui.router import ADD, ALARMS, INCIDENTS, Place
from client.ui.shell import ShellCalls, top_bar
from client.ui.theme import Look
from client.ui.view_models.alarms import AlarmsModel
from client.ui.view_models.devices import FILTERS, DevicesModel
from client.ui.view_models.incidents import IncidentsModel
from client.ui.view_models.shell import Snack
from client.ui.views.add_device import AddDeviceView
from client.ui.views.hooks import keyed, use_keys, use_model, use_once
from client.ui.widgets import Press, col, fill, icon_button, put_cursor
from shared_models.device_desk import Order

OpenDevice = Callable[[str | None], None]
"""Opens the panel of a device, or one about all, or none."""
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
    incidents = use_model(desk, lambda: IncidentsModel(desk.crm.incidents, desk.rest))
    use_once(lambda: desk.run(incidents.tick(look.now)), look.now)
    search_box: ft.Ref[ft.TextField] = ft.use_memo(ft.Ref, [])
    state = model.state
    one = state.line(place.id)

    def open_device(id: str | None) -> None:
        model.ask("")
        desk.go(Place("devices", id))

    def typed(text: str) -> None:
        model.type(text)
        desk.run(model.search())

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
            add=lambda: open_device(ADD),
            again=lambda: desk.run(model.start()),
            copy=desk.copy_details,
            search_box=search_box,
        )
    )
    lines = _lines(look, place, alarms, incidents, open_device)
    panel, title = None, ""
    if place.id == ALARMS:
        panel, title = alarms_panel(look, alarms.state, _alarm_calls(desk, alarms, open_device)), look.t("alarms.title")
    elif place.id == ADD:
        panel, title = keyed("add", AddDeviceView, desk, look, lambda: open_device(None)), look.t("add_device.title")
    elif place.id == INCIDENTS:
        calls = _incident_calls(desk, incidents, open_device)
        panel, title = incidents_panel(look, incidents.state, calls), look.t("incidents.title")
    elif one is not None:
        panel, title = device_panel(look, state, one, _panel_calls(desk, model, one.id, open_device)), one.name
    if look.wide:
        return devices_pane(look, state, on, place.id, panel, lines)
    if panel is not None:
        head = top_bar(look, desk.shell.state, frame, title, back=Place("devices")) if look.phone else None
        return col(head, fill(panel), expand=True)
    if not look.phone:
        return devices_pane(look, state, on, None, None, lines)
    add = icon_button(look, "devices.add", "qr-code", look.t("add_device.title"), on.add)
    head = top_bar(look, desk.shell.state, frame, look.t("nav.devices"), add, back=Place("more"))
    return col(head, *devices_body(look, state, on, None, look.width, lines), expand=True)


def _lines(look: Look, place: Place, alarms: AlarmsModel, incidents: IncidentsModel, go: OpenDevice) -> ft.Control:
    """Return what leads to the panels about all devices, and away from the one that is open."""

    def turn(panel: str) -> Press:
        return lambda: go(None if place.id == panel and look.wide else panel)

    return panel_lines(
        look,
        alarms_line(look, "devices.alarms", alarms.state.lasting, turn(ALARMS), is_chosen=place.id == ALARMS),
        incidents_line(look, incidents.state.total, turn(INCIDENTS), is_chosen=place.id == INCIDENTS),
    )


def _alarm_calls(desk: Desk, alarms: AlarmsModel, go: OpenDevice) -> AlarmsCalls:
    async def changed(change: Awaitable[bool]) -> None:
        if await change:
            await desk.shell.say(Snack("snack.alarm_rule"))

    return desk.guard(
        AlarmsCalls(
            close=lambda: go(None),
            open=go,
            switch=lambda kind: desk.run(changed(alarms.switch(kind))),
            type=alarms.type,
            keep=lambda kind: desk.run(changed(alarms.keep(kind))),
            again=lambda: desk.run(alarms.start()),
            copy=desk.copy_details,
        )
    )


def _incident_calls(desk: Desk, incidents: IncidentsModel, go: OpenDevice) -> IncidentsCalls:
    return desk.guard(
        IncidentsCalls(
            close=lambda: go(None),
            open=go,
            more=lambda: desk.run(incidents.more()),
            again=lambda: desk.run(incidents.start()),
            copy=desk.copy_details,
        )
    )


def _panel_calls(desk: Desk, model: DevicesModel, device: str, go: OpenDevice) -> PanelCalls:
    async def order(what: Order) -> None:
        if await model.order(device, what):
            await desk.shell.say(Snack(f"snack.device.{what}"))

    return desk.guard(
        PanelCalls(
            close=lambda: go(None),
            order=lambda what: desk.run(order(what)),
            ask=lambda what: model.ask(ASKED[what]),
            type_name=model.type_name,
            save=lambda: desk.run(have_diagnostics(desk, device)),
        )
    )
