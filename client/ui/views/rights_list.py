"""The list of profiles or teams with the page of the one that is chosen: how they stand in a window, and the way between them."""

from collections.abc import Callable, Sequence
from typing import Any

import flet as ft

from client.ui.desk import Desk
from client.ui.layouts.rights_list import Part, RightsListCalls, list_body, list_pane
from client.ui.router import Place
from client.ui.shell import ShellCalls, top_bar
from client.ui.theme import Look
from client.ui.view_models.rights_list import RightsList
from client.ui.view_models.shell import draft_kept
from client.ui.views.hooks import use_keys
from client.ui.widgets import col, list_detail

NEW = "new"
"""What stands in the address for one that is not made yet."""
Draw = Callable[[RightsListCalls, str], Sequence[ft.Control]]
"""(calls, id of the one that is open) -> the rows, or what stands there when there are none."""


def part_place(part: str, id: str = "") -> Place:
    """Return the place of one of the lists, `people`, `profiles` or `teams`, or of one of its pages."""
    return Place("people", None if part == "people" else part, id)


def end_naming(desk: Desk, part: str, id: str, end: Callable[[], object]) -> None:
    """Close the names of a profile or team that are being typed. end: does so, and returns whether what was typed is at hand."""
    desk.keyboard.release()
    is_kept = end()
    if id == NEW:
        desk.go(part_place(part))
    if is_kept:
        desk.run(desk.shell.say(draft_kept(part_place(part, NEW).url if id == NEW else None)))


def list_and_page(
    desk: Desk,
    look: Look,
    place: Place,
    frame: ShellCalls,
    part: Part,
    listed: RightsList[Any],  # Any: as `State` of the layout
    first: str,
    draw: Draw,
    page: Callable[[str], ft.Control],
) -> ft.Control:
    """Return the list beside the page on wide windows, else one of them; to be called by a component.

    first: the one that stands open on a wide window while none is chosen, empty for none.
    """
    chosen = place.tab or (first if look.wide else "")

    def key(name: str) -> bool:
        if name != "escape" or not place.tab or look.wide:
            return False
        desk.go(part_place(part))
        return True

    use_keys(desk, key)
    on = desk.guard(
        RightsListCalls(
            part=lambda other: desk.go(part_place(other)),
            open=lambda id: desk.go(part_place(part, id)),
            new=lambda: desk.go(part_place(part, NEW)),
            again=lambda: desk.run(listed.start()),
            copy=desk.copy_details,
        )
    )
    if chosen and not look.wide:
        return page(chosen)
    rows = draw(on, chosen)
    if look.phone:
        head = top_bar(look, desk.shell.state, frame, look.t("people.short"), back=Place("more"))
        return col(head, *list_body(look, part, listed.state, rows, on), expand=True)
    pane = list_pane(look, part, listed.state, rows, on)
    return list_detail(look, pane, page(chosen) if chosen else ft.Container()) if look.wide else pane
