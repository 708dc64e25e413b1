"""Signing out, and signing in once more, over the screen."""

import flet as ft

from client.ui.desk import Desk
from client.ui.layouts.account import SignInAgainCalls, SignOutCalls, sign_in_again_sheet, sign_out_sheet
from client.ui.theme import Look
from client.ui.view_models.sign_in import AgainDoor, SignIn
from client.ui.view_models.sign_out import SignOut
from client.ui.views.hooks import use_keys, use_model


@ft.component
def SignOutView(desk: Desk, look: Look) -> ft.Control:  # a component
    """The question whether to sign out."""
    model = use_model(desk, lambda: SignOut(desk.crm, desk.rest))

    def key(name: str) -> bool:
        if name == "escape":
            desk.shell.show()
        return True

    use_keys(desk, key)

    def go() -> None:
        if model.begin():
            desk.run(leave(desk))

    on = desk.guard(SignOutCalls(leave=go, stay=lambda: desk.shell.show()))
    return ft.Stack(sign_out_sheet(look, model.state, on), expand=True, fit=ft.StackFit.EXPAND)


@ft.component
def SignInAgainView(desk: Desk, look: Look) -> ft.Control:  # a component
    """The password that the server wants once more; what is on the device stays at hand."""
    model = use_model(desk, lambda: SignIn(AgainDoor(desk.crm), desk.rest))

    def close() -> None:
        desk.keyboard.release()
        desk.shell.show()

    async def enter() -> None:
        if await model.enter() is not None:
            close()

    def key(name: str) -> bool:
        if name == "escape":
            close()
        return True

    use_keys(desk, key)
    on = desk.guard(
        SignInAgainCalls(type=model.type, enter=lambda: desk.run(enter()), flip_password=model.flip_password, close=close)
    )
    if not model.state.is_ready:  # a field takes the cursor only when it is drawn first
        return ft.Container()
    return ft.Stack(sign_in_again_sheet(look, model.state, on), expand=True, fit=ft.StackFit.EXPAND)


async def leave(desk: Desk) -> None:
    """Sign out, and hand the window back to whoever opened it."""
    await desk.crm.sign_out()
    await go_out(desk)


async def go_out(desk: Desk) -> None:
    """Hand the window back, once, however many say that the person signed out."""
    if not desk.is_over:
        desk.close()
        await desk.left()
