"""The palette and the list of keys, over whatever screen is open."""

from dataclasses import replace

import flet as ft

from client.ui.desk import Desk
from client.ui.early import EarlyLetters
from client.ui.layouts.palette import PaletteCalls, help_sheet, palette_sheet
from client.ui.layouts.people import PARTS
from client.ui.router import Place, place_of, record_place
from client.ui.shell import ShellCalls
from client.ui.theme import Look
from client.ui.view_models.palette import Palette
from client.ui.views.hooks import use_keys, use_model
from client.ui.views.rights_list import part_place
from client.ui.widgets import MOVES, centre_sheet, put_cursor
from client.usecases.list_answers import Hit

STEPS = {"arrow down": 1, "arrow up": -1}


def action_names(look: Look) -> dict[str, str]:
    """Return action -> its words."""
    names = {name: look.t(f"nav.{name}") for name in ("companies", "contacts", "inbox", "sync", "settings")}
    names |= {"people": look.t("nav.people"), **{name: look.t(f"people.part.{name}") for name in PARTS[1:]}}
    names |= {name: look.t(name) for name in ("new.company", "new.contact")}
    return names | {name: look.t(f"palette.{name}") for name in ("sync_now", "theme", "help")}


@ft.component
def PaletteView(desk: Desk, look: Look, frame: ShellCalls) -> ft.Control:  # a component
    """The open palette."""
    person = desk.shell.state.person
    denied = {f"new.{entity}" for entity in person.denied} | (set() if person.is_admin else set(PARTS))
    names = {name: words for name, words in action_names(look).items() if name not in denied}
    box: ft.Ref[ft.TextField] = ft.use_memo(ft.Ref, [])
    before: int | None = ft.use_memo(lambda: desk.keyboard.before, [])
    model = use_model(desk, lambda: Palette(desk.crm, names, desk.rest), [look.lang])

    def close() -> None:
        desk.keyboard.release()
        desk.shell.show()

    def give_up() -> None:
        close()
        desk.run(desk.give_back(before, look.live))

    def typed(text: str) -> None:
        early.changed(text)
        model.type(text)
        desk.run(model.search())

    def take(thing: Hit | str) -> None:
        close()
        _act(desk, frame, thing)

    early: EarlyLetters = ft.use_memo(
        lambda: EarlyLetters(desk.keyboard, desk.rest, lambda: model.state.text, typed, keeps=False), [model]
    )

    def entered() -> None:
        early.entered()
        desk.run(early.settle())

    def enter() -> None:
        early.put_now()
        thing = model.taken()
        if thing is not None:
            take(thing)

    def key(name: str) -> bool:
        if name in STEPS:
            model.move(STEPS[name])
        elif name == "escape":
            give_up()
        return True

    async def follow() -> None:
        for _ in range(MOVES):
            await put_cursor(box)

    use_keys(desk, key)
    ft.on_mounted(follow)
    on = desk.guard(PaletteCalls(typed, take, enter, entered, box))
    return ft.Stack(
        centre_sheet(look, palette_sheet(look, model.state, names, on), give_up), expand=True, fit=ft.StackFit.EXPAND
    )


def _act(desk: Desk, frame: ShellCalls, thing: Hit | str) -> None:
    """Go to a record, or do what an action says."""
    if isinstance(thing, Hit):
        desk.go(record_place(thing.entity, thing.id))
    elif thing.startswith("new."):
        frame.new(thing.removeprefix("new."))
    elif thing == "sync_now":
        desk.go(Place("sync"))
        desk.run(desk.crm.sync_now())
    elif thing == "theme":
        held = desk.shell.state.preferences
        desk.run(desk.shell.prefer(replace(held, theme="light" if held.theme == "dark" else "dark")))
    elif thing == "help":
        desk.shell.show(help=True)
    elif thing in PARTS:
        desk.go(part_place(thing))
    else:
        desk.go(place_of(f"/{thing}"))


@ft.component
def HelpView(desk: Desk, look: Look) -> ft.Control:  # a component
    """The open list of keys."""

    def key(name: str) -> bool:
        if name in ("escape", "?"):
            desk.shell.show()
        return True

    use_keys(desk, key)
    sheet = help_sheet(look, desk.shell.show)
    return ft.Stack(centre_sheet(look, sheet, desk.shell.show, 640), expand=True, fit=ft.StackFit.EXPAND)
