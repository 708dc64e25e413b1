"""The migrated central database and the tables that are derived from the entities are the same, on every engine."""

import json
from collections.abc import Mapping

import pytest
import sqlalchemy as sa

from shared_models.fields import columns
from shared_models.registry import CRM
from sync_server.db import migrate
from sync_server.db.engine import open_store
from sync_server.db.tables import tables_of
from sync_server.services import setup
from sync_server.services.accounts import NewUser
from tests.servers import EMAIL, PASSWORD, make_server


def names_of_tables(url: str) -> set[str]:
    engine = sa.create_engine(url)
    names = set(sa.inspect(engine).get_table_names())
    engine.dispose()
    return names


def shape_of(url: str) -> Mapping[str, object]:
    """Return what a database says of its tables: columns, keys and indexes by table, without the migrations' own table.

    Columns are in the order of their names: a migration adds at the end, and every statement names what it means.
    """
    engine = sa.create_engine(url)
    found = sa.inspect(engine)
    shape = {
        name: (
            sorted((c["name"], str(c["type"]), c["nullable"]) for c in found.get_columns(name)),
            found.get_pk_constraint(name)["constrained_columns"],
            sorted((i["name"] or "", tuple(i["column_names"]), bool(i["unique"])) for i in found.get_indexes(name)),
        )
        for name in found.get_table_names()
        if name != "alembic_version"
    }
    engine.dispose()
    return shape


def test_the_migrated_database_is_what_the_entities_say(central_url):
    migrate.upgrade(central_url)
    assert migrate.differences(central_url) == []


def test_migrating_makes_the_same_tables_as_making_them_at_once(central_url):
    migrate.upgrade(central_url)
    migrated = shape_of(central_url)
    migrate.downgrade(central_url)
    engine = sa.create_engine(central_url)
    migrate.wanted_metadata().create_all(engine)
    engine.dispose()
    assert shape_of(central_url) == migrated


def test_up_down_and_up_again_leaves_nothing_behind(central_url):
    migrate.upgrade(central_url)
    first = names_of_tables(central_url)
    migrate.downgrade(central_url)
    assert names_of_tables(central_url) == {"alembic_version"}
    migrate.upgrade(central_url)
    assert names_of_tables(central_url) == first
    assert migrate.differences(central_url) == []


def test_what_was_stored_before_rights_is_sent_with_the_columns_of_today(central_url):
    migrate.upgrade(central_url, "0002")
    engine, tables = sa.create_engine(central_url), tables_of(CRM)
    old = {
        "company": [f"c{n}" for n in range(27)],
        "bank_account": [f"b{n}" for n in range(15)],
        "team": [f"t{n}" for n in range(8)],
        "user": [f"u{n} ș" for n in range(14)],
        "contact": ["untouched"],
    }
    kept = {"created_seq": 1, "created_origin": "o", "col_ver": "{}", "ver": 1}
    row = sa.table("sync_row", *(sa.column(name) for name in ("entity", "pk", "wire", *kept)))
    with engine.begin() as connection:
        for name, values in old.items():
            connection.execute(row.insert().values(entity=name, pk="1", wire=json.dumps(values), **kept))
    migrate.upgrade(central_url)
    with engine.connect() as connection:
        found = {one.entity: one for one in connection.execute(sa.select(tables.row))}
    for name in ("company", "bank_account", "team", "user"):
        groups = [c.col.right_group for c in columns(CRM.get(name))]
        assert len(json.loads(found[name].wire)) == groups.count(None), name
        for group in set(groups) - {None}:
            assert len(json.loads(getattr(found[name], f"part_{group}"))) == groups.count(group), name
    assert json.loads(found["company"].part_price) == ["c24"]  # price_segment_id was the 25th column
    assert "c24" not in json.loads(found["company"].wire)
    assert json.loads(found["bank_account"].wire) == [f"b{n}" for n in range(6)]
    assert json.loads(found["user"].wire) == [*old["user"], None, None]
    migrate.downgrade(central_url, "0002")
    with engine.connect() as connection:
        back = {one.entity: json.loads(one.wire) for one in connection.execute(sa.select(row))}
    engine.dispose()
    assert back == old


def test_a_missing_column_is_seen(sqlite_url):
    migrate.upgrade(sqlite_url)
    engine = sa.create_engine(sqlite_url)
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE company DROP COLUMN description"))
    engine.dispose()
    assert migrate.differences(sqlite_url) != []


def test_migrating_twice_keeps_what_is_stored(central_url, tmp_path):
    migrate.upgrade(central_url)
    server = make_server(tmp_path, central_url)
    migrate.upgrade(central_url)
    assert server.accounts.open_session(EMAIL, PASSWORD)
    server.central.store.close()


def test_a_database_that_was_never_started_says_what_to_do(sqlite_url, tmp_path):
    migrate.upgrade(sqlite_url)
    store = open_store(sqlite_url)
    server = make_server(tmp_path / "other")
    empty = type(server.central)(store, server.central.tables, server.central.registry, server.central.now_us)
    assert not setup.is_started(empty)
    store.close()


@pytest.mark.functions(141, 142)
def test_people_sign_in_on_every_database(central_url, tmp_path):
    server = make_server(tmp_path, central_url)
    server.accounts.create_user(NewUser("Ștefan Țăranu", "stefan@example.ro", PASSWORD, language="ro"))
    secret = server.accounts.open_session("Stefan@Example.RO", PASSWORD)
    actor = server.accounts.session(secret)
    assert actor is not None
    assert not actor.is_admin
    server.accounts.close_session(secret)
    assert server.accounts.session(secret) is None
    server.central.store.close()
