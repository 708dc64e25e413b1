"""What an administrator saves of people and profiles, and that nobody else can."""

import pytest

from client.usecases import people, profiles, teams, writing
from client.usecases.allowed import NotAllowed
from client.usecases.answers import Label
from shared_models.errors import RecordInvalid
from shared_models.texts import Texts
from sync_server.services.shipped_profiles import profile_id
from tests.clients import ANA, DAN, central_row
from tests.unit.client.usecases.test_allowed import arrive

NORTH = "018f0000-0000-7000-8000-0000000000e1"
EN, RO = Texts("en").t, Texts("ro").t
SALES, OFFICE = profile_id("salesperson"), profile_id("office")


def reach(replica, pk, entity, action):
    page = profiles.profile_page(replica, pk)
    return next(one for one in page.reaches if one.entity == entity).by_action[action]


@pytest.mark.functions(32, 33)
def test_an_admin_gives_a_profile_and_a_manager_and_takes_them_back(replica):
    arrive(replica, None, is_admin=True)
    saved = people.put_person(replica, EN, DAN, "profile_id", SALES)
    assert saved.label == "Dan: Profile"
    people.put_person(replica, EN, DAN, "manager_id", ANA)
    page = people.person_page(replica, DAN)
    assert (page.row.profile, page.row.manager, page.row.is_free) == (Label("Salesperson", "Agent de vânzări"), "Ana", False)
    assert [(one.entity, one.by_action["see"], one.by_action["change"]) for one in page.reaches] == [
        ("company", "team", "own"),
        ("contact", "team", "own"),
    ]
    assert page.groups == ("personal", "price")
    assert page.row.state == "waiting"
    assert people.person_page(replica, ANA).reports == ("Dan",)
    assert people.person_page(replica, ANA).managers == ()  # Dan reports to her
    assert writing.undo(replica, EN, saved.tx)
    assert people.person_page(replica, DAN).row.profile is None


@pytest.mark.functions(32, 33)
def test_a_profile_of_the_team_limits_whoever_has_none_of_his_own(replica):
    arrive(replica, None, ("team", central_row("team", NORTH, name="Nord")), is_admin=True)
    assert (people.person_page(replica, DAN).row.is_free, people.person_page(replica, DAN).is_free_alone) == (True, True)
    people.put_person(replica, EN, DAN, "team_id", NORTH)
    teams.put_team(replica, EN, NORTH, "profile_id", SALES)
    page = people.person_page(replica, DAN)
    assert (page.row.is_free, page.is_free_alone, page.row.profile) == (False, False, None)
    assert {row.id: row.is_free for row in people.people(replica, "")} == {ANA: True, DAN: False}


def test_a_second_change_of_a_person_that_waits_counts_too(replica):
    arrive(replica, None, is_admin=True)
    people.put_person(replica, EN, DAN, "profile_id", OFFICE)
    assert reaches(replica, DAN) == "all"
    saved = people.put_person(replica, EN, DAN, "profile_id", SALES)
    assert reaches(replica, DAN) == "team"
    assert writing.undo(replica, EN, saved.tx)
    assert reaches(replica, DAN) == "all"


def reaches(replica, pk):
    return people.person_page(replica, pk).reaches[0].by_action["see"]


def test_people_are_found_by_the_starts_of_words_of_what_their_row_tells(replica):
    arrive(replica, None, is_admin=True)
    people.put_person(replica, EN, DAN, "profile_id", SALES)
    assert [one.name for one in people.people(replica, "")] == ["Ana", "Dan"]
    assert [one.name for one in people.people(replica, "vanz da")] == ["Dan"]
    assert people.people(replica, "nobody") == ()


def test_who_does_not_administer_reads_and_saves_nothing_here(replica):
    arrive(replica, "manager")
    for attempt in (
        lambda: people.people(replica, ""),
        lambda: people.person_page(replica, DAN),
        lambda: people.put_person(replica, EN, DAN, "profile_id", SALES),
        lambda: people.put_right(replica, EN, DAN, "company", "see", "all"),
        lambda: people.put_active(replica, EN, DAN, on=False),
        lambda: teams.teams(replica),
        lambda: teams.add_team(replica, EN, "A"),
        lambda: teams.archive_team(replica, EN, NORTH, on=True),
        lambda: profiles.profiles(replica),
        lambda: profiles.put_reach(replica, EN, SALES, "company", "see", "all"),
        lambda: profiles.add_profile(replica, EN, Label("A", "A"), None),
    ):
        with pytest.raises(NotAllowed) as refused:
            attempt()
        assert refused.value.reason == "why.admin_only"
    assert replica.waiting() == []


@pytest.mark.functions(32, 35, 36)
def test_a_profile_reaches_further_and_opens_a_group(replica):
    arrive(replica, None, is_admin=True)
    saved = profiles.put_reach(replica, RO, SALES, "company", "see", "all")
    assert saved.label == "Agent de vânzări: Firmă, Vede"
    assert (reach(replica, SALES, "company", "see"), reach(replica, SALES, "contact", "see")) == ("all", "team")
    profiles.put_group(replica, EN, SALES, "bank", on=True)
    profiles.put_group(replica, EN, SALES, "price", on=False)
    assert profiles.profile_page(replica, SALES).row.groups == ("bank", "personal")
    assert profiles.profile_page(replica, SALES).all_groups == ("bank", "personal", "price")


@pytest.mark.functions(32)
def test_a_new_profile_begins_as_another_or_with_nothing(replica):
    arrive(replica, None, is_admin=True)
    driver = profiles.add_profile(replica, EN, Label(" Driver ", "Șofer"), OFFICE)
    assert driver.label == "New: Driver"
    assert (reach(replica, driver.id, "company", "change"), reach(replica, driver.id, "company", "archive")) == ("all", "none")
    people.put_person(replica, EN, DAN, "profile_id", driver.id)
    [row] = [one for one in profiles.profiles(replica) if one.id == driver.id]
    assert (row.label, row.people, row.groups) == (Label("Driver", "Șofer"), 1, ("bank", "price"))
    bare = profiles.add_profile(replica, EN, Label("Ȋ 2", "Doi"), None)
    assert reach(replica, bare.id, "company", "see") == "none"
    profiles.put_reach(replica, EN, bare.id, "company", "see", "own")
    assert reach(replica, bare.id, "company", "see") == "own"


def test_a_name_that_is_taken_or_missing_is_said_at_its_field(replica):
    arrive(replica, None, is_admin=True)
    with pytest.raises(RecordInvalid) as wrong:
        profiles.add_profile(replica, EN, Label("office", " "), None)
    assert [(one.field, one.reason) for one in wrong.value.problems] == [
        ("label_en", "profiles.taken"),
        ("label_ro", "problem.required"),
    ]
    saved = profiles.rename_profile(replica, EN, OFFICE, Label("Back office", "Birou"))
    assert saved.label.startswith("Back office: ")
    first = profiles.add_profile(replica, EN, Label("Office", "Casierie"), None)
    assert first.id != OFFICE  # the key of a renamed profile stays its own


def test_what_is_gone_has_no_page(replica):
    arrive(replica, None, is_admin=True)
    assert people.person_page(replica, profile_id("nobody")) is None
    assert profiles.profile_page(replica, DAN) is None
    with pytest.raises(KeyError):
        profiles.put_group(replica, EN, DAN, "bank", on=True)


def rights(replica, pk=DAN):
    [company, _] = people.person_page(replica, pk).reaches
    return {action: (reach, company.by_profile[action]) for action, reach in company.by_action.items()}


@pytest.mark.functions(34)
def test_a_right_of_his_own_reaches_further_than_the_profile_and_is_taken_back(replica):
    arrive(replica, None, is_admin=True)
    people.put_person(replica, EN, DAN, "profile_id", SALES)
    saved = people.put_right(replica, EN, DAN, "company", "see", "all")
    assert saved.label == "Dan: Company, See"
    assert rights(replica) == {
        "see": ("all", "team"),
        "create": ("own", "own"),
        "change": ("own", "own"),
        "archive": ("own", "own"),
    }
    [company, contact] = people.person_page(replica, DAN).reaches
    assert [company.differs("see"), company.differs("change"), contact.differs("see")] == [True, False, False]
    people.put_right(replica, EN, DAN, "company", "change", "team")
    people.put_right(replica, EN, DAN, "company", "see", "none")
    assert rights(replica)["see"] == ("team", "team")
    assert rights(replica)["change"] == ("team", "own")
    assert writing.undo(replica, EN, saved.tx)
    with pytest.raises(KeyError):
        people.put_right(replica, EN, DAN, "note", "see", "all")


@pytest.mark.functions(33)
def test_a_manager_who_reports_to_the_person_is_no_manager_of_his(replica):
    arrive(replica, None, is_admin=True)
    people.put_person(replica, EN, DAN, "manager_id", ANA)
    assert [one.label for one in people.person_page(replica, ANA).below] == ["Dan"]
    assert people.person_page(replica, DAN).below == ()
    for below in (DAN, ANA):
        with pytest.raises(RecordInvalid) as circle:
            people.put_person(replica, EN, ANA, "manager_id", below)
        assert [(one.field, one.reason) for one in circle.value.problems] == [("manager_id", "people.circle")]
    assert len(replica.waiting()) == 1


def test_who_has_left_is_no_longer_active_and_nobody_locks_himself_out(replica):
    arrive(replica, None, is_admin=True)
    saved = people.put_active(replica, EN, DAN, on=False)
    assert saved.label == "Dan: may no longer sign in"
    assert [(one.name, one.is_active) for one in people.people(replica, "")] == [("Ana", True), ("Dan", False)]
    assert not people.person_page(replica, DAN).is_me
    assert people.person_page(replica, ANA).is_me
    with pytest.raises(NotAllowed, match=r"people\.not_oneself"):
        people.put_active(replica, EN, ANA, on=False)
    assert writing.undo(replica, EN, saved.tx)
    assert people.person_page(replica, DAN).row.is_active
    assert people.put_active(replica, EN, DAN, on=True).label == "Dan: may sign in again"
