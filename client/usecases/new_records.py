"""A new record with all that is made together with it: its parts (`form_parts`), and its tie to the record whose page is open."""

from dataclasses import replace

from client.replica.replica import Replica
from client.replica.standing import Draft
from client.replica.unit_of_work import Edit
from client.usecases.answers import FormEnd, FormStart
from client.usecases.form_parts import PartField, parts_of
from client.usecases.ties import tie_between
from client.usecases.values import contact_point_value, number_kind
from conflict.overlay import blank_row
from shared_models.base import Record
from shared_models.codec import Row
from shared_models.errors import FieldProblem, RecordInvalid
from shared_models.fields import column_of, data_columns
from shared_models.protocol import Op


def insert(edit: Edit, kind: type[Record], form: FormEnd, values: Row, refused: Draft | None) -> str:
    """Add a new record, its parts and its tie, and return its id. values: what was typed, clean.

    refused: what this save corrects; what the form does not show of it is made again as it was, under the same id.
    Raises RecordInvalid with every problem of the first record that cannot be stored, named by the fields of the form.
    """
    start, entity = form.start, kind.entity_name
    earlier = refused.ops[0].pk if refused is not None and refused.ops[0].op == "i" else None
    rest = [op for op in refused.ops[1:] if op.op == "i"] if refused is not None and earlier is not None else []
    pk = edit.insert(entity, new_values(kind, start, values), earlier)
    everything = {**start.values, **values}
    for part in parts_of(entity):
        made = next((op for op in rest if part.holds(op.t, op.set)), None)
        if made is not None:
            rest.remove(made)
        if everything.get(part.name):
            _insert_part(
                edit, kind, pk, part, {**(made.set if made else {}), **_beside(edit, form, part)}, everything[part.name]
            )
    if form.tie is not None and start.owner is not None and not _is_in_a_part(edit, kind, start):
        tie = tie_between(edit.registry, start.owner.entity, entity)
        edit.insert(tie.entity, {**form.tie, tie.fields[start.owner.entity]: start.owner.id, tie.fields[entity]: pk})
    for op in rest:
        edit.insert(op.t, op.set, op.pk)
    return pk


def typed_in_parts(entity: str, ops: tuple[Op, ...]) -> Row:
    """Return what stood in the fields of the parts when a save was made: its ops, the new record's first."""
    return {
        part.name: op.set[part.field]
        for part in parts_of(entity)
        for op in ops[1:]
        if op.op == "i" and part.holds(op.t, op.set) and part.field in op.set
    }


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


def _insert_part(edit: Edit, kind: type[Record], pk: str, part: PartField, beside: Row, value: object) -> None:
    """Add one part of a new record. What is wrong with it is told of the field that it was typed in."""
    made = edit.registry.get(part.entity)
    owner = next(field for field, parent in edit.registry.parents(made) if parent == kind.entity_name)
    row = {**beside, **part.row(value), owner: pk}
    if part.entity == "contact_point":
        row["kind"] = number_kind(str(value), row["kind"])
        row["value_normalised"] = contact_point_value(row["kind"], str(value)).normalised
    try:
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


def refused_draft(replica: Replica, tx: str | None) -> Draft | None:
    """Return the refused save that a form corrects; None where there is none, or somebody dealt with it."""
    return next((one for one in replica.drafts() if one.tx_id == tx), None)
