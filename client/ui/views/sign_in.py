"""The sign-in page of an installed client."""

from collections.abc import Callable

import flet as ft

from client.ui.facade import Crm
from client.ui.layouts.sign_in import SignInCalls, sign_in_page
from client.ui.theme import Look
from client.ui.view_models.sign_in import SignIn
from client.ui.views.hooks import use_redraw


@ft.component
def SignInView(  # a component
    page: ft.Page, look: Look, model: SignIn, entered: Callable[[Crm], None], other_language: Callable[[], None]
) -> ft.Control:
    """The sign-in page; `entered` gets the CRM of the person who signed in."""
    use_redraw(model)
    ft.on_mounted(model.start)

    async def enter() -> None:
        crm = await model.enter()
        if crm is not None:
            entered(crm)

    on = SignInCalls(type=model.type, enter=lambda: _started(page.run_task(enter)), language=other_language)
    if not model.state.is_ready:  # a field takes the cursor only when it is drawn first
        return ft.Container(bgcolor=look.c.canvas, expand=True)
    return sign_in_page(look, model.state, on)


def _started(_task: object) -> None:
    """Let a task run on its own."""
