"""One field of a form: its control by its widget, and the sentence under it."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import flet as ft

from client.ui.figures import capital, choice, nothing_to_pick, partial_day, unseen, value
from client.ui.theme import Look
from client.ui.view_models.form_state import FormState
from client.ui.widgets import Message, Press, chips_field, choice_field, picker_field, switch_field, text_field
from client.usecases import typed_days
from client.usecases.form_answers import Choice, Finding
from client.usecases.form_drafts import FormDraft
from client.usecases.form_parts import name_to_make, parts_of, point_kind, points_of, to_make
from client.usecases.values import country_code, country_name
from shared_models.entities.company import ROLES
from shared_models.fields import Column, Kind, Merge
from shared_models.folding import fold
from shared_models.registry import CRM

GLYPHS = {"email": "mail", "iban": "landmark", "contact_point": "phone", "day": "calendar", "partial_date": "cake"}
DAYS = ("day", "partial_date")
SAYS_HOW = (*DAYS, "number", "country")
"""Widgets whose text is read, and which say how it is typed when it is not understood."""
NOT_UNDERSTOOD = ("problem.value", "problem.type", "problem.too_long")


@dataclass(frozen=True)
class FormCalls:
    """What a person can do in a form. typed: field and what stands in it now."""

    typed: Callable[[str, object], None]
    pick_open: Callable[[str, str], None]
    pick: Callable[[str, Choice | None], None]
    pick_best: Callable[[str, Press | None], None]
    """Take the best of what is typed in a picker, else do what is given: make a record of that name."""
    pick_new: Callable[[str], None]
    """Given the entity of the record that is not there yet."""
    keep: Callable[[str], None]
    open: Callable[[str, str], None]
    """Another record, which a hint tells of: entity, id. What is typed is kept."""
    take_news: Press
    hide_news: Press
    save: Press
    close: Press
    """Leave the form: with what is typed given up, for as long as there is a record to type about."""
    discard: Press
    again: Press
    more: Press
    """Unfold what stands under "More", or fold it."""
    left: Press
    """A text box was left."""
    continue_draft: Press
    decline_draft: Press
    continue_other: Callable[[FormDraft], None]
    decline_other: Callable[[FormDraft], None]
    cannot_add: Collection[str]
    """Kinds of records that the reader may not add."""
    first: ft.Ref[ft.TextField]
    """Set to the box that is typed in first (`FormState.to_type`), so that the cursor can be put there."""
    fields: ft.Ref[ft.ListView]
    """Set to what scrolls, so that a field (`place_of_field`) can be brought into sight."""


def _message(look: Look, state: FormState, on: FormCalls, column: Column) -> Message | None:
    """Return the one sentence under a field: what is wrong, what came meanwhile, or help."""
    finding = state.finding(column.name)
    name = column.name
    if finding is not None and finding.severity != "hint":
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
    if finding is not None and finding.opens is not None:
        there = finding.opens
        return Message(_words(look, state, column, finding), "hint", look.t("form.open_it"), lambda: on.open(*there))
    if column.col.references and name_to_make(state.shows(name)):
        return Message(look.t("form.made_with_it"), "help")
    if read := _read_as(look, state, column):
        return Message(read, "help")
    if column.col.merge is not Merge.PN or state.start is None:
        return None
    if state.start.id is None and column.col.series and not state.shows(name):
        return Message(look.t("form.code_given"), "help")
    return Message(look.t("form.code_help"), "help") if state.start.id is None or name in state.start.pending else None


def _read_as(look: Look, state: FormState, column: Column) -> str:
    """Return how a day or country that was typed is understood, in words; empty text where that says nothing new."""
    held = state.changed.get(column.name)
    if column.col.widget in DAYS and isinstance(held, str) and typed_days.partial_day(held) == held:
        words = partial_day(look, held)
    elif column.col.widget == "country" and isinstance(held, str):
        words = f"{held} · {country_name(held, look.lang)}" if country_code(held) == held else ""
    else:
        return ""
    return words if fold(words) != fold(str(state.shows(column.name)).strip()) else ""


def _text(look: Look, state: FormState, column: Column) -> str:
    """Return what stands in a text box: as it was typed, and what is stored as a person would type it."""
    held = state.shows(column.name)
    if held is None:
        return ""
    return partial_day(look, str(held)) if column.col.widget in DAYS and column.name not in state.typed else str(held)


def is_required(column: Column) -> bool:
    """Whether a record cannot be saved while the field is empty."""
    return not column.optional and column.kind not in (Kind.BOOLEAN, Kind.SET)


def _words(look: Look, state: FormState, column: Column, finding: Finding) -> str:
    if finding.reason == "problem.required" and column.is_owner:
        return look.t(f"form.required.{column.col.references}")
    if finding.reason in NOT_UNDERSTOOD and column.col.widget in SAYS_HOW:
        return _no_day(look, state, column) or look.t(f"form.how.{column.col.widget}")
    if finding.reason == "problem.too_long" and column.max_length:
        typed = str(state.shows(column.name) or "").strip()
        return look.n("form.too_long", column.max_length, typed=look.texts.number(len(typed)))
    return look.t(finding.reason, **dict(finding.params))


def _no_day(look: Look, state: FormState, column: Column) -> str:
    """Return why what was typed is no day, and what to type; empty text where there is nothing better to say than how it is done."""
    if column.col.widget not in DAYS:
        return ""
    found = typed_days.wrong(str(state.shows(column.name) or ""), whole=column.col.widget == "day")
    if found is None:
        return ""
    parts, month = found.parts, look.t(f"month.{found.parts.month}") if found.reason == "day" else str(found.parts.month)
    words = " ".join(str(part) for part in (parts.day, month, parts.year) if part is not None)
    return look.t(f"form.day.{found.reason}", words=words, month=month, days=parts.days if found.reason == "day" else 0)


def _label(look: Look, state: FormState, name: str) -> str:
    """Return what a field is called: a phone or e-mail that is there or is typed as on its page, a mobile or a phone."""
    kept = state.start.kinds.get(name) if state.start is not None else None
    is_typed = kept is None or name in state.changed
    kind = point_kind(state.place.entity, name, state.shows(name), kept) if is_typed else kept
    return look.t(f"value.contact_point.kind.{kind}") if kind else look.t(f"{state.place.entity}.{name}")


def place_of_field(name: str) -> ft.ScrollKey:
    """Return the key under which a form scrolls to one of its fields."""
    return ft.ScrollKey(f"at.{name}")  # type: ignore[call-arg]  # Flet makes it a dataclass in a way that mypy does not see


def form_field(look: Look, state: FormState, on: FormCalls, column: Column, expand: int | None) -> ft.Control:
    """Return one field, which the form can scroll to."""
    made = _by_widget(look, state, on, column, expand)
    made.key = place_of_field(column.name)
    return made


def _by_widget(look: Look, state: FormState, on: FormCalls, column: Column, expand: int | None) -> ft.Control:
    entity, name = state.place.entity, column.name
    label, id = _label(look, state, name), f"field.{name}"
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
        _text(look, state, column),
        lambda text: on.typed(name, text),
        message=message,
        mark=mark,
        required=is_required(column),
        hint=look.t(f"form.hint.{column.col.widget}") if column.col.widget in DAYS else "",
        focused=name == state.focus and not state.is_named,
        ref=on.first if name == state.to_type else None,
        glyph=GLYPHS.get(name, GLYPHS.get(column.col.widget)),
        left=on.left,
        lines=4 if column.col.widget == "long_text" else 1,
        expand=expand,
        read_only=_is_fixed(state, column),
    )


def _is_fixed(state: FormState, column: Column) -> bool:
    """Whether a field of a record that is here cannot be changed: it was written once, and no other record takes its place."""
    entity = state.place.entity
    is_part = any(part.name == column.name for part in points_of(entity))
    return column.col.merge is Merge.AN and state.place.id is not None and not is_part and not CRM.get(entity).is_link


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


def _heads(look: Look, picks: Sequence[Choice], before: int) -> dict[int, str]:
    """Return place -> heading where both lately used records and others are offered. before: options above them."""
    others = next((i for i, one in enumerate(picks) if not one.is_recent), len(picks))
    if not others:
        return {}
    return {before: look.t("palette.recent"), before + others: look.t("list.order.name")}


def _unknown(look: Look, column: Column, held: object) -> str:
    """Return what stands in a picker whose record is not here: made by the same save, or not seen by the reader."""
    target, name = column.col.references or "", name_to_make(held)
    return look.t(f"form.pick_named.{target}", name=name) if name else capital(unseen(look, target))


def _to_make(look: Look, state: FormState, on: FormCalls, column: Column) -> tuple[str, str, Press] | None:
    """Return the offer to make the record that was looked for by its name, together with the one that is typed."""
    target, text = column.col.references or "", " ".join(state.pick_text.split())
    is_part = any(part.name == column.name and part.target for part in parts_of(state.place.entity))
    if not is_part or not text or target in on.cannot_add:
        return None
    label = look.t(f"form.pick_named.{target}", name=text)
    return "pick.named", label, lambda: on.pick(column.name, Choice(to_make(text), label))


def _picker(
    look: Look, state: FormState, on: FormCalls, column: Column, expand: int | None, message: Message | None, mark: str
) -> ft.Control:
    entity, name, held = state.place.entity, column.name, state.shows(column.name)
    assert state.start is not None  # no field is drawn before the form is open
    known = look.label(state.names.get(name, state.start.shown.get(name)))
    shown = (known or _unknown(look, column, held)) if held else ""

    def take(one: Choice | None) -> Press:
        return lambda: on.pick(name, one)

    options = [(f"pick.{c.id}", look.label(c.label), c.detail, take(c)) for c in state.picks]
    if column.optional and not state.pick_text:
        options.insert(0, ("pick.none", look.t("form.none"), "", take(None)))
    made = _to_make(look, state, on, column)
    heads = _heads(look, state.picks, len(options) - len(state.picks))
    target = column.col.references or ""
    has_more = column.is_owner and state.start.owner is not None and entity == "company_contact" and target not in on.cannot_add
    return picker_field(
        look,
        f"field.{name}",
        look.t(f"{entity}.{name}"),
        shown,
        lambda: on.pick_open(name, ""),
        text=state.pick_text if state.picking == name else None,
        typed=lambda text: on.pick_open(name, text),
        options=options,
        heads=heads,
        more=("pick.new", look.t(f"form.pick_new.{target}"), lambda: on.pick_new(target)) if has_more else None,
        last=made,
        submit=lambda: on.pick_best(name, made[2] if made else None),
        nothing=nothing_to_pick(look, target, state.pick_text, state.picks),
        hint=look.t("form.choose"),
        message=message,
        expand=expand,
        mark=mark,
        required=is_required(column),
    )
