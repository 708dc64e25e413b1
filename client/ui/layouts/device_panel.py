"""One device: why it is behind and what to do, what waited day by day, its figures, and what may be ordered for it."""

from collections.abc import Callable
from dataclasses import dataclass

import flet as ft

from client.ui.figures import capital, count, size
from client.ui.layouts.device_days import day_bars
from client.ui.layouts.devices import GLYPHS, at_of, named
from client.ui.theme import R12, S4, S8, S12, S16, Look
from client.ui.view_models.devices import DevicesState, is_named
from client.ui.widgets import (
    TOP,
    W5,
    W6,
    Maybe,
    Press,
    button,
    col,
    icon,
    icon_button,
    line,
    pad,
    row,
    space,
    text_field,
    txt,
)
from shared_models.device_desk import MOST_ROWS, Cause, DeviceLine, Order, Reason, Standing
from shared_models.device_words import advice, cause_in_words

FACES: dict[Standing, tuple[str, str]] = {
    "need": ("need", "circle-x"),
    "behind": ("wait", "circle-alert"),
    "well": ("ok", "circle-check"),
    "out": ("ink2", "log-out"),
}
"""Tone and glyph of the card that says why."""
SECOND_MS, MINUTE_MS = 1000, 60_000


@dataclass(frozen=True)
class PanelCalls:
    """What an administrator can do with one device."""

    close: Press
    order: Callable[[Order], None]
    ask: Callable[[str], None]
    """The order about which he is to be asked: `sign_out`, `wipe`, or none."""
    type_name: Callable[[str], None]
    save: Press
    """Has what it told of itself."""


def device_panel(look: Look, state: DevicesState, one: DeviceLine, on: PanelCalls) -> ft.Control:
    """Return the panel of a device."""
    cells: list[Maybe] = [
        txt(look, one.person, tone="ink2") if look.phone else _head(look, one, on),
        _why(look, one, one.reasons[0], named(look, one)),
        *(_beside(look, reason) for reason in one.reasons[1:]),
        space(S4),
        row(
            txt(look, look.t("devices.by_day"), "meta", "ink2", W5, expand=True),
            txt(look, count(look, one.pending), "meta", "need" if one.standing == "need" and one.pending else "ink2", W6),
        ),
        day_bars(look, one.days, is_need=one.standing == "need"),
        space(S4),
        _facts(look, one),
        *_orders(look, state, one, on),
    ]
    return ft.ListView(
        [cell for cell in cells if cell is not None], spacing=S12, padding=S16, expand=True, key=f"panel.{one.id}"
    )


def _head(look: Look, one: DeviceLine, on: PanelCalls) -> ft.Control:
    words = col(txt(look, one.name, weight=W6, key="device.name"), txt(look, one.person, "meta", "ink2"), expand=True)
    shut = icon_button(look, "device.close", "x", look.t("act.close"), on.close)
    return row(icon(look, GLYPHS[one.form], 20, "ink2"), words, shut, gap=S12)


def _why(look: Look, one: DeviceLine, reason: Reason, heading: str) -> ft.Control:
    """Return the card that says what matters most, and what to do."""
    tone, glyph = FACES[one.standing]
    title = txt(look, heading, weight=W6, tone=tone, lines=None, expand=True, key="device.why")
    text = txt(look, advice(look.texts, reason), "meta", "ink2", lines=None, key="device.advice")
    ground = look.c.sunken if tone == "ink2" else look.tone(f"{tone}_soft")
    return ft.Container(
        col(row(icon(look, glyph, 16, tone), title, cross=TOP), text, gap=S8), padding=S12, bgcolor=ground, border_radius=R12
    )


def _beside(look: Look, reason: Reason) -> ft.Control:
    """Return what else keeps the device behind."""
    title = txt(look, capital(cause_in_words(look.texts, reason)), "meta", "ink", W6, lines=None)
    return ft.Container(col(title, txt(look, advice(look.texts, reason), "meta", "ink2", lines=None), gap=S4), padding=pad(S12))


def _facts(look: Look, one: DeviceLine) -> ft.Control:
    facts = (
        ("seen", at_of(look, one.last_seen_at) if one.last_seen_at else look.t("devices.never")),
        ("oldest", at_of(look, one.oldest_pending_at) if one.pending else "–"),
        ("to_fetch", _lag(look, one)),
        ("version", one.app.removeprefix("fieldfare").strip() or (str(one.schema_version) if one.schema_version else "–")),
        ("clock", _clock(look, one.clock_offset_ms)),
        ("equal", _proof(look, one)),
        ("size", size(look, one.size_bytes) if one.size_bytes else "–"),
    )
    rows: list[ft.Control] = []
    for key, words in facts:
        if rows:
            rows.append(line(look))
        told = txt(look, words, "meta", weight=W5, key=f"device.fact.{key}")
        cell = row(txt(look, look.t(f"devices.fact.{key}"), "meta", "ink2", expand=True), told)
        rows.append(ft.Container(cell, height=36 if look.phone else 28))
    return col(*rows)


def _lag(look: Look, one: DeviceLine) -> str:
    if one.lag_rows is None:
        return "–"
    rows = count(look, one.lag_rows)
    return look.t("devices.rows_more", n=rows) if one.lag_rows >= MOST_ROWS else look.n("devices.rows", one.lag_rows)


def _clock(look: Look, offset_ms: int) -> str:
    if abs(offset_ms) < MINUTE_MS:
        return look.t("devices.clock_right")
    return cause_in_words(look.texts, Reason(cause=Cause.CLOCK_WRONG, n=int(offset_ms / MINUTE_MS)))


def _proof(look: Look, one: DeviceLine) -> str:
    if one.proof == "none":
        return look.t("devices.not_proved")
    return look.t("devices.unequal") if one.proof == "unequal" else at_of(look, one.proved_at)


def _orders(look: Look, state: DevicesState, one: DeviceLine, on: PanelCalls) -> list[Maybe]:
    """Return what may be ordered for the device as it stands."""
    causes = {reason.cause for reason in one.reasons}
    if Cause.WIPED in causes:
        return []
    if state.asking == "wipe":
        return [_wipe(look, state, one, on)]
    if state.asking == "sign_out":
        return [_sign_out(look, state, one, on)]
    is_off = bool(causes & {Cause.SIGNED_OUT, Cause.LOCKED_OUT})
    leave = None if is_off else _order(look, state, "sign_out", "log-out", lambda: on.ask("sign_out"))
    if one.form == "office":
        return [leave]
    pause: Order = "resume" if Cause.PAUSED_BY_ADMIN in causes else "pause"
    wipe = button(look, "device.wipe", look.t("devices.order.wipe"), lambda: on.ask("wipe"), glyph="trash-2", kind="danger")
    return [
        row(
            _order(look, state, "resync", "refresh-cw", lambda: on.order("resync")),
            _order(look, state, pause, "timer", lambda: on.order(pause)),
        ),
        *_diagnostics(look, state, one, on),
        leave,
        None if Cause.TO_BE_WIPED in causes else wipe,
        txt(look, look.t("devices.wipe_asks"), "meta", "ink3", lines=2),
    ]


def _diagnostics(look: Look, state: DevicesState, one: DeviceLine, on: PanelCalls) -> list[Maybe]:
    """Return the order for what it tells of itself, what became of it, and the newest that came."""
    told: list[Maybe] = []
    if one.diagnose_at is not None:
        asked = look.t("devices.diagnose_asked", at=at_of(look, one.diagnose_at))
        told.append(txt(look, asked, "meta", "ink2", lines=None, key="device.diagnose_asked"))
    if one.diagnosed_at is not None:
        came = look.t("devices.diagnosed", at=at_of(look, one.diagnosed_at))
        save = button(look, "device.diagnostics", look.t("devices.diagnostics_save"), on.save, glyph="download", kind="quiet")
        told.append(row(txt(look, came, "meta", "ink2", lines=None, expand=True), save))
    return [row(_order(look, state, "diagnose", "search", lambda: on.order("diagnose"))), *told]


def _order(look: Look, state: DevicesState, order: Order, glyph: str, press: Press) -> ft.Control:
    label, is_busy = look.t(f"devices.order.{order}"), state.busy == order
    return button(look, f"device.{order}", label, None if state.busy else press, glyph=glyph, expand=True, busy=is_busy)


def _sign_out(look: Look, state: DevicesState, one: DeviceLine, on: PanelCalls) -> ft.Control:
    yes = _order(look, state, "sign_out", "log-out", lambda: on.order("sign_out"))
    no = button(look, "device.keep", look.t("act.cancel"), lambda: on.ask(""), kind="quiet")
    return col(txt(look, look.t("devices.sign_out_text", person=one.person), "meta", "ink2", lines=None), row(yes, no), gap=S8)


def _wipe(look: Look, state: DevicesState, one: DeviceLine, on: PanelCalls) -> ft.Control:
    """Return the question of the name: what goes cannot be brought back."""
    ready = is_named(one, state.typed_name) and state.busy is None
    box = text_field(look, "device.wipe_name", look.t("devices.wipe_name", name=one.name), state.typed_name, on.type_name)
    yes = button(
        look, "device.wipe_now", look.t("devices.wipe_now"), (lambda: on.order("wipe")) if ready else None,
        glyph="trash-2", kind="danger", busy=state.busy == "wipe",
    )  # fmt: skip
    no = button(look, "device.keep", look.t("act.cancel"), lambda: on.ask(""), kind="quiet")
    return col(txt(look, look.t("devices.wipe_text"), "meta", "ink2", lines=None), box, row(yes, no), gap=S12)
