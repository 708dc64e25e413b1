"""Which component draws which place, and what lies over it."""

import flet as ft

from client.ui.desk import Desk
from client.ui.router import ENTITY_OF, FILE, SHARE, Place
from client.ui.shell import ShellCalls
from client.ui.theme import Look
from client.ui.views.account import SignInAgainView, SignOutView
from client.ui.views.devices import devices_screen
from client.ui.views.file_sheet import FileSheetView
from client.ui.views.form import FormView
from client.ui.views.hooks import keyed
from client.ui.views.inbox import InboxView
from client.ui.views.palette import HelpView, PaletteView
from client.ui.views.people import rights_screen
from client.ui.views.places import MoreView, SettingsView, SyncView
from client.ui.views.records import RecordsView
from client.ui.views.share import ShareView


def screen(desk: Desk, look: Look, place: Place, frame: ShellCalls) -> ft.Control:
    """Return the component of a place."""
    if place.screen in ENTITY_OF:
        return keyed(place.screen, RecordsView, desk, look, place, frame, ENTITY_OF[place.screen])
    if place.screen == "inbox":
        return keyed("inbox", InboxView, desk, look, place, frame)
    if place.screen == "sync":
        return keyed("sync", SyncView, desk, look, frame)
    if place.screen == "people":
        return rights_screen(desk, look, place, frame)
    if place.screen == "devices":
        return devices_screen(desk, look, place, frame)
    if place.screen == "more" and look.phone:
        return keyed("more", MoreView, desk, look, frame)
    return keyed("settings", SettingsView, desk, look, frame)


def overlays(desk: Desk, look: Look, place: Place, frame: ShellCalls) -> list[ft.Control]:
    """Return what lies over the screen: a form, then palette, keys or a question about the account."""
    over: list[ft.Control] = []
    if place.form is not None and place.form.entity == SHARE:
        over.append(keyed(place.url, ShareView, desk, look, place))
    elif place.form is not None and place.form.entity == FILE:
        over.append(keyed(place.url, FileSheetView, desk, look, place, place.form.id))
    elif place.form is not None:
        over.append(keyed(place.url, FormView, desk, look, place, place.form))
    if desk.shell.state.palette:
        over.append(keyed("palette", PaletteView, desk, look, frame))
    if desk.shell.state.help:
        over.append(keyed("help", HelpView, desk, look))
    if desk.shell.state.ask == "sign_out":
        over.append(keyed("sign_out", SignOutView, desk, look))
    if desk.shell.state.ask == "sign_in":
        over.append(keyed("sign_in", SignInAgainView, desk, look))
    return over
