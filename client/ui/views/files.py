"""The files on the page of a record: the list, and what is picked for it."""

import flet as ft

from client.ui.desk import Desk
from client.ui.layouts.files import FilesCalls, files_list
from client.ui.picking import have_copy, pick
from client.ui.router import FILE, FormPlace, Place
from client.ui.theme import Look
from client.ui.view_models.files import FilesModel
from client.ui.views.hooks import use_model, use_redraw
from client.usecases.answers import Owner, Saved


@ft.component
def FilesView(desk: Desk, look: Look, place: Place, owner: Owner, denied: str) -> ft.Control:  # a component
    """The files of one record. denied: why the reader may not add one, a text key."""
    model = use_model(desk, lambda: FilesModel(desk.crm, owner, desk.rest), [owner])
    use_redraw(desk.files)

    async def keep(id: str) -> None:
        await tell(await model.keep(id))

    async def archive(id: str) -> None:
        await tell(await model.archive(id))

    async def tell(saved: Saved) -> None:
        await desk.shell.saved(saved, "snack.done")

    async def save(id: str) -> None:
        names = {one.id: one.name for file in model.state.files for one in file.versions}
        await have_copy(desk, id, names.get(id, ""))

    def edit(id: str) -> None:
        desk.go(place.with_form(FormPlace("document", id)))

    on = desk.guard(
        FilesCalls(
            add=lambda: desk.run(add_files(desk, owner)),
            open=lambda id: desk.go(place.with_form(FormPlace(FILE, id))),
            fetch=lambda id: desk.run(model.fetch(id)),
            stop=lambda id: desk.run(model.stop_fetching(id)),
            again=lambda id: desk.run(model.try_again(id)),
            save=lambda id: desk.run(save(id)),
            replace=lambda id: desk.run(add_files(desk, owner, replaces=id)),
            edit=edit,
            archive=lambda id: desk.run(archive(id)),
            keep=lambda id: desk.run(keep(id)),
            cancel_job=desk.files.cancel,
            again_job=lambda id: desk.run(desk.files.again(id)),
            more=lambda: desk.run(model.more()),
            reload=lambda: desk.run(model.start()),
            copy=desk.copy_details,
            saves=bool(desk.page.web),
        )
    )
    return files_list(look, model.state, desk.files.state.of(owner), denied, on)


async def add_files(desk: Desk, owner: Owner, replaces: str = "") -> None:
    """Let the person pick files, and add them to a record; or one, in the place of another version."""
    for source in await pick(desk, several=not replaces):
        desk.run(desk.files.run(desk.files.add(owner, source, replaces)))
