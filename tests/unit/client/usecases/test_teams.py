"""What an administrator saves of teams: their names, leaders, members, what they add, and that an archived one counts as none."""

import pytest

from client.usecases import people, teams, writing
from client.usecases.answers import Label
from shared_models.errors import RecordInvalid
from shared_models.texts import Texts
from sync_server.services.shipped_profiles import profile_id
from tests.clients import ANA, DAN
from tests.unit.client.usecases.test_allowed import arrive

EN = Texts("en").t
pytestmark = pytest.mark.functions(32, 34)


def test_a_team_is_added_led_filled_and_renamed(replica):
    arrive(replica, None, is_admin=True)
    made = teams.add_team(replica, EN, " Nord ")
    assert made.label == "New: Nord"
    people.put_person(replica, EN, DAN, "team_id", made.id)
    assert teams.put_team(replica, EN, made.id, "leader_id", ANA).label == "Nord: Leader"
    teams.put_team(replica, EN, made.id, "profile_id", profile_id("office"))
    assert teams.rename_team(replica, EN, made.id, "Nord-Est").label == "Nord-Est: Name"
    page = teams.team_page(replica, made.id)
    assert ([one.name for one in page.members], page.noted) == (["Ana", "Dan"], {DAN})
    assert (page.row.leader, page.row.people, page.row.profile.en, page.row.state) == ("Ana", 2, "Office", "waiting")
    assert page.held == {"leader_id": ANA, "profile_id": profile_id("office")}
    assert [(one.label, one.detail) for one in page.others] == [("Ana", "")]  # she leads it, and may be in it as well
    assert people.person_page(replica, ANA).leads == ("Nord-Est",)
    assert people.person_page(replica, DAN).team_profile == Label("Office", "Birou")
    assert teams.team_page(replica, DAN) is None


def test_a_name_that_is_taken_or_missing_is_said_at_its_field(replica):
    arrive(replica, None, is_admin=True)
    made = teams.add_team(replica, EN, "Nord")
    for name, reason in ((" ", "problem.required"), ("NORD", "teams.taken")):
        with pytest.raises(RecordInvalid) as wrong:
            teams.add_team(replica, EN, name)
        assert [(one.field, one.reason) for one in wrong.value.problems] == [("name", reason)]
    assert teams.rename_team(replica, EN, made.id, "NORD").id == made.id


def test_an_archived_team_counts_as_none_and_comes_back_with_everyone(replica):
    arrive(replica, None, is_admin=True)
    made, other = teams.add_team(replica, EN, "Nord"), teams.add_team(replica, EN, "Vest")
    people.put_person(replica, EN, DAN, "team_id", made.id)
    assert teams.archive_team(replica, EN, made.id, on=True).label == "Archived: Nord"
    assert [(one.name, one.is_archived) for one in teams.teams(replica)] == [("Vest", False), ("Nord", True)]
    page = people.person_page(replica, DAN)
    assert (page.row.team, page.held["team_id"], page.team_profile) == ("", None, None)
    assert [one.id for one in page.teams] == [other.id]
    back = teams.archive_team(replica, EN, made.id, on=False)
    assert (back.label, people.person_page(replica, DAN).row.team) == ("Brought back: Nord", "Nord")
    assert writing.undo(replica, EN, back.tx)
    assert people.person_page(replica, DAN).row.team == ""
