"""The first phone and e-mail of a record that is here, in the form that edits it: changed, added or removed by the same save.

A point's value makes its id, so another value is another point: the old one goes, and the new one takes its label and its place.
"""

from client.replica import queries
from client.replica.replica import Replica
from client.replica.unit_of_work import Edit
from client.usecases.form_answers import FormStart
from client.usecases.form_parts import PartField, points_of
from client.usecases.main_points import first_of, in_order
from client.usecases.new_records import insert_part
from client.usecases.values import contact_point_value
from shared_models.base import Record
from shared_models.codec import Row
from shared_models.natural_ids import natural_id
from shared_models.registry import Registry


def first_points(replica: Replica, entity: str, pk: str) -> dict[str, Row]:
    """Return field -> the point that stands in it: the one that is used first."""
    parts = points_of(entity)
    points = in_order(replica.children_of("contact_point", f"{entity}_id", pk)) if parts else []
    found = {part.name: first_of(points, part.kinds) for part in parts}
    return {name: point for name, point in found.items() if point is not None}


def change_parts(edit: Edit, kind: type[Record], pk: str, start: FormStart, values: Row) -> None:
    """Do with the points what was typed. Raises RecordInvalid, named by the field of the form."""
    for part in points_of(kind.entity_name):
        if part.name in values:
            _change(edit, kind, pk, part, start.parts.get(part.name), str(values[part.name] or ""))


def _change(edit: Edit, kind: type[Record], pk: str, part: PartField, shown: str | None, value: str) -> None:
    old = edit.get(part.entity, shown) if shown is not None else None
    if old is not None and old["archived_at"] is not None:
        old = None
    if old is not None and _is_same(edit.registry, old, value):
        return
    kept: Row = {}
    if old is not None:
        is_first = old["is_primary"] or _has_others(edit, kind, pk, part, old["id"])
        kept = {"kind": old["kind"], "label": old["label"], "is_primary": is_first}
        edit.archive(part.entity, old["id"])
    if value:
        insert_part(edit, kind, pk, part, kept, value)


def _is_same(registry: Registry, old: Row, value: str) -> bool:
    """Whether a text names the same point, however it is spaced: it would be the same row."""
    if not value:
        return False
    normalised = contact_point_value(old["kind"], value).normalised
    return bool(natural_id(registry.get("contact_point"), {**old, "value_normalised": normalised}) == old["id"])


def _has_others(edit: Edit, kind: type[Record], pk: str, part: PartField, own: str) -> bool:
    """Whether the record has other points of the kind: a new one has to be marked to come before them."""
    points, connection = edit.registry.get(part.entity), edit.writing.connection
    found = queries.children_of(connection, points, f"{kind.entity_name}_id", pk, archived=False)
    return any(row["kind"] in part.kinds and row["id"] != own for row in found)
