"""The screens of an administrator against a real server: what is chosen there is what other devices then hold."""

from datetime import UTC, datetime, timedelta

import pytest

from client.ui.view_models.people import PersonModel, Seen
from client.ui.view_models.profiles import ProfileModel
from client.ui.view_models.share import ShareModel
from client.ui.view_models.teams import TeamModel
from client.usecases.form_answers import Choice
from shared_models.ids import derived_id
from sync_server.services.bulk_import import ImportedBy, import_rows
from sync_server.services.shipped_profiles import profile_id, shipped_profiles
from tests.scenarios.test_rights_on_the_device import crm_of, no_rest

NORTH, SOUTH = derived_id("team", "north"), derived_id("team", "south")


@pytest.fixture
def ana(world):
    teams = [("team", {"id": NORTH, "name": "Nord"}), ("team", {"id": SOUTH, "name": "Sud"})]
    with world.server.central.store.write() as connection:
        import_rows(connection, world.server.central, [*shipped_profiles(), *teams], ImportedBy(world.users["ana"], "setup"))
    device = world.device("ana-laptop", "ana")
    device.sync()
    return device


def meet(*devices):
    for device in devices:
        assert device.sync().error is None


def here(device, made):
    return {name for name, pk in made.items() if device.replica.get("company", pk) is not None}


@pytest.mark.functions(32, 33, 34, 35)
async def test_a_profile_that_is_chosen_on_the_screen_decides_what_the_device_of_the_person_holds(world, ana):
    dan_id = world.users["dan"]
    dan = world.device("dan-laptop", "dan")
    owners = {"his": (dan_id, NORTH), "north": (world.users["ana"], NORTH), "south": (world.users["ana"], SOUTH)}
    made = {n: ana.save("company", name=n, responsible_id=who, team_id=team) for n, (who, team) in owners.items()}
    meet(ana, dan)
    assert here(dan, made) == {"his", "north", "south"}  # no profile limits him yet

    crm = crm_of(ana)
    page = PersonModel(crm.rights, dan_id, no_rest)
    await page.start()
    assert page.state.page.row.is_free
    ana.network.is_up = False  # an administrator on the road
    await page.choose("profile_id", profile_id("salesperson"))
    saved = await page.choose("team_id", NORTH)
    assert (page.state.page.row.team, page.state.page.row.state) == ("Nord", "waiting")
    seen = Seen(crm.rights, dan_id, no_rest)
    await seen.start()
    told = {row.title for row in seen.state.page.rows}
    ana.network.is_up = True
    meet(ana, dan)
    assert here(dan, made) == told == {"his", "north"}
    assert page.state.page.reaches[0].by_action["see"] == "team"

    profile = ProfileModel(crm.rights, profile_id("salesperson"), no_rest)
    await profile.start()
    await profile.reach("company", "see", "own")
    meet(ana, dan)
    await seen.start()
    assert here(dan, made) == {row.title for row in seen.state.page.rows} == {"his"}

    sheet = ShareModel(crm, "company", made["south"], "Europe/Bucharest", no_rest)
    await sheet.start()
    sheet.choose(Choice(dan_id, "Dan"))
    sheet.type_day(f"{datetime.fromtimestamp(world.clock.now / 1000, UTC) + timedelta(days=3):%d.%m.%Y}")
    shared = await sheet.save()
    meet(ana, dan)
    assert here(dan, made) == {"his", "south"}
    told = crm_of(dan).rights
    got = await told.take_shares()
    assert (got.count, got.title, got.by) == (1, "south", ana.replica.get("user", world.users["ana"])["name"])
    assert await told.take_shares() is None
    await crm.rights.end_share(shared.id)
    meet(ana, dan)
    assert here(dan, made) == {"his"}

    assert await crm.undo(saved.tx)
    await page.start()
    assert page.state.page.row.team == ""
    meet(ana, dan)
    world.rest()


@pytest.mark.functions(32, 34)
async def test_a_right_of_his_own_and_a_new_team_decide_what_the_device_holds_until_they_are_taken_back(world, ana):
    dan_id = world.users["dan"]
    dan, crm = world.device("dan-laptop", "dan"), crm_of(ana)
    made = {"his": ana.save("company", name="his", responsible_id=dan_id)}
    page = PersonModel(crm.rights, dan_id, no_rest)
    await page.start()
    await page.choose("profile_id", profile_id("salesperson"))
    team = await crm.rights.add_team("Vest")
    made |= {n: ana.save("company", name=n, team_id=t) for n, t in (("west", team.id), ("south", SOUTH))}
    meet(ana, dan)
    assert here(dan, made) == {"his"}

    ana.network.is_up = False  # an administrator on the road
    members = TeamModel(crm.rights, team.id, no_rest)
    await members.start()
    await members.member(dan_id, on=True)
    ana.network.is_up = True
    meet(ana, dan)
    assert here(dan, made) == {"his", "west"}
    own = await page.right("company", "see", "all")
    meet(ana, dan)
    assert here(dan, made) == {"his", "west", "south"}
    assert page.state.page.reaches[0].differs("see")
    assert await crm.undo(own.tx)
    archived = await members.flip_archived()
    meet(ana, dan)
    assert here(dan, made) == {"his"}
    assert await crm.undo(archived.tx)
    meet(ana, dan)
    assert here(dan, made) == {"his", "west"}
    world.rest()


@pytest.mark.functions(33, 34, 142)
async def test_what_two_administrators_did_at_once_is_a_card_about_the_person_or_team_and_the_first_right_stands(world, ana):
    dan_id, ana_id = world.users["dan"], world.users["ana"]
    tablet = world.device("ana-tablet", "ana")
    crm, other = crm_of(ana), crm_of(tablet)
    meet(ana, tablet)
    await crm.rights.put_right(dan_id, "company", "see", "all")
    await crm.rights.put_person(dan_id, "manager_id", ana_id)
    await crm.rights.rename_team(NORTH, "Nord-Est")
    await other.rights.put_right(dan_id, "company", "see", "team")
    await other.rights.put_person(ana_id, "manager_id", dan_id)
    await other.rights.archive_team(NORTH, on=True)
    meet(ana, tablet, ana)
    cards = {card.kind: card for card in (await other.inbox()).cards}
    assert {(kind, card.entity, card.title) for kind, card in cards.items()} == {
        ("cycle", "user", "Ana Pop"),
        ("archived", "team", "Nord-Est"),
    }
    await other.decide(cards["cycle"].id, "kept_theirs")
    await other.decide(cards["archived"].id, "restored_mine")
    meet(tablet, ana)
    for one in (crm, other):
        assert (await one.inbox()).cards == ()
        assert (await one.rights.team(NORTH)).row.is_archived
        assert (await one.rights.person(dan_id)).row.manager == "Ana Pop"
    world.rest()
