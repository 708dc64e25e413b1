"""Programs of six versions on one server: nobody waits for the others to be updated, and nothing is lost by an update (I10)."""

import json
from itertools import permutations

import pytest

from client.replica import change_log, drafts, integrity, meta
from client.replica.drafts import FormDraft
from client.sync.audit import EVERY_MS, SLICES
from shared_models.errors import ErrorCode, NeedsUpgrade
from shared_models.protocol import DigestRequest
from sync_server.services import letters
from tests.versioned import clients, organisation
from tests.versions import NEWEST, VERSIONS

OLD = range(1, NEWEST)
ION = {"title": "Han", "place": "Brad", "who": "Ion Pop", "fax": "0254 1", "labels": ["x"]}
"""A stop as the first version types it."""
NOW = {"title": "Han", "town": "Brad", "first_name": "Ion", "last_name": "Pop", "fax": "0254 1", "labels": ["x"]}
"""The same as the newest one has it."""


@pytest.fixture
def central(tmp_path):
    with organisation(tmp_path) as made:
        yield made


@pytest.fixture
def client(central, tmp_path):
    with clients(tmp_path, central) as start:
        yield start


def test_what_each_version_types_every_other_one_reads_in_its_own_fields(client):
    clients = {version: client(version) for version in VERSIONS}
    first = clients[1].add(**ION)
    for one in clients.values():
        one.sync()
    clients[1].sync()
    assert clients[NEWEST].shows(first, **NOW)
    assert clients[3].shows(first, town="Brad", who="Ion Pop")
    last = clients[NEWEST].add(**{**NOW, "stars": 4})
    clients[NEWEST].sync()
    for one in clients.values():
        one.sync()
    assert clients[1].shows(last, **ION)
    assert clients[2].shows(last, **ION, stars=4)
    assert clients[3].shows(last, town="Brad", who="Ion Pop", stars=4)


@pytest.mark.parametrize(("writer", "reader"), sorted(permutations(VERSIONS, 2)))
def test_an_edit_of_any_version_arrives_in_any_other(client, writer, reader):
    one, other = client(writer), client(reader)
    pk = one.add(title="Han")
    one.sync()
    one.change(pk, title="Hanul", fax="0254 2", labels=["y"])
    one.change(pk, **({"who": "Ana"} if writer < 4 else {"first_name": "Ana"}))
    one.change(pk, **({"place": "Deva"} if writer < 3 else {"town": "Deva"}))
    one.sync()
    other.sync()
    name = {"who": "Ana"} if reader < 4 else {"first_name": "Ana", "last_name": None}
    place = {"place": "Deva"} if reader < 3 else {"town": "Deva"}
    assert other.shows(pk, title="Hanul", fax="0254 2", labels=["y"], **name, **place)


def test_two_versions_that_change_parts_of_what_was_one_field_both_find_their_part(client):
    old, new = client(1), client(NEWEST)
    pk = old.add(**ION)
    old.sync()
    new.sync()
    old.change(pk, who="Ion Popa")
    new.change(pk, first_name="Ioan")
    for one in (old, new, old):
        one.sync()
    assert old.shows(pk, who="Ioan Popa")
    assert new.replica.cards() == []


def test_one_part_that_two_versions_change_is_a_card_in_the_words_of_each(client):
    old, new = client(1), client(NEWEST)
    pk = old.add(**ION)
    old.sync()
    new.sync()
    new.change(pk, town="Deva")
    new.sync()
    old.change(pk, place="Simeria")
    for one in (old, new, old):
        one.sync()
    (on_old,), (on_new,) = old.replica.cards(), new.replica.cards()
    assert (on_old["unit"], json.loads(on_old["mine"]), json.loads(on_old["theirs"])) == (
        "place",
        {"place": "Simeria"},
        {"place": "Deva"},
    )
    assert (on_new["unit"], json.loads(on_new["mine"]), json.loads(on_new["theirs"])) == (
        "town",
        {"town": "Simeria"},
        {"town": "Deva"},
    )


@pytest.mark.parametrize("version", OLD)
def test_an_update_without_contact_shows_everything_and_sends_what_waits(client, version):
    one, other = client(version), client(NEWEST)
    pk = other.add(**NOW, stars=5)
    other.sync()
    one.sync()
    one.change(pk, **({"who": "Ana Pop"} if version < 4 else {"first_name": "Ana"}))
    one.network.is_up = False
    one.update_program()
    assert one.shows(pk, **{**NOW, "first_name": "Ana"}, stars=5)
    assert one.replica.search("ana", entities=["stop"])
    one.network.is_up = True
    one.sync()
    assert one.replica.waiting() == []
    other.sync()
    assert other.shows(pk, **{**NOW, "first_name": "Ana"}, stars=5)
    assert one.get(pk) == other.get(pk)


def test_an_update_version_by_version_keeps_what_a_later_one_knows(client):
    one, other = client(1), client(NEWEST)
    pk = other.add(**NOW, stars=5)
    other.sync()
    one.sync()
    one.network.is_up = False
    for version in range(2, NEWEST + 1):
        one.update_program(version)
    assert one.shows(pk, **NOW, stars=5)


@pytest.mark.parametrize("version", OLD)
def test_what_was_under_way_when_the_program_was_updated_is_taken_once(client, central, version):
    one = client(version)
    pk = one.add(title="Han")
    one.sync()
    one.change(pk, **({"who": "Ion Pop"} if version < 4 else {"first_name": "Ion", "last_name": "Pop"}))
    one.network.lost_answers.append("push")
    assert one.engine.run_once().error is not None
    one.update_program()
    one.sync()
    assert one.replica.waiting() == []
    assert one.shows(pk, first_name="Ion", last_name="Pop")
    with one.replica.reading() as reader:
        verdicts = [tx.verdict for tx in change_log.select(reader, "1 = 1")]
    assert verdicts == ["applied", "applied"]


def test_a_form_that_was_open_during_the_update_finds_its_text(client):
    one = client(1)
    pk = one.add(**ION)
    draft = FormDraft(
        f"stop:{pk}", f"/stops/{pk}", "Han", "form.edit", {"place": "Deva", "who": "Ana Pop"}, {"place": "Brad"}, {}
    )
    with one.replica.write(durable=True) as writing:
        drafts.keep(writing.connection, "user", draft)
    one.update_program()
    with one.replica.reading() as reader:
        kept = drafts.draft_of(reader, "user", f"stop:{pk}")
    assert kept.typed == {"town": "Deva", "first_name": "Ana", "last_name": "Pop"}
    assert kept.base == {"town": "Brad"}


def test_an_update_leaves_no_value_in_a_column_that_is_gone(client):
    one = client(1)
    one.add(**{**ION, "who": "Ion Secret"})
    one.update_program()
    with one.replica.reading() as reader:
        cols = {row[1] for row in reader.execute("PRAGMA table_info(stop)")}
    assert cols.isdisjoint({"who", "place"})


def test_a_new_entity_waits_at_the_centre_for_those_who_do_not_know_it(client):
    old, new = client(4), client(NEWEST)
    pk = new.add(title="Han")
    new.add("toll", stop_id=pk, road="A1")
    for one in (new, old):
        one.sync()
    old.update_program()
    old.sync()
    assert [row["road"] for row in old.replica.list_page("toll").rows] == ["A1"]


def test_versions_are_compared_across_versions_and_contents_only_within_one(client):
    old, new = client(1), client(NEWEST)
    old.add(**ION)
    old.sync()
    new.sync()
    told = old.network.inner.digest(DigestRequest(server_epoch="epoch", prefixes=[""]))
    assert set(told.entities) == {entity.entity_name for entity in VERSIONS[1]}
    with pytest.raises(NeedsUpgrade):
        old.engine.audit(lambda done, total: None)
    assert new.engine.audit(lambda done, total: None).equal


def test_a_device_that_has_not_heard_of_the_update_of_the_centre_takes_no_row_for_a_wrong_one(client):
    old = client(1)
    old.add(**ION)
    old.sync()
    with old.replica.write(durable=False) as writing:
        meta.put(writing.connection, {"server_schema": 1, "audit_at": 1})
    for _ in range(2 * SLICES):
        old.clock.now += EVERY_MS
        old.sync()
    with old.replica.reading() as reader:
        assert integrity.incidents(reader) == []
    with pytest.raises(NeedsUpgrade):
        old.network.inner.digest(DigestRequest(server_epoch="epoch", prefixes=[""], kind="content"))


def test_the_past_of_a_record_has_the_names_that_its_reader_knows(client):
    old, new = client(1), client(NEWEST)
    pk = new.add(**NOW)
    new.sync()
    new.change(pk, town="Deva")
    new.sync()
    old.sync()
    newest = old.network.inner.history("stop", pk, None).entries[0]
    assert (newest.unit, newest.before, newest.after) == ("place", {"place": "Brad"}, {"place": "Deva"})


def test_a_save_that_an_old_version_made_and_the_centre_refused_is_read_as_of_today_by_the_admin(client, central):
    old = client(1)
    pk = old.add(**ION)
    old.sync()
    with central.store.write() as connection:
        connection.execute(central.tables.entities["stop"].delete())
        connection.execute(central.tables.row.delete())
    old.change(pk, who="Ana Pop")
    old.engine.run_once()
    (letter,) = letters.listed(central)
    assert letter.tx.ops[0].set == {"first_name": "Ana"}
    assert letter.tx.schema_version == NEWEST


@pytest.mark.parametrize("version", [NEWEST + 1, 2**31 - 1])
def test_a_save_of_a_version_that_nobody_knows_is_refused_and_what_follows_is_taken(client, version):
    one = client(NEWEST)
    bad, good = one.add(title="Bad"), one.add(title="Good")
    with one.replica.write(durable=True) as writing:
        ops = json.dumps([{"t": "stop", "pk": bad, "op": "i", "set": {"title": "Bad"}}])
        writing.connection.execute("UPDATE _sync_tx SET schema = ?, wire = ? WHERE n = 1", (version, ops))
    one.sync()
    with one.replica.reading() as reader:
        txs = change_log.select(reader, "1 = 1")
    assert [tx.verdict for tx in txs] == ["rejected", "applied"]
    assert txs[0].error["code"] == ErrorCode.P202
    assert good
