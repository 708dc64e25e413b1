"""An older replica grows to a newer registry, keeps what waits in it, and asks for the values that only the centre knows."""

import os
import stat
from contextlib import closing
from typing import Annotated

import pytest
from pydantic import Field
from sqlite_utils import Database

from client.replica import blobs, drafts, integrity
from client.replica.drafts import FormDraft
from client.replica.replica import open_replica
from client.replica.talks import LAST_TALK
from shared_models.base import Record, Tags, Text
from shared_models.errors import ReplicaDamaged
from shared_models.fields import Col, Merge
from shared_models.registry import CRM, Registry
from tests.clients import EPOCH, bring, connected, make_replica

PK = "018f1111-0000-7000-8000-000000000001"


def release(*, newer: bool) -> Registry:
    """The entities of an older and of a newer version."""

    class Shop(Record):
        entity_name = "shop"
        title_fields = ("name",)
        name: Annotated[Text, Field(min_length=1, max_length=100), Col(search=True)]

    class NewerShop(Record):
        entity_name = "shop"
        title_fields = ("name",)
        name: Annotated[Text, Field(min_length=1, max_length=100), Col(search=True)]
        motto: Annotated[Text | None, Field(max_length=100), Col(search=True)] = None
        tags: Annotated[Tags, Col(merge=Merge.SU)] = ()
        is_open: Annotated[bool, Col(merge=Merge.LE)] = False

    class Street(Record):
        entity_name = "street"
        title_fields = ("name",)
        name: Annotated[Text, Field(min_length=1, max_length=100), Col(search=True)]

    return Registry((NewerShop, Street)) if newer else Registry((Shop,))


def row(**values):
    system = dict.fromkeys(("archived_at", "created_at", "created_by", "updated_at", "updated_by"))
    return {"id": PK, **system, **values}


def values(replica):
    found = replica.get("shop", PK)
    assert found is not None
    return {name: found[name] for name in ("name", "motto", "tags", "is_open")}


def test_older_file_grows_and_keeps_what_waits(tmp_path):
    old = make_replica(tmp_path, registry=release(newer=False))
    bring(old, (5, "shop", row(name="Alfa")), to=5)
    with old.edit("Rename") as edit:
        edit.update("shop", PK, {"name": "Mine"})
    old.close()
    new = make_replica(tmp_path, registry=release(newer=True))
    assert values(new) == {"name": "Mine", "motto": None, "tags": [], "is_open": False}
    assert [waiting.label for waiting in new.waiting()] == ["Rename"]
    assert new.facts()["cursor"] == 0
    bring(new, (6, "shop", row(name="Alfa", motto="Deschis mereu", tags=["a"], is_open=True)), to=6)
    assert values(new) == {"name": "Mine", "motto": "Deschis mereu", "tags": ["a"], "is_open": True}
    assert [hit.pk for hit in new.search("mereu")] == [PK]
    assert [hit.pk for hit in new.search("mine")] == [PK]
    assert integrity.check(new) == []
    new.close()


def test_file_from_before_the_drafts_of_forms_gets_their_table_and_keeps_what_waits(tmp_path):
    old = make_replica(tmp_path)
    with old.edit("New") as edit:
        edit.insert("company", {"name": "Acme"})
    old.close()
    with closing(connected(tmp_path / "ana.db")) as file, file:
        file.execute("DROP TABLE _form_draft")
        file.execute("DELETE FROM _sqlite_migrations WHERE name = 'm002_form_drafts'")
    again = make_replica(tmp_path)
    with again.write(durable=False) as writing:
        drafts.keep(writing.connection, "ana", FormDraft("company:", "/companies?form=company", "", "form.new.company"))
    assert [waiting.label for waiting in again.waiting()] == ["New"]
    again.close()


def test_a_new_file_is_no_older_one_and_shows_pages_as_they_come(tmp_path):
    replica = make_replica(tmp_path)
    assert CRM.evolution.newest > CRM.evolution.first
    assert (replica.facts()["schema"], replica.facts()["replace"]) == (CRM.evolution.newest, False)
    replica.close()


def test_a_file_of_the_first_version_gets_room_for_files_and_keeps_what_waits(tmp_path):
    first = Registry(tuple(entity for entity in CRM if entity.entity_name != "document"))
    old = make_replica(tmp_path, registry=first)
    with old.edit("New") as edit:
        edit.insert("company", {"name": "Acme"})
    old.close()
    with closing(connected(tmp_path / "ana.db")) as file:
        file.execute("DROP TABLE _blob")
        file.execute("DELETE FROM _sqlite_migrations WHERE name = 'm005_files'")
    new = make_replica(tmp_path)
    assert [waiting.label for waiting in new.waiting()] == ["New"]
    assert new.children_of("document", "company_id", "x") == []
    with new.reading() as reader:
        assert blobs.known(reader) == set()
    assert (new.facts()["schema"], new.facts()["replace"]) == (CRM.evolution.newest, True)
    new.close()


def test_grown_file_equals_a_new_one(tmp_path):
    make_replica(tmp_path, name="grown", registry=release(newer=False)).close()
    make_replica(tmp_path, name="grown", registry=release(newer=True)).close()
    make_replica(tmp_path, name="fresh", registry=release(newer=True)).close()

    def shape(name):
        db = Database(connected(tmp_path / f"{name}.db"))
        tables = {table.name: {column.name: column.type for column in table.columns} for table in db.tables}
        others = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type IN ('index', 'trigger', 'view')")}
        db.close()
        return tables, others

    assert shape("grown") == shape("fresh")


def test_older_file_gets_the_indexes_of_today_and_reads_the_last_talk_in_them_alone(tmp_path):
    make_replica(tmp_path).close()
    [path] = tmp_path.glob("*.db")
    with closing(connected(path)) as connection:
        new = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"))
        for name, columns in (("note_company_id", "company_id, written_at"), ("company_contact_company_id", "company_id")):
            connection.execute(f"DROP INDEX _i_{name}")
            connection.execute(f"CREATE INDEX _i_{name} ON {name.removesuffix('_company_id')} ({columns})")
        connection.execute("UPDATE _sqlite_migrations SET name = 'shape_of_before' WHERE migration_set = 'records'")
    make_replica(tmp_path).close()
    with closing(connected(path)) as connection:
        now = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"))
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN SELECT {LAST_TALK} FROM company t")]
    assert now == new
    searched = [step for step in plan if step.startswith("SEARCH")]
    assert len(searched) == 3
    assert all("USING COVERING INDEX" in step for step in searched)


def test_file_from_before_incidents_were_told_keeps_those_that_it_has(tmp_path):
    make_replica(tmp_path).close()
    with closing(connected(tmp_path / "ana.db")) as file, file:
        for column in ("entity", "rows", "told"):
            file.execute(f"ALTER TABLE _sync_incident DROP COLUMN {column}")
        file.execute("INSERT INTO _sync_incident (at, kind, detail) VALUES (1, 'search', 'company')")
        file.execute("DELETE FROM _sqlite_migrations WHERE name = 'm003_incidents_told'")
    again = make_replica(tmp_path)
    with again.reading() as reader:
        assert [(one.kind, one.at, one.rows) for one in integrity.incidents(reader)] == [("search", 1, 0)]
        assert integrity.untold(reader) == []
    again.close()


def test_file_of_the_same_version_is_opened_as_it_is(tmp_path):
    make_replica(tmp_path).close()
    again = make_replica(tmp_path)
    assert again.facts()["server_epoch"] == EPOCH
    db = Database(connected(tmp_path / "ana.db"))
    assert db.execute("SELECT count(*) FROM _sqlite_migrations").fetchone()[0] == 6
    db.close()
    again.close()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_only_its_owner_can_read_the_file(tmp_path):
    replica = make_replica(tmp_path)
    with replica.edit("New") as edit:
        edit.insert("company", {"name": "Acme"})
    for suffix in ("", "-wal", "-shm"):
        assert stat.S_IMODE(os.stat(f"{replica.path}{suffix}").st_mode) == 0o600
    replica.close()


def test_file_that_is_no_replica_is_refused(tmp_path):
    (tmp_path / "bad.db").write_bytes(b"not a database, but long enough to look at" * 100)
    with pytest.raises(ReplicaDamaged):
        open_replica(tmp_path / "bad.db", CRM, make_replica(tmp_path).ids)
