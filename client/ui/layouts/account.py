"""What is asked about the account over the screen: whether to sign out, and the password that the server wants once more."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import flet as ft

from client.ui.dates import local, short_day
from client.ui.layouts.sign_in import failure_of, password_box
from client.ui.theme import R8, S8, S12, S16, S24, Look
from client.ui.view_models.sign_in import SignInState
from client.ui.view_models.sign_out import SignOutState
from client.ui.widgets import TOP, W5, W6, Press, button, centre_sheet, col, fill, icon, pad, pads, row, txt
from shared_models.errors import ErrorCode

WIDTH, TOP_PX, LOW_PX = 440, 96, 640
"""Width of a sheet of a wide window, room above it, and the height of a window below which it takes all of that, and scrolls."""
LOW_WITH_KEYBOARD_PX = 760
"""The same height where the keyboard of a phone takes two fifths of it."""

BACK: Mapping[str, str] = {ErrorCode.A103: "sign_out.back_new", ErrorCode.A108: "sign_out.back_off"}
"""How to come back of whom the centre does not take as he is. A device that was locked out is let in by its password."""


@dataclass(frozen=True)
class SignOutCalls:
    """What a person can do who is asked whether to sign out."""

    leave: Press
    stay: Press


@dataclass(frozen=True)
class SignInAgainCalls:
    """What a person can do whom the server wants to know once more. type: name of the field and its text."""

    type: Callable[[str, str], None]
    enter: Press
    flip_password: Press
    close: Press


def sign_out_sheet(look: Look, state: SignOutState, on: SignOutCalls) -> list[ft.Control]:
    """Return the question, with what it means: what waits stays here, and how to come back."""
    waits, is_off = state.waiting > 0, state.refused == ErrorCode.A108
    held = look.n("sign_out.waiting_off" if is_off else "sign_out.waiting", state.waiting) if waits else look.t("sign_out.held")
    files = look.n("sign_out.files", state.files) if state.files else ""
    is_all_sent = not (waits or state.files)
    kept = _point(look, "cloud-upload" if waits else "hard-drive", held, warns=waits, key="sign_out.held")
    told = [
        *([kept] if waits or is_all_sent else []),
        *([_point(look, "paperclip", files, warns=True, key="sign_out.files")] if files else []),
        _point(look, "lock", _way_back(look, state), warns=is_off, key="sign_out.back"),
        _point(look, "users", look.t("sign_out.others"), key="sign_out.others"),
    ]
    stay = button(look, "sign_out.stay", look.t("act.cancel"), on.stay)
    leave = button(
        look, "sign_out.leave", look.t("settings.sign_out"), on.leave, glyph="log-out", kind="primary", busy=state.busy
    )
    return _sheet(
        look, look.t("sign_out.title"), "sign_out.title", told if state.phase == "ready" else [], stay, leave, on.stay
    )


def sign_in_again_sheet(look: Look, state: SignInState, on: SignInAgainCalls) -> list[ft.Control]:
    """Return the sheet that asks for the password; the data of the device stays under it."""
    who = " · ".join(part for part in (state.email, state.server.removeprefix("https://")) if part)
    body = [
        txt(look, who, weight=W5, lines=2, key="sign_in.who"),
        txt(look, look.t("sign_in.again_text"), tone="ink2", lines=None),
        password_box(look, state, on.type, on.enter, on.flip_password, focused=True),
        failure_of(look, state),
    ]
    close = button(look, "sign_in.close", look.t("act.cancel"), on.close)
    go = None if state.wait_s else on.enter
    enter = button(look, "sign_in.enter", look.t("sign_in.enter"), go, glyph="lock", kind="primary", busy=state.busy)
    low_px = LOW_WITH_KEYBOARD_PX if look.phone else LOW_PX
    return _sheet(look, look.t("sync.title.needs_sign_in"), "sign_in.title", body, close, enter, on.close, low_px)


def _sheet(
    look: Look,
    title: str,
    key: str,
    body: Sequence[ft.Control | None],
    away: ft.Control,
    go: ft.Control,
    close: Press,
    low_px: float = LOW_PX,
) -> list[ft.Control]:
    go.expand = look.phone or None
    acts = col(row(go), _whole(away), gap=S8) if look.narrow else row(None if look.phone else fill(), away, go, gap=S8)
    is_low = look.height < low_px
    content = col(txt(look, title, "title", weight=W6, lines=2, key=key), *body, acts, gap=S12 if is_low else S16, tight=True)
    inner = ft.Column([content], scroll=ft.ScrollMode.AUTO, tight=True) if is_low else content
    most = ft.Container(inner, padding=pads(left=S16, right=S16, bottom=S16) if look.phone else pad(S24, S24))
    return centre_sheet(look, most, close, WIDTH, S8 if is_low else TOP_PX, bottom=S8 if is_low else None)


def _whole(act: ft.Control) -> ft.Control:
    """Return a button as wide as its sheet."""
    act.expand = True
    return row(act)


def _point(look: Look, glyph: str, text: str, *, warns: bool = False, key: str) -> ft.Control:
    words = txt(
        look,
        text,
        tone="wait" if warns else "ink2",
        weight=W5 if warns else ft.FontWeight.W_400,
        lines=None,
        expand=True,
        key=key,
    )
    held = row(icon(look, glyph, 18, "wait" if warns else "ink3"), words, gap=S12, cross=TOP)
    return ft.Container(
        held, padding=pad(S12, S12) if warns else pad(S12), bgcolor=look.c.wait_soft if warns else None, border_radius=R8
    )


def _way_back(look: Look, state: SignOutState) -> str:
    """Return how to come back: with the password alone while the lease lasts. What the centre refuses now it refuses then, too."""
    account = state.account
    if state.refused in BACK:
        return look.t(BACK[state.refused], email=account.email)
    until = account.opens_until
    if until is None or until / 1_000_000 <= look.now.timestamp():
        return look.t("sign_out.back_online", email=account.email)
    return look.t("sign_out.back", email=account.email, day=short_day(look, local(look, until).date()))
