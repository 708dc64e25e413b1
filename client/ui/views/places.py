"""Sync, Settings and the phone's page of further places."""

import flet as ft

from client.ui.desk import Desk
from client.ui.layouts.settings import SettingsCalls, more_page, settings_page
from client.ui.layouts.sync_page import SyncCalls, sync_page
from client.ui.router import Place
from client.ui.shell import ShellCalls, top_bar
from client.ui.theme import Look
from client.ui.view_models.shell import Ask, Snack
from client.ui.view_models.sync_page import SyncPage
from client.ui.views.hooks import use_model
from client.ui.widgets import col, fill


@ft.component
def SyncView(desk: Desk, look: Look, frame: ShellCalls) -> ft.Control:  # a component
    """The Sync page."""
    model = use_model(desk, lambda: SyncPage(desk.crm, desk.rest))

    async def lift() -> None:
        await model.lift()
        await desk.shell.say(Snack("snack.lifted"))

    async def retry(tx: str) -> None:
        await model.retry(tx)
        await desk.shell.say(Snack("snack.retried"))

    on = desk.guard(
        SyncCalls(
            sync_now=lambda: desk.run(model.sync_now()),
            pause=lambda: desk.run(model.pause()),
            work_offline=lambda: desk.run(model.work_offline()),
            inbox=lambda: desk.go(Place("inbox")),
            sign_in=lambda: ask(desk, "sign_in"),
            again=lambda: desk.run(model.start()),
            copy=desk.copy_details,
            lift=lambda: desk.run(lift()),
            more=model.more,
            retry=lambda tx: desk.run(retry(tx)),
        )
    )
    body = sync_page(look, model.state, on)
    if not look.phone:
        return body
    return col(top_bar(look, desk.shell.state, frame, look.t("nav.sync"), back=Place("more")), fill(body), expand=True)


@ft.component
def SettingsView(desk: Desk, look: Look, frame: ShellCalls) -> ft.Control:  # a component
    """The settings."""
    on = desk.guard(
        SettingsCalls(
            prefer=lambda preferences: desk.run(desk.shell.prefer(preferences)),
            help=lambda: desk.shell.show(help=True),
            sign_out=lambda: ask(desk, "sign_out"),
            people=lambda: desk.go(Place("people")),
        )
    )
    body = settings_page(look, desk.shell.state, on)
    if not look.phone:
        return body
    return col(top_bar(look, desk.shell.state, frame, look.t("nav.settings"), back=Place("more")), fill(body), expand=True)


@ft.component
def MoreView(desk: Desk, look: Look, frame: ShellCalls) -> ft.Control:  # a component
    """Further places of the phone."""
    head = top_bar(look, desk.shell.state, frame, look.t("nav.more"))
    return col(head, fill(more_page(look, desk.shell.state, frame)), expand=True)


def ask(desk: Desk, what: Ask) -> None:
    """Ask about the account; in the office that is a page of the server."""

    async def to_server() -> None:
        await desk.left()

    if desk.shell.state.person.is_office:
        desk.run(to_server())
    else:
        desk.shell.show(ask=what)
