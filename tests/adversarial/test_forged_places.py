"""A place in a long pull is a text that a device could make up: it opens nothing that its user does not see now."""

import json

import pytest

from shared_models.errors import ErrorCode
from shared_models.ids import derived_id
from shared_models.registry import SCHEMA_VERSION
from shared_models.transport import PullRequest, UpToDate
from sync_server.db import devices
from sync_server.services import push
from sync_server.services.accounts import NewUser
from sync_server.services.actor import Actor
from sync_server.services.bulk_import import ImportedBy, import_rows
from sync_server.services.pull import open_page
from sync_server.services.refusals import Refusal
from sync_server.services.shipped_profiles import profile_id, shipped_profiles
from tests.servers import PASSWORD, Caller, in_process, make_server, record_id

NORTH, SOUTH = derived_id("team", "north"), derived_id("team", "south")
ACME = record_id(1)


@pytest.fixture
def server(tmp_path):
    made = make_server(tmp_path)
    company = {"id": ACME, "name": "Acme", "team_id": NORTH, "responsible_id": derived_id("user", "boss")}
    account = {"id": record_id(2), "company_id": ACME, "iban": "RO49ACME"}
    note = {"id": record_id(3), "company_id": ACME, "body": "They owe Acme", "written_at": 1}
    teams = [("team", {"id": NORTH, "name": "Nord"}), ("team", {"id": SOUTH, "name": "Sud"})]
    rows = [*shipped_profiles(), *teams, ("company", company), ("bank_account", account), ("note", note)]
    with made.central.store.write() as connection:
        import_rows(connection, made.central, rows, ImportedBy("boss", "setup"))
    yield made
    made.central.store.close()


def person(server, profile, team=None):
    new = NewUser(profile, f"{profile}@example.ro", PASSWORD, profile_id=profile_id(profile))
    user = server.accounts.create_user(new)
    if team:
        change(server, "user", user, team_id=team)
    return user


def change(server, entity, pk, **values):
    """Have the admin change a record."""
    boss = server.accounts.admin_of("ana@example.ro")
    with server.central.store.write() as connection:
        if not devices.is_known(connection, server.central.tables, "boss"):
            devices.add(connection, server.central.tables, devices.NewDevice("boss", boss, "boss", None, 1))
    number = clock_of(server).seq
    op = {"t": entity, "pk": pk, "op": "u", "set": values, "base": {}, "bv": 2**50}
    tx = {"id": f"boss-{number}", "tx": 1, "hlc": 1, "ops": [op]}
    body = {"device_epoch": f"boss-{number}", "server_epoch": epoch_of(server), "schema": SCHEMA_VERSION, "txs": [tx]}
    verdict = push.accept(server.central, Actor(boss, "boss", is_admin=True), json.dumps(body).encode()).verdicts[0]
    assert verdict.v in ("applied", "merged"), verdict


def clock_of(server):
    with server.central.store.read() as connection:
        return connection.execute(server.central.tables.clock.select()).one()


def epoch_of(server):
    return clock_of(server).epoch


def asked(server, user, place, page_rows=5000):
    request = PullRequest(0, epoch_of(server), "d", place)
    found = open_page(server.central, Actor(user, f"{user}-1"), request, page_rows)
    assert not isinstance(found, UpToDate)
    return b"".join(found)


@pytest.mark.functions(32, 36)
@pytest.mark.parametrize("place", ["company|", "bank_account|", "note|", "|", "nonsense|"])
def test_a_new_guest_gets_nothing_by_a_place_from_before_he_was_limited(server, place):
    person(server, "guest")
    with in_process(server) as http:
        caller = Caller(http)
        caller.sign_in("guest@example.ro")
        caller.hello()
        assert b"Acme" not in caller.pull(0).content
        for upto in range(clock_of(server).seq + 1):
            assert b"ACME" not in caller.pull(0, a=f"{upto}|{place}").content.upper(), upto


@pytest.mark.functions(32)
def test_a_place_from_before_one_left_a_team_is_not_known_any_more(server):
    user = person(server, "salesperson", NORTH)
    assert b"Acme" in asked(server, user, None)
    place = f"{clock_of(server).seq}|company|"
    assert b"Acme" in asked(server, user, place)
    change(server, "user", user, team_id=SOUTH)
    with pytest.raises(Refusal) as refused:
        asked(server, user, place)
    assert refused.value.code is ErrorCode.P206


@pytest.mark.functions(36)
def test_nor_is_one_from_before_a_confidential_group_was_closed(server):
    user = person(server, "manager", NORTH)
    place = f"{clock_of(server).seq}|bank_account|"
    asked(server, user, None)
    place = f"{clock_of(server).seq}|bank_account|"
    assert b"RO49ACME" in asked(server, user, place)
    change(server, "profile", profile_id("manager"), field_groups={"remove": ["bank"]})
    with pytest.raises(Refusal) as refused:
        asked(server, user, place)
    assert refused.value.code is ErrorCode.P206


@pytest.mark.functions(32)
def test_what_moved_out_of_sight_during_a_long_pull_is_not_sent_any_more_and_is_sent_if_it_comes_back(server):
    user = person(server, "salesperson", NORTH)
    asked(server, user, None)
    upto = clock_of(server).seq
    change(server, "company", ACME, team_id=SOUTH)
    for entity in ("company", "bank_account", "note"):
        assert b"ACME" not in asked(server, user, f"{upto}|{entity}|").upper()
    change(server, "company", ACME, team_id=NORTH)
    final = asked(server, user, f"{upto}||")
    assert b"They owe Acme" in final
    assert b'"team_id"' in final
