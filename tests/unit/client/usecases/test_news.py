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


def lost(replica, **changes):
    """Return the news after Dan put his own name back in a clash in which Ana's was in use."""
    return told(
        replica,
        **{"decided_by": DAN, "updated_by": DAN, "state": "restored_mine", "decided_at": NOW_US + 60_000_000, **changes},
    )


@pytest.mark.functions(142)
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"by": CLERK},
        {"name": "Acme SA", "state": "edited"},
        {"name": "Acme SA"},
        {"mine_by": ANA, "theirs_by": DAN, "mine": '{"name": "Acme by Ana"}', "theirs": '{"name": "Acme by Dan"}', "state": "kept_theirs"},
        {"mine_by": ANA, "theirs_by": ANA, "name": "Acme SA", "state": "edited"},
    ],
    ids=["taken", "the clerk wrote last", "a third value", "changed since", "hers was not in use", "both hers, a third value"],
)  # fmt: skip
def test_whose_value_lost_by_the_decision_of_another_is_told_by_whom(replica, changes):
    [one] = lost(replica, **changes)
    assert (one.id, one.how, one.since_by) == (CARD, "lost", "Dan Radu")
    news.note_read(replica, CARD)
    assert decisions.inbox(replica, START_MS).news == ()


@pytest.mark.functions(142)
@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Acme by Ana"},
        {"state": "kept_both"},
        {"state": "kept_theirs", "name": "Acme by Ana"},
        {"theirs_by": CLERK},
        {"mine_by": ANA},
        {"name": "Acme SA", "by": ANA},
        {"kind": "bank_account"},
        {"decided_at": NOW_US - 1},
        {"decided_at": NOW_US - 31 * 86_400_000_000},
    ],
    ids=["hers holds again", "both kept", "hers was kept", "not hers", "both hers", "she wrote since", "no value lost",
         "before her data was here", "long ago"],
)  # fmt: skip
def test_who_lost_nothing_or_knows_is_told_nothing_of_the_decision_of_another(replica, changes):
    assert lost(replica, **changes) == ()


def test_a_value_that_lost_in_a_record_that_was_archived_since_is_told_all_the_same(replica):
    assert lost(replica)
    bring(replica, (6, "company", central_row("company", PK, name="Acme by Dan", archived_at=NOW_US)), to=6)
    assert [one.id for one in decisions.inbox(replica, START_MS).news] == [CARD]


def test_since_when_a_persons_data_is_here_is_not_forgotten_when_he_signs_in_again(replica):
    since = replica.facts()["bound_at"]
    replica.bind(ANA, "device-ana")
    assert replica.facts()["bound_at"] == since > 0
    replica.bind(DAN, "device-ana")
    assert replica.facts()["bound_at"] > since


def test_a_value_that_was_kept_against_hers_and_changed_since_is_told_apart_from_what_holds(replica):
    [one] = lost(replica, name="Acme SA")
    assert (one.since, one.mine.values, one.now.values) == ("changed", {"name": "Acme by Dan"}, {"name": "Acme SA"})
