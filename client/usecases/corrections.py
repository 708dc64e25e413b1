"""What a refused save wanted, for the form that corrects it: nothing of it is lost that the correction does not type anew."""

from collections.abc import Mapping, Sequence

from client.replica.replica import Replica
from client.replica.standing import Draft
from client.replica.unit_of_work import Edit
from client.usecases.form_answers import FormStart
from client.usecases.form_parts import PartField, is_of_form, parts_of, to_make
from shared_models.codec import Row
from shared_models.fields import ARCHIVED
from shared_models.protocol import Op, Scalar
from shared_models.registry import CRM


def refused_draft(replica: Replica, tx: str | None) -> Draft | None:
    """Return the refused save that a form corrects; None where there is none, or somebody dealt with it."""
    return next((one for one in replica.drafts() if one.tx_id == tx), None)


def typed_before(draft: Draft, parts: Mapping[str, str]) -> Row:
    """Return what a refused save wanted of the record that its form is about, as the form names it; of a set what changed.

    parts: as in `FormStart`.
    """
    op, *rest = draft.ops
    if (other := _in_its_place(draft)) is not None:
        return dict(other.set)
    removed = {one.pk for one in rest if one.op == "d"}
    emptied = dict.fromkeys(name for name, pk in parts.items() if pk in removed)
    typed = {
        part.name: _as_typed(part, one.set[part.field], rest)
        for part in parts_of(op.t)
        for one in rest
        if one.op == "i" and part.holds(one.t, one.set) and part.field in one.set
    }
    return {**op.set, **emptied, **typed}


def _as_typed(part: PartField, value: Scalar, ops: Sequence[Op]) -> Scalar:
    """Return what stood in a field: for a record that the same save made, its name."""
    made = next((one for one in ops if one.op == "i" and one.t == part.target and one.pk == value), None)
    return value if made is None else to_make(str(made.set[CRM.get(part.target).title_fields[0]]))


def not_corrected(draft: Draft | None, start: FormStart) -> Row:
    """Return what a refused change of a record wanted, in the fields of its form."""
    wanted = typed_before(draft, start.parts) if draft is not None else {}
    return {name: value for name, value in wanted.items() if is_of_form(start.entity, name)}


def make_rest(edit: Edit, draft: Draft | None, start: FormStart) -> None:
    """Make again what a refused change did to other records and its form does not show."""
    if draft is None:
        return
    op, *rest = draft.ops
    shown = {op.pk, *start.parts.values()}
    for one in rest:
        is_part = one.op == "i" and any(part.holds(one.t, one.set) for part in parts_of(op.t))
        if one.pk not in shown and not is_part and one is not _in_its_place(draft):
            _make(edit, one)


def _in_its_place(draft: Draft) -> Op | None:
    """Return what a save put in the place of the record that it removed: another value of a point is another point."""
    op, *rest = draft.ops
    return rest[0] if op.op == "d" and rest and rest[0].op == "i" and rest[0].t == op.t else None


def _make(edit: Edit, op: Op) -> None:
    """Do what an op did, as far as its record is here as it was."""
    held = edit.get(op.t, op.pk)
    if op.op == "i":
        edit.insert(op.t, op.set, op.pk)
    elif held is None or held[ARCHIVED] is not None:
        return
    elif op.op == "d":
        edit.archive(op.t, op.pk)
    else:
        edit.update(op.t, op.pk, op.set)
