"""How the data of this device lies on its disk, in one line; and what stands in place of the sign-in while it cannot be opened."""

from collections.abc import Callable
from dataclasses import dataclass

import flet as ft

from client.ui.layouts.trouble import not_begun
from client.ui.shell import mark
from client.ui.theme import S8, S12, S16, Look
from client.ui.view_models.sign_in import SignInState
from client.ui.widgets import TOP, W5, W6, Press, button, col, icon, link, pad, row, txt
from client.ui.widgets.feedback import snack
from client.usecases.answers import Standing
from shared_models.errors import ErrorCode

WIDTH = 400


@dataclass(frozen=True)
class SealedCalls:
    """What a person can do whose data is encrypted and cannot be opened."""

    again: Press
    copy: Callable[[str], None]
    ask: Press
    stay: Press
    set_aside: Press


def at_rest_line(look: Look, standing: Standing | None) -> ft.Control | None:
    """Return whether the data is encrypted, and why not; None where the server keeps it."""
    if standing is None:
        return None
    glyph = "lock" if standing in ("encrypted", "phone") else "unlock"
    words = txt(look, look.t(f"at_rest.{standing}"), "meta", "ink2", lines=None, expand=True, key="at_rest")
    return row(icon(look, glyph, 16, "ink3"), words, gap=S8, cross=TOP)


def encrypting_page(look: Look, language: Press) -> ft.Control:
    """Return what is told while the data is encrypted: it happens once, and takes seconds."""
    told = col(
        row(mark(look, 40), txt(look, "Fieldfare", "title", weight=W6), gap=S12),
        row(
            ft.ProgressRing(width=20, height=20, stroke_width=2, color=look.c.accent),
            txt(look, look.t("at_rest.encrypting"), weight=W5, lines=None, expand=True, key="at_rest.encrypting"),
            gap=S12,
        ),
        txt(look, look.t("at_rest.encrypting_safe"), "meta", "ink2", lines=None),
        row(link(look, "sign_in.language", look.t("sign_in.language"), language)),
        gap=S16,
        tight=True,
    )
    held = ft.Container(told, width=min(WIDTH, look.width - 2 * S16))
    return ft.Container(held, expand=True, alignment=ft.Alignment.CENTER, bgcolor=look.c.canvas, padding=pad(S16, S16))


def sealed_page(look: Look, state: SignInState, on: SealedCalls) -> ft.Control:
    """Return why the data cannot be opened, what is safe, and what to do; where its key is lost, it can be set aside."""
    more = _aside(look, state, on) if state.sealed == ErrorCode.D608 else None
    told = snack(look, look.t("snack.copied"), None, None) if state.is_copied else None
    return not_begun(look, state.sealed, on.again, on.copy, told, more)


def _aside(look: Look, state: SignInState, on: SealedCalls) -> ft.Control:
    """Return the way on without the key: a question first, since what was not sent stays behind in the file."""
    wide = True if look.phone else None
    if not state.asks_aside:
        ask = button(look, "sealed.ask", look.t("at_rest.aside"), on.ask, glyph="archive", kind="outline", expand=wide)
        return row(ask)
    go = button(look, "sealed.aside", look.t("at_rest.aside"), on.set_aside, kind="primary", busy=state.busy, expand=wide)
    stay = button(look, "sealed.stay", look.t("act.cancel"), on.stay, kind="outline", expand=wide)
    acts = col(row(go), row(stay), gap=S8) if look.phone else row(go, stay, gap=S8)
    return col(txt(look, look.t("at_rest.aside_text"), lines=None, weight=W5, key="sealed.question"), acts, gap=S12)
