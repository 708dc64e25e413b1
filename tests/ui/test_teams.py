"""Teams: an administrator adds and renames them, says who leads, who is in them and what they add, and archives them."""

import pytest

from client.usecases.causes import cause_of
from shared_models.errors import ReplicaDamaged
from shared_models.ids import derived_id
from tests.ui.fake_rights import person_id, profile_pk
from tests.ui.fake_state import TEAM
from tests.ui.test_people import admin

pytestmark = pytest.mark.functions(32, 34)
DAN, ILEANA, MARIA = person_id("Dan Rusu"), person_id("Ileana Șerban"), person_id("Maria Ilie")
PAGE = f"/people/teams/{TEAM}"


@pytest.mark.parametrize("width", [1280, 800, 390])
async def test_the_teams_are_listed_and_opened(window, width):
    ui = await window("/people", admin(), width=width)
    await ui.press("people.part.teams")
    for words in ("Transilvania", "3 people · led by Maria Ilie", "1 person"):
        assert ui.shows(words)
    await ui.press(f"team.{TEAM}")
    assert ui.keyed("team.title").value == "Transilvania"
    assert ui.shows("Leader")
    assert ui.has(f"member.{DAN}")


@pytest.mark.parametrize("width", [1280, 390])
async def test_members_are_taken_in_and_out_and_each_can_be_taken_back(window, width):
    crm = admin()
    ui = await window(PAGE, crm, width=width)
    await ui.press("team.add")
    await ui.type("team.add.search", "ileana")
    assert ui.shows("now in Muntenia")
    await ui.press(f"team.add.{ILEANA}")
    assert ui.has(f"member.{ILEANA}")
    assert not ui.has("team.add.search")
    await ui.press(f"member.{DAN}.out")
    assert not ui.has(f"member.{DAN}")
    assert crm.rights.saved == [(ILEANA, "team_id", TEAM), (DAN, "team_id", "")]
    await ui.press("snack.action")
    assert crm.undone == ["rights2"]
    await ui.press(f"member.{ILEANA}")
    assert ui.keyed("person.name").value == "Ileana Șerban"


@pytest.mark.parametrize("width", [1280, 390])
async def test_leader_and_what_the_team_adds_are_chosen(window, width):
    crm = admin()
    ui = await window(PAGE, crm, width=width)
    await ui.press("team.leader_id")
    await ui.type("team.leader_id.search", "ileana")
    await ui.press(f"team.leader_id.{ILEANA}")
    assert not ui.has(f"member.{ILEANA}.out")  # she leads it, and has a team of her own
    await ui.press(f"team.profile_id.{profile_pk('office')}")
    await ui.press("team.profile_id.none")
    await ui.press("team.profile_id.none")  # it is so already
    await ui.press("team.leader_id")
    await ui.press("team.leader_id.none")
    assert not ui.has(f"member.{ILEANA}")
    assert [(field, bool(value)) for _, field, value in crm.rights.saved] == [
        ("leader_id", True),
        ("profile_id", True),
        ("profile_id", False),
        ("leader_id", False),
    ]


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_new_team_gets_a_name_that_no_other_has(window, width):
    crm = admin()
    ui = await window("/people/teams", crm, width=width)
    await ui.press("teams.new")
    await ui.press("team.save")
    assert ui.keyed("team.name.message").value == "Fill this in"
    await ui.type("team.name", "moldova")
    await ui.press("team.save")
    assert ui.keyed("team.name.message").value == "There is a team of this name already."
    await ui.type("team.name", "Banat")
    await ui.press("team.save")
    assert ui.keyed("team.title").value == "Banat"
    assert ui.keyed("team.nobody").value == "Nobody is in it"
    await ui.press("team.rename")
    await ui.type("team.name", "Banat-Crișana")
    await ui.press("team.save")
    assert ui.keyed("team.title").value == "Banat-Crișana"
    await ui.press("team.rename")
    await ui.key("Escape")
    assert ui.keyed("team.title").value == "Banat-Crișana"
    await ui.go("/people/teams/new")
    await ui.press("team.cancel")
    assert ui.has(f"team.{derived_id('team', 'Banat')}")


@pytest.mark.parametrize("width", [1280, 390])
async def test_an_archived_team_says_so_and_comes_back(window, width):
    crm = admin()
    ui = await window(PAGE, crm, width=width)
    await ui.press("team.archive")
    assert ui.keyed("team.archived").value.startswith("This team is archived")
    for gone in ("team.archive", "team.add", "team.leader_id", f"member.{DAN}.out"):
        assert not ui.has(gone)
    await ui.press("team.restore")
    assert ui.has("team.archive")
    assert crm.rights.saved == [(TEAM, "archived"), (TEAM, "back")]


async def test_escape_closes_a_picker_and_then_leaves_the_page_on_the_phone(window):
    ui = await window(PAGE, admin(), width=390)
    await ui.press("team.add")
    await ui.key("Escape")
    assert not ui.has("team.add.search")
    await ui.key("Escape")
    assert ui.has(f"team.{TEAM}")


async def test_without_teams_the_list_says_what_they_are_for(window):
    crm = admin()
    crm.rights.teams_ = {}
    ui = await window("/people/teams", crm)
    assert ui.shows("A team decides what “Team” reaches in a profile.")
    await ui.press("teams.first")
    assert ui.has("team.save")


async def test_a_list_that_cannot_be_read_says_so_and_is_read_again(window):
    crm = admin()
    crm.rights.fail = ReplicaDamaged()
    ui = await window("/people/teams", crm, width=390)
    assert ui.shows("Teams cannot be read")
    assert cause_of(crm.rights.fail)
    crm.rights.fail = None
    await ui.press("teams.again")
    assert ui.has(f"team.{TEAM}")


async def test_a_team_that_is_not_here_is_said_to_be_so(window):
    ui = await window("/people/teams/nothing", admin())
    assert ui.shows("This team is not here")
