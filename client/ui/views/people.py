"""People and rights: the list of people, of profiles or of teams, and the page of the one that is chosen."""

from collections.abc import Awaitable

import flet as ft

from client.ui.desk import Desk
from client.ui.layouts.people import SEEN, PeopleCalls, PersonCalls, closed_page, people_body, people_pane, person_page
from client.ui.layouts.seen import SeenCalls, seen_list
from client.ui.router import Place, record_place
from client.ui.shell import ShellCalls, top_bar
from client.ui.theme import S12, S16, S24, Look
from client.ui.view_models.people import People, PersonModel, Seen
from client.ui.views.hooks import keyed, use_keys, use_model
from client.ui.views.profiles import ProfilesView
from client.ui.views.rights_list import part_place
from client.ui.views.teams import TeamsView
from client.ui.widgets import col, fill, list_detail, pad, put_cursor
from client.usecases.answers import Saved


def rights_screen(desk: Desk, look: Look, place: Place, frame: ShellCalls) -> ft.Control:
    """Return the screen; for a reader who does not administer, why it is not for him."""
    if desk.shell.state.person.is_admin and place.id == "profiles":
        return keyed("profiles", ProfilesView, desk, look, place, frame)
    if desk.shell.state.person.is_admin and place.id == "teams":
        return keyed("teams", TeamsView, desk, look, place, frame)
    if desk.shell.state.person.is_admin:
        return keyed("people", PeopleView, desk, look, place, frame)
    body = closed_page(look, lambda: desk.go(Place("companies")))
    if not look.phone:
        return body
    return col(top_bar(look, desk.shell.state, frame, look.t("people.short"), back=Place("more")), fill(body), expand=True)


@ft.component
def PeopleView(desk: Desk, look: Look, place: Place, frame: ShellCalls) -> ft.Control:  # a component
    """List and page of people."""
    listed = use_model(desk, lambda: People(desk.crm.rights, desk.rest))
    search_box: ft.Ref[ft.TextField] = ft.use_memo(ft.Ref, [])
    state = listed.state
    chosen = place.id or (state.rows[0].id if look.wide and state.rows else None)

    def open_person(id: str) -> None:
        desk.go(Place("people", id, place.tab))

    def typed(text: str) -> None:
        listed.type(text)
        desk.run(listed.search())

    def enter() -> None:
        if listed.state.rows:
            open_person(listed.state.rows[0].id)

    def key(name: str) -> bool:
        is_list = look.wide or place.id is None
        if name in ("j", "k", "arrow down", "arrow up") and is_list:
            following = listed.neighbour(chosen, 1 if name in ("j", "arrow down") else -1)
            if following is not None:
                open_person(following)
            return following is not None
        if name == "/" and is_list:
            desk.keyboard.await_cursor(one_line=True)
            desk.run(put_cursor(search_box))
        elif name == "escape" and state.typed and is_list:
            typed("")
        elif name == "escape" and not is_list:
            desk.go(Place("people"))
        else:
            return False
        return True

    use_keys(desk, key)
    on = desk.guard(
        PeopleCalls(
            part=lambda part: desk.go(part_place(part)),
            type=typed,
            open=open_person,
            enter=enter,
            again=lambda: desk.run(listed.start()),
            copy=desk.copy_details,
            search_box=search_box,
        )
    )
    if look.wide:
        detail = PersonView(desk, look, Place("people", chosen, place.tab), frame) if chosen else ft.Container()
        return list_detail(look, people_pane(look, state, on, chosen), detail)
    if place.id is not None:
        return PersonView(desk, look, place, frame)
    if not look.phone:
        return people_pane(look, state, on, chosen)
    head = top_bar(look, desk.shell.state, frame, look.t("people.short"), back=Place("more"))
    return col(head, *people_body(look, state, on, None), expand=True)


@ft.component
def PersonView(desk: Desk, look: Look, place: Place, frame: ShellCalls) -> ft.Control:  # a component
    """The page of one person."""
    id = place.id or ""
    model = use_model(desk, lambda: PersonModel(desk.crm.rights, id, desk.rest), [id])

    async def told(saved: Awaitable[Saved | None]) -> None:
        found = await saved
        if found is not None:
            await desk.shell.saved(found)

    on = desk.guard(
        PersonCalls(
            tab=lambda tab: desk.go(Place("people", id, tab)),
            choose=lambda field, value: desk.run(told(model.choose(field, value))),
            pick=model.pick,
            right=lambda entity, action, reach: desk.run(told(model.right(entity, action, reach))),
            active=lambda: desk.run(told(model.flip_active())),
            again=lambda: desk.run(model.start()),
            copy=desk.copy_details,
        )
    )
    page = model.state.page
    seen = keyed(f"seen.{id}", SeenView, desk, look, id, page.row.name) if place.tab == SEEN and page is not None else None
    body = person_page(look, model.state, place.tab, on, seen)
    if look.wide:
        return body
    head = top_bar(look, desk.shell.state, frame, "", back=Place("people"))
    return col(head, fill(body), expand=True)


@ft.component
def SeenView(desk: Desk, look: Look, id: str, name: str) -> ft.Control:  # a component
    """What one person sees."""
    model = use_model(desk, lambda: Seen(desk.crm.rights, id, desk.rest), [id])
    on = desk.guard(
        SeenCalls(
            turn=lambda entity: desk.run(model.turn(entity)),
            open=lambda entity, record: desk.go(record_place(entity, record, "details")),
            more=lambda: desk.run(model.more()),
            again=lambda: desk.run(model.start()),
            copy=desk.copy_details,
        )
    )
    padding = pad(S16, S12) if look.phone else pad(S24, S16)
    cells = seen_list(look, model.state, name, on)
    return ft.ListView(cells, expand=True, padding=padding, build_controls_on_demand=True, key=f"seen.{model.state.entity}")
