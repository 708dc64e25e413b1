"""People and rights, for an administrator: the list of people, and the page of one with what his rights come from."""

from collections.abc import Callable
from dataclasses import dataclass

import flet as ft

from client.ui.figures import count, nothing_to_pick
from client.ui.layouts.list_groups import ROW_PHONE, ROW_WIDE
from client.ui.layouts.reaches import PutReach, groups_in_words, reach_table
from client.ui.layouts.trouble import trouble
from client.ui.theme import R8, S2, S4, S8, S12, S16, S24, Look
from client.ui.view_models.people import PeopleState, PersonState
from client.ui.widgets import (
    CENTRE,
    TOP,
    W5,
    W6,
    Maybe,
    Message,
    Press,
    avatar,
    beside,
    button,
    choice_field,
    col,
    dot,
    empty,
    group_header,
    icon,
    initials_of,
    pad,
    pads,
    pane_header,
    picker_field,
    pressable,
    row,
    search_field,
    segmented,
    skeleton,
    space,
    switch_field,
    tabs,
    tag,
    txt,
)
from client.usecases.form_answers import Choice
from client.usecases.rights_answers import PersonPage, PersonRow, PlaceField

FORM_WIDTH = 440
"""Width of the fields of a person on wide windows: a line that the eye takes in at once."""
SEEN = "seen"
TABS = ("rights", SEEN)
"""Tabs of a person's page."""
PARTS = ("people", "profiles", "teams")
"""The lists of the screen."""
ADD_COMMAND = "fieldfare server user add"
"""What gives a new person an account: it holds a password, which no device ever does."""


@dataclass(frozen=True)
class PeopleCalls:
    """What an administrator can do with the list."""

    part: Callable[[str], None]
    """The other list: one of `PARTS`."""
    type: Callable[[str], None]
    open: Callable[[str], None]
    enter: Press
    again: Press
    copy: Callable[[str], None]
    search_box: ft.Ref[ft.TextField]


@dataclass(frozen=True)
class PersonCalls:
    """What an administrator can do on a person's page."""

    tab: Callable[[str], None]
    choose: Callable[[PlaceField, str | None], None]
    pick: Callable[[str | None], None]
    right: PutReach
    active: Press
    again: Press
    copy: Callable[[str], None]


def closed_page(look: Look, home: Press) -> ft.Control:
    """Return what stands here for a reader who does not administer: why, and the way on."""
    way = button(look, "people.home", look.t("people.closed_home"), home, kind="primary")
    return empty(look, "lock", look.t("people.closed"), look.t("people.closed_text"), way)


def part_choice(look: Look, chosen: str, press: Callable[[str], None]) -> ft.Control:
    """Return the choice between people, profiles and teams."""
    items = [(part, look.t(f"people.part.{part}")) for part in PARTS]
    choice = segmented(look, "people.part", items, chosen, press)
    return ft.Container(choice if look.phone else row(choice), padding=pads(left=S16, right=S16, bottom=S8))


def people_pane(look: Look, state: PeopleState, on: PeopleCalls, chosen: str | None) -> ft.Control:
    """Return the pane of the list on wide windows. chosen: id of the row that is open."""
    total = count(look, len(state.rows)) if state.rows else ""
    return col(pane_header(look, look.t("nav.people"), total), *people_body(look, state, on, chosen), expand=True)


def people_body(look: Look, state: PeopleState, on: PeopleCalls, chosen: str | None) -> tuple[ft.Control, ...]:
    """Return search box and rows: what the pane and the phone have in common."""
    search = search_field(
        look, "people.search", look.t("people.hint"), state.typed, on.type,
        key_hint="/", submit=on.enter, ref=on.search_box,
    )  # fmt: skip
    return (
        part_choice(look, "people", on.part),
        ft.Container(search, padding=pads(left=S16, right=S16, bottom=S8)),
        ft.Container(_list(look, state, on, chosen), expand=True),
    )


def _list(look: Look, state: PeopleState, on: PeopleCalls, chosen: str | None) -> ft.Control:
    if state.phase == "failed":
        return trouble(look, "people", look.t("people.failed"), state.failure, on.again, on.copy)
    if state.phase != "ready":
        return skeleton(look) if state.phase == "slow" else ft.Container()
    if not state.rows:
        return empty(look, "search", look.t("list.nothing_found"), look.t("people.nothing_found_text"))
    rows: list[ft.Control] = [_row(look, person, on.open, is_chosen=person.id == chosen) for person in state.rows]
    if not state.typed:
        rows.append(_new_person(look))
    return ft.ListView(rows, expand=True, padding=pads(bottom=S8), build_controls_on_demand=True, key=f"people.{state.typed}")


def _new_person(look: Look) -> ft.Control:
    """Return the way to a new person: it is not here, since an account has a password."""
    told = col(
        txt(look, look.t("people.new_text"), "meta", "ink3", lines=3),
        row(ft.Container(txt(look, ADD_COMMAND, "meta", "ink2", W5, key="people.add"), bgcolor=look.c.sunken, border_radius=R8,
                         padding=pad(S8, S4))),
        gap=S8,
    )  # fmt: skip
    return ft.Container(told, padding=pads(left=S16, right=S16, top=S16, bottom=S8))


def profile_words(look: Look, person: PersonRow) -> str:
    """Return a person's profile by its name; in the place of one that an administrator does not need, what he does."""
    return look.label(person.profile) or (person.position if person.is_admin else _without(look, is_free=person.is_free))


def _without(look: Look, *, is_free: bool) -> str:
    """Return what it means to have no profile of one's own: that everything is allowed, unless a team adds a profile."""
    return look.t("people.free" if is_free else "people.no_own_profile")


def _mark(look: Look, person: PersonRow) -> ft.Control | None:
    if not person.is_active:
        return tag(look, look.t("people.inactive"))
    if person.is_admin:
        return tag(look, look.t("user.is_admin"), glyph="shield")
    return tag(look, look.t("people.unlimited"), "wait", "circle-alert") if person.is_free else None


def _row(look: Look, person: PersonRow, open_row: Callable[[str], None], *, is_chosen: bool) -> ft.Control:
    """Return a row: who, profile and team below, whom he reports to at the right."""
    name, mark = txt(look, person.name, weight=W5, tone="ink" if person.is_active else "ink2"), _mark(look, person)
    second = " · ".join(part for part in (profile_words(look, person), person.team) if part)
    first = row(
        ft.Container(beside(name, mark) if mark else name, expand=True),
        _under(look, person.manager) if person.manager else None,
        gap=S8,
    )
    left = ft.Column(
        [first, txt(look, second or " ", "meta", "ink2")], spacing=S2 if look.phone else 0, alignment=CENTRE, expand=True
    )
    words = ", ".join(part for part in (person.name, second, person.manager) if part)
    return pressable(
        f"person.{person.id}",
        f"{words}, {look.t(f'state.{person.state}')}",
        row(dot(look, person.state), avatar(look, initials_of(person.name), 32), left, gap=S8),
        lambda: open_row(person.id),
        selected=is_chosen,
        height=ROW_PHONE if look.phone else ROW_WIDE,
        radius=0 if look.phone else R8,
        padding=pads(left=S12, right=S16) if look.phone else pad(S8),
        margin=None if look.phone else ft.Margin.symmetric(horizontal=S8),
        bgcolor=look.c.accent_soft if is_chosen else None,
    )


def _under(look: Look, manager: str) -> ft.Text:
    said = txt(look, look.t("people.under", name=manager), "meta", "ink3")
    said.tooltip = f"{look.t('user.manager_id')}: {manager}"
    return said


def person_page(look: Look, state: PersonState, tab: str, on: PersonCalls, seen: ft.Control | None) -> ft.Control:
    """Return a person's page in whatever state it is. seen: what stands under the tab of that name, while it is open."""
    if state.phase == "failed":
        return trouble(look, "person", look.t("people.failed"), state.failure, on.again, on.copy)
    if state.is_gone:
        return empty(look, "users", look.t("people.gone"), "")
    if state.page is None:
        return ft.Container(skeleton(look, 5, 88), padding=S16) if state.phase == "slow" else ft.Container()
    strip = tabs(look, [(name, look.t(f"people.tab.{name}"), 0) for name in TABS], tab if tab in TABS else TABS[0], on.tab)
    body = seen or ft.ListView(
        _rights(look, state, state.page, on),
        expand=True,
        padding=pad(S16, S12) if look.phone else pad(S24, S16),
        build_controls_on_demand=True,
        key=f"person.{state.id}",
    )
    return col(_head(look, state.page), strip, body, expand=True)


def _head(look: Look, page: PersonPage) -> ft.Control:
    person, mark = page.row, _mark(look, page.row)
    name = txt(look, person.name, "title", weight=W6, key="person.name")
    words = " · ".join(part for part in (person.position, person.email) if part)
    second = txt(look, words, "meta", "ink2")
    side = S16 if look.phone else S24
    return ft.Container(
        row(
            avatar(look, initials_of(person.name), 48),
            col(beside(name, mark) if mark else name, second, gap=S2, expand=True),
            gap=S16,
        ),
        padding=pads(left=side, right=side, top=S8 if look.phone else S16, bottom=S12),
    )


def _rights(look: Look, state: PersonState, page: PersonPage, on: PersonCalls) -> list[ft.Control]:
    cells: list[Maybe] = [
        _notice(look, page),
        _fields(look, state, page, on) if look.phone else row(ft.Container(_fields(look, state, page, on), width=FORM_WIDTH)),
        space(S16),
        *_outcome(look, page, on),
    ]
    cells += _access(look, page, on)
    if page.reports:
        who = txt(look, ", ".join(page.reports), lines=3, key="person.reports")
        cells += [group_header(look, look.t("people.reports"), left=0), who]
    return [cell for cell in cells if cell is not None]


def _notice(look: Look, page: PersonPage) -> ft.Control | None:
    """Return the sentence that stands over everything else: that no profile counts for this person."""
    if not page.row.is_free:
        return None
    is_admin = page.row.is_admin
    mark = icon(look, "shield" if is_admin else "circle-alert", 16, "ink2" if is_admin else "wait")
    told = txt(
        look, look.t("why.admin" if is_admin else "people.free_text"),
        tone="ink2" if is_admin else "wait", lines=None, expand=True, key="person.free",
    )  # fmt: skip
    line = row(mark, told, gap=S8, cross=TOP)
    return ft.Container(
        line,
        bgcolor=look.c.sunken if is_admin else look.c.wait_soft,
        border_radius=R8,
        padding=pad(S12, S8),
        margin=ft.Margin.only(bottom=S12),
    )


def _fields(look: Look, state: PersonState, page: PersonPage, on: PersonCalls) -> ft.Control:
    return col(
        _choice(
            look,
            "profile_id",
            look.label(page.row.profile) or _without(look, is_free=page.row.is_free),
            page.profiles,
            on,
            _profile_help(look, page),
            _without(look, is_free=page.is_free_alone),
        ),
        _choice(
            look,
            "team_id",
            page.row.team or look.t("people.no_team"),
            page.teams,
            on,
            _team_help(look, page),
            look.t("people.no_team"),
        ),
        _manager(look, state, page, on),
        gap=S12,
    )


def _profile_help(look: Look, page: PersonPage) -> str:
    if page.team_profile is None:
        return look.t("people.help.profile")
    return look.t("people.help.team_profile", profile=look.label(page.team_profile))


def _team_help(look: Look, page: PersonPage) -> str:
    leads = look.t("people.help.leads", teams=", ".join(page.leads)) if page.leads else ""
    return " ".join(part for part in (look.t("people.help.team"), leads) if part)


def _choice(
    look: Look, field: PlaceField, shown: str, choices: tuple[Choice, ...], on: PersonCalls, help: str, none: str
) -> ft.Container:
    def to(value: str | None) -> Press:
        return lambda: on.choose(field, value)

    id = f"person.{field}"
    options = [(f"{id}.{one.id}", look.label(one.label), to(one.id)) for one in choices]
    options = sorted(options, key=lambda option: option[1].casefold())
    return choice_field(
        look, id, look.t(f"user.{field}"), shown, [(f"{id}.none", none, to(None)), *options], message=Message(help, "help")
    )


def _manager(look: Look, state: PersonState, page: PersonPage, on: PersonCalls) -> ft.Container:
    def to(value: str | None) -> Press:
        return lambda: on.choose("manager_id", value)

    none = ("person.manager_id.none", look.t("people.no_manager"), "", to(None))
    below = look.t("people.below", name=page.row.name)
    found = [(one, one.detail) for one in state.picks] + [(one, below) for one in state.picks_below]
    options = [(f"person.manager_id.{one.id}", look.label(one.label), detail, to(one.id)) for one, detail in found]
    wrong = state.problems.get("manager_id")
    return picker_field(
        look,
        "person.manager_id",
        look.t("user.manager_id"),
        page.row.manager or look.t("people.no_manager"),
        lambda: on.pick(""),
        text=state.picking,
        typed=on.pick,
        options=[*([none] if not state.picking else []), *options],
        nothing=nothing_to_pick(look, "user", state.picking or "", options),
        message=Message(look.t(wrong, who=state.refused, name=page.row.name))
        if wrong
        else Message(look.t("people.help.manager"), "help"),
    )


def _outcome(look: Look, page: PersonPage, on: PersonCalls) -> list[Maybe]:
    """Return what profile, team and own rights come to, as a table whose cells give a right of one's own."""
    if page.row.is_free or not page.reaches:
        return []
    groups = row(
        ft.Container(txt(look, look.t("profile.field_groups"), "meta", "ink3", W5), padding=pads(right=S4)),
        groups_in_words(look, page.groups),
        gap=S8,
        cross=TOP,
        wrap=look.phone,
    )
    return [
        group_header(look, look.t("people.outcome"), left=0),
        reach_table(look, page.reaches, on.right),
        space(S8),
        txt(look, look.t("people.help.own_rights"), "meta", "ink3", lines=3),
        space(S12),
        groups,
        space(S16),
    ]


def _access(look: Look, page: PersonPage, on: PersonCalls) -> list[Maybe]:
    """Return whether the person may come in. Nobody switches himself off."""
    if page.is_me:
        body: ft.Control = txt(look, look.t("people.not_oneself"), tone="ink3", lines=2, key="person.is_me")
    else:
        body = switch_field(
            look, "person.is_active", look.t("user.is_active"), page.row.is_active, on.active, help=look.t("people.help.active")
        )
    narrow = body if look.phone else row(ft.Container(body, width=FORM_WIDTH))
    return [group_header(look, look.t("people.access"), left=0), narrow, space(S16)]
