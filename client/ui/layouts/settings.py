"""Settings of the reader, and the phone's page of further places."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import flet as ft

from client.ui.figures import size
from client.ui.layouts.at_rest import at_rest_line
from client.ui.pill import pill_of
from client.ui.router import Place
from client.ui.shell import ShellCalls
from client.ui.theme import S4, S8, S12, S16, S24, Look
from client.ui.view_models.shell import ShellState
from client.ui.widgets import (
    W5,
    W6,
    Press,
    avatar,
    badge,
    button,
    card,
    choice_field,
    col,
    dot,
    fill,
    icon,
    initials_of,
    line,
    listing,
    pad,
    pane_header,
    pressable,
    row,
    segmented,
    space,
    switch_field,
    txt,
)
from client.usecases.answers import FILE_SIZES_MB, Preferences

ZONES = (
    "Europe/Bucharest", "Europe/Chisinau", "Europe/Sofia", "Europe/Athens", "Europe/Istanbul", "Europe/Budapest",
    "Europe/Belgrade", "Europe/Vienna", "Europe/Berlin", "Europe/Rome", "Europe/Paris", "Europe/Madrid", "Europe/London", "UTC",
)  # fmt: skip
"""Zones that are offered; another one that is set already stays on the list."""
THEMES = ("light", "dark", "outdoor", "system")
WIDTH = 560


@dataclass(frozen=True)
class SettingsCalls:
    """What a person can do in the settings."""

    prefer: Callable[[Preferences], None]
    help: Press
    sign_out: Press
    people: Press


def settings_page(look: Look, state: ShellState, on: SettingsCalls) -> ft.Control:
    """Return the settings: each acts at once, there is nothing to save."""
    head = None if look.phone else pane_header(look, look.t("nav.settings"))
    cards = [
        _person(look, state, on),
        _language(look, state.preferences, on),
        _theme(look, state.preferences, on),
        _zone(look, state.preferences, on),
        *([] if look.is_office else [_files(look, state.preferences, on)]),
    ]
    keyboard = [] if look.phone else [_keyboard(look, on)]
    rights = [_rights(look, on)] if state.person.is_admin else []
    body = ft.ListView(
        [*cards[:1], *rights, *cards[1:], *keyboard], spacing=S12, padding=pad(S16, S8) if look.phone else pad(S24, S16)
    )
    held = ft.Container(body, width=None if look.phone else WIDTH + 2 * S24, expand=True if look.phone else None)
    return col(
        head,
        None if look.phone else line(look),
        fill(held if look.phone else row(held, gap=0, cross=ft.CrossAxisAlignment.STRETCH)),
        expand=True,
    )


def _person(look: Look, state: ShellState, on: SettingsCalls) -> ft.Control:
    person = state.person
    second = " · ".join(part for part in (person.email, person.device) if part)
    words = col(txt(look, person.name, weight=W6), txt(look, second, "meta", "ink2", lines=2), expand=True)
    leave = button(look, "settings.sign_out", look.t("settings.sign_out"), on.sign_out, glyph="log-out")
    safe = txt(look, look.t("settings.sign_out_safe"), "meta", "ink3", lines=3)
    top = row(avatar(look, initials_of(person.name), 40), words, None if look.phone else leave, gap=S12)
    return card(look, col(top, safe, at_rest_line(look, person.at_rest), row(leave) if look.phone else None, gap=S8))


def _setting(look: Look, title: str, text: str, control: ft.Control) -> ft.Control:
    words = col(txt(look, title, weight=W6), txt(look, text, "meta", "ink2", lines=3), gap=S4)
    return card(look, col(words, row(control) if not look.phone else control, gap=S12))


def _language(look: Look, held: Preferences, on: SettingsCalls) -> ft.Control:
    choose = lambda v: on.prefer(replace(held, language="ro" if v == "ro" else "en"))  # noqa: E731  # one expression
    items = [(code, look.t(f"language.own.{code}")) for code in ("en", "ro")]
    return _setting(
        look,
        look.t("settings.language"),
        look.t("settings.language_text"),
        segmented(look, "language", items, held.language, choose),
    )


def _theme(look: Look, held: Preferences, on: SettingsCalls) -> ft.Control:
    def choose(name: str) -> None:
        on.prefer(replace(held, theme=next(theme for theme in ("light", "dark", "outdoor", "system") if theme == name)))

    items = [(theme, look.t(f"theme.{theme}")) for theme in THEMES]
    return _setting(
        look, look.t("settings.theme"), look.t("settings.theme_text"), segmented(look, "theme", items, held.theme, choose)
    )


def _zone(look: Look, held: Preferences, on: SettingsCalls) -> ft.Control:
    zones = ZONES if held.time_zone in ZONES else (held.time_zone, *ZONES)

    def put(zone: str) -> Press:
        return lambda: on.prefer(replace(held, time_zone=zone))

    options = [(f"zone.{zone}", zone.replace("_", " "), put(zone)) for zone in zones]
    box = choice_field(look, "settings.zone", "", held.time_zone.replace("_", " "), options, glyph="globe")
    return _setting(
        look, look.t("settings.zone"), look.t("settings.zone_text"), ft.Container(box, width=None if look.phone else 320)
    )


def _files(look: Look, held: Preferences, on: SettingsCalls) -> ft.Control:
    """Return when files come to this device; the office's are on the server, where they are at hand."""

    def put(megabytes: int) -> Press:
        return lambda: on.prefer(replace(held, files_up_to_mb=megabytes))

    def said(megabytes: int) -> str:
        return look.t("settings.files_up_to", size=size(look, megabytes * 1_000_000))

    choose = lambda v: on.prefer(replace(held, files="asked" if v == "asked" else "auto"))  # noqa: E731  # one expression
    items = [(way, look.t(f"files.{way}")) for way in ("auto", "asked")]
    options = [(f"files.up_to.{mb}", said(mb), put(mb)) for mb in FILE_SIZES_MB]
    box = choice_field(look, "files.up_to", "", said(held.files_up_to_mb), options)
    metered = switch_field(
        look,
        "files.metered",
        look.t("settings.files_metered"),
        held.files_metered,
        lambda: on.prefer(replace(held, files_metered=not held.files_metered)),
        help=look.t("settings.files_metered_text"),
    )
    ways = segmented(look, "files", items, held.files, choose)
    controls = col(
        row(ways) if not look.phone else ways,
        (box if look.phone else row(ft.Container(box, width=320))) if held.files == "auto" else None,
        metered,
        gap=S12,
    )
    words = col(
        txt(look, look.t("settings.files"), weight=W6),
        txt(look, look.t("settings.files_text"), "meta", "ink2", lines=4),
        gap=S4,
    )
    return card(look, col(words, controls, gap=S12))


def _keyboard(look: Look, on: SettingsCalls) -> ft.Control:
    words = col(
        txt(look, look.t("settings.keys"), weight=W6),
        txt(look, look.t("settings.keys_text"), "meta", "ink2", lines=2),
        expand=True,
    )
    return card(
        look,
        row(
            icon(look, "keyboard", 18),
            words,
            button(look, "settings.keys", look.t("settings.keys_show"), on.help, keys="?"),
            gap=S12,
        ),
    )


def _rights(look: Look, on: SettingsCalls) -> ft.Control:
    """Return the way to people and rights, for whoever administers."""
    words = col(
        txt(look, look.t("nav.people"), weight=W6),
        txt(look, look.t("settings.people_text"), "meta", "ink2", lines=2),
        expand=True,
    )
    way = button(look, "settings.people", look.t("settings.people_open"), on.people)
    return card(look, row(icon(look, "shield", 18), words, way, gap=S12))


def more_page(look: Look, state: ShellState, on: ShellCalls) -> ft.Control:
    """Return the further places of the phone: those that the bottom bar has no room for."""
    pill = pill_of(look, state.status)

    def place(id: str, glyph: str, label: str, second: str, press: Press, mark: ft.Control | None = None) -> ft.Control:
        text = col(txt(look, label, weight=W5), txt(look, second, "meta", "ink2") if second else None, expand=True)
        face = row(icon(look, glyph, 22), text, mark, icon(look, "chevron-right", 18, "ink3"), gap=S12)
        return pressable(id, label, face, press, height=64, padding=pad(S16), radius=12)

    people = place(
        "more.people", "shield", look.t("nav.people"), look.t("settings.people_text"), lambda: on.go(Place("people"))
    )
    told = badge(look, state.alarms) if state.alarms else None
    devices = place(
        "more.devices", "monitor", look.t("nav.devices"), look.t("more.devices"), lambda: on.go(Place("devices")), told
    )
    rows = [
        place("more.search", "search", look.t("act.search"), look.t("more.search"), on.palette),
        place("more.sync", "refresh-cw", look.t("nav.sync"), pill.whole, lambda: on.go(Place("sync")), dot(look, pill.state)),
        *([devices, people] if state.person.is_admin else []),
        place("more.settings", "settings", look.t("nav.settings"), state.person.name, lambda: on.go(Place("settings"))),
    ]
    return ft.ListView([ft.Container(col(listing(look, rows), space(S8)), padding=pad(S16, S8))], expand=True)
