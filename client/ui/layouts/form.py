"""Forms of any entity: made from its definition, section by section, then drawn as the look says."""

from collections.abc import Callable
from dataclasses import dataclass

import flet as ft

from client.ui.dates import moment
from client.ui.figures import capital, choice, unseen, value
from client.ui.layouts.form_gone import form_gone
from client.ui.layouts.parts import sections_of
from client.ui.theme import S6, S8, S12, S16, S24, Look
from client.ui.view_models.form_state import FormState
from client.ui.widgets import (
    TOP,
    W5,
    W6,
    Message,
    Press,
    banner,
    button,
    chips_field,
    choice_field,
    col,
    dot,
    empty,
    fill,
    icon_button,
    keys,
    line,
    link,
    pad,
    pads,
    picker_field,
    row,
    skeleton,
    space,
    switch_field,
    text_field,
    txt,
)
from client.usecases.answers import Choice, Finding
from shared_models.entities.company import ROLES
from shared_models.fields import Column, Kind, Merge, data_columns
from shared_models.registry import CRM

HIDDEN = {
    "contact_point": ("value_normalised", "opted_out_at"),
    "address": ("latitude", "longitude"),
    "bank_account": ("verified_at", "verified_by"),
}
"""Fields that a person does not type: made by the use case, or set by an action of their own."""
WIDE = ("name", "legal_name", "description", "note", "source_note", "street", "value", "iban", "holder", "opening_hours")
"""Fields that take the whole width."""
GLYPHS = {"email": "mail", "iban": "landmark", "contact_point": "phone", "day": "calendar", "partial_date": "cake"}


@dataclass(frozen=True)
class FormCalls:
    """What a person can do in a form. typed: field and what stands in it now."""

    typed: Callable[[str, object], None]
    pick_open: Callable[[str, str], None]
    pick: Callable[[str, Choice | None], None]
    pick_new: Callable[[str], None]
    """Given the entity of the record that is not there yet."""
    keep: Callable[[str], None]
    take_news: Press
    hide_news: Press
    save: Press
    close: Press
    """Leave the form: with what is typed given up, for as long as there is a record to type about."""
    discard: Press
    again: Press
    left: Press
    """A text box was left."""
    continue_draft: Press
    decline_draft: Press


def form_sheet(look: Look, state: FormState, on: FormCalls, told: ft.Control | None = None) -> ft.Control:
    """Return the form: head, fields, foot. told: the message of the snack bar, which stands between fields and foot."""
    return col(_head(look, state, on), line(look), fill(_body(look, state, on)), told, _foot(look, state, on), expand=True)


def _head(look: Look, state: FormState, on: FormCalls) -> ft.Control:
    verb = "edit" if state.place.id or state.place.refused or state.place.card else "new"
    title = txt(look, look.t(f"form.{verb}.{state.place.entity}"), "title", weight=W6, expand=look.phone or None)
    close = icon_button(look, "form.close", "x", look.t("form.close"), on.close, tone="ink")
    changed = len(state.changed)
    count = (
        row(
            dot(look, "waiting"),
            ft.Container(txt(look, look.n("form.changed", changed), "meta", "wait", W5, key="form.changed")),
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
    is_wrong = any(f.severity == "error" for f in state.findings)
    trouble = look.t("form.wrong") if is_wrong else look.t("form.warned") if state.warned else ""
    tone = "need" if is_wrong else "wait"
    if look.phone:
        acts = row(
            button(look, "form.discard", look.t("act.discard"), on.discard, kind="quiet"),
            None
            if state.is_gone
            else button(look, "form.save", label, on.save, glyph="check", kind="primary", expand=True, busy=state.saving),
        )
        warned = txt(look, trouble, "meta", tone, W5, lines=2) if trouble else None
        return ft.Container(
            col(warned, acts, gap=S8), padding=pad(S16, S12), border=ft.Border.only(top=ft.BorderSide(1, look.c.line))
        )
    hints = (
        None
        if state.is_gone
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
            button(look, "form.discard", look.t("act.discard"), on.discard, kind="quiet", keys="" if state.is_gone else "Esc"),
            None
            if state.is_gone
            else button(look, "form.save", label, on.save, kind="primary", keys="Ctrl ↵", busy=state.saving),
        ),
        height=64,
        padding=pads(left=S24, right=S16),
        border=ft.Border.only(top=ft.BorderSide(1, look.c.line)),
    )


def form_fields(state: FormState) -> list[tuple[str, tuple[Column, ...]]]:
    """Return (section, fields) that the form shows: those that people write, first the records that a new one still lacks."""
    entity = state.place.entity
    columns = {c.name: c for c in data_columns(CRM.get(entity))}
    hidden = HIDDEN.get(entity, ())
    found = [(name, tuple(columns[f] for f in fields if f not in hidden)) for name, fields in sections_of(entity)]
    name, fields = found[0]
    return [(name, (*_missing_ends(state), *fields)), *found[1:]]


def _missing_ends(state: FormState) -> tuple[Column, ...]:
    """Return the owners that a new record has to be given here. A tie has two, and the open page is one of them at most."""
    start = state.start
    if start is None or start.id is not None:
        return ()
    owners = [c for c in data_columns(CRM.get(start.entity)) if c.is_owner and c.col.references]
    given = f"{start.owner.entity}_id" if start.owner else ""
    lacking = [c for c in owners if c.name != given]
    is_complete = any(c.optional for c in owners) and (
        len(lacking) < len(owners) or any(start.values.get(c.name) for c in owners)
    )
    return () if is_complete else tuple(lacking)


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
    sections = [_section(look, state, on, name, fields) for name, fields in form_fields(state)]
    tied = txt(look, look.t(f"form.tied.{state.place.entity}"), "meta", "ink2", lines=2) if state.place.tie else None
    parts: list[ft.Control] = []
    for strip in (_draft(look, state, on), _unplaced(look, state), _news(look, state, on), tied):
        parts += [strip, space(S16)] if strip is not None else []
    for section in sections:
        if section is not None:
            parts += [section, space(S24)]
    return ft.ListView(parts, padding=pad(S16 if look.phone else S24, S16), expand=True, key="form.fields")


def _draft(look: Look, state: FormState, on: FormCalls) -> ft.Control | None:
    """Return the strip that offers what was typed before the program or the window was closed."""
    if state.draft is None:
        return None
    text = look.t("form.draft", at=moment(look, state.draft.at))
    go_on = link(look, "form.draft.continue", look.t("act.continue"), on.continue_draft)
    give_up = link(look, "form.draft.discard", look.t("act.discard"), on.decline_draft)
    return banner(look, "form.draft", "pencil", text, go_on, give_up)


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
            cells.append(_field(look, state, on, column, None))
        else:
            pair.append(column)
            if len(pair) == 2:
                cells += _paired(look, state, on, pair)
                pair = []
    cells += _paired(look, state, on, pair)
    if not cells:
        return None
    heading = (
        ft.Container(txt(look, look.t(f"section.{name}"), weight=W6), padding=pads(bottom=4))
        if len(sections_of(state.place.entity)) > 1
        else None
    )
    return col(heading, *cells, gap=S12)


def _paired(look: Look, state: FormState, on: FormCalls, pair: list[Column]) -> list[ft.Control]:
    if not pair:
        return []
    rest = [ft.Container(expand=1)] if len(pair) == 1 else []
    return [row(*(_field(look, state, on, column, 1) for column in pair), *rest, gap=S12, cross=TOP)]


def _message(look: Look, state: FormState, on: FormCalls, column: Column) -> Message | None:
    """Return the one sentence under a field: what is wrong, what came meanwhile, or help."""
    finding = state.finding(column.name)
    name = column.name
    if finding is not None:
        text = _words(look, state, column, finding)
        if finding.fix is not None:
            right = finding.fix
            return Message(text, finding.severity, look.t("form.use", value=right), lambda: on.typed(name, right))
        if finding.severity == "warning":
            return Message(text, "warning", look.t("form.keep"), lambda: on.keep(name))
        return Message(text)
    if name in state.theirs:
        entity = CRM.get(state.place.entity)
        shown = state.start.shown.get(name) if state.start else None
        words = value(look, entity, column, state.theirs[name], shown) or look.t("value.empty")
        now = state.theirs[name]
        return Message(look.t("form.theirs", value=words), "warning", look.t("form.use_theirs"), lambda: on.typed(name, now))
    if column.col.merge is Merge.PN and (state.start is None or state.start.id is None or name in state.start.pending):
        return Message(look.t("form.code_help"), "help")
    return None


def is_required(column: Column) -> bool:
    """Whether a record cannot be saved while the field is empty."""
    return not column.optional and column.kind not in (Kind.BOOLEAN, Kind.SET)


def _words(look: Look, state: FormState, column: Column, finding: Finding) -> str:
    if finding.reason == "problem.required" and column.is_owner:
        return look.t(f"form.required.{column.col.references}")
    if finding.reason == "problem.too_long" and column.max_length:
        typed = str(state.shows(column.name) or "").strip()
        return look.n("form.too_long", column.max_length, typed=look.texts.number(len(typed)))
    return look.t(finding.reason, **dict(finding.params))


def _field(look: Look, state: FormState, on: FormCalls, column: Column, expand: int | None) -> ft.Control:
    """Return the control of one field, by its widget."""
    entity, name = state.place.entity, column.name
    label, id = look.t(f"{entity}.{name}"), f"field.{name}"
    held, message = state.shows(name), _message(look, state, on, column)
    mark = look.t("form.mark_changed") if name in state.changed and state.place.id else ""
    if column.kind is Kind.BOOLEAN:
        return switch_field(look, id, label, bool(held), lambda: on.typed(name, not held), mark=mark)
    if column.kind is Kind.SET:
        chosen = [str(v) for v in held] if isinstance(held, list | tuple) else []

        def flip(one: str) -> Press:
            return lambda: on.typed(name, [x for x in chosen if x != one] if one in chosen else [*chosen, one])

        return chips_field(
            look, id, label, [(v, choice(look, CRM.get(entity), name, v), v in chosen, flip(v)) for v in ROLES], mark=mark
        )
    if column.col.widget in ("list", "choice", "language"):
        return _choice(look, state, on, column, expand, message, mark)
    if column.col.references:
        return _picker(look, state, on, column, expand, message, mark)
    return text_field(
        look,
        id,
        label,
        str(held) if held is not None else "",
        lambda text: on.typed(name, text),
        message=message,
        mark=mark,
        required=is_required(column),
        hint=look.t("form.hint.partial_date") if column.col.widget == "partial_date" else "",
        glyph=GLYPHS.get(column.col.widget),
        left=on.left,
        lines=4 if column.col.widget == "long_text" else 1,
        expand=expand,
        read_only=column.col.merge is Merge.AN and state.place.id is not None and not CRM.get(entity).is_link,
    )


def _choice(
    look: Look, state: FormState, on: FormCalls, column: Column, expand: int | None, message: Message | None, mark: str
) -> ft.Control:
    entity, name, held = state.place.entity, column.name, state.shows(column.name)
    assert state.start is not None  # no field is drawn before the form is open

    def put(one: str | None) -> Press:
        return lambda: on.typed(name, one)

    if column.col.references:
        pairs = [(c.id, look.label(c.label)) for c in state.start.choices.get(name, ())]
    elif column.col.widget == "language":
        pairs = [(code, look.t(f"language.{code}")) for code in ("en", "ro")]
    else:
        pairs = [(v, choice(look, CRM.get(entity), name, v)) for v in column.values]
    shown = dict(pairs).get(str(held)) or (look.label(state.start.shown.get(name)) if held else "")
    none = [("none", look.t("form.none"), put(None))] if column.optional else []
    options = none + [(f"option.{name}.{v}", text, put(v)) for v, text in pairs]
    return choice_field(
        look,
        f"field.{name}",
        look.t(f"{entity}.{name}"),
        shown,
        options,
        hint=look.t("form.choose"),
        message=message,
        expand=expand,
        mark=mark,
        required=is_required(column),
    )


def _picker(
    look: Look, state: FormState, on: FormCalls, column: Column, expand: int | None, message: Message | None, mark: str
) -> ft.Control:
    entity, name, held = state.place.entity, column.name, state.shows(column.name)
    assert state.start is not None  # no field is drawn before the form is open
    known = look.label(state.names.get(name, state.start.shown.get(name)))
    shown = (known or capital(unseen(look, column.col.references or ""))) if held else ""

    def take(one: Choice | None) -> Press:
        return lambda: on.pick(name, one)

    options = [(f"pick.{c.id}", look.label(c.label), c.detail, take(c)) for c in state.picks]
    if column.optional and not state.pick_text:
        options.insert(0, ("pick.none", look.t("form.none"), "", take(None)))
    target = column.col.references or ""
    has_more = column.is_owner and state.start.owner is not None and entity == "company_contact"
    return picker_field(
        look,
        f"field.{name}",
        look.t(f"{entity}.{name}"),
        shown,
        lambda: on.pick_open(name, ""),
        text=state.pick_text if state.picking == name else None,
        typed=lambda text: on.pick_open(name, text),
        options=options,
        more=("pick.new", look.t(f"form.pick_new.{target}"), lambda: on.pick_new(target)) if has_more else None,
        hint=look.t("form.choose"),
        message=message,
        expand=expand,
        mark=mark,
        required=is_required(column),
    )
