"""A salesperson works offline on what is his, and meanwhile it becomes another's."""

import json

import pytest
import sqlalchemy as sa

from shared_models.ids import derived_id
from sync_server.services.accounts import NewUser
from sync_server.services.bulk_import import ImportedBy, import_rows
from sync_server.services.shipped_profiles import profile_id, shipped_profiles
from tests.servers import PASSWORD

HOUR_US = 3_600_000_000
NORTH, SOUTH = derived_id("team", "north"), derived_id("team", "south")


@pytest.fixture
def ion(world):
    """Ion of the south, whose record is there before Ana and Dan sync."""
    return world.server.accounts.create_user(NewUser("Ion Pop", "ion@example.ro", PASSWORD))


@pytest.fixture
def ana(world, ion):
    """The admin, who has given Dan and Ion their profile and a team."""
    teams = [("team", {"id": NORTH, "name": "Nord"}), ("team", {"id": SOUTH, "name": "Sud"})]
    with world.server.central.store.write() as connection:
        import_rows(connection, world.server.central, [*shipped_profiles(), *teams], ImportedBy(world.users["ana"], "setup"))
    device = world.device("ana-laptop", "ana")
    device.sync()
    for user, team in ((world.users["dan"], NORTH), (ion, SOUTH)):
        device.edit("user", user, profile_id=profile_id("salesperson"), team_id=team)
    device.sync()
    return device


@pytest.fixture
def dan(world, ana):
    return world.device("dan-laptop", "dan")


@pytest.fixture
def acme(world, ana, dan):
    pk = ana.save("company", name="Acme", responsible_id=world.users["dan"], team_id=NORTH)
    ana.sync()
    dan.sync()
    return pk


def refusals(device):
    """Return the codes of what needs the person's attention."""
    return [draft.error["code"] for draft in device.replica.drafts()]


def letters(world):
    table = world.server.central.tables.deadletter
    with world.server.central.store.read() as connection:
        return [dict(row._mapping) for row in connection.execute(sa.select(table))]


def test_an_offline_edit_of_a_company_that_was_given_to_another_team_is_kept_on_both_sides(world, ana, dan, ion, acme):
    own = dan.save("company", name="Beta")
    dan.sync()
    dan.network.is_up = False
    refused = dan.edit("company", acme, name="Acme, as heard in the field")
    with dan.replica.edit("Note") as edit:
        edit.insert("note", {"company_id": acme, "body": "They move in May", "written_at": 1})
    dan.edit("company", own, name="Beta SRL")
    ana.edit("company", acme, responsible_id=ion, team_id=SOUTH)
    ana.sync()
    dan.network.is_up = True

    result = dan.sync()

    assert result.error is None
    assert dan.replica.get("company", acme) is None  # it is not his any more
    assert dan.get("company", own)["name"] == "Beta SRL"  # what is his was not held up
    assert {draft.tx_id for draft in dan.replica.drafts()} >= {refused}
    assert refusals(dan) == ["R305", "R305"]
    bodies = [letter["body"] for letter in letters(world)]
    assert any("Acme, as heard in the field" in body for body in bodies)
    assert any("They move in May" in body for body in bodies)
    assert {json.loads(letter["error"])["code"] for letter in letters(world)} == {"R305"}
    world.rest()


def test_a_salesperson_who_gives_a_company_away_offline_keeps_what_he_typed_after_it(world, ana, dan, ion, acme):
    dan.network.is_up = False
    dan.edit("company", acme, responsible_id=ion, team_id=SOUTH)
    dan.edit("company", acme, description="Call before noon")
    with dan.replica.edit("Note") as edit:
        edit.insert("note", {"company_id": acme, "body": "Handed over", "written_at": 1})
    dan.network.is_up = True
    dan.sync()
    assert dan.replica.drafts() == []
    world.rest()
    assert ana.get("company", acme)["description"] == "Call before noon"
    assert dan.replica.get("company", acme) is None


def test_a_share_of_one_company_lets_another_work_on_it_while_it_lasts(world, ana, dan, ion, acme):
    theirs = ana.save("company", name="Theirs", responsible_id=ion, team_id=SOUTH)
    ana.sync()
    share = ana.save(
        "record_share",
        record_type="company",
        record_id=theirs,
        user_id=world.users["dan"],
        level="change",
        ends_at=world.server.central.now_us() + HOUR_US,
    )
    ana.sync()
    dan.sync()
    dan.edit("company", theirs, description="Helped out")
    dan.sync()
    assert dan.replica.drafts() == []
    with ana.replica.edit("End") as edit:
        edit.archive("record_share", share)
    ana.sync()
    dan.edit("company", theirs, description="After the end")
    dan.sync()
    assert refusals(dan) == ["R305"]
    assert dan.replica.get("company", theirs) is None
    world.rest()
    assert ana.get("company", theirs)["description"] == "Helped out"


def test_a_share_that_had_ended_by_a_wrong_clock_of_the_server_holds_again(world, ana, dan, ion):
    theirs = ana.save("company", name="Theirs", responsible_id=ion, team_id=SOUTH)
    ana.sync()
    ends_at = world.server.central.now_us() + HOUR_US
    ana.save("record_share", record_type="company", record_id=theirs, user_id=world.users["dan"], level="see", ends_at=ends_at)
    ana.sync()
    dan.sync()
    assert dan.replica.get("company", theirs) is not None
    world.server.central.now_us.now += 2 * HOUR_US
    ana.save("profile", key="late", label_en="Late", label_ro="Târziu")  # the rights are read anew
    ana.sync()
    dan.sync()
    assert dan.replica.get("company", theirs) is None
    world.server.central.now_us.now -= 2 * HOUR_US
    dan.sync()
    assert dan.replica.get("company", theirs) is not None
