"""Past values come in pages of whole saves: nothing is lost between two of them."""

import pytest

from shared_models.ids import derived_id
from sync_server.db import feed
from sync_server.services import history
from sync_server.services.actor import Actor
from sync_server.services.bulk_import import ImportedBy, import_rows
from sync_server.services.shipped_profiles import profile_id, shipped_profiles
from tests.servers import make_server

RECORD = "019ab698-0000-7000-8000-000000000001"
FREE = Actor("u", "d")
GUEST = derived_id("user", "guest")
"""Sees what he is responsible for, without prices."""


@pytest.fixture
def central(tmp_path):
    server = make_server(tmp_path)
    yield server.central
    server.central.store.close()


def remember(central, seq, count, unit="name"):
    line = {
        "seq": seq, "entity": "company", "record_id": RECORD, "unit": unit, "before": None, "after": '{"name":"x"}', "by": "u",
        "device": "d", "tx_id": f"t{seq}", "typed_at": 1, "arrived_at": 1, "kind": "applied",
    }  # fmt: skip
    with central.store.write() as connection:
        feed.write_history(connection, central.tables, [{**line, "n": n} for n in range(count)])


def all_pages(central, actor=FREE):
    seqs, before = [], None
    while True:
        page = history.page(central, actor, "company", RECORD, before)
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


def invite_guest(central):
    """Let in somebody who is responsible for the record and may not see its price segment."""
    guest = {
        "id": GUEST,
        "name": "G",
        "email": "g@example.ro",
        "language": "ro",
        "time_zone": "UTC",
        "profile_id": profile_id("guest"),
    }
    rows = [*shipped_profiles(), ("user", guest), ("company", {"id": RECORD, "name": "Acme", "responsible_id": GUEST})]
    with central.store.write() as connection:
        import_rows(connection, central, rows, ImportedBy("setup", "setup"))
    return Actor(GUEST, "his")


@pytest.mark.functions(13, 34)
@pytest.mark.parametrize("hidden", [[60], [1] * 60, [49, 1, 200]])
def test_lines_that_a_reader_may_not_see_never_end_his_pages(central, hidden):
    """However many come one after the other: what he may see before them comes, and no page is empty but the last."""
    guest = invite_guest(central)
    remember(central, 1000, 2)
    for seq, count in enumerate(hidden, start=1001):
        remember(central, seq, count, "price_segment_id")
    remember(central, 2000, 1)
    told = [seq for seq in all_pages(central, guest) if seq >= 1000]
    assert told == [2000, 1000, 1000]
    assert all_pages(central, Actor("root", "r", is_admin=True)).count(1001) == hidden[0]


@pytest.mark.functions(13, 34)
def test_a_save_longer_than_a_page_comes_whole_without_what_is_hidden_in_it(central):
    guest = invite_guest(central)
    remember(central, 1000, 1)
    with central.store.write() as connection:
        kept = {"entity": "company", "record_id": RECORD, "before": None, "after": None, "by": "u", "device": "d", "tx_id": "t",
                "typed_at": 1, "arrived_at": 1, "kind": "applied", "seq": 1001}  # fmt: skip
        lines = [{**kept, "n": n, "unit": "price_segment_id" if n % 2 else "name"} for n in range(120)]
        feed.write_history(connection, central.tables, lines)
    first = history.page(central, guest, "company", RECORD, None)
    assert ([entry.unit for entry in first.entries], first.more) == (["name"] * 60, True)
    assert [seq for seq in all_pages(central, guest) if seq >= 1000] == [1001] * 60 + [1000]
