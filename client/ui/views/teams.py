"""Teams: their list, and the page of the one that is chosen or begun."""

from collections.abc import Awaitable, Callable

import flet as ft

from client.ui.desk import Desk
from client.ui.layouts.teams import TeamCalls, team_page, team_rows
from client.ui.router import Place
from client.ui.shell import ShellCalls, top_bar
from client.ui.theme import Look
from client.ui.view_models.rights_list import RightsList
from client.ui.view_models.teams import TeamModel
from client.ui.views.hooks import use_keys, use_model
from client.ui.views.rights_list import NEW, end_naming, list_and_page, part_place
from client.ui.widgets import col, fill
from client.usecases.answers import Saved


@ft.component
def TeamsView(desk: Desk, look: Look, place: Place, frame: ShellCalls) -> ft.Control:  # a component
    """List and page of teams."""
    listed = use_model(desk, lambda: RightsList(desk.crm.rights.teams, desk.rest))
    rows = listed.state.rows
    return list_and_page(
        desk,
        look,
        place,
        frame,
        "teams",
        listed,
        rows[0].id if rows else "",
        lambda on, chosen: team_rows(look, rows, on, chosen),
        lambda id: TeamView(desk, look, id, frame),
    )


@ft.component
def TeamView(desk: Desk, look: Look, id: str, frame: ShellCalls) -> ft.Control:  # a component
    """The page of one team, or of a new one."""
    left = desk.left_team_names.setdefault(id, [])
    model = use_model(desk, lambda: TeamModel(desk.crm.rights, None if id == NEW else id, desk.rest, left), [id])

    async def told(saved: Awaitable[Saved | None]) -> None:
        found = await saved
        if found is not None:
            await desk.shell.saved(found)

    async def save() -> None:
        saved = await model.save_name()
        if saved is None:
            return
        desk.keyboard.release()
        if id == NEW:
            desk.go(part_place("teams", saved.id))
        await desk.shell.saved(saved)

    def close(end: Callable[[], object]) -> None:
        end_naming(desk, "teams", id, end)

    def key(name: str) -> bool:
        state = model.state
        if name != "escape" or (state.naming is None and state.leading is None and state.adding is None):
            return False
        if state.naming is not None:
            close(model.leave)
        else:
            desk.keyboard.release()
            model.add(None)
        return True

    use_keys(desk, key)
    on = desk.guard(
        TeamCalls(
            rename=model.begin_naming,
            type=model.type,
            save=lambda: desk.run(save()),
            give_up=lambda: close(model.give_up),
            lead=model.lead,
            choose=lambda field, value: desk.run(told(model.choose(field, value))),
            add=model.add,
            take_in=lambda person: desk.run(told(model.member(person, on=True))),
            take_out=lambda person: desk.run(told(model.member(person, on=False))),
            open=lambda person: desk.go(Place("people", person)),
            archive=lambda: desk.run(told(model.flip_archived())),
            again=lambda: desk.run(model.start()),
            copy=desk.copy_details,
        )
    )
    body = team_page(look, model.state, on)
    if look.wide:
        return body
    return col(top_bar(look, desk.shell.state, frame, "", back=part_place("teams")), fill(body), expand=True)
