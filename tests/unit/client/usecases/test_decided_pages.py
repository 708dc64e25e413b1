"""Decided cards come in pages, each card once: those of the reader, and those of one record."""

import pytest

from client.usecases import decided, timelines
from shared_models.errors import Unreachable
from shared_models.protocol import HistoryPage
from tests.clients import ANA, START_MS, bring, central_row, make_replica

PK = "018f0000-0000-7000-8000-000000000001"
NOW_US = START_MS * 1000
TOTAL = decided.PAGE_ROWS * 2 + 7


def card_id(n):
    return f"018f0000-0000-7000-8000-1000000{n:05d}"


def card(n, state, decided_at):
    values = {
        "kind": "value", "record_type": "company", "record_id": PK, "unit": "name", "policy": "FM", "for_users": [ANA],
        "mine": f'{{"name": "Acme {n}"}}', "theirs": '{"name": "Acme"}', "state": state, "decided_at": decided_at,
        "decided_by": ANA if decided_at else None, "server_epoch": "e", "transaction_id": f"t{n}",
    }  # fmt: skip
    return (5, "sync_conflict", central_row("sync_conflict", card_id(n), **values))


@pytest.fixture
def replica(tmp_path):
    """107 cards: the centre knows of 47 decisions, two of them in one moment; 60 more were made here since."""
    opened = make_replica(tmp_path)
    known = TOTAL - 60
    cards = [card(n, "kept_theirs", NOW_US - max(n, 2) * 1000) for n in range(known)]
    cards += [card(n, "open", None) for n in range(known, TOTAL)]
    bring(opened, (5, "company", central_row("company", PK, name="Acme")), *cards, to=5)
    for n in range(known, TOTAL):
        with opened.edit("decided") as edit:
            edit.update("sync_conflict", card_id(n), {"state": "kept_theirs"})
    yield opened
    opened.close()


def pages(read):
    page = read(None)
    found = [page]
    while page.next is not None:
        page = read(page.next)
        found.append(page)
    return found


def test_all_decided_cards_of_the_reader_come_in_pages_the_unsent_ones_first(replica):
    read = pages(lambda after: decided.decided(replica, START_MS, after))
    ids = [one.id for page in read for one in page.rows]
    assert (len(ids), len(set(ids))) == (TOTAL, TOTAL)
    assert len(read) > 1
    assert all(len(page.rows) <= 2 * decided.PAGE_ROWS for page in read)
    assert set(ids[:60]) == {card_id(n) for n in range(TOTAL - 60, TOTAL)}
    assert ids[60:] == [card_id(n) for n in (2, 1, 0, *range(3, TOTAL - 60))]


def unreachable(entity, pk, before):
    raise Unreachable


@pytest.mark.parametrize("is_up", [True, False])
def test_all_decisions_on_a_record_come_with_its_timeline_also_without_the_centre(replica, is_up):
    asked = []

    def ask(entity, pk, before):
        asked.append(before)
        return HistoryPage(entries=[], more=False) if is_up else unreachable(entity, pk, before)

    read = pages(lambda after: timelines.timeline(replica, ask, "company", PK, after))
    ids = [entry.id for page in read for entry in page.entries]
    assert (len(ids), len(set(ids))) == (TOTAL, TOTAL)
    assert len(read) > 1
    assert {page.has_history for page in read} == {is_up}
    assert asked == [None], "history that has ended, or is out of reach, is not asked for again"
