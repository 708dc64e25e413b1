"""What another person sees is what the rule of both halves says, record by record."""

import pytest

from client.usecases import people, seen_by
from client.usecases.allowed import NotAllowed
from shared_models.rights import decide, subject_of
from shared_models.texts import Texts
from sync_server.services.shipped_profiles import profile_id
from tests.clients import ANA, DAN, central_row
from tests.unit.client.usecases.test_allowed import MINE, PERSON, THEIRS, arrive
from tests.unit.client.usecases.test_sharing import lent

EN = Texts("en").t


@pytest.mark.functions(32, 33, 35)
def test_a_salesperson_sees_his_own_and_his_manager_too(replica):
    arrive(replica, None, is_admin=True)
    people.put_person(replica, EN, DAN, "profile_id", profile_id("salesperson"))
    found = seen_by.seen_by(replica, DAN, "company", None)
    assert (found.seen, found.here, found.next) == (1, 2, None)
    [row] = found.rows
    assert (row.id, row.title, row.access.rule) == (THEIRS, "Theirs", "why.own")
    assert row.access.words["owner"] == "Dan"
    assert [one.id for one in seen_by.seen_by(replica, DAN, "contact", None).rows] == [PERSON]
    assert {one.access.rule for one in seen_by.seen_by(replica, ANA, "company", None).rows} == {"why.admin"}


@pytest.mark.functions(32, 34, 35)
@pytest.mark.parametrize("profile", ["admin", "manager", "salesperson", "office", "accountant", "guest", None])
def test_the_answer_is_that_of_decide(replica, profile):
    arrive(replica, None, lent("see", 3), is_admin=True)
    people.put_person(replica, EN, DAN, "profile_id", profile and profile_id(profile))
    known = replica.rights()
    kind = replica.registry.get("company")
    told = {one.id: one.access.rule for one in seen_by.seen_by(replica, DAN, "company", None).rows}
    for pk in (MINE, THEIRS):
        decision = decide(known.rules, DAN, subject_of(kind, replica.get("company", pk)), "see", known.at)
        assert told.get(pk) == (decision.why.key if decision.allowed else None)


def test_pages_follow_each_other_by_title(replica, monkeypatch):
    monkeypatch.setattr(seen_by, "PAGE_ROWS", 1)
    arrive(replica, None, is_admin=True)
    first = seen_by.seen_by(replica, ANA, "company", None)
    second = seen_by.seen_by(replica, ANA, "company", first.next)
    assert ([one.title for one in (*first.rows, *second.rows)], second.next) == (["Mine", "Theirs"], None)


def test_only_an_administrator_looks(replica):
    arrive(replica, "manager")
    with pytest.raises(NotAllowed):
        seen_by.seen_by(replica, DAN, "company", None)


def test_nothing_is_said_before_the_rules_are_whole(replica):
    team = "018f0000-0000-7000-8000-0000000000ee"
    arrive(replica, None, ("team", central_row("team", team, name="Nord")), is_admin=True, team_id=DAN)
    assert seen_by.seen_by(replica, ANA, "company", None) is None
