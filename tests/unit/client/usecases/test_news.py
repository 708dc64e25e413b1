"""Of what became of a decision only that is told which is certain and which the reader does not know."""

import pytest

from client.usecases import decisions, news
from tests.clients import ANA, DAN, START_MS, bring, central_row, make_replica

PK = "018f0000-0000-7000-8000-000000000001"
CARD = "018f0000-0000-7000-8000-000000000002"
CLERK = "018f0000-0000-7000-8000-000000000003"
NOW_US = START_MS * 1000


@pytest.fixture
def replica(tmp_path):
    opened = make_replica(tmp_path)
    yield opened
    opened.close()


def told(replica, *, by=DAN, name="Acme by Dan", **changes):
    """Return the news after Ana kept her own name, and the record came with another one."""
    card = {
        "kind": "value", "record_type": "company", "record_id": PK, "unit": "name", "policy": "FM", "for_users": [ANA, DAN],
        "mine": '{"name": "Acme by Dan"}', "theirs": '{"name": "Acme by Ana"}', "mine_by": DAN, "theirs_by": ANA,
        "state": "kept_theirs", "decided_at": NOW_US - 1, "decided_by": ANA, "server_epoch": "e", "transaction_id": "t",
    }  # fmt: skip
    bring(
        replica,
        (5, "user", central_row("user", DAN, name="Dan Radu", email="dan@example.ro")),
        (5, "user", central_row("user", CLERK, name="Maria Ilie", email="maria@example.ro")),
        (5, "company", central_row("company", PK, name=name, updated_by=by)),
        (5, "sync_conflict", central_row("sync_conflict", CARD, **{**card, **changes})),
        to=5,
    )
    return decisions.inbox(replica, START_MS).news


def test_the_other_author_is_named_when_the_record_is_as_he_left_it(replica):
    assert [(one.id, one.since_by) for one in told(replica)] == [(CARD, "Dan Radu")]


def test_nobody_is_named_when_somebody_whom_the_card_did_not_concern_wrote_last(replica):
    assert [one.since_by for one in told(replica, by=CLERK)] == [""]


@pytest.mark.parametrize(
    "changes",
    [
        {"by": ANA},
        {"name": "Acme by Ana"},
        {"name": "Acme SA"},
        {"decided_by": DAN},
        {"state": "kept_both"},
        {"decided_at": NOW_US - 31 * 86_400_000_000},
    ],
    ids=["by the reader", "it holds", "a third value", "another decided", "both kept", "long ago"],
)
def test_what_the_reader_knows_or_need_not_know_is_not_told(replica, changes):
    assert told(replica, **changes) == ()


def test_what_was_read_stays_read_after_a_restart(replica, tmp_path):
    assert told(replica)
    news.note_read(replica, CARD)
    again = make_replica(tmp_path)
    assert decisions.inbox(again, START_MS).news == ()
    again.close()
