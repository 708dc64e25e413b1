"""Whatever arrives for a field is either stored in one form or refused with a reason; nothing else happens."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_models.codec import dumps, stored_row, stored_value
from shared_models.errors import RecordInvalid
from shared_models.fields import columns
from shared_models.registry import CRM

FIELDS = [(entity, column.name) for entity in CRM for column in columns(entity)]
texts = st.text(st.characters(exclude_categories=["Cs"]))
numbers = (
    st.integers(-(2**70), 2**70)
    | st.floats()
    | st.sampled_from(["NaN", "-Infinity", "1e9999", "0x10", "--05-17", "2026-02-30"])
)
anything = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=4,
)


def answer(ask):
    """Return the problems, or none and what was stored."""
    try:
        return (), ask()
    except RecordInvalid as refusal:
        return refusal.problems, None


@given(st.sampled_from(FIELDS), anything)
def test_a_value_is_stored_in_one_form_or_refused_with_a_reason(field, value):
    entity, name = field
    refused, stored = answer(lambda: stored_value(entity, name, value))
    assert all(problem.reason.startswith("problem.") for problem in refused)
    if refused:
        return
    assert stored_value(entity, name, stored) == stored
    assert json.loads(dumps(stored)) == stored
    dumps(stored).encode()


@pytest.mark.parametrize("entity", CRM.entities, ids=lambda entity: entity.entity_name)
@given(data=st.data())
def test_a_row_of_any_values_is_stored_or_refused(entity, data):
    names = [column.name for column in columns(entity)]
    values = data.draw(st.dictionaries(st.sampled_from(names) | texts, anything, max_size=6))
    refused, row = answer(lambda: stored_row(entity, values))
    assert refused or stored_row(entity, row) == row
