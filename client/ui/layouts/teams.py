"""Teams, for an administrator: their list, the page of one with its members, and the name of a new one."""

from collections.abc import Callable
from dataclasses import dataclass

import flet as ft

from client.ui.figures import nothing_to_pick
from client.ui.layouts.people import FORM_WIDTH, profile_words
from client.ui.layouts.rights_list import RightsListCalls, list_row
from client.ui.layouts.trouble import trouble
from client.ui.theme import S2, S4, S8, S12, S16, S24, Look
from client.ui.view_models.teams import TeamState
from client.ui.widgets import (
    CENTRE,
    W5,
    W6,
    Message,
    Press,
    avatar,
    banner,
    beside,
    button,
    choice_field,
    col,
    disc,
    dot,
    empty,
    fill,
    group_header,
    icon_button,
    initials_of,
    link,
    listing,
    pad,
    pads,
    picker_field,
    pressable,
    row,
    skeleton,
    space,
    tag,
    text_field,
    txt,
)
from client.usecases.rights_answers import PersonRow, TeamField, TeamPage, TeamRow


@dataclass(frozen=True)
class TeamCalls:
    """What an administrator can do on a team's page."""

    rename: Press
    type: Callable[[str], None]
    save: Press
    give_up: Press
    lead: Callable[[str | None], None]
    choose: Callable[[TeamField, str | None], None]
    add: Callable[[str | None], None]
    take_in: Callable[[str], None]
    take_out: Callable[[str], None]
    open: Callable[[str], None]
    """A member's own page."""
    archive: Press
    again: Press
    copy: Callable[[str], None]


def team_rows(look: Look, rows: tuple[TeamRow, ...], on: RightsListCalls, chosen: str) -> list[ft.Control]:
    """Return the rows of the list, or how to begin where there is no team. chosen: id of the one that is open."""
    if not rows:
        way = button(look, "teams.first", look.t("teams.new"), on.new, glyph="plus", kind="primary")
        return [empty(look, "users", look.t("teams.empty"), look.t("teams.empty_text"), way)]
    return [_row(look, one, on, is_chosen=one.id == chosen) for one in rows]


def _size(look: Look, team: TeamRow) -> str:
    """Return how many people are in a team, in words."""
    return look.n("profiles.people", team.people) if team.people else look.t("teams.nobody")


def _row(look: Look, team: TeamRow, on: RightsListCalls, *, is_chosen: bool) -> ft.Control:
    led = look.t("teams.led_by", name=team.leader) if team.leader else ""
    return list_row(
        look,
        f"team.{team.id}",
        team.name,
        " · ".join(part for part in (_size(look, team), led) if part),
        team.state,
        lambda: on.open(team.id),
        glyph="users",
        chosen=is_chosen,
        used=bool(team.people),
        mark=look.t("teams.archived_mark") if team.is_archived else "",
    )


def team_page(look: Look, state: TeamState, on: TeamCalls) -> ft.Control:
    """Return a team's page in whatever state it is."""
    if state.phase == "failed":
        return trouble(look, "team", look.t("teams.failed"), state.failure, on.again, on.copy)
    if state.is_gone:
        return empty(look, "users", look.t("teams.gone"), "")
    if state.id is None:
        return _body(look, "new", [txt(look, look.t("teams.new"), "title", weight=W6), space(S16), _naming(look, state, on)])
    if state.page is None:
        return ft.Container(skeleton(look, 5, 88), padding=S16) if state.phase == "slow" else ft.Container()
    return _body(look, state.id, _page(look, state, state.page, on))


def _body(look: Look, key: str, cells: list[ft.Control]) -> ft.Control:
    padding = pad(S16, S8) if look.phone else pad(S24, S16)
    return ft.ListView(cells, expand=True, padding=padding, key=f"team.body.{key}")


def _page(look: Look, state: TeamState, page: TeamPage, on: TeamCalls) -> list[ft.Control]:
    head = _named(look, page, on) if state.naming is None else _naming(look, state, on)
    if page.row.is_archived:
        back = link(look, "team.restore", look.t("act.bring_back"), on.archive)
        return [
            head,
            space(S16),
            banner(look, "team.archived", "archive", look.t("teams.archived"), back),
            *_members(look, page, on),
        ]
    return [
        head,
        space(S16),
        _narrow(look, col(_leader(look, state, page, on), _profile(look, page, on), gap=S12)),
        *_members(look, page, on),
        space(S12),
        _narrow(look, _adding(look, state, page, on)),
        space(S24),
        row(button(look, "team.archive", look.t("act.archive"), on.archive, glyph="archive")),
        space(S4),
        txt(look, look.t("teams.archive_text"), "meta", "ink3", lines=3),
    ]


def _narrow(look: Look, content: ft.Control) -> ft.Control:
    return content if look.phone else row(ft.Container(content, width=FORM_WIDTH))


def _named(look: Look, page: TeamPage, on: TeamCalls) -> ft.Control:
    rename = button(look, "team.rename", look.t("profiles.rename"), on.rename, glyph="pencil")
    short = icon_button(look, "team.rename", "pencil", look.t("profiles.rename"), on.rename)
    return row(
        disc(look, "users", "ink2", 48, 22),
        col(
            txt(look, page.row.name, "title", weight=W6, key="team.title"),
            txt(look, _size(look, page.row), "meta", "ink2"),
            gap=S2,
            expand=True,
        ),
        short if look.phone else rename,
        gap=S16,
    )


def _naming(look: Look, state: TeamState, on: TeamCalls) -> ft.Control:
    """Return the name as a field, with what saves it."""
    fields = col(
        text_field(
            look, "team.name", look.t("team.name"), state.naming or "", on.type,
            message=Message(look.t(state.problem)) if state.problem else None, required=True, focused=True, submit=on.save,
        ),
        row(
            button(look, "team.save", look.t("act.save"), on.save, kind="primary"),
            button(look, "team.cancel", look.t("act.cancel"), on.give_up, kind="quiet"),
            fill(),
        ),
        gap=S12,
    )  # fmt: skip
    return _narrow(look, fields)


def _leader(look: Look, state: TeamState, page: TeamPage, on: TeamCalls) -> ft.Control:
    def to(value: str | None) -> Press:
        return lambda: on.choose("leader_id", value)

    none = ("team.leader_id.none", look.t("people.no_manager"), "", to(None))
    options = [(f"team.leader_id.{one.id}", look.label(one.label), one.detail, to(one.id)) for one in state.leaders]
    return picker_field(
        look,
        "team.leader_id",
        look.t("team.leader_id"),
        page.row.leader or look.t("people.no_manager"),
        lambda: on.lead(""),
        text=state.leading,
        typed=on.lead,
        options=[*([none] if not state.leading else []), *options],
        nothing=nothing_to_pick(look, "user", state.leading or "", options),
        message=Message(look.t("teams.help.leader"), "help"),
    )


def _profile(look: Look, page: TeamPage, on: TeamCalls) -> ft.Control:
    def to(value: str | None) -> Press:
        return lambda: on.choose("profile_id", value)

    none = look.t("teams.no_profile")
    options = [(f"team.profile_id.{one.id}", look.label(one.label), to(one.id)) for one in page.profiles]
    options = sorted(options, key=lambda option: option[1].casefold())
    return choice_field(
        look, "team.profile_id", look.t("team.profile_id"), look.label(page.row.profile) or none,
        [("team.profile_id.none", none, to(None)), *options], message=Message(look.t("teams.help.profile"), "help"),
    )  # fmt: skip


def _members(look: Look, page: TeamPage, on: TeamCalls) -> list[ft.Control]:
    head = [space(S16), group_header(look, look.t("teams.members"), left=0)]
    if not page.members:
        return [*head, txt(look, look.t("teams.nobody"), tone="ink3", key="team.nobody")]
    return [*head, listing(look, [_member(look, page, one, on) for one in page.members])]


def _member(look: Look, page: TeamPage, person: PersonRow, on: TeamCalls) -> ft.Control:
    """Return a member: a press opens his own page, the cross takes him out."""
    leads = person.id == page.held["leader_id"]
    mark = look.t("teams.leader") if leads else "" if person.is_active else look.t("people.inactive")
    name = txt(look, person.name, weight=W5, tone="ink" if person.is_active else "ink2")
    second = " · ".join(dict.fromkeys(part for part in (profile_words(look, person), person.position) if part))
    face = row(
        dot(look, person.state),
        avatar(look, initials_of(person.name), 32),
        col(beside(name, tag(look, mark)) if mark else name, txt(look, second, "meta", "ink2"), expand=True, align=CENTRE),
        gap=S8,
    )
    spoken = ", ".join(part for part in (person.name, second, mark) if part)
    way = pressable(
        f"member.{person.id}", spoken, face, lambda: on.open(person.id), expand=True, padding=pads(left=S12, top=S8, bottom=S8)
    )
    label = look.t("teams.take_out")
    out = icon_button(look, f"member.{person.id}.out", "x", label, lambda: on.take_out(person.id), tone="ink3")
    can_leave = person.id in page.noted and not page.row.is_archived
    return ft.Container(row(way, out if can_leave else None, gap=S4), padding=pads(right=S8))


def _adding(look: Look, state: TeamState, page: TeamPage, on: TeamCalls) -> ft.Control:
    """Return the picker of whom to take in; each says which team he would leave."""
    if state.adding is None:
        return row(button(look, "team.add", look.t("teams.add"), lambda: on.add(""), glyph="plus"))

    def take(person: str) -> Press:
        return lambda: on.take_in(person)

    options = [
        (
            f"team.add.{one.id}",
            look.label(one.label),
            look.t("teams.pick_from", team=one.detail) if one.detail else "",
            take(one.id),
        )
        for one in state.others
    ]
    return picker_field(
        look,
        "team.add",
        look.t("teams.add"),
        "",
        lambda: on.add(None),
        text=state.adding,
        typed=on.add,
        options=options,
        nothing=nothing_to_pick(look, "user", state.adding or "", options),
    )
