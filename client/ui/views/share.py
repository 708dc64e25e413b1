"""The sheet that shares the record whose page is open."""

import flet as ft

from client.ui.desk import Desk
from client.ui.keyboard import PALETTE, SAVES
from client.ui.layouts.share import ShareCalls, share_sheet
from client.ui.router import ENTITY_OF, Place
from client.ui.shell import said
from client.ui.theme import Look
from client.ui.view_models.share import ShareModel
from client.ui.view_models.shell import draft_kept
from client.ui.views.form import hush_other
from client.ui.views.hooks import use_keys, use_model, use_once, use_redraw
from client.ui.widgets import side_sheet


@ft.component
def ShareView(desk: Desk, look: Look, place: Place) -> ft.Control:  # a component
    """One open sheet."""
    use_redraw(desk.shell)
    entity, record = ENTITY_OF.get(place.screen, ""), place.id or ""
    key_of = place.url
    model = use_model(
        desk, lambda: ShareModel(desk.crm, entity, record, look.zone, desk.rest, desk.drafts.pop(key_of, None)), [key_of]
    )

    def close() -> None:
        desk.keyboard.release()
        desk.go(place.with_form(None))

    def leave() -> None:
        """Close the sheet, and have what is chosen in it at hand for as long as the window is open."""
        close()
        if kept := model.chosen:
            desk.drafts[key_of] = kept
            desk.run(desk.shell.say(draft_kept(key_of)))

    async def end(share: str) -> None:
        await desk.shell.saved(await model.end(share), "snack.done")

    async def save() -> None:
        saved = await model.save()
        if saved is not None:
            close()
            await desk.shell.saved(saved)

    def key(name: str) -> bool:
        if name == PALETTE:
            return False
        if name in SAVES:
            desk.run(save())
        elif name == "escape" and model.state.picking is not None:
            desk.run(model.pick(None))
        elif name == "escape":
            leave()
        return True  # keys of the screen under the sheet do nothing

    use_keys(desk, key)
    use_once(lambda: desk.run(hush_other(desk)), key_of)
    on = desk.guard(
        ShareCalls(
            to_team=model.to_team,
            pick=lambda text: desk.run(model.pick(text)),
            choose=model.choose,
            allow=model.allow,
            day=model.type_day,
            end=lambda share: desk.run(end(share)),
            save=lambda: desk.run(save()),
            close=leave,
            cancel=close,
        )
    )
    shell = desk.shell.state
    told = None if shell.palette or shell.help or shell.ask else said(look, shell, desk.undo)
    sheet = side_sheet(look, share_sheet(look, model.state, on, told), leave, width=480)
    return ft.Stack(sheet, expand=True, fit=ft.StackFit.EXPAND)
