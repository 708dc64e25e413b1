"""Forms of any entity: made from its definition, section by section, then drawn as the look says."""

import flet as ft

from client.ui.dates import moment
from client.ui.layouts.form_fields import FormCalls, form_field
from client.ui.layouts.form_gone import form_gone
from client.ui.theme import S4, S6, S8, S12, S16, S24, Look
from client.ui.view_models.form_state import FormState
from client.ui.widgets import (
    TOP,
    W5,
    W6,
    banner,
    button,
    col,
    company_initials,
    dot,
    empty,
    fill,
    icon,
    icon_button,
    initials_of,
    keys,
    line,
    link,
    monogram,
    pad,
    pads,
    pressable,
    row,
    skeleton,
    space,
    txt,
    width_of,
)
from client.usecases.form_drafts import FormDraft
from shared_models.fields import Column, data_columns
from shared_models.registry import CRM

WIDE = ("name", "legal_name", "description", "note", "source_note", "street", "value", "iban", "holder", "opening_hours")
"""Fields that take the whole width."""


MAX_OTHERS = 3
"""Further drafts that are offered at once; each that is dealt with makes room for the next."""


def form_sheet(look: Look, state: FormState, on: FormCalls, told: ft.Control | None = None) -> ft.Control:
    """Return the form: head, fields, foot. told: the message of the snack bar, which stands between fields and foot."""
    foot = None if state.is_closed else _foot(look, state, on)
    return col(_head(look, state, on), line(look), fill(_body(look, state, on)), told, foot, expand=True)


def _head(look: Look, state: FormState, on: FormCalls) -> ft.Control:
    title = txt(look, look.t(state.heading), "title", weight=W6, expand=look.phone or None)
    close = icon_button(look, "form.close", "x", look.t("form.close"), on.close, tone="ink")
    changed = len(state.changed)
    told = look.n("form.changed", changed)
    room = look.width - look.target - 3 * S16 - S4 - width_of(look, look.t(state.heading), "title")
    is_short = look.phone and width_of(look, told, "meta") > room
    count = (
        row(
            dot(look, "waiting"),
            ft.Semantics(
                label=told if is_short else None,
                content=txt(look, str(changed) if is_short else told, "meta", "wait", W5, key="form.changed"),
            ),
            gap=S6,
            tight=True,
        )
        if changed and state.place.id
        else None
    )
    if look.phone:
        return ft.Container(row(close, title, count), height=56, padding=pads(left=4, right=S16))
    return ft.Container(row(title, count, fill(), close, gap=S16), height=56, padding=pads(left=S24, right=S12))


def _foot(look: Look, state: FormState, on: FormCalls) -> ft.Control:
    label = look.t("form.save_anyway" if state.warned else "act.save")
    wrong = "form.denied" if state.denied else "form.wrong"
    trouble = look.t(wrong) if state.stopped else look.n("form.warned", max(len(state.warnings), 1)) if state.warned else ""
    tone = "need" if state.stopped else "wait"
    if look.phone:
        acts = row(
            button(look, "form.discard", look.t("act.discard"), on.discard, kind="quiet"),
            None
            if not state.can_save
            else button(look, "form.save", label, on.save, glyph="check", kind="primary", expand=True, busy=state.saving),
        )
        warned = txt(look, trouble, "meta", tone, W5, lines=2) if trouble else None
        return ft.Container(
            col(warned, acts, gap=S8), padding=pad(S16, S12), border=ft.Border.only(top=ft.BorderSide(1, look.c.line))
        )
    hints = (
        None
        if not state.can_save
        else row(
            keys(look, "Tab"),
            txt(look, look.t("form.next_field"), "meta", "ink3"),
            keys(look, "Ctrl ↵"),
            txt(look, look.t("form.saves"), "meta", "ink3"),
            gap=S6,
        )
    )
    warned = txt(look, trouble, "meta", tone, W5, lines=2, expand=True, key="form.warned")
    return ft.Container(
        row(
            warned if trouble else row(hints, fill(), expand=True),
            button(look, "form.discard", look.t("act.discard"), on.discard, kind="quiet"),
            None
            if not state.can_save
            else button(look, "form.save", label, on.save, kind="primary", keys="Ctrl ↵", busy=state.saving),
        ),
        height=64,
        padding=pads(left=S24, right=S16),
        border=ft.Border.only(top=ft.BorderSide(1, look.c.line)),
    )


def form_fields(state: FormState) -> list[tuple[str, tuple[Column, ...]]]:
    """Return (section, fields) that the form shows: those that people write, first the records that a new one still lacks."""
    if not state.sections:
        return []
    (name, fields), *rest = state.sections
    return [(name, (*state.missing_ends, *fields)), *rest]


def _unplaced(look: Look, state: FormState) -> ft.Control | None:
    """Return what is wrong and has no field on the screen that could say it."""
    entity = CRM.get(state.place.entity)
    shown = {c.name for _, fields in form_fields(state) for c in fields}
    own = {c.name for c in data_columns(entity)}
    lines = []
    for finding in state.findings:
        if finding.field not in shown and (finding.severity == "error" or state.warned):
            words = look.t(finding.reason, **dict(finding.params))
            of = entity.entity_name if finding.field in own else "company_contact"
            has_name = finding.field in own or (state.place.tie and finding.field)
            lines.append(f"{look.t(f'{of}.{finding.field}')}: {words}" if has_name else words)
    return banner(look, "form.trouble", "circle-alert", "\n".join(lines), tone="need") if lines else None


def _body(look: Look, state: FormState, on: FormCalls) -> ft.Control:
    if state.phase == "failed":
        again = button(look, "form.again", look.t("act.try_again"), on.again, kind="primary")
        return empty(look, "database", look.t("form.failed"), look.t(f"error.{state.failure}"), again, tone="need")
    if state.is_gone:
        return form_gone(look, state)
    if state.start is None:
        return ft.Container(skeleton(look, 6, 64), padding=S16) if state.phase == "slow" else ft.Container()
    if state.is_closed:
        back = button(look, "form.back", look.t("act.back"), on.close, kind="primary")
        return empty(look, "lock", look.t(state.denied), look.t("form.closed_text"), back, key="form.closed")
    if not state.sections:
        return empty(look, "lock", look.t("form.failed"), look.t("denied.confidential"))
    first, *rest = form_fields(state)
    is_open = state.is_more or state.is_more_needed
    sections = [_section(look, state, on, *first), _more(look, state, on, rest, is_open) if not first[0] else None]
    sections += [_section(look, state, on, name, fields) for name, fields in rest] if first[0] or is_open else []
    is_tied = state.place.tie and state.place.entity == "company"
    tied = txt(look, look.t("form.tied.company"), "meta", "ink2", lines=2) if is_tied else None
    strips = (
        _draft(look, state, on),
        *_others(look, state, on),
        _denied(look, state),
        _unplaced(look, state),
        _news(look, state, on),
        tied,
    )
    said = [ft.Container(strip, padding=pads(bottom=S16)) for strip in strips if strip is not None]
    parts: list[ft.Control] = [col(*said)]  # always there: a strip that comes while one types moves no field to another place
    for section in sections:
        if section is not None:
            parts += [section, space(S24)]
    return ft.ListView(parts, padding=pad(S16 if look.phone else S24, S16), expand=True, key="form.fields", ref=on.fields)


def _denied(look: Look, state: FormState) -> ft.Control | None:
    """Return the strip that says from the first why this person cannot save the form."""
    denied = state.start.denied if state.start else ""
    is_said = any(finding.reason == denied for finding in state.findings)
    return banner(look, "form.denied", "lock", look.t(denied), tone="wait") if denied and not is_said else None


def _draft(look: Look, state: FormState, on: FormCalls) -> ft.Control | None:
    """Return the strip that offers what was typed before the program or the window was closed."""
    if state.draft is None:
        return None
    text = look.t("form.draft", at=moment(look, state.draft.at))
    go_on = link(look, "form.draft.continue", look.t("act.continue"), on.continue_draft)
    give_up = link(look, "form.draft.discard", look.t("form.draft.discard"), on.decline_draft)
    return banner(look, "form.draft", "pencil", text, go_on, give_up, below=look.phone)


def _others(look: Look, state: FormState, on: FormCalls) -> list[ft.Control]:
    """Return a strip for every further draft of a new record, with the name that was typed in it."""
    return [_other(look, place, draft, on) for place, draft in enumerate(state.others[:MAX_OTHERS])]


def _other(look: Look, place: int, draft: FormDraft, on: FormCalls) -> ft.Control:
    id, at = f"form.other.{place}", moment(look, draft.at)
    fields = CRM.get(draft.form.partition(":")[0]).title_fields
    name = " ".join(str(draft.typed[field]) for field in fields if draft.typed.get(field))
    text = look.t("form.draft.other_named", at=at, name=name) if name else look.t("form.draft.other", at=at)
    go_on = link(look, f"{id}.continue", look.t("act.continue"), lambda: on.continue_other(draft))
    give_up = link(look, f"{id}.discard", look.t("form.draft.discard"), lambda: on.decline_other(draft))
    return banner(look, id, "pencil", text, go_on, give_up, below=look.phone)


def _news(look: Look, state: FormState, on: FormCalls) -> ft.Control | None:
    """Return the strip that says that a newer record arrived, or that it left, and that nothing typed was lost."""
    if state.has_left:
        return banner(look, "form.left", "eye-off", look.t("form.left"))
    if not state.has_news:
        return None
    take = link(look, "form.take_news", look.t("form.take_news"), on.take_news)
    return banner(look, "form.news", "refresh-cw", look.t("form.news"), take, close=on.hide_news)


def _section(look: Look, state: FormState, on: FormCalls, name: str, fields: tuple[Column, ...]) -> ft.Control | None:
    """Return the fields of one section: the short ones two by two on wide sheets."""
    cells: list[ft.Control] = []
    pair: list[Column] = []
    for column in fields:
        whole = look.phone or column.is_owner or column.name in WIDE or column.col.widget in ("long_text", "roles", "switch")
        if whole:
            cells += _paired(look, state, on, pair)
            pair = []
            cells.append(form_field(look, state, on, column, None))
        else:
            pair.append(column)
            if len(pair) == 2:
                cells += _paired(look, state, on, pair)
                pair = []
    cells += _paired(look, state, on, pair)
    if not cells:
        return None
    if not name:
        cells[0] = row(_mark(look, state), ft.Container(cells[0], expand=True), gap=S12, cross=TOP)
    has_heading = name and len(state.sections) > 1
    heading = ft.Container(txt(look, look.t(f"section.{name}"), weight=W6), padding=pads(bottom=4)) if has_heading else None
    return col(heading, *cells, gap=S12)


def _mark(look: Look, state: FormState) -> ft.Control:
    """Return the initials of what is typed, beside the box of the first field."""
    names = CRM.get(state.place.entity).title_fields
    name = " ".join(str(state.shows(field)) for field in names if state.shows(field))
    glyph, initials = ("building-2", company_initials) if state.place.entity == "company" else ("user", initials_of)
    return ft.Container(monogram(look, initials(name), glyph=glyph), padding=pads(top=22 if look.phone else 8))


def _more(look: Look, state: FormState, on: FormCalls, rest: list[tuple[str, tuple[Column, ...]]], is_open: bool) -> ft.Control:
    """Return the line that unfolds the other sections, and names them while it is folded."""
    names = ", ".join(look.t(f"section.{name}") for name, _ in rest)
    words = row(
        icon(look, "chevron-down" if is_open else "chevron-right", 16, "ink2"),
        txt(look, look.t("form.more"), weight=W6),
        txt(look, names, "meta", "ink3", expand=True) if not is_open else None,
    )
    press = None if state.is_more_needed else on.more
    return pressable("form.more", f"{look.t('form.more')} {names}", words, press, height=look.target)


def _paired(look: Look, state: FormState, on: FormCalls, pair: list[Column]) -> list[ft.Control]:
    if not pair:
        return []
    rest = [ft.Container(expand=1)] if len(pair) == 1 else []
    return [row(*(form_field(look, state, on, column, 1) for column in pair), *rest, gap=S12, cross=TOP)]
