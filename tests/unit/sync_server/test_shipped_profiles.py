"""The profiles that ship: whole, the same everywhere, and given to the first admin and to the people of the demo."""

import sqlalchemy as sa

from conflict.overlay import blank_row
from shared_models.codec import parse
from shared_models.natural_ids import natural_id
from shared_models.registry import CRM
from shared_models.rules import Rules
from sync_server.app import open_server
from sync_server.config import ServerConfig
from sync_server.services import first_run, setup
from sync_server.services.demo_company import build_demo, demo_users, user_id
from sync_server.services.shipped_profiles import PROFILES, profile_id, shipped_profiles
from tests.servers import PASSWORD, ServerClock


def test_they_are_whole_have_their_natural_ids_and_say_something_of_every_root():
    found = list(shipped_profiles())
    for entity, row in found:
        kind = CRM.get(entity)
        parse(kind, {**blank_row(kind), **row})
        assert row["id"] == natural_id(kind, row)
    rights = {(row["profile_id"], row["record_type"]) for entity, row in found if entity == "profile_right"}
    assert rights == {(profile_id(key), root.entity_name) for key in PROFILES for root in CRM.roots}


def test_they_open_only_groups_that_there_are():
    known = Rules(CRM, {}).groups
    assert {group for _, _, groups, _ in PROFILES.values() for group in groups} == known == {"bank", "personal", "price"}


def test_the_first_admin_has_the_profile_of_one(tmp_path):
    server = open_server(ServerConfig(folder=tmp_path), ServerClock())
    tables = server.central.tables
    with server.central.store.write() as connection:
        tables.metadata.create_all(connection)
    setup.start(server.central, server.ids.token)
    first_run.first_admin(server.accounts, "Ana Pop", "ana@example.ro", PASSWORD)
    with server.central.store.read() as connection:
        (profile,) = connection.execute(sa.select(tables.entities["user"].c.profile_id)).scalars()
        keys = set(connection.execute(sa.select(tables.entities["profile"].c.key)).scalars())
    server.central.store.close()
    assert profile == profile_id("admin")
    assert keys == set(PROFILES)


def demo_rules():
    rows = [*shipped_profiles(), *(one for one in build_demo("small", 10**15) if one[0] in ("team", "user"))]
    found: dict[str, list[dict[str, object]]] = {}
    for entity, row in rows:
        found.setdefault(entity, []).append({**blank_row(CRM.get(entity)), **row})
    return Rules.of(CRM, found)


def test_everyone_in_the_demo_has_a_profile_and_only_one_administers():
    rules = demo_rules()
    assert [user["name"] for user in demo_users() if rules.standing(user["id"]).is_free] == ["Alina Voicu"]


def test_the_demo_has_a_reporting_tree_of_three_levels():
    rules = demo_rules()
    below = {name: len(rules.standing(user_id(name)).people) - 1 for name in ("Radu Ionescu", "Cristina Matei", "Ana Pop")}
    assert below == {"Radu Ionescu": 7, "Cristina Matei": 3, "Ana Pop": 0}
