"""Profiles: their list, and the page of the one that is chosen or begun."""

from collections.abc import Callable

import flet as ft

from client.ui.desk import Desk
from client.ui.layouts.profiles import ProfileCalls, in_order, profile_page, profile_rows
from client.ui.router import Place
from client.ui.shell import ShellCalls, top_bar
from client.ui.theme import Look
from client.ui.view_models.profiles import ProfileModel
from client.ui.view_models.rights_list import RightsList
from client.ui.views.hooks import use_keys, use_model
from client.ui.views.rights_list import NEW, end_naming, list_and_page, part_place
from client.ui.widgets import col, fill
from client.usecases.answers import Saved
from client.usecases.rights_answers import ProfileRow
from shared_models.rules import Action


@ft.component
def ProfilesView(desk: Desk, look: Look, place: Place, frame: ShellCalls) -> ft.Control:  # a component
    """List and page of profiles."""
    listed = use_model(desk, lambda: RightsList(desk.crm.rights.profiles, desk.rest))
    rows = listed.state.rows
    return list_and_page(
        desk,
        look,
        place,
        frame,
        "profiles",
        listed,
        in_order(look, rows)[0].id if rows else "",
        lambda on, chosen: profile_rows(look, rows, on, chosen),
        lambda id: ProfileView(desk, look, id, rows, frame),
    )


@ft.component
def ProfileView(  # a component
    desk: Desk, look: Look, id: str, others: tuple[ProfileRow, ...], frame: ShellCalls
) -> ft.Control:
    """The page of one profile, or of a new one."""
    left = desk.left_names.setdefault(id, [])
    model = use_model(desk, lambda: ProfileModel(desk.crm.rights, None if id == NEW else id, desk.rest, left), [id])

    async def told(saved: Saved | None) -> None:
        if saved is not None:
            await desk.shell.saved(saved)

    async def save() -> None:
        saved = await model.save_names()
        if saved is None:
            return
        desk.keyboard.release()
        if id == NEW:
            desk.go(part_place("profiles", saved.id))
        await told(saved)

    def close(end: Callable[[], object]) -> None:
        end_naming(desk, "profiles", id, end)

    async def reach(entity: str, action: Action, held: str) -> None:
        await told(await model.reach(entity, action, held))

    async def flip(group: str) -> None:
        await told(await model.flip(group))

    def key(name: str) -> bool:
        if name != "escape" or model.state.naming is None:
            return False
        close(model.leave)
        return True

    use_keys(desk, key)
    on = desk.guard(
        ProfileCalls(
            reach=lambda entity, action, held: desk.run(reach(entity, action, held)),
            flip=lambda group: desk.run(flip(group)),
            rename=model.begin_naming,
            type_en=lambda text: model.type(en=text),
            type_ro=lambda text: model.type(ro=text),
            begin_as=model.begin_as,
            save=lambda: desk.run(save()),
            give_up=lambda: close(model.give_up),
            again=lambda: desk.run(model.start()),
            copy=desk.copy_details,
        )
    )
    body = profile_page(look, model.state, others, on)
    if look.wide:
        return body
    return col(top_bar(look, desk.shell.state, frame, "", back=part_place("profiles")), fill(body), expand=True)
