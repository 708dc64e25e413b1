"""What is hashed of a row here is what the centre hashes of what it sent, whatever letters and kinds of values are in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.replica import held, rows
from conflict.overlay import blank_row
from shared_models.digest import content_hash
from shared_models.fields import wire_order
from shared_models.registry import CRM
from tests.clients import make_replica

PK = "018f0000-0000-7000-8000-000000000001"
COMPANY = CRM.get("company")
texts = st.text(st.characters(min_codepoint=1, exclude_categories=["Cs"]), max_size=30)


@pytest.fixture(scope="module")
def replica(tmp_path_factory):
    opened = make_replica(tmp_path_factory.mktemp("held"))
    yield opened
    opened.close()


def put(replica, values):
    with replica.write(durable=False) as writing:
        rows.write(writing.connection, COMPANY, {**blank_row(COMPANY), "id": PK, **values}, 7)


def hashed(replica, prefixes=("",)):
    with replica.reading() as reader:
        return list(held.hashed(reader, COMPANY, "content", prefixes))


def sent(values):
    row = {**blank_row(COMPANY), "id": PK, **values}
    return [(PK, 7, content_hash("company", PK, 7, held.fastest_dumps()([row[name] for name in wire_order(COMPANY)])))]


@given(
    st.fixed_dictionaries(
        {
            "name": texts,
            "description": texts | st.none(),
            "roles": st.lists(texts.filter(bool), max_size=3, unique=True).map(lambda found: tuple(sorted(found))),
            "is_vat_payer": st.booleans() | st.none(),
            "do_not_contact": st.booleans(),
            "visit_every_days": st.integers(-(2**63), 2**63 - 1) | st.none(),
        }
    )
)
def test_content_is_hashed_as_the_centre_sends_it(replica, values):
    put(replica, values)
    assert hashed(replica) == sent(values)
    assert hashed(replica, list("0123456789abcdef")) == sent(values)


def test_every_control_character_and_every_quote_is_written_as_the_centre_writes_it(replica):
    values = {"name": "".join(map(chr, range(1, 0x100))), "roles": tuple(sorted(map(chr, range(1, 0x80))))}
    put(replica, values)
    assert hashed(replica) == sent(values)


def test_a_text_that_is_no_utf_8_any_more_is_told_apart_without_an_error(replica):
    put(replica, {"name": "Acme"})
    with replica.write(durable=False) as writing:
        writing.connection.execute("UPDATE company SET name = CAST(x'41ff42' AS TEXT), roles = '[\"', is_vat_payer = 5")
    ((pk, version, found),) = hashed(replica)
    assert (pk, version) == (PK, 7)
    assert [(pk, version, found)] != sent({"name": "Acme"})
