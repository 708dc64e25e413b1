"""Signing in on an installed client: one card, nothing else."""

from collections.abc import Callable
from dataclasses import dataclass

import flet as ft

from client.ui.layouts.at_rest import at_rest_line
from client.ui.shell import mark
from client.ui.theme import S8, S12, S16, S24, Look
from client.ui.view_models.sign_in import TRY_NOW, SignInState
from client.ui.widgets import (
    TOP,
    W5,
    W6,
    Message,
    Press,
    Secret,
    button,
    card,
    col,
    edge,
    icon,
    link,
    pad,
    row,
    text_field,
    txt,
)

WIDTH, LOW_WIDTH, LOW = 400, 560, 640
"""Width of the card, also in a window below the last height: there the mark is left out, and fields stand side by side."""


@dataclass(frozen=True)
class SignInCalls:
    """What a person can do on the sign-in page. type: name of the field and its text."""

    type: Callable[[str, str], None]
    enter: Press
    language: Press
    turn: Press
    """Ask for a code in place of e-mail and password, or the other way round."""
    flip_password: Press
    """Show the password that is typed, or hide it again."""


def sign_in_page(look: Look, state: SignInState, on: SignInCalls) -> ft.Control:
    """Return the page: the account of this device is filled in, so that a password is all that is typed."""
    lead = look.t("sign_in.known" if state.is_known else "sign_in.by_code_text" if state.is_by_code else "sign_in.first")
    is_low = look.height < LOW
    where = _field(look, state, on, "server", "globe")
    who = _field(look, state, on, "code", "hash") if state.is_by_code else _field(look, state, on, "email", "mail")
    if is_low and not look.phone:
        where.expand = who.expand = 1
    fields = [
        *([row(where, who, gap=S12, cross=TOP)] if is_low and not look.phone else [where, who]),
    ]
    if not state.is_by_code:
        fields.append(password_box(look, state, on.type, on.enter, on.flip_password, focused=state.starts_at == "password"))
    go = button(
        look,
        "sign_in.enter",
        look.t("sign_in.enter"),
        None if state.wait_s else on.enter,
        kind="primary",
        big=True,
        expand=True,
        busy=state.busy,
    )
    body = col(
        txt(look, look.t("sign_in.title"), "title", weight=W6, key="sign_in.title"),
        None if is_low and state.message else txt(look, lead, tone="ink2", lines=3),
        *fields,
        failure_of(look, state),
        row(go),
        gap=S12,
    )
    head = row(mark(look, 40), txt(look, "Fieldfare", "title", weight=W6), gap=S12)
    stored = at_rest_line(look, state.at_rest)
    way = "sign_in.by_password" if state.is_by_code else "sign_in.by_code"
    other = row(
        link(look, "sign_in.language", look.t("sign_in.language"), on.language),
        None if state.is_known else link(look, way, look.t(way), on.turn),
        gap=S16,
    )
    wide = LOW_WIDTH if is_low else WIDTH
    held = ft.Container(
        col(None if is_low else head, card(look, body, S16 if look.phone or is_low else S24), stored, other, gap=S16),
        width=min(wide, look.width - 2 * S16),
    )
    return ft.Container(
        ft.SafeArea(
            ft.Column(
                [held], scroll=ft.ScrollMode.AUTO if is_low else ft.ScrollMode.HIDDEN, alignment=ft.MainAxisAlignment.CENTER
            ),
            expand=True,
        ),
        expand=True,
        alignment=ft.Alignment.CENTER,
        bgcolor=look.c.canvas,
        padding=pad(S16, S8 if is_low else S24),
    )


def _field(look: Look, state: SignInState, on: SignInCalls, name: str, glyph: str) -> ft.Control:
    return text_field(
        look,
        f"sign_in.{name}",
        look.t(f"sign_in.{name}"),
        {"server": state.server, "email": state.email, "code": state.code}[name],
        lambda text: on.type(name, text),
        message=_problem(look, state, name),
        hint="crm.firma.ro" if name == "server" else "",
        glyph=glyph,
        focused=state.starts_at == name,
        submit=on.enter,
    )


def password_box(
    look: Look, state: SignInState, type: Callable[[str, str], None], enter: Press, flip: Press, *, focused: bool
) -> ft.Control:
    """Return the box of the password, with the eye that shows it."""
    return text_field(
        look,
        "sign_in.password",
        look.t("sign_in.password"),
        state.password,
        lambda text: type("password", text),
        message=_problem(look, state, "password"),
        glyph="lock",
        secret=Secret(state.is_password_shown, flip),
        focused=focused,
        submit=enter,
    )


def _problem(look: Look, state: SignInState, name: str) -> Message | None:
    problem = next((p for p in state.problems if p.field in (name, f"{name}_url")), None)
    return Message(look.t(problem.reason)) if problem else None


def failure_of(look: Look, state: SignInState) -> ft.Control | None:
    """Return why nobody was let in, or what is to be known first; None for nothing."""
    if not state.message:
        return None
    told = look.n(state.message, state.wait_s) if state.wait_s else look.t(state.message, email=state.other)
    glyph, tone = ("circle-check", "ok") if state.message == TRY_NOW else ("circle-alert", "need")
    words = txt(look, told, "meta", tone, W5, lines=None, expand=True, key="sign_in.failure")
    return ft.Container(
        row(icon(look, glyph, 16, tone), words, gap=S8, cross=TOP),
        bgcolor=look.tone(f"{tone}_soft"),
        border=edge(look, f"{tone}_soft"),
        border_radius=8,
        padding=pad(S12, S8),
    )
