"""Who may share a record, until when, and who ends a share: said before it is saved."""

import pytest

from client.usecases import lists, record_pages, sharing, writing
from client.usecases.allowed import Allowed, NotAllowed
from client.usecases.list_answers import ListQuery
from client.usecases.rights_answers import NewShare
from client.usecases.shown import Names
from shared_models.errors import RecordInvalid
from shared_models.texts import Texts
from tests.clients import ANA, DAN, START_MS, bring, central_row
from tests.unit.client.usecases.test_allowed import MINE, PERSON, THEIRS, arrive

EN = Texts("en").t
DAY_US = 86_400_000_000
NOW_US = START_MS * 1000
DAY = "2026-05-17"


def page(replica, pk):
    return record_pages.record_page(replica, "company", pk)


def lent(level, days):
    return (
        "record_share",
        central_row(
            "record_share",
            "s",
            record_type="company",
            record_id=THEIRS,
            user_id=ANA,
            level=level,
            ends_at=NOW_US + days * DAY_US,
        ),
    )


@pytest.mark.functions(34)
def test_one_shares_as_much_as_one_may_do_oneself(replica):
    arrive(replica, "salesperson")
    assert page(replica, MINE).may_share == ("see", "change")
    saved = sharing.share(replica, EN, NewShare("company", MINE, DAN, False, "change", NOW_US + DAY_US, DAY))
    assert saved.label == "Shared with Dan until 17 May 2026: Mine"
    [share] = page(replica, MINE).shares
    assert (share.whom, share.level, share.by, share.can_end, share.state) == ("Dan", "change", "Ana", True, "waiting")
    assert writing.undo(replica, EN, saved.tx)
    assert page(replica, MINE).shares == ()


@pytest.mark.functions(34)
def test_a_share_that_one_has_is_passed_on_only_for_as_long_as_it_lasts(replica):
    arrive(replica, "guest", lent("see", 3))
    assert page(replica, THEIRS).may_share == ("see",)
    with pytest.raises(NotAllowed) as refused:
        sharing.share(replica, EN, NewShare("company", THEIRS, DAN, False, "change", NOW_US + DAY_US, DAY))
    assert refused.value.reason == "denied.share"
    for until, reason in ((NOW_US - DAY_US, "share.past"), (NOW_US + 9 * DAY_US, "share.too_long")):
        with pytest.raises(RecordInvalid) as wrong:
            sharing.share(replica, EN, NewShare("company", THEIRS, DAN, False, "see", until, DAY))
        assert [(one.field, one.reason) for one in wrong.value.problems] == [("ends_at", reason)]
    assert replica.waiting() == []


@pytest.mark.functions(34)
def test_a_share_is_ended_by_its_giver_and_by_who_may_change_the_record(replica):
    arrive(replica, "guest", lent("see", 3))
    [theirs] = page(replica, THEIRS).shares
    assert not theirs.can_end
    with pytest.raises(NotAllowed):
        sharing.end_share(replica, EN, theirs.id)
    mine = sharing.share(replica, EN, NewShare("company", THEIRS, DAN, False, "see", NOW_US + DAY_US, DAY))
    assert [(one.whom, one.can_end) for one in page(replica, THEIRS).shares] == [("Dan", True), ("Ana", False)]
    assert sharing.end_share(replica, EN, mine.id).label == "Theirs: no longer shared with Dan"
    assert [one.whom for one in page(replica, THEIRS).shares] == ["Ana"]
    with pytest.raises(KeyError):
        sharing.end_share(replica, EN, "nothing")


@pytest.mark.functions(34)
def test_the_reader_and_the_responsible_need_no_share(replica):
    arrive(replica, "guest", lent("see", 3))
    assert page(replica, MINE).needless_shares == {ANA}
    assert page(replica, THEIRS).needless_shares == {ANA, DAN}


def other(pk, until, **more):
    """Return a share that Dan gave later."""
    values = {"record_type": "company", "level": "see", "ends_at": NOW_US + until * DAY_US, "created_by": DAN}
    return "record_share", central_row("record_share", pk, **{**values, "record_id": MINE, "user_id": ANA, **more})


@pytest.mark.functions(34)
def test_a_share_that_came_is_told_once_and_named_on_its_page_and_in_the_list(replica):
    arrive(replica, "guest", lent("see", 3), other("gone", 3, record_id="not-here"), other("over", -1))
    got = sharing.take_shares(replica)
    assert (got.count, got.record, got.title) == (1, THEIRS, "Theirs")
    assert sharing.take_shares(replica) is None
    assert [one.is_with_me for one in page(replica, THEIRS).shares] == [True]
    assert {row.id: row.is_shared for row in lists.companies(replica, ListQuery(), None).rows} == {MINE: False, THEIRS: True}
    mine = sharing.share(replica, EN, NewShare("company", THEIRS, ANA, False, "see", NOW_US + DAY_US, DAY))
    assert sharing.take_shares(replica) is None  # his own is no news
    assert mine.id in {one.id for one in page(replica, THEIRS).shares if not one.is_with_me}


@pytest.mark.functions(34)
def test_several_shares_are_told_together_and_the_one_of_a_team_too(replica):
    person = {"record_type": "contact", "record_id": PERSON}
    team = ("team", central_row("team", "north", name="Nord"))
    shares = (other("a", 3), other("b", 5, **person, user_id=None, team_id="north"))
    arrive(replica, "guest", team, *shares, team_id="north")
    assert sharing.take_shares(replica).count == 2
    [row] = lists.contacts(replica, ListQuery(), None).rows
    assert row.is_shared
    bring(replica, (2, "record_share", {**shares[0][1], "archived_at": NOW_US}), since=1, to=2)
    assert sharing.take_shares(replica) is None  # one that is over is no news


def test_who_sees_everything_anyway_has_no_mark_of_a_share(replica):
    arrive(replica, None, lent("see", 3))
    assert [row.is_shared for row in lists.companies(replica, ListQuery(), None).rows] == [False, False]


def test_nothing_is_told_of_shares_before_the_rights_are_here(replica):
    assert sharing.take_shares(replica) is None
    assert sharing.lent_to(Allowed(replica, None), "company") == frozenset()


def test_what_has_ended_or_cannot_be_known_is_not_told(replica):
    arrive(replica, "office", lent("see", -1))
    assert page(replica, THEIRS).shares == ()
    assert sharing.sharing(replica, Names(replica), Allowed(replica, None), "company", MINE) == sharing.Sharing()
