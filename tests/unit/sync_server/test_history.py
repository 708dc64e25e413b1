"""Past values come in pages of whole saves: nothing is lost between two of them."""

import pytest

from sync_server.db import feed
from sync_server.services import history
from sync_server.services.actor import Actor
from tests.servers import make_server

RECORD = "019ab698-0000-7000-8000-000000000001"


@pytest.fixture
def central(tmp_path):
    server = make_server(tmp_path)
    yield server.central
    server.central.store.close()


def remember(central, seq, count):
    line = {
        "seq": seq, "entity": "company", "record_id": RECORD, "unit": "name", "before": None, "after": '{"name":"x"}', "by": "u",
        "device": "d", "tx_id": f"t{seq}", "typed_at": 1, "arrived_at": 1, "kind": "applied",
    }  # fmt: skip
    with central.store.write() as connection:
        feed.write_history(connection, central.tables, [{**line, "n": n} for n in range(count)])


def all_pages(central):
    seqs, before = [], None
    while True:
        page = history.page(central, Actor("u", "d"), "company", RECORD, before)
        seqs += [entry.seq for entry in page.entries]
        if not page.more:
            return seqs
        before = page.entries[-1].seq


@pytest.mark.functions(13)
@pytest.mark.parametrize("sizes", [[3], [50], [51], [49, 2], [20, 40, 20], [1, 120, 1], [0]])
def test_every_line_comes_once_whatever_the_saves_are_long(central, sizes):
    for seq, count in enumerate(sizes, start=1000):
        remember(central, seq, count)
    wanted = [seq for seq, count in enumerate(sizes, start=1000) for _ in range(count)]
    assert sorted(all_pages(central)) == wanted
