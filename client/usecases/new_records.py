"""A new record with all that is made together with it: its parts (`form_parts`), and its tie to the record whose page is open."""

from dataclasses import replace

from client.replica.standing import Draft
from client.replica.unit_of_work import Edit
from client.usecases.answers import Owner
from client.usecases.form_answers import FormEnd, FormStart
from client.usecases.form_parts import PartField, parts_of
from client.usecases.ties import tie_between
from client.usecases.values import contact_point_value, number_kind
from conflict.overlay import blank_row
from shared_models.base import Record
from shared_models.codec import Row
from shared_models.errors import FieldProblem, RecordInvalid
from shared_models.fields import ARCHIVED, column_of, data_columns
from shared_models.natural_ids import natural_id
from shared_models.protocol import Op


def insert(edit: Edit, kind: type[Record], form: FormEnd, values: Row, refused: Draft | None, defaults: Row) -> str:
    """Add a new record, its parts and its tie, and return its id. values: what was typed, clean.

    defaults: what a company begins with that is made together with its first person. refused: what this save corrects; what the form does not show of it is made again as it was, under the same id.
    Raises RecordInvalid with every problem of the first record that cannot be stored, named by the fields of the form.
    """
    start, entity = form.start, kind.entity_name
    earlier = refused.ops[0].pk if refused is not None and refused.ops[0].op == "i" else None
    rest = [op for op in refused.ops[1:] if op.op == "i"] if refused is not None and earlier is not None else []
    row = edit.with_codes(entity, new_values(kind, start, values))
    refuse_double(edit, kind, row, start.owner)
    pk = edit.insert(entity, row, earlier)
    everything = {**start.values, **values}
    for part in parts_of(entity):
        made = next((op for op in rest if part.holds(op.t, op.set)), None)
        other = next((op for op in rest if made is not None and op.pk == made.set.get(part.field)), None)
        rest = [op for op in rest if op is not made and op is not other]
        value = everything.get(part.name)
        if name := part.named(value):
            value = _make_named(edit, part, name, other, defaults)
        if value:
            insert_part(edit, kind, pk, part, {**(made.set if made else {}), **_beside(edit, form, part)}, value)
    if form.tie is not None and start.owner is not None and not _is_in_a_part(edit, kind, start):
        tie = tie_between(edit.registry, start.owner.entity, entity)
        edit.insert(tie.entity, {**form.tie, tie.fields[start.owner.entity]: start.owner.id, tie.fields[entity]: pk})
    for op in rest:
        edit.insert(op.t, op.set, op.pk)
    return pk


def refuse_double(edit: Edit, kind: type[Record], row: Row, owner: Owner | None) -> None:
    """Refuse to add what is there: it would go over what stands in it, and to take it back would take away both.

    owner: the record whose page it was typed on. Raises RecordInvalid, named by the field that says what is added.
    """
    pk = natural_id(kind, {**blank_row(kind), **row})
    there = edit.get(kind.entity_name, pk) if pk is not None else None
    if there is None or there[ARCHIVED] is not None:
        return
    ends = [c.name for c in data_columns(kind) if c.is_owner and (owner is None or c.name != f"{owner.entity}_id")]
    field = "value" if "value" in kind.model_fields else ends[0]
    raise RecordInvalid((FieldProblem(field, f"problem.there_already.{kind.entity_name}"),))


def new_values(kind: type[Record], start: FormStart, values: Row) -> Row:
    """Return the typed columns of a new record: what differs from nothing. Raises RecordInvalid for what is missing."""
    everything = {**start.values, **values}
    if kind.entity_name == "contact_point":
        if not everything.get("value"):
            raise RecordInvalid((FieldProblem("value", "problem.required"),))
        everything["value_normalised"] = contact_point_value(everything["kind"], everything["value"]).normalised
    blank = blank_row(kind)
    names = [c.name for c in data_columns(kind)]
    missing = [c.name for c in data_columns(kind) if not c.optional and everything.get(c.name) in (None, "")]
    if missing:
        raise RecordInvalid(tuple(FieldProblem(name, "problem.required") for name in missing))
    return {name: everything[name] for name in names if everything[name] != blank[name] or not column_of(kind, name).optional}


def _make_named(edit: Edit, part: PartField, name: str, before: Op | None, defaults: Row) -> str:
    """Add the record that a part names and that is not there yet, and return its id. before: how a refused save made it."""
    title = edit.registry.get(part.target).title_fields[0]
    held = before.set if before is not None else defaults
    try:
        row = edit.with_codes(part.target, {**held, title: name})
        return edit.insert(part.target, row, before.pk if before is not None else None)
    except RecordInvalid as error:
        raise RecordInvalid(tuple(replace(one, field=part.name) for one in error.problems)) from None


def insert_part(edit: Edit, kind: type[Record], pk: str, part: PartField, beside: Row, value: object) -> None:
    """Add one part of a record. beside: what it holds beside the typed value. What is wrong with it is told of the field that it was typed in."""
    made = edit.registry.get(part.entity)
    owner = next(field for field, parent in edit.registry.parents(made) if parent == kind.entity_name)
    row = {**part.row(value), **{name: one for name, one in beside.items() if name != part.field}, owner: pk}
    if part.entity == "contact_point":
        row["kind"] = number_kind(str(value), row["kind"])
        row["value_normalised"] = contact_point_value(row["kind"], str(value)).normalised
    try:
        refuse_double(edit, made, row, None)
        edit.insert(part.entity, row)
    except RecordInvalid as error:
        named = (one if one.field in beside else replace(one, field=part.name) for one in error.problems)
        raise RecordInvalid(tuple(named)) from None


def _beside(edit: Edit, form: FormEnd, part: PartField) -> Row:
    """Return what was typed into the form of the tie before its other end was found to be new."""
    owner = form.start.owner
    if form.tie is None or owner is None or part.entity != tie_between(edit.registry, owner.entity, form.start.entity).entity:
        return {}
    return form.tie


def _is_in_a_part(edit: Edit, kind: type[Record], start: FormStart) -> bool:
    """Whether the tie to the open record has a field in the form, where the person may have chosen another one, or none."""
    assert start.owner is not None  # the caller looks first
    tie = tie_between(edit.registry, start.owner.entity, kind.entity_name)
    return any(part.entity == tie.entity for part in parts_of(kind.entity_name))
