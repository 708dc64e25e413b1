"""A record is the same record everywhere: as an object, in a stored row, as JSON, at the centre, and in a replica."""

import json
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_models.codec import dumps, parse, stored_row
from shared_models.fields import Kind, Merge, columns
from shared_models.natural_ids import natural_id
from shared_models.registry import CRM
from sync_server.services.bulk_import import ImportedBy, import_rows
from tests.world import make_world

ids = st.integers(1, 2**120).map(lambda n: str(UUID(int=n)))
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=3, max_size=30)
BY_KIND: dict[Kind, st.SearchStrategy] = {
    Kind.TEXT: texts,
    Kind.INTEGER: st.integers(1, 3650),
    Kind.BOOLEAN: st.booleans(),
    Kind.DATE: st.dates().map(lambda day: day.isoformat()),
    Kind.INSTANT: st.integers(0, 2**50),
    Kind.DECIMAL: st.decimals(-90, 90, places=6).map(str),
    Kind.SET: st.lists(texts, max_size=3),
}
BY_WIDGET = {"partial_date": st.sampled_from(["1980-05-17", "--02-29", "1980-05", "1980"])}
BY_FIELD = {
    ("pick_list", "key"): st.from_regex(r"\A[a-z][a-z0-9_]{0,20}\Z"),
    ("profile", "key"): st.from_regex(r"\A[a-z][a-z0-9_]{0,20}\Z"),
    ("sync_conflict", "record_id"): ids,
    ("record_share", "record_id"): ids,
    ("document", "sha256"): st.from_regex(r"\A[0-9a-f]{64}\Z"),
}
ENTITIES = pytest.mark.parametrize("entity", CRM.entities, ids=lambda entity: entity.entity_name)


def value_of(entity, column):
    if column.name == "id" or column.col.references:
        found = ids
    elif column.values:
        found = st.sampled_from(column.values)
    else:
        found = BY_WIDGET.get(column.col.widget, BY_KIND[column.kind])
        if column.max_length is not None and column.kind is Kind.TEXT:
            found = found.map(lambda text: text[: column.max_length])
    found = BY_FIELD.get((entity.entity_name, column.name), found)
    return st.none() | found if column.optional else found


@st.composite
def rows(draw, entity):
    """A row that may be stored: every field is drawn; what belongs to one of two has one."""
    row = {c.name: draw(value_of(entity, c)) for c in columns(entity)}
    pair = ["user_id", "team_id"] if entity.entity_name == "record_share" else ["company_id", "contact_id"]
    if set(pair) <= row.keys() and entity.entity_name != "company_contact":
        owner, other = draw(st.permutations(pair))
        row |= {owner: draw(ids), other: None}
    return stored_row(entity, row)


@ENTITIES
@settings(max_examples=10)
@given(data=st.data())
def test_a_record_is_the_same_after_the_wire(entity, data):
    row = data.draw(rows(entity))
    record = parse(entity, row)
    assert record.row() == row
    assert parse(entity, json.loads(dumps(row))) == record
    assert stored_row(entity, json.loads(dumps(row))) == row


@pytest.mark.functions(145, 147)
def test_a_record_is_the_same_at_the_centre_and_in_a_replica(tmp_path):
    world = make_world(tmp_path)
    device = world.device("laptop")
    made = {}

    @settings(max_examples=5, database=None)
    @given(st.tuples(*(rows(entity) for entity in CRM if entity.entity_name not in ("user", "team"))))
    def import_some(drawn):
        fresh = {}
        for row in drawn:
            entity = next(e for e in CRM if list(e.model_fields) == list(row))
            fixed = {"archived_at": None, "created_by": world.users["ana"], "updated_by": world.users["ana"]}
            fixed["id"] = natural_id(entity, row) or row["id"]
            if any(c.col.merge is Merge.PN for c in columns(entity)):
                fixed["code"] = None  # two drawn codes may be one, which is a question of its own
            if (entity.entity_name, fixed["id"]) not in made:
                fresh[entity.entity_name, fixed["id"]] = {**row, **fixed}
        by = ImportedBy(world.users["ana"], world.server.ids.token())
        with world.server.central.store.write() as connection:
            import_rows(connection, world.server.central, [(name, row) for (name, _), row in fresh.items()], by)
        made.update(fresh)

    import_some()
    result = device.sync()
    assert result.error is None
    assert result.proof is not None
    assert result.proof.equal
    for (name, pk), row in made.items():
        assert device.get(name, str(pk)) == row, name
    world.close()
