"""The sign-in page of an installed client."""

import asyncio
import logging
from collections.abc import Callable

import flet as ft

from client.ui.desk import details_of
from client.ui.facade import Crm
from client.ui.layouts.at_rest import SealedCalls, encrypting_page, sealed_page
from client.ui.layouts.sign_in import SignInCalls, sign_in_page
from client.ui.theme import Look
from client.ui.view_models.sign_in import SignIn
from client.ui.views.hooks import use_redraw
from shared_models.texts import Language, preferred

log = logging.getLogger("fieldfare.ui")
ASK_S = 3.0
"""Seconds after which a device that does not answer is taken for one that speaks English."""


@ft.component
def SignInView(  # a component
    page: ft.Page, look: Look, model: SignIn, entered: Callable[[Crm], None], other_language: Callable[[], None]
) -> ft.Control:
    """The sign-in page; `entered` gets the CRM of the person who signed in."""
    use_redraw(model)
    ft.on_mounted(model.start)
    ft.on_unmounted(model.stop)

    async def enter() -> None:
        crm = await model.enter()
        if crm is not None:
            entered(crm)

    on = SignInCalls(
        type=model.type,
        enter=lambda: _started(page.run_task(enter)),
        language=other_language,
        turn=lambda: model.turn(by_code=not model.state.is_by_code),
        flip_password=model.flip_password,
    )
    if model.state.is_encrypting:
        return encrypting_page(look, other_language)
    if model.state.sealed:
        return sealed_page(look, model.state, _sealed_calls(page, model))
    if not model.state.is_ready:  # a field takes the cursor only when it is drawn first
        return ft.Container(bgcolor=look.c.canvas, expand=True)
    return sign_in_page(look, model.state, on)


def _sealed_calls(page: ft.Page, model: SignIn) -> SealedCalls:
    async def copied(cause: str) -> None:
        await ft.Clipboard().set(details_of(cause, "sign-in"))
        model.note_copied()

    return SealedCalls(
        again=lambda: _started(page.run_task(model.look_again)),
        copy=lambda cause: _started(page.run_task(copied, cause)),
        ask=model.ask_aside,
        stay=lambda: model.ask_aside(asks=False),
        set_aside=lambda: _started(page.run_task(model.set_aside)),
    )


async def language_of(page: ft.Page) -> Language:
    """Return the language of the browser or the operating system, English where we speak none of theirs or they do not say."""
    try:
        device = await asyncio.wait_for(page.get_device_info(), ASK_S)
    except Exception:  # whatever is wrong with the device, a person has to be able to sign in
        log.warning("the device does not say its languages", exc_info=True)
        return "en"
    return preferred([one.language_code for one in device.locales] if device is not None else []) or "en"


def _started(_task: object) -> None:
    """Let a task run on its own."""
