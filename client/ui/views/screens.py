"""Which component draws which place, and what lies over it."""

import flet as ft

from client.ui.desk import Desk
from client.ui.router import ENTITY_OF, Place
from client.ui.shell import ShellCalls
from client.ui.theme import Look
from client.ui.views.form import FormView
from client.ui.views.inbox import InboxView
from client.ui.views.palette import HelpView, PaletteView
from client.ui.views.places import MoreView, SettingsView, SyncView
from client.ui.views.records import RecordsView


def screen(desk: Desk, look: Look, place: Place, frame: ShellCalls) -> ft.Control:
    """Return the component of a place."""
    if place.screen in ENTITY_OF:
        return RecordsView(desk, look, place, frame, ENTITY_OF[place.screen], key=place.screen)
    if place.screen == "inbox":
        return InboxView(desk, look, place, frame, key="inbox")
    if place.screen == "sync":
        return SyncView(desk, look, frame, key="sync")
    if place.screen == "more" and look.phone:
        return MoreView(desk, look, frame, key="more")
    return SettingsView(desk, look, frame, key="settings")


def overlays(desk: Desk, look: Look, place: Place, frame: ShellCalls) -> list[ft.Control]:
    """Return what lies over the screen: a form, then palette or keys."""
    over: list[ft.Control] = []
    if place.form is not None:
        over.append(FormView(desk, look, place, place.form, key=place.url))
    if desk.shell.state.palette:
        over.append(PaletteView(desk, look, frame, key="palette"))
    if desk.shell.state.help:
        over.append(HelpView(desk, look, key="help"))
    return over
