"""The sheet of one file, over the page of its record."""

import flet as ft

from client.ui.desk import Desk
from client.ui.keyboard import PALETTE
from client.ui.layouts.file_sheet import FileSheetCalls, file_sheet
from client.ui.picking import have_copy
from client.ui.router import ENTITY_OF, FormPlace, Place
from client.ui.shell import said
from client.ui.theme import Look
from client.ui.view_models.file_sheet import FileSheet
from client.ui.views.files import add_files
from client.ui.views.hooks import use_keys, use_model, use_redraw
from client.usecases.answers import Owner

STEPS = {"arrow left": -1, "arrow right": 1, "page up": -1, "page down": 1}
"""Key -> pages that it turns."""


@ft.component
def FileSheetView(desk: Desk, look: Look, place: Place, id: str) -> ft.Control:  # a component
    """One file. id: of the version that is looked at first."""
    use_redraw(desk.shell)
    model = use_model(desk, lambda: FileSheet(desk.crm, id, desk.rest), [id])

    def close() -> None:
        desk.go(place.with_form(None))

    async def keep(one: str) -> None:
        await desk.shell.saved(await desk.crm.documents.keep(one), "snack.done")

    async def save() -> None:
        version = model.state.version
        if version is not None:
            await have_copy(desk, version.id, version.name)

    def replace() -> None:
        owner, shown = Owner(ENTITY_OF.get(place.screen, ""), place.id or ""), model.state.shown
        close()
        desk.run(add_files(desk, owner, replaces=shown))

    def key(name: str) -> bool:
        if name == PALETTE:
            return False
        if name == "escape":
            close()
        elif name in STEPS:
            desk.run(model.turn(STEPS[name]))
        return True  # keys of the screen under the sheet do nothing

    use_keys(desk, key)
    on = desk.guard(
        FileSheetCalls(
            close=close,
            save=lambda: desk.run(save()),
            fetch=lambda: desk.run(model.fetch()),
            stop=lambda: desk.run(model.stop_fetching()),
            again=lambda: desk.run(model.try_again()),
            replace=replace,
            edit=lambda: desk.go(place.with_form(FormPlace("document", model.state.shown))),
            look_at=lambda one: desk.run(model.look_at(one)),
            keep=lambda one: desk.run(keep(one)),
            turn=lambda step: desk.run(model.turn(step)),
            reload=lambda: desk.run(model.start()),
            copy=desk.copy_details,
            saves=bool(desk.page.web),
        )
    )
    shell = desk.shell.state
    told = None if shell.palette or shell.help or shell.ask else said(look, shell, desk.undo)
    return ft.Stack(file_sheet(look, model.state, on, told), expand=True, fit=ft.StackFit.EXPAND)
