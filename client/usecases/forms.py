"""Forms: what one opens with, and its save as one transaction. What a person typed is never changed behind his back."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import count

from client.replica import drafts
from client.replica.queries import Filter
from client.replica.replica import Replica
from client.replica.seen import Seen
from client.replica.unit_of_work import Edit
from client.usecases import new_records
from client.usecases.allowed import Allowed, NotAllowed, allowed
from client.usecases.answers import Label, Owner, Saved, Shown
from client.usecases.card_values import answer_of
from client.usecases.corrections import make_rest, not_corrected, refused_draft, typed_before
from client.usecases.edited_parts import change_parts, first_points
from client.usecases.form_answers import Choice, FormEnd, FormStart
from client.usecases.form_parts import form_column, part_to, parts_of, point_kind
from client.usecases.labels import Say, saved_label
from client.usecases.main_points import is_main, marked_beside
from client.usecases.namesakes import details_of
from client.usecases.shown import Names
from conflict.overlay import blank_row
from shared_models.base import Record
from shared_models.codec import Row
from shared_models.errors import ErrorCode, Refused
from shared_models.fields import Merge, column_of, data_columns, units
from shared_models.folding import fold

MAX_CHOICES = 10_000
"""Users, or teams, that a picker looks through: it knows the names of a large organisation."""
MAX_PICKS = 20
CREATED_FOR = "responsible_id"
"""Field that says whose a new record is."""
SEARCHED = ("company", "contact")
"""Kinds that a picker searches; of others it reads the first hundred."""


@dataclass
class OpenForms:
    """What open forms stood on when they were drawn, by the token that each holds."""

    _seen: dict[str, Seen] = field(default_factory=dict)
    _cards: dict[str, str] = field(default_factory=dict)
    _tokens: "count[int]" = field(default_factory=lambda: count(1))

    def keep(self, seen: Seen | None, card: str | None = None) -> str:
        """Keep what a form shows, and the card that its save may answer; returns the token."""
        token = str(next(self._tokens))
        if seen is not None:
            self._seen[token] = seen
        if card is not None:
            self._cards[token] = card
        return token

    def of(self, token: str) -> tuple[Seen | None, str | None]:
        """Return what a form stood on, and its card."""
        return self._seen.get(token), self._cards.get(token)

    def forget(self, token: str) -> None:
        """Drop a form that was saved."""
        self._seen.pop(token, None)
        self._cards.pop(token, None)


def open_form(replica: Replica, forms: OpenForms, entity: str, pk: str | None, owner: Owner | None) -> FormStart:
    """Return what a form opens with. Raises KeyError for a record that is gone."""
    kind, names, may = replica.registry.get(entity), Names(replica), allowed(replica)
    choices, hidden = list_choices(replica, kind), may.hidden_fields(entity)
    if pk is None:
        values = {**blank_row(kind), **_defaults(replica, kind, choices), **_owner_fields(kind, owner)}
        shown, denied = _shown(names, kind, values), _denied(may, entity, None, values)
        return FormStart(entity, None, values, shown, choices, forms.keep(None), owner, denied=denied, hidden=hidden)
    seen = replica.look(entity, pk)
    if seen is None:
        raise KeyError(f"{entity} {pk}")
    title = replica.titles(entity, (pk,)).get(pk, "")
    shown, token = names.shown(kind, seen.row), forms.keep(seen)
    pending = frozenset(replica.pending_fields(entity, pk))
    points = first_points(replica, entity, pk)
    values = {**seen.row, **{name: point["value"] for name, point in points.items()}}
    if entity == "contact_point":
        values["is_primary"] = is_main(replica, seen.row)
    denied = _denied(may, entity, pk, values)
    parts, kinds = ({name: point[of] for name, point in points.items()} for of in ("id", "kind"))
    start = FormStart(entity, pk, values, shown, choices, token, owner, title, pending=pending, denied=denied, hidden=hidden)
    return replace(start, parts=parts, kinds=kinds)


def open_refused(replica: Replica, forms: OpenForms, tx: str) -> FormStart:
    """Return a form with what a refused change wanted to save, over today's values. Raises KeyError when it is closed."""
    draft = refused_draft(replica, tx)
    if draft is None:
        raise KeyError(tx)
    op = draft.ops[0]
    start = open_form(replica, forms, op.t, op.pk if replica.get(op.t, op.pk) else None, None)
    typed = {name: value for name, value in typed_before(draft, start.parts).items() if not isinstance(value, dict)}
    values, kind = {**start.values, **typed}, replica.registry.get(op.t)
    return replace(start, values=values, shown=_shown(Names(replica), kind, values), owner=None, replaces=tx)


def save_form(replica: Replica, forms: OpenForms, say: Say, form: FormEnd) -> Saved:
    """Save what a form changed as one tx, and close what it answers: a refused tx, or a card whose value it changed.

    Its draft goes with the same commit. Raises RecordInvalid with every problem, NotAllowed, Refused R304 when the record is gone; then nothing was changed.
    """
    start, entity = form.start, form.start.entity
    seen, card = forms.of(start.seen)
    kind = replica.registry.get(entity)
    values = {name: _clean(value) for name, value in form.values.items()}
    form = replace(form, tie=form.tie and {name: _clean(value) for name, value in form.tie.items()})
    _refuse(replica, start, values)
    refused = refused_draft(replica, start.replaces)
    label = _label(replica, say, start, {**not_corrected(refused, start), **values})
    unmarked = marked_beside(replica, {**start.values, **values}) if _is_marked(start, values) else ()
    with replica.edit(label, corrects=start.replaces) as edit:
        if start.id is None:
            pk = new_records.insert(edit, kind, form, values, refused, _defaults_of_made(replica, entity, values))
        else:
            pk = _update(edit, kind, start, {**not_corrected(refused, start), **values}, seen)
            make_rest(edit, refused, start)
        for other in unmarked:
            if other not in (pk, start.id):
                edit.update("contact_point", other, {"is_primary": False})
        answered = edit.get("sync_conflict", card) if card is not None else None
        if answered is not None and _is_answered(kind, answered, start, values):
            answer = answer_of(answered, edit.get(entity, pk) or {})
            edit.update("sync_conflict", answered["id"], {"state": answer})
        user = replica.facts()["user"] or ""
        drafts.drop(edit.writing.connection, user, *form.drafts)
        if form.left is not None:
            drafts.keep(edit.writing.connection, user, form.left)
        tx = edit.tx_id
    forms.forget(start.seen)
    return Saved(tx or "", pk, label)


def _is_answered(kind: type[Record], card: Row, start: FormStart, values: Row) -> bool:
    """Whether a form changed what its card is about; any other change of the record leaves the card open."""
    unit = units(kind).get(card["unit"])
    return unit is not None and any(name in values and values[name] != start.values.get(name) for name in unit.fields)


def _refuse(replica: Replica, start: FormStart, values: Row) -> None:
    """Raise NotAllowed for a save of which this device knows that the centre will refuse it."""
    may = allowed(replica)
    reason = _denied(may, start.entity, start.id, {**start.values, **values})
    if reason:
        raise NotAllowed(reason, CREATED_FOR if reason == "denied.create_for" else "")
    for part in parts_of(start.entity):
        if part.named(values.get(part.name)) and (reason := may.create(part.target)):
            raise NotAllowed(reason, part.name)
    confidential = sorted(may.hidden_fields(start.entity) & values.keys())
    if confidential:
        raise NotAllowed("denied.confidential", confidential[0])


def _denied(may: Allowed, entity: str, pk: str | None, values: Row) -> str:
    """Return why a form cannot be saved. values: all that it holds."""
    if not may.is_root(entity):
        return may.part(entity, values)
    if pk is not None:
        return may.change(entity, pk)
    columns_of_it = {c.name for c in data_columns(may.replica.registry.get(entity))}
    return may.create(entity, {name: value for name, value in values.items() if name in columns_of_it})


def _is_marked(start: FormStart, values: Row) -> bool:
    """Whether a save makes a point the one to use first; a point that is main already, and gets a label, takes nothing away."""
    return start.entity == "contact_point" and bool(values.get("is_primary"))


def _update(edit: Edit, kind: type[Record], start: FormStart, values: Row, seen: Seen | None) -> str:
    """Change a record. A field that makes its id never changes: the old record goes, a new one comes (`sync.md` 1)."""
    entity, pk = kind.entity_name, start.id or ""
    own = {name: value for name, value in values.items() if name not in {part.name for part in parts_of(entity)}}
    held = edit.get(entity, pk) or start.values
    fixed = [name for name in own if column_of(kind, name).col.merge is Merge.AN and own[name] != held.get(name)]
    if fixed and kind.is_link:
        edit.archive(entity, pk)
        kept = {c.name: start.values.get(c.name) for c in data_columns(kind)}
        row = new_records.new_values(kind, start, {**kept, **own})
        new_records.refuse_double(edit, kind, row, start.owner)
        return edit.insert(entity, row)
    try:
        edit.update(entity, pk, {name: value for name, value in own.items() if name not in fixed}, seen)
    except KeyError as error:
        raise Refused(ErrorCode.R304, "the record is gone") from error
    change_parts(edit, kind, pk, start, values)
    return pk


def _clean(value: object) -> object:
    """Return a typed value as it is stored: text without blanks at its ends, empty text as nothing."""
    if not isinstance(value, str):
        return value
    return value.strip() or None


def _label(replica: Replica, say: Say, start: FormStart, values: Mapping[str, object]) -> str:
    """Return what was done, and to what: by the name that it has from then on."""
    kind = replica.registry.get(start.entity)
    if start.id is None:
        title = _title(kind, values)
        if not kind.title_fields:
            title = " · ".join(_owner_titles(replica, kind, {**start.values, **values}))
        return saved_label(say, start.entity, title, (), verb="new")
    kinds = {name: point_kind(start.entity, name, values[name], start.kinds.get(name)) for name in values}
    keys = {name: f"value.contact_point.kind.{kind}" for name, kind in kinds.items() if kind}
    title = _title(kind, {**start.values, **values}) or start.title
    return saved_label(say, start.entity, title, values, verb="edit", keys=keys)


def _title(kind: type[Record], values: Mapping[str, object]) -> str:
    return " ".join(str(values[name]) for name in kind.title_fields if values.get(name))


def _owner_titles(replica: Replica, kind: type[Record], values: Row) -> list[str]:
    """Return the names of the records that a tie joins."""
    ends = [(c.col.references, values.get(c.name)) for c in data_columns(kind) if c.is_owner and c.col.references]
    found = [replica.titles(entity, (pk,)).get(pk, "") for entity, pk in ends if pk]
    return [title for title in found if title]


def list_choices(replica: Replica, kind: type[Record]) -> dict[str, tuple[Choice, ...]]:
    """Return field -> the items of its configurable list, retired ones left out, in the list's order."""
    lists = {row["key"]: row["id"] for row in replica.list_page("pick_list", limit=MAX_CHOICES).rows}
    found: dict[str, tuple[Choice, ...]] = {}
    for column in data_columns(kind):
        if column.col.choices in lists:
            rows = replica.children_of("pick_list_item", "list_id", lists[column.col.choices])
            rows.sort(key=lambda row: (row["position"], row["label_en"]))
            found[column.name] = tuple(Choice(r["id"], Label(r["label_en"], r["label_ro"])) for r in rows if r["is_active"])
    return found


def find_choices(replica: Replica, entity: str, text: str) -> tuple[Choice, ...]:
    """Return records that a picker offers: what the search finds; before anything is typed the last used, then by name."""
    if entity in SEARCHED:
        hits = [(hit.pk, hit.title) for hit in replica.search(text, entities=(entity,), limit=MAX_PICKS)]
        if text.strip():
            return _with_details(replica, entity, hits)
        recent = frozenset(pk for pk, _ in hits)
        return _with_details(replica, entity, _and_first(replica, entity, hits), recent)
    filters = [Filter("is_active", "is", True)] if entity == "user" else []
    rows = replica.list_page(entity, filters=filters, limit=MAX_CHOICES).rows
    titles, wanted = replica.titles(entity, [row["id"] for row in rows]), fold(text.strip())
    named = [(fold(title), pk, title) for pk, title in titles.items()]
    hits = [(pk, title) for name, pk, title in sorted(named) if wanted in name]
    return _with_details(replica, entity, hits[:MAX_PICKS])


def _and_first(replica: Replica, entity: str, hits: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the last used records, filled up with the first ones by name."""
    pks = [row["id"] for row in replica.list_page(entity, limit=MAX_PICKS).rows]
    titles = replica.titles(entity, pks)
    return list({**dict(hits), **{pk: titles[pk] for pk in pks if pk not in dict(hits)}}.items())[:MAX_PICKS]


def _with_details(
    replica: Replica, entity: str, hits: list[tuple[str, str]], recent: frozenset[str] = frozenset()
) -> tuple[Choice, ...]:
    """Add what tells records of one name apart. recent: ids of those that were lately used."""
    details = details_of(replica, entity, [pk for pk, _ in hits])
    return tuple(Choice(pk, title, details[pk], pk in recent) for pk, title in hits)


def _defaults(replica: Replica, kind: type[Record], choices: Mapping[str, tuple[Choice, ...]]) -> Row:
    """Return what a new record begins with: the reader as its responsible, and the default items of its lists."""
    found: Row = {}
    if any(c.name == "responsible_id" for c in data_columns(kind)):
        found["responsible_id"] = replica.facts()["user"]
    for name in choices:
        for choice in choices[name]:
            row = replica.get("pick_list_item", choice.id)
            if row is not None and row["is_default"]:
                found[name] = choice.id
    if kind.entity_name == "contact_point":
        found["kind"] = "mobile"
    return found


def _defaults_of_made(replica: Replica, entity: str, values: Row) -> Row:
    """Return what a record begins with that is made by the same save as the one that names it."""
    target = next((part.target for part in parts_of(entity) if part.named(values.get(part.name))), None)
    if target is None:
        return {}
    kind = replica.registry.get(target)
    return _defaults(replica, kind, list_choices(replica, kind))


def _owner_fields(kind: type[Record], owner: Owner | None) -> Row:
    """Return the fields that hold the record whose page is open: of the record itself, or of its tie."""
    if owner is None:
        return {}
    part = part_to(kind.entity_name, owner.entity)
    name = part.name if part is not None else f"{owner.entity}_id"
    return {name: owner.id} if part is not None or any(c.name == name for c in data_columns(kind)) else {}


def _shown(names: Names, kind: type[Record], values: Row) -> Shown:
    """Return field -> what stands for the id that it holds, parts included."""
    found = dict(names.shown(kind, values))
    for part in parts_of(kind.entity_name):
        target = form_column(kind.entity_name, part.name).col.references
        if target and (label := names.of(target, values.get(part.name))) is not None:
            found[part.name] = label
    return found
