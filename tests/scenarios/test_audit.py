"""What versions cannot tell: a byte of a value that flipped, an index that lost a word. An audit finds it, and mends only that."""

import pytest

from client.replica import integrity, meta
from client.sync.audit import EVERY_MS, SLICES
from client.sync.conversation import Stopped
from client.sync.states import State
from shared_models.digest import place
from shared_models.errors import Unreachable
from tests.scenarios.test_repair import damage, incidents, one_of, trips, watched
from tests.world import view_of


@pytest.fixture
def ana(world):
    device = world.device("ana", "ana")
    for start in (0, 400):
        with device.replica.edit("Import") as edit:
            for n in range(start, start + 400):
                edit.insert("company", {"name": f"Company {n}", "roles": ["customer"]})
    with device.replica.edit("Import") as edit:
        edit.insert("contact", {"last_name": "Pop", "birth_date": "1980-02-29"})
    device.sync()
    device.sync()
    return device


def audited(device):
    seen = []
    found = device.engine.audit(lambda done, total: seen.append((done, total)))
    return found


FLIPS = {
    "text": "UPDATE company SET name = 'Compane 1' WHERE id = :pk",
    "no text any more": "UPDATE company SET name = CAST(x'436fff' AS TEXT) WHERE id = :pk",
    "set": """UPDATE company SET roles = '["custoner"]' WHERE id = :pk""",
    "no set any more": """UPDATE company SET roles = '["custo' WHERE id = :pk""",
    "truth": "UPDATE company SET do_not_contact = 2 WHERE id = :pk",
    "number": "UPDATE company SET updated_at = updated_at + 1 WHERE id = :pk",
    "nothing": "UPDATE company SET description = '' WHERE id = :pk",
}


@pytest.mark.parametrize("flip", FLIPS)
def test_flipped_byte_is_found_by_its_slice_in_a_few_trips_and_only_its_row_is_fetched(world, ana, flip):
    before, pk = view_of(ana.replica), one_of(ana)
    for trigger in ("_fts_company_u",):  # a disk fires no trigger
        with ana.replica.reading() as reader:
            made = reader.execute("SELECT sql FROM sqlite_master WHERE name = ?", (trigger,)).fetchone()[0]
        damage(ana, f"DROP TRIGGER {trigger}", FLIPS[flip], made, pk=pk)
    with ana.replica.write(durable=False) as writing:
        meta.put(writing.connection, {"audit_next": int(f"{place(pk):08x}"[0], 16), "audit_at": 1})
    fetched = watched(ana)
    result = ana.sync()
    assert result.error is None
    assert [(found.kind, found.entity, found.rows) for found in result.proof.found] == [("repaired", "company", 1)]
    assert [(asked.t, asked.pks) for asked in fetched] == [("company", [pk])]
    assert trips(ana) <= 5
    assert view_of(ana.replica) == before
    assert audited(ana).found == ()
    world.rest()


def test_a_slice_is_looked_at_once_an_hour_and_all_of_them_in_sixteen(world, ana):
    pk = one_of(ana)
    damage(ana, "UPDATE company SET name = 'Wrong' WHERE id = :pk", pk=pk)
    found = []
    for _ in range(SLICES):
        world.clock.now += EVERY_MS
        ana.network.calls.clear()
        found += ana.sync().proof.found
        assert "digest" in ana.network.calls
        ana.network.calls.clear()
        assert ana.sync().proof.found == ()
        assert ana.network.calls == ["pull"]
    assert [(one.kind, one.rows) for one in found] == [("repaired", 1)]


def test_slice_is_left_for_the_next_round_by_a_centre_that_is_busy_with_audits_of_others(world, ana):
    pk = one_of(ana)
    damage(ana, "UPDATE company SET name = 'Wrong' WHERE id = :pk", pk=pk)
    with ana.replica.write(durable=False) as writing:
        meta.put(writing.connection, {"audit_next": int(f"{place(pk):08x}"[0], 16), "audit_at": 1})
    audits = world.server.central.audits
    with audits.one(), audits.one():
        result = ana.sync()
        assert (result.error, result.state, result.proof.equal) == (None, State.IDLE, True)
    assert [(found.kind, found.rows) for found in ana.sync().proof.found] == [("repaired", 1)]


def test_row_that_is_missing_behind_a_figure_that_is_right_is_found_by_its_slice(world, ana):
    before = view_of(ana.replica)
    damage(ana, "DELETE FROM company")
    with ana.replica.write(durable=False) as writing:
        meta.put(writing.connection, {"audit_at": 1})
    proof = ana.sync().proof
    assert proof.equal
    assert sum(one.rows for one in proof.found) == len(before["company"])
    assert view_of(ana.replica) == before


def test_whole_audit_finds_and_mends_whatever_is_wrong_and_loses_no_unsent_edit(world, ana):
    rows = ana.replica.list_page("company", limit=6).rows
    pks = [row["id"] for row in rows]
    ana.network.is_up = False
    ana.edit("company", pks[0], name="Typed here")
    made = ana.save("company", name="New here")
    ana.network.is_up = True
    damage(ana, "UPDATE company SET name = 'Hidden' WHERE id = :pk", pk=pks[0])
    damage(ana, "UPDATE _sync_base SET data = replace(data, 'Company', 'Compane') WHERE pk = :pk", pk=pks[0])
    damage(ana, "DELETE FROM company WHERE id = :pk", pk=made)
    damage(ana, "UPDATE company SET name = 'Flipped' WHERE id = :pk", pk=pks[1])
    damage(ana, "DELETE FROM company WHERE id = :pk", pk=pks[2])
    damage(ana, "UPDATE company SET _v = 0 WHERE id = :pk", pk=pks[3])
    damage(ana, "INSERT INTO _fts_company (_fts_company) VALUES ('delete-all')")
    found = audited(ana)
    assert found.equal
    assert {(one.kind, one.entity) for one in found.found} >= {("bypassed", "company"), ("repaired", "company")}
    assert ana.get("company", pks[0])["name"] == "Typed here"
    assert ana.get("company", made)["name"] == "New here"
    assert [ana.get("company", pk)["name"] for pk in pks[1:4]] == [row["name"] for row in rows[1:4]]
    assert [hit.pk for hit in ana.replica.search("Typed")] == [pks[0]]
    assert integrity.check(ana.replica) == []
    again = audited(ana)
    assert (again.equal, again.found) == (True, ())
    world.rest()
    assert ana.get("company", pks[0])["name"] == "Typed here"


def test_search_index_that_lost_its_words_is_built_anew(world, ana):
    damage(ana, "INSERT INTO _fts_company (_fts_company) VALUES ('delete-all')")
    assert ana.replica.search("377") == []
    assert [(one.kind, one.entity) for one in audited(ana).found] == [("search", "company")]
    assert [hit.title for hit in ana.replica.search("377")] == ["Company 377"]
    assert incidents(ana) == ["search"]


def test_audit_can_be_stopped_and_tells_how_far_it_is(world, ana):
    told = []

    def stop(done, total):
        told.append((done, total))
        ana.engine.stop()

    damage(ana, "UPDATE company SET name = 'Flipped' WHERE id = :pk", pk=one_of(ana))
    real = ana.network.inner

    class Stopping:
        def __getattr__(self, name):
            return getattr(real, name)

        def digest(self, asked):
            ana.engine.stop()
            return real.digest(asked)

    ana.network.inner = Stopping()
    with pytest.raises(Stopped):
        ana.engine.audit(stop)
    ana.network.inner = real
    assert audited(ana).equal


def test_audit_without_a_connection_says_so(world, ana):
    ana.network.is_up = False
    with pytest.raises(Unreachable):
        audited(ana)
