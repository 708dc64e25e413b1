"""Profiles, for an administrator: their list, the table of one, and the names of a new one."""

from collections.abc import Callable
from dataclasses import dataclass

import flet as ft

from client.ui.layouts.people import FORM_WIDTH
from client.ui.layouts.reaches import PutReach, legend, reach_table
from client.ui.layouts.rights_list import RightsListCalls, list_row
from client.ui.layouts.trouble import trouble
from client.ui.theme import S2, S8, S12, S16, S24, Look
from client.ui.view_models.profiles import Naming, ProfileState
from client.ui.widgets import (
    W6,
    Message,
    Press,
    button,
    chip,
    choice_field,
    col,
    disc,
    empty,
    fill,
    group_header,
    icon_button,
    pad,
    row,
    skeleton,
    space,
    text_field,
    txt,
)
from client.usecases.rights_answers import ProfilePage, ProfileRow


@dataclass(frozen=True)
class ProfileCalls:
    """What an administrator can do on a profile's page."""

    reach: PutReach
    flip: Callable[[str], None]
    rename: Press
    type_en: Callable[[str], None]
    type_ro: Callable[[str], None]
    begin_as: Callable[[str | None], None]
    save: Press
    give_up: Press
    again: Press
    copy: Callable[[str], None]


def in_order(look: Look, rows: tuple[ProfileRow, ...]) -> list[ProfileRow]:
    """Return the profiles in the order of their names in the reader's language."""
    return sorted(rows, key=lambda one: look.label(one.label).casefold())


def profile_rows(look: Look, rows: tuple[ProfileRow, ...], on: RightsListCalls, chosen: str) -> list[ft.Control]:
    """Return the rows of the list. chosen: id of the one that is open."""
    return [_row(look, one, on, is_chosen=one.id == chosen) for one in in_order(look, rows)]


def holders(look: Look, profile: ProfileRow) -> str:
    """Return how many people have a profile, in words."""
    return look.n("profiles.people", profile.people) if profile.people else look.t("profiles.nobody")


def _row(look: Look, profile: ProfileRow, on: RightsListCalls, *, is_chosen: bool) -> ft.Control:
    return list_row(
        look,
        f"profile.{profile.id}",
        look.label(profile.label),
        holders(look, profile),
        profile.state,
        lambda: on.open(profile.id),
        glyph="shield",
        chosen=is_chosen,
        used=bool(profile.people),
    )


def profile_page(look: Look, state: ProfileState, others: tuple[ProfileRow, ...], on: ProfileCalls) -> ft.Control:
    """Return a profile's page in whatever state it is. others: profiles that a new one may begin as."""
    if state.phase == "failed":
        return trouble(look, "profile", look.t("profiles.failed"), state.failure, on.again, on.copy)
    if state.is_gone:
        return empty(look, "shield", look.t("profiles.gone"), "")
    if state.id is None:
        return _body(look, "new", _new(look, state.naming or Naming(), others, on))
    if state.page is None:
        return ft.Container(skeleton(look, 5, 88), padding=S16) if state.phase == "slow" else ft.Container()
    return _body(look, state.id, _page(look, state, state.page, on))


def _body(look: Look, key: str, cells: list[ft.Control]) -> ft.Control:
    padding = pad(S16, S8) if look.phone else pad(S24, S16)
    return ft.ListView(cells, expand=True, padding=padding, key=f"profile.body.{key}")


def _page(look: Look, state: ProfileState, page: ProfilePage, on: ProfileCalls) -> list[ft.Control]:
    head = _named(look, page, on) if state.naming is None else _naming(look, state.naming, [], on)
    chips = [
        chip(look, f"group.{group}", look.t(f"right_group.{group}"), _flip(on, group), on=group in page.row.groups)
        for group in page.all_groups
    ]
    return [
        head,
        space(S16),
        reach_table(look, page.reaches, on.reach),
        space(S8),
        legend(look),
        space(S16),
        group_header(look, look.t("profile.field_groups"), left=0),
        row(*chips, wrap=True),
        space(S8),
        txt(look, look.t("profiles.groups_help"), "meta", "ink3", lines=2),
    ]


def _flip(on: ProfileCalls, group: str) -> Press:
    return lambda: on.flip(group)


def _named(look: Look, page: ProfilePage, on: ProfileCalls) -> ft.Control:
    """Return the name in the reader's language over the other one, and how many people have it."""
    label = page.row.label
    other = label.en if look.lang == "ro" else label.ro
    second = " · ".join(dict.fromkeys(part for part in (other, holders(look, page.row)) if part != look.label(label)))
    rename = button(look, "profile.rename", look.t("profiles.rename"), on.rename, glyph="pencil")
    short = icon_button(look, "profile.rename", "pencil", look.t("profiles.rename"), on.rename)
    return row(
        disc(look, "shield", "ink2", 48, 22),
        col(
            txt(look, look.label(label), "title", weight=W6, key="profile.name"),
            txt(look, second, "meta", "ink2"),
            gap=S2,
            expand=True,
        ),
        short if look.phone else rename,
        gap=S16,
    )


def _new(look: Look, naming: Naming, others: tuple[ProfileRow, ...], on: ProfileCalls) -> list[ft.Control]:
    def to(pk: str | None) -> Press:
        return lambda: on.begin_as(pk)

    ordered = sorted(others, key=lambda one: look.label(one.label).casefold())
    held = next((look.label(one.label) for one in ordered if one.id == naming.begins_as), look.t("profiles.from_none"))
    options = [(f"profile.from.{one.id}", look.label(one.label), to(one.id)) for one in ordered]
    base = choice_field(
        look, "profile.from", look.t("profiles.from"), held,
        [("profile.from.none", look.t("profiles.from_none"), to(None)), *options],
        message=Message(look.t("profiles.new_text"), "help"),
    )  # fmt: skip
    return [
        txt(look, look.t("profiles.new"), "title", weight=W6),
        space(S16),
        _naming(look, naming, [base], on),
    ]


def _naming(look: Look, naming: Naming, more: list[ft.Control], on: ProfileCalls) -> ft.Control:
    """Return the two names as fields, with what saves them."""

    def wrong(field: str) -> Message | None:
        reason = naming.problems.get(field)
        return Message(look.t(reason)) if reason else None

    fields = col(
        text_field(
            look, "profile.label_en", look.t("profile.label_en"), naming.en, on.type_en,
            message=wrong("label_en"), required=True, focused=True, submit=on.save,
        ),
        text_field(
            look, "profile.label_ro", look.t("profile.label_ro"), naming.ro, on.type_ro,
            message=wrong("label_ro"), required=True, submit=on.save,
        ),
        *more,
        row(
            button(look, "profile.save", look.t("act.save"), on.save, kind="primary"),
            button(look, "profile.cancel", look.t("act.cancel"), on.give_up, kind="quiet"),
            fill(),
        ),
        gap=S12,
    )  # fmt: skip
    return fields if look.phone else row(ft.Container(fields, width=FORM_WIDTH))
