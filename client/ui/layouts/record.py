"""The page of a company or contact: read first. Head, three facts, tabs; values as text, empty fields hidden."""

from collections.abc import Callable
from dataclasses import dataclass

import flet as ft

from client.ui.dates import clock, days_ago, days_since
from client.ui.figures import capital, choice, unseen
from client.ui.layouts.note_box import NoteCalls, note_box
from client.ui.layouts.parts import details, is_narrow, parts_list, ties_list
from client.ui.layouts.timeline import timeline
from client.ui.layouts.trouble import trouble
from client.ui.router import FormPlace
from client.ui.theme import R12, S4, S8, S12, S16, S24, Look
from client.ui.view_models.record_page import PageState
from client.ui.widgets import (
    STRETCH,
    W4,
    W5,
    W6,
    Maybe,
    Press,
    button,
    col,
    company_initials,
    edge,
    empty,
    fill,
    icon,
    initials_of,
    line,
    menu,
    monogram,
    on_one_line,
    pad,
    pads,
    quick,
    row,
    skeleton,
    space,
    tab_scroll,
    tabs,
    txt,
)
from client.usecases.answers import RecordPage
from shared_models.registry import CRM

TABS = {
    "company": ("timeline", "contacts", "addresses", "accounts", "details"),
    "contact": ("timeline", "companies", "reach", "addresses", "personal", "details"),
}
"""Names of the tabs; the first one is open when the address names none."""

BESIDE_WIDE, BESIDE_MEDIUM = 216 + 368 + 11, 64 + 10
"""Pixels of a window beside the page: rail, list and edges."""
FACT_ROOM = 42
"""Letters of value and reason that fit on one line of a phone; a reason that does not fit stays away rather than be cut."""


@dataclass(frozen=True)
class RecordCalls:
    """What a person can do on a record's page. reach: opens a phone, mail or map address of the device."""

    tab: Callable[[str], None]
    form: Callable[[FormPlace], None]
    open: Callable[[str, str], None]
    """Another record: entity, id."""
    reach: Callable[[str], None]
    note: NoteCalls
    archive: Callable[[str, str], None]
    older: Press
    again: Press
    copy: Callable[[str], None]
    """Details of a failure, by its cause."""
    strip: ft.Ref[ft.Row] | None = None
    """Gets the row of tabs, so that the open one can be scrolled into sight."""


@dataclass(frozen=True)
class Fact:
    """One thing to know before the door opens: label, value, and why."""

    label: str
    value: str
    why: str
    tone: str = "ink"


def record_page(look: Look, state: PageState, tab: str, on: RecordCalls) -> ft.Control:
    """Return the page in whatever state it is."""
    if state.phase == "failed":
        return trouble(look, "record", look.t("record.failed"), state.failure, on.again, on.copy)
    if state.is_gone:
        return _gone(look, state, on)
    if state.page is None:
        return ft.Container(skeleton(look, 5, 88), padding=S16) if state.phase == "slow" else ft.Container()
    page = state.page
    names = TABS[page.entity]
    chosen = tab if tab in names else names[0]
    strip = tabs(look, _tabs(look, page), chosen, on.tab, on.strip)
    body = ft.ListView(
        _body(look, state, page, chosen, on),
        expand=True,
        padding=pad(S16, S12) if look.phone else pad(S24, S16),
        build_controls_on_demand=True,
        key=f"body.{page.id}.{chosen}",
    )
    if look.phone:
        return ft.ListView(
            [
                _phone_head(look, page, on),
                strip,
                ft.Container(col(*_body(look, state, page, chosen, on)), padding=pad(S16, S12)),
            ],
            expand=True,
            key=f"page.{page.id}",
        )
    return col(_head(look, page, on), strip, body, expand=True)


def _tabs(look: Look, page: RecordPage) -> list[tuple[str, str, int]]:
    return [(name, look.t(f"tab.{name}"), _count(page, name)) for name in TABS[page.entity]]


def tab_in_sight(look: Look, page: RecordPage, tab: str) -> float | None:
    """Return where the strip of tabs is scrolled to (`tab_scroll`)."""
    room = look.width - 2 * S16 if look.phone else look.width - (BESIDE_WIDE if look.wide else BESIDE_MEDIUM) - 2 * S24
    return tab_scroll(look, _tabs(look, page), tab if tab in TABS[page.entity] else TABS[page.entity][0], room)


def _gone(look: Look, state: PageState, on: RecordCalls) -> ft.Control:
    """Return the page of a record that is not here, with the note that was being written about it."""
    is_typed = bool(state.draft.strip())
    said = empty(look, "archive", look.t("record.gone"), look.t("record.gone_typed" if is_typed else "record.gone_text"))
    if not is_typed:
        return said
    note = txt(look, state.draft, lines=None, key="note.kept")
    note.selectable = True
    away = button(look, "note.discard", look.t("act.discard"), on.note.discard, kind="quiet")
    return ft.ListView([ft.Container(said, height=280), note, row(fill(), away)], padding=S24, spacing=S16, expand=True)


def _count(page: RecordPage, name: str) -> int:
    """Return the number that stands after a tab's word."""
    entity = {"addresses": "address", "accounts": "bank_account", "personal": "related_person"}.get(name)
    if entity:
        return len(page.parts_of(entity))
    return {"contacts": len(page.ties), "companies": len(page.ties), "reach": len(page.points)}.get(name, 0)


def _body(look: Look, state: PageState, page: RecordPage, tab: str, on: RecordCalls) -> list[ft.Control]:
    """Return what stands under a tab."""
    if tab == "timeline":
        return [note_box(look, state, on.note), space(S8), *timeline(look, state.timeline, state.shown, on.older)]
    if tab in ("contacts", "companies"):
        return ties_list(look, page, on.open, on.form, on.archive)
    part = {"addresses": "address", "accounts": "bank_account", "personal": "related_person", "reach": "contact_point"}.get(tab)
    return (
        parts_list(look, page, part, on.form, on.archive, on.reach)
        if part
        else details(look, page, on.form, on.archive, on.reach)
    )


def _meta(look: Look, page: RecordPage) -> str:
    """Return the line under the title: kind, place; job and company of a person."""
    if page.entity == "contact":
        first = next((tie.name for tie in page.ties if tie.name), "")
        return _joined(str(page.values.get("job_title") or ""), first, page.place)
    roles = ", ".join(choice(look, CRM.get("company"), "roles", role) for role in page.values.get("roles") or ())
    kind = look.label(page.shown.get("industry_id") or page.shown.get("type_id"))
    return _joined(roles, kind, page.place)


def _codes(look: Look, page: RecordPage) -> str:
    code = page.values.get("code")
    if code and "code" in page.pending:
        code = look.t("record.provisional", code=str(code))
    return "   ".join(str(part) for part in (page.values.get("fiscal_code"), code) if part)


def _waits(look: Look, page: RecordPage) -> str:
    if not page.waiting:
        return ""
    since = clock(look, page.waiting_since) if page.waiting_since is not None else ""
    return look.n("record.waiting", page.waiting, since=since)


def _head(look: Look, page: RecordPage, on: RecordCalls) -> ft.Container:
    codes, waits = _codes(look, page), _waits(look, page)
    title = row(
        monogram(look, initials_of(page.title) if page.entity == "contact" else company_initials(page.title)),
        col(
            txt(look, page.title, "title", weight=W6, key="record.title"),
            _wrapped(
                txt(look, _meta(look, page), "meta", "ink2"),
                txt(look, codes, "meta", "ink3") if codes else None,
                txt(look, waits, "meta", "wait", W5, key="record.waits") if waits else None,
                gap=S12,
                lines=0,
            ),
            expand=True,
        ),
        _more(look, page, on),
        gap=S16,
    )
    edit = button(
        look, "record.edit", look.t("act.edit"), lambda: on.form(FormPlace(page.entity, page.id)), glyph="pencil", keys="E"
    )
    ways = _reaches(look, page, on)
    acts = _wrapped(*ways, edit, gap=S8, lines=S8) if is_narrow(look) else row(*ways, fill(), edit)
    return ft.Container(
        col(title, acts, _fact_lines(look, page) if is_narrow(look) else _facts(look, facts_of(look, page)), gap=S16),
        padding=pads(left=S24, right=S24, top=S16, bottom=S8),
    )


def _wrapped(*items: Maybe, gap: float, lines: float) -> ft.Row:
    """Return items side by side that go on in a second line where the pane is narrow. lines: what is between lines."""
    found = row(*items, gap=gap, wrap=True)
    found.run_spacing = lines
    return found


def _more(look: Look, page: RecordPage, on: RecordCalls) -> ft.Control:
    size = 48 if look.phone else 32
    face = ft.Container(
        icon(look, "ellipsis", 22 if look.phone else 18, "ink" if look.phone else "ink2"),
        width=size,
        height=size,
        alignment=ft.Alignment.CENTER,
    )
    gone = [("record.archive", look.t("act.archive"), lambda: on.archive(page.entity, page.id))]
    return ft.Semantics(identifier="record.more", button=True, content=menu(look, face, gone, look.t("act.more")))


def more_button(look: Look, page: RecordPage, on: RecordCalls) -> ft.Control:
    """Return the menu of what is seldom done, for the phone's top bar."""
    return _more(look, page, on)


def _targets(page: RecordPage) -> list[tuple[str, str, str]]:
    """Return (name, glyph, address) of the ways to reach the record, the best first."""
    found = []
    phone, mail = page.first("mobile", "phone"), page.first("email")
    if phone and not page.values.get("do_not_call"):
        found.append(("call", "phone", "tel:" + phone.value.replace(" ", "")))
    if mail:
        found.append(("mail", "mail", "mailto:" + mail.value))
    if page.place:
        found.append(("navigate", "navigation", "geo:0,0?q=" + page.place))
    return found


def _reaches(look: Look, page: RecordPage, on: RecordCalls) -> list[ft.Control]:
    """Return the actions of the head: the first way to reach the record is the primary one."""
    found: list[ft.Control] = []
    for i, (name, glyph, address) in enumerate(_targets(page)):
        kind = "primary" if i == 0 else "outline"
        found.append(button(look, f"reach.{name}", look.t(f"act.{name}"), _reach(on, address), glyph=glyph, kind=kind))
    kind = "outline" if found else "primary"
    note = button(
        look, "note.new", look.t("act.new_note"), lambda: on.note.open(True), glyph="sticky-note", kind=kind, keys="N"
    )
    return [*found, note]


def _reach(on: RecordCalls, address: str) -> Press:
    return lambda: on.reach(address)


def facts_of(look: Look, page: RecordPage) -> tuple[Fact, Fact, Fact]:
    """Return the three things to know: the last talk, whom to ask for, who is responsible."""
    return _last_talk(look, page), _whom(look, page), _responsible(look, page)


def _last_talk(look: Look, page: RecordPage) -> Fact:
    label = look.t("fact.last_note")
    every = page.values.get("visit_every_days")
    rhythm = look.n("fact.rhythm", int(every)) if every else ""
    if page.last_note_at is None:
        return Fact(label, look.t("fact.never"), rhythm or look.t("fact.never_why"), "ink3")
    late = bool(every) and days_since(look, page.last_note_at) > int(every or 0)
    return Fact(label, days_ago(look, page.last_note_at), rhythm or page.last_note_by, "wait" if late else "ink")


def _whom(look: Look, page: RecordPage) -> Fact:
    if page.entity == "contact":
        phone = page.first("mobile", "phone")
        return Fact(
            look.t("fact.reach"), phone.value if phone else look.t("fact.no_phone"), _mail(page), "ink" if phone else "ink3"
        )
    tie = next((t for t in page.ties if t.is_primary), page.ties[0] if page.ties else None)
    label = look.t("fact.main_contact")
    if tie is None:
        return Fact(label, look.t("fact.no_contact"), look.t("fact.no_contact_why"), "ink3")
    return Fact(label, tie.name or capital(unseen(look, "contact")), _joined(look.label(tie.role) or tie.job_title, tie.phone))


def _mail(page: RecordPage) -> str:
    mail = page.first("email")
    return mail.value if mail else ""


def _responsible(look: Look, page: RecordPage) -> Fact:
    who = look.label(page.shown.get("responsible_id"))
    team = look.label(page.shown.get("team_id"))
    return Fact(look.t("fact.responsible"), who or look.t("fact.nobody"), team, "ink" if who else "ink3")


def _facts(look: Look, facts: tuple[Fact, ...]) -> ft.Control:
    cells: list[Maybe] = []
    for fact in facts:
        body = col(
            txt(look, fact.label, "meta", "ink3", W5),
            txt(look, fact.value, tone=fact.tone, weight=W6),
            txt(look, fact.why or " ", "meta", "ink2"),
            gap=S4,
        )
        cells += [line(look, vertical=True)] if cells else []
        cells.append(ft.Container(body, expand=1, padding=pad(S16, S12)))
    return ft.Container(row(*cells, gap=0, cross=STRETCH), border=edge(look), border_radius=R12, height=88)


def _phone_head(look: Look, page: RecordPage, on: RecordCalls) -> ft.Control:
    waits = _waits(look, page)
    title = col(
        txt(look, page.title, "title", weight=W6, lines=2, key="record.title"),
        txt(look, _meta(look, page), "meta", "ink2", lines=2),
        txt(look, waits, "meta", "wait", W5, key="record.waits") if waits else None,
    )
    ways = [
        quick(look, f"reach.{name}", glyph, look.t(f"act.{name}_short"), _reach(on, address), primary=i == 0)
        for i, (name, glyph, address) in enumerate(_targets(page))
    ]
    note = quick(look, "note.new", "sticky-note", look.t("act.note_short"), lambda: on.note.open(True), primary=not ways)
    return col(
        ft.Container(title, padding=pad(S16)),
        ft.Container(row(*ways, note), padding=pad(S16, S12)),
        ft.Container(_fact_lines(look, page), padding=pads(left=S16, right=S16, bottom=S8)),
    )


def _fact_lines(look: Look, page: RecordPage) -> ft.Control:
    """Return the three things to know one under the other, for a page with little room."""
    facts: list[Maybe] = []
    for fact in facts_of(look, page):
        facts += [line(look)] if facts else []
        why = f"  {fact.why}" if fact.why and len(fact.value) + len(fact.why) <= FACT_ROOM else ""
        words = on_one_line(look, (fact.value, "body", fact.tone, W6), (why, "meta", "ink3", W4))
        words.expand = True
        words.text_align = ft.TextAlign.RIGHT
        facts.append(ft.Container(row(txt(look, fact.label, "meta", "ink2", W5), words, gap=S12), height=40))
    return col(*facts)


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
