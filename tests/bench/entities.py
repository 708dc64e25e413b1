"""The workload's three tables as entities of the product's registry, so that a row is a row of the workload.

`created_at` and `updated_at` of the workload are texts that a person's program wrote; the product's own columns of these names
are set by the server, so they go as `made_at` and `changed_at`.
"""

from typing import Annotated, Any

from pydantic import create_model

from shared_models.base import Id, Record, Text
from shared_models.entities.people import Team, User
from shared_models.entities.sync_conflict import SyncConflict
from shared_models.fields import Col, Parent
from shared_models.registry import Registry
from tests.bench import workload

RENAMED = {"created_at": "made_at", "updated_at": "changed_at"}
TITLES = {"companies": ("name",), "contacts": ("first_name", "last_name"), "activities": ("subject",)}
PARENTS = {"company_id": "companies", "contact_id": "contacts"}


def _entity(table: str) -> type[Record]:
    fields: dict[str, Any] = {}  # Any: annotations made at run time
    for name in workload.SCHEMA[table].split()[1:]:
        searched = name in workload.FTS[table]
        if name in PARENTS and table == "activities":  # parts of what they are about, as notes are
            kind: Any = Annotated[Id | None, Parent(), Col(references=PARENTS[name])]
        elif name in PARENTS:  # people stand for themselves, as the product's contacts do
            kind = Annotated[Id | None, Col(references=PARENTS[name])]
        else:
            kind = Annotated[Text | None, Col(search=searched, in_list=searched)]
        fields[RENAMED.get(name, name)] = (kind, None)
    made = create_model(table.title(), __base__=Record, **fields)
    made.entity_name, made.title_fields, made.__doc__ = table, TITLES[table], f"The workload's {table}."
    return made


WORKLOAD = Registry((Team, User, *(_entity(table) for table in workload.SCHEMA), SyncConflict))


def as_stored(row: workload.Row) -> workload.Row:
    """Return a row of the workload under the entity's names."""
    return {RENAMED.get(name, name): value for name, value in row.items()}


def edit_as_stored(edit: workload.Row) -> workload.Row:
    """Return an edit of the workload under the entity's names."""
    return {**edit, **{part: as_stored(edit[part]) for part in ("row", "set") if part in edit}}
