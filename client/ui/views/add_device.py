"""The panel in which an administrator adds a device for a person."""

from collections.abc import Callable

import flet as ft

from client.ui.desk import Desk
from client.ui.layouts.add_device import AddDeviceCalls, add_device_panel
from client.ui.theme import Look
from client.ui.view_models.add_device import AddDeviceModel, server_of
from client.ui.view_models.people import People
from client.ui.views.hooks import use_model, use_once


@ft.component
def AddDeviceView(desk: Desk, look: Look, close: Callable[[], None]) -> ft.Control:  # a component
    """Whose it is to be, then the code."""
    people = use_model(desk, lambda: People(desk.crm.rights, desk.rest))
    model = use_model(desk, lambda: AddDeviceModel(desk.crm.devices, desk.rest))

    async def find_server() -> None:
        model.tell_server(server_of((await desk.crm.account()).server, desk.page.url or ""))

    use_once(lambda: desk.run(find_server()))

    def typed(text: str) -> None:
        people.type(text)
        desk.run(people.search())

    on = desk.guard(
        AddDeviceCalls(
            close=close,
            type=typed,
            make=lambda person: desk.run(model.make(person)),
            back=model.back,
            copy=lambda: desk.run(desk.copy(model.state.text, "snack.copied")),
            again=lambda: desk.run(people.start()),
            details=desk.copy_details,
        )
    )
    return add_device_panel(look, model.state, people.state, on)
