"""The head of a company's or contact's page: who it is, how it stands, and what one does first; on a wide window and on a phone."""

import flet as ft

from client.ui.dates import clock, until, weekday_of
from client.ui.figures import capital, choice, dotted
from client.ui.layouts.drafts import drafts
from client.ui.layouts.parts import is_narrow
from client.ui.layouts.questions import questions
from client.ui.layouts.record_calls import RecordCalls
from client.ui.layouts.record_facts import fact_lines, facts_of, facts_row
from client.ui.router import FormPlace
from client.ui.theme import S2, S4, S8, S12, S16, S24, Look
from client.ui.widgets import (
    W5,
    W6,
    Maybe,
    Press,
    button,
    col,
    company_initials,
    dot,
    fill,
    icon,
    initials_of,
    link,
    menu,
    monogram,
    pad,
    pads,
    quick,
    row,
    space,
    tag,
    txt,
)
from client.usecases.reaching import place_address
from client.usecases.record_answers import RecordPage
from shared_models.registry import CRM


def _meta(look: Look, page: RecordPage) -> str:
    """Return the line under the title: kind, place; job and company of a person."""
    if page.entity == "contact":
        first = next((tie.name for tie in page.ties if tie.name), "")
        return dotted(str(page.values.get("job_title") or ""), first, page.place)
    roles = ", ".join(choice(look, CRM.get("company"), "roles", role) for role in page.values.get("roles") or ())
    kind = look.label(page.shown.get("industry_id") or page.shown.get("type_id"))
    return dotted(roles, kind, page.place)


def _status(look: Look, page: RecordPage) -> ft.Control | None:
    """Return the chip of a status that is not the usual one."""
    label = look.label(page.status)
    return ft.Container(tag(look, label), key="record.status") if label else None


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


def _refused(look: Look, page: RecordPage, on: RecordCalls) -> ft.Control | None:
    """Return how many saves were not accepted, and the way to the first of them."""
    if not page.refused:
        return None
    words = txt(look, look.n("record.refused", len(page.refused)), "meta", "need", W5, key="record.refused")
    way = link(look, "record.refused.open", look.t("record.refused_open"), lambda: on.inbox(page.refused[0]))
    return row(dot(look, "needs_you"), words, way, gap=S4, tight=True)


def _archived(look: Look, page: RecordPage, on: RecordCalls) -> ft.Control | None:
    """Return that the record is archived and since when, and the way back for whoever may archive it."""
    if page.archived_at is None:
        return None
    told = look.t("record.archived", when=weekday_of(look, page.archived_at))
    way = None if "archive" in page.denied else link(look, "record.unarchive", look.t("act.bring_back"), on.unarchive)
    return row(
        icon(look, "archive", 14, "ink3"),
        txt(look, told, "meta", "ink2", W5, key="record.archived"),
        way,
        gap=S4,
        tight=True,
    )


def _denied(look: Look, page: RecordPage) -> ft.Control | None:
    """Return why this page only can be read, for whom it can."""
    why = page.denied.get("change")
    if why is None:
        return None
    words = txt(look, look.t(why), "meta", "ink2", lines=2, key="record.denied")
    return row(icon(look, "lock", 14, "ink3"), words, gap=S4, tight=True)


def _lent(look: Look, page: RecordPage) -> ft.Control | None:
    """Return who shared the record with the reader, and until when: of several shares the one that lasts longest."""
    found = [share for share in page.shares if share.is_with_me]
    if not found:
        return None
    last = max(found, key=lambda share: share.until)
    told = look.t(f"record.lent.{last.level}", name=last.by or look.t("who.someone"), until=until(look, last.until))
    return row(
        icon(look, "users", 14, "ink3"),
        txt(look, capital(told), "meta", "ink2", lines=2, key="record.lent", expand=True),
        gap=S4,
    )


def head(look: Look, page: RecordPage, on: RecordCalls) -> ft.Container:
    """Return the head of the page beside the list: one line of actions, the facts side by side where there is room."""
    codes, waits, status = _codes(look, page), _waits(look, page), _status(look, page)
    title = row(
        monogram(look, initials_of(page.title) if page.entity == "contact" else company_initials(page.title)),
        col(
            txt(look, page.title, "title", weight=W6, key="record.title"),
            _wrapped(
                status,
                txt(look, meta, "meta", "ink2") if (meta := _meta(look, page)) else None,
                txt(look, codes, "meta", "ink3") if codes else None,
                txt(look, waits, "meta", "wait", W5, key="record.waits") if waits else None,
                _archived(look, page, on),
                _lent(look, page),
                _denied(look, page),
                _refused(look, page, on),
                questions(look, page, on.inbox),
                *drafts(look, page, on.continue_draft, on.discard_draft),
                gap=S12,
                lines=0,
            ),
            gap=S2 if status else 0,
            expand=True,
        ),
        more_button(look, page, on),
        gap=S16,
    )
    edit = (
        None
        if "change" in page.denied
        else button(
            look, "record.edit", look.t("act.edit"), lambda: on.form(FormPlace(page.entity, page.id)), glyph="pencil", keys="E"
        )
    )
    ways = _reaches(look, page, on)
    acts = _wrapped(*ways, edit, gap=S8, lines=S8) if is_narrow(look) else row(*ways, fill(), edit)
    return ft.Container(
        col(title, acts, fact_lines(look, page) if is_narrow(look) else facts_row(look, facts_of(look, page)), gap=S16),
        padding=pads(left=S24, right=S24, top=S16, bottom=S8),
    )


def _wrapped(*items: Maybe, gap: float, lines: float) -> ft.Row:
    """Return items side by side that go on in a second line where the pane is narrow. lines: what is between lines."""
    found = row(*items, gap=gap, wrap=True)
    found.run_spacing = lines
    return found


def more_button(look: Look, page: RecordPage, on: RecordCalls) -> ft.Control | None:
    """Return the menu of what is seldom done, which a phone has in its top bar; None where the reader may do none of it."""
    found: list[tuple[str, str, Press]] = []
    if page.may_share:
        found.append(("record.share", look.t("share.act"), on.share))
    if "archive" not in page.denied and page.archived_at is None:
        found.append(("record.archive", look.t("act.archive"), lambda: on.archive(page.entity, page.id)))
    if not found:
        return None
    size = 48 if look.phone else 32
    face = ft.Container(
        icon(look, "ellipsis", 22 if look.phone else 18, "ink" if look.phone else "ink2"),
        width=size,
        height=size,
        alignment=ft.Alignment.CENTER,
    )
    return ft.Semantics(identifier="record.more", button=True, content=menu(look, face, found, look.t("act.more")))


def _targets(page: RecordPage) -> list[tuple[str, str, str]]:
    """Return (name, glyph, address) of the ways to reach the record, the best first: only those that reach somebody."""
    found = []
    phone, mail = page.first("mobile", "phone"), page.first("email")
    if phone and phone.address and not page.values.get("do_not_call"):
        found.append(("call", "phone", phone.address))
    if mail and mail.address:
        found.append(("mail", "mail", mail.address))
    if page.place:
        found.append(("navigate", "navigation", place_address(page.place)))
    return found


def _reaches(look: Look, page: RecordPage, on: RecordCalls) -> list[ft.Control]:
    """Return the actions of the head: the first way to reach the record is the primary one."""
    found: list[ft.Control] = []
    for i, (name, glyph, address) in enumerate(_targets(page)):
        kind = "primary" if i == 0 else "outline"
        found.append(button(look, f"reach.{name}", look.t(f"act.{name}"), _reach(on, address), glyph=glyph, kind=kind))
    if "note" in page.denied:
        return found
    kind = "outline" if found else "primary"
    note = button(look, "note.new", look.t("act.new_note"), on.note.begin, glyph="sticky-note", kind=kind, keys="N")
    return [*found, note]


def _reach(on: RecordCalls, address: str) -> Press:
    return lambda: on.reach(address)


def phone_head(look: Look, page: RecordPage, on: RecordCalls) -> ft.Control:
    """Return the head of the page on a phone: what one does first under the thumb, the facts one under the other."""
    waits, status = _waits(look, page), _status(look, page)
    meta = txt(look, _meta(look, page), "meta", "ink2", lines=2)
    title = col(
        txt(look, page.title, "title", weight=W6, lines=2, key="record.title"),
        _wrapped(status, meta, gap=S8, lines=S4) if status else meta,
        txt(look, waits, "meta", "wait", W5, key="record.waits") if waits else None,
        _archived(look, page, on),
        _lent(look, page),
        _denied(look, page),
        _refused(look, page, on),
        questions(look, page, on.inbox),
        *drafts(look, page, on.continue_draft, on.discard_draft),
    )
    ways = [
        quick(look, f"reach.{name}", glyph, look.t(f"act.{name}_short"), _reach(on, address), primary=i == 0)
        for i, (name, glyph, address) in enumerate(_targets(page))
    ]
    if "note" not in page.denied:
        ways.append(quick(look, "note.new", "sticky-note", look.t("act.note_short"), on.note.begin, primary=not ways))
    return col(
        ft.Container(title, padding=pad(S16)),
        ft.Container(row(*ways), padding=pad(S16, S12)) if ways else space(S12),
        ft.Container(fact_lines(look, page), padding=pads(left=S16, right=S16, bottom=S8)),
    )
