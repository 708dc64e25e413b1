"""Page and form tell which own values the centre has not confirmed, so that a code is shown provisional until then."""

import pytest

from client.replica import integrity, outbox
from client.replica.remote_page import Ack
from client.usecases.forms import OpenForms, open_form
from client.usecases.record_pages import record_page
from tests.clients import bring, central_row, make_replica

ACME = "018f1111-0000-7000-8000-000000000001"


@pytest.fixture
def replica(tmp_path):
    opened = make_replica(tmp_path)
    bring(opened, (5, "company", central_row("company", ACME, name="Acme", roles=["customer"], code="C-1")), to=5)
    yield opened
    assert integrity.check(opened) == []
    opened.close()


def recoded(replica, code: str) -> str:
    with replica.edit("Edit") as edit:
        edit.update("company", ACME, {"code": code})
    return str(edit.tx_id)


def test_a_code_from_the_centre_is_certain(replica):
    assert record_page(replica, "company", ACME).pending == frozenset()
    assert open_form(replica, OpenForms(), "company", ACME, None).pending == frozenset()


def test_a_code_that_was_typed_here_is_provisional_also_while_it_is_on_its_way(replica):
    recoded(replica, "C-2")
    assert record_page(replica, "company", ACME).pending == {"code"}
    with replica.write(durable=False) as writing:
        outbox.take_batch(writing, 1)
    assert open_form(replica, OpenForms(), "company", ACME, None).pending == {"code"}


def test_the_answer_of_the_centre_makes_a_code_certain_even_with_a_suffix(replica):
    tx = recoded(replica, "C-2")
    with replica.write(durable=False) as writing:
        outbox.take_batch(writing, 1)
    told = central_row("company", ACME, name="Acme", roles=["customer"], code="C-2-2")
    bring(replica, (6, "company", told), to=6, acks=(Ack(tx, "applied", 6, 1, None),))
    page = record_page(replica, "company", ACME)
    assert page.pending == frozenset()
    assert page.values["code"] == "C-2-2"
