"""Which component draws which place."""

import flet as ft

from client.ui.desk import Desk
from client.ui.router import ENTITY_OF, Place
from client.ui.shell import ShellCalls
from client.ui.theme import Look
from client.ui.views.records import RecordsView


def screen(desk: Desk, look: Look, place: Place, frame: ShellCalls) -> ft.Control:
    """Return the component of a place."""
    return RecordsView(desk, look, place, frame, ENTITY_OF.get(place.screen, "company"), key=place.screen)


def overlays(desk: Desk, look: Look, place: Place, frame: ShellCalls) -> list[ft.Control]:
    """Return what lies over the screen."""
    return []
