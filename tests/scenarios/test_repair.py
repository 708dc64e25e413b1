"""A replica that is not what the centre has: the rows that differ are found in a few trips, and only they are sent again."""

import pytest
import sqlalchemy as sa

from client.replica import digests, integrity
from client.usecases import sync_desk
from shared_models.errors import Unreachable
from shared_models.protocol import FetchRequest
from sync_server.db import incidents as server_incidents
from sync_server.db import recounting
from sync_server.services.bulk_import import ImportedBy, import_rows
from sync_server.services.recount import recount
from tests.servers import record_id
from tests.world import view_of

MOST_TRIPS = 5
ROWS = 900
"""More than are listed at once."""
COMPANIES = [("company", {"id": record_id(n), "name": f"Company {n}"}) for n in range(800)]


@pytest.fixture
def ana(world):
    device = world.device("ana", "ana")
    with world.server.central.store.write() as connection:
        import_rows(connection, world.server.central, COMPANIES, ImportedBy(world.users["ana"], "import"))
    device.sync()
    device.sync()
    return device


def damage(device, *statements: str, **values: object) -> None:
    """Write past everything, as a bad disk or a hand with a tool does."""
    with device.replica.write(durable=False) as writing:
        for statement in statements:
            writing.connection.execute(statement, values)


def incidents(device) -> list[str]:
    with device.replica.reading() as reader:
        return [found.kind for found in integrity.incidents(reader)]


def one_of(device) -> str:
    pk: str = device.replica.list_page("company", limit=1).rows[0]["id"]
    return pk


ADD = "INSERT INTO company ({cols}) SELECT {values} FROM company WHERE id = :pk"


def added(device) -> str:
    """Return the statement that copies a row under another id."""
    with device.replica.reading() as reader:
        cols = [f'"{row[1]}"' for row in reader.execute("PRAGMA table_info(company)") if row[1] != "_n"]
    return ADD.format(cols=", ".join(cols), values=", ".join("'foreign'" if col == '"id"' else col for col in cols))


def damaged(device, how: str, pk: str) -> None:
    statements = {
        "deleted": "DELETE FROM company WHERE id = :pk",
        "added": added(device),
        "version": "UPDATE company SET _v = _v - 1 WHERE id = :pk",
        "version of the future": "UPDATE company SET _v = _v + 1000 WHERE id = :pk",
    }
    damage(device, statements[how], pk=pk)


def watched(device) -> list[FetchRequest]:
    """Return the list of what is fetched from now on, and count calls from here."""
    fetched: list[FetchRequest] = []
    real = device.network.inner

    class Watching:
        def __getattr__(self, name):
            return getattr(real, name)

        def fetch(self, asked):
            fetched.append(asked)
            return real.fetch(asked)

    device.network.inner = Watching()
    device.network.calls.clear()
    return fetched


def trips(device) -> int:
    return sum(call in ("digest", "fetch") for call in device.network.calls)


@pytest.mark.parametrize("how", ["deleted", "added", "version", "version of the future"])
@pytest.mark.parametrize("is_idle", [True, False])
def test_row_that_differs_is_found_in_a_few_trips_and_only_it_is_sent_again(world, ana, how, is_idle):
    before, pk = view_of(ana.replica), one_of(ana)
    damaged(ana, how, pk)
    assert [found.kind for found in integrity.check(ana.replica)] == ["digest"]
    if not is_idle:
        world.device("dan", "dan").sync()
        world.devices["dan"].edit("company", before["company"][-1]["id"], name="News")
        world.devices["dan"].sync()
    fetched = watched(ana)
    result = ana.sync()
    assert result.error is None
    assert (result.proof.equal, result.proof.found[-1].kind, result.proof.found[-1].rows) == (True, "repaired", 1)
    assert trips(ana) <= MOST_TRIPS
    assert [(asked.t, asked.pks) for asked in fetched] == ([] if how == "added" else [("company", [pk])])
    if is_idle:
        assert view_of(ana.replica) == before
    assert incidents(ana) == ["digest", "repaired"]
    assert integrity.check(ana.replica) == []
    world.rest()


def test_figure_that_is_wrong_over_rows_that_are_right_is_computed_anew_and_nothing_is_asked_for(world, ana):
    damage(ana, "UPDATE _sync_digest SET total = '0000000000000001' WHERE tbl = 'company'")
    ana.network.calls.clear()
    proof = ana.sync().proof
    assert proof.equal
    assert [(found.kind, found.entity) for found in proof.found] == [("digest", "company")]
    assert trips(ana) == 0
    assert incidents(ana) == ["digest"]
    assert ana.sync().proof.found == ()
    assert integrity.check(ana.replica) == []


def test_unsent_edit_lies_over_the_row_that_was_sent_again(world, ana):
    pk = one_of(ana)
    ana.edit("company", pk, name="Typed here")
    ana.network.inner = type("NoPush", (), {"__getattr__": lambda self, name, real=ana.network.inner: _no_push(real, name)})()
    damaged(ana, "version", pk)
    integrity.check(ana.replica)
    result = ana.sync()
    assert isinstance(result.error, Unreachable)
    assert result.proof.equal
    assert ana.get("company", pk)["name"] == "Typed here"
    assert [waiting.label for waiting in ana.replica.waiting()] == ["Edit company"]
    assert integrity.check(ana.replica) == []


def _no_push(real, name):
    def push(_):
        raise Unreachable(None, "not in this test")

    return push if name == "push" else getattr(real, name)


@pytest.mark.parametrize("how", ["deleted", "version"])
def test_unsent_edit_of_a_row_that_got_lost_is_on_the_screen_again_and_is_sent(world, ana, how):
    pk = one_of(ana)
    ana.edit("company", pk, name="Typed here")
    damaged(ana, how, pk)
    damage(ana, "DELETE FROM _sync_base WHERE pk = :pk", pk=pk)
    integrity.check(ana.replica)
    ana.network.lost_answers.append("push")
    ana.sync()
    assert ana.get("company", pk)["name"] == "Typed here"
    world.rest()
    assert ana.get("company", pk)["name"] == "Typed here"


def test_edit_saved_while_rows_are_fetched_is_not_lost(world, ana):
    pk = one_of(ana)
    damaged(ana, "version", pk)
    integrity.check(ana.replica)
    real = ana.network.inner

    class Busy:
        def __getattr__(self, name):
            return getattr(real, name)

        def fetch(self, asked):
            ana.edit("company", pk, name="Typed meanwhile")
            return real.fetch(asked)

    ana.network.inner = Busy()
    assert ana.sync().proof.equal
    assert ana.get("company", pk)["name"] == "Typed meanwhile"
    ana.network.inner = real
    world.rest()
    assert ana.get("company", pk)["name"] == "Typed meanwhile"


def test_row_that_the_centre_has_newer_is_left_to_the_next_pull(world, ana):
    pk, other = (row["id"] for row in ana.replica.list_page("company", limit=2).rows)
    dan = world.device("dan", "dan")
    dan.sync()
    damaged(ana, "version", pk)
    damaged(ana, "version", other)
    integrity.check(ana.replica)
    real = ana.network.inner

    class Moving:
        def __getattr__(self, name):
            return getattr(real, name)

        def digest(self, asked):
            dan.edit("company", other, name="Newer")
            dan.sync()
            ana.network.inner.digest = real.digest
            return real.digest(asked)

    ana.network.inner = Moving()
    proof = ana.sync().proof
    assert not proof.equal
    assert [found.rows for found in proof.found] == [1]
    ana.network.inner = real
    ana.sync()
    world.rest()
    assert ana.get("company", other)["name"] == "Newer"


def test_broken_connection_leaves_the_difference_on_the_screen_until_the_next_round(world, ana):
    damaged(ana, "deleted", one_of(ana))
    integrity.check(ana.replica)
    ana.network.lost_answers.append("digest")
    result = ana.sync()
    assert isinstance(result.error, Unreachable)
    assert ana.engine.status().is_proved is False
    assert ana.sync().proof.equal
    world.rest()


def test_every_row_that_is_missing_is_fetched_in_parts(world, ana):
    before = view_of(ana.replica)
    damage(ana, "DELETE FROM company")
    integrity.check(ana.replica)
    fetched = watched(ana)
    assert ana.sync().proof.equal
    assert view_of(ana.replica) == before
    assert sum(len(asked.pks) for asked in fetched) == len(before["company"])
    with ana.replica.reading() as reader:
        assert digests.stored(reader) == digests.recomputed(reader, ana.replica.registry)


def test_search_finds_a_row_that_was_put_right_by_its_true_words_only(world, ana):
    pk = one_of(ana)
    title = ana.get("company", pk)["name"]
    damage(ana, "UPDATE company SET name = 'Wrongly', _v = _v - 1 WHERE id = :pk", pk=pk)
    integrity.check(ana.replica)
    assert ana.sync().proof.equal
    assert [hit.pk for hit in ana.replica.search("Wrongly")] == []
    assert pk in [hit.pk for hit in ana.replica.search(title)]


def told_of(world):
    with world.server.central.store.read() as connection:
        found = server_incidents.since(connection, world.server.central.tables, 0)
    return [(one["kind"], one["entity"], one["n"]) for one in found.get("device-ana", [])]


@pytest.mark.functions(148)
def test_the_centre_hears_of_what_was_mended_with_the_next_hello_and_once(world, ana):
    damage(ana, "DELETE FROM company WHERE id IN (SELECT id FROM company LIMIT 3)")
    integrity.check(ana.replica)
    assert [one.kind for one in ana.sync().proof.found] == ["repaired"]
    assert told_of(world) == []
    ana = ana.restart()
    ana.network.lost_answers = ["hello"]
    assert isinstance(ana.sync().error, Unreachable)
    told = told_of(world)
    assert ("repaired", "company", 3) in told
    hellos, usual = [], ana.network.hello

    def heard(request):
        hellos.append(len(request.incidents))
        return usual(request)

    ana.network.hello = heard
    assert ana.sync().error is None
    ana = ana.restart()
    assert ana.sync().error is None
    assert told_of(world) == told
    assert hellos == [len(told), 0]


def test_the_sync_page_has_what_was_found_in_the_last_month_the_newest_first(world, ana):
    damage(ana, "DELETE FROM company WHERE id IN (SELECT id FROM company LIMIT 3)")
    integrity.check(ana.replica)
    ana.sync()

    def told():
        return [
            (one.kind, one.entity, one.rows)
            for one in sync_desk.status(ana.replica, ana.engine.status(), is_paused=False).found
        ]

    assert told() == [("repaired", "company", 3), ("digest", "company", 0)]
    world.clock.forward(days=31)
    assert told() == []


def spoil_figures(world, entity="company"):
    """Make the centre's own figures of an entity wrong, as a mistake of ours would."""
    tables = world.server.central.tables
    with world.server.central.store.write() as connection:
        for table in (tables.digest, tables.cell_digest):
            connection.execute(sa.update(table).where(table.c.entity == entity).values(n=table.c.n + 7, total="0" * 16))


def figures(world):
    with world.server.central.store.read() as connection:
        return recounting.kept(connection, world.server.central.tables, "company")


@pytest.mark.parametrize("pulls_rows", [False, True])
def test_wrong_figure_of_the_centre_is_counted_anew_by_it_and_the_device_loses_nothing(world, ana, pulls_rows):
    before, right = view_of(ana.replica), figures(world)
    if pulls_rows:
        ana.save("note", company_id=one_of(ana), body="said", written_at=1)
    spoil_figures(world)
    fetched = watched(ana)
    result = ana.sync()
    assert (result.error, result.proof.equal) == (None, True)
    assert [(one.kind, one.entity) for one in result.proof.found] == [("recounted", "company")]
    assert fetched == []
    assert figures(world) == right
    ana.network.calls.clear()
    assert ana.sync().proof.equal
    assert ana.network.calls[-1] == "pull"
    assert view_of(ana.replica)["company"] == before["company"]
    world.rest()


def test_the_centre_is_asked_to_count_once_an_hour(world, ana):
    spoil_figures(world)
    assert ana.sync().proof.equal
    spoil_figures(world)
    for _ in range(2):
        proof = ana.sync().proof
        assert (proof.equal, proof.found) == (False, ())
    world.clock.forward(hours=1)
    proof = ana.sync().proof
    assert (proof.equal, [one.kind for one in proof.found]) == (True, ["recounted"])


def test_a_centre_that_is_busy_is_asked_to_count_with_the_next_round(world, ana):
    spoil_figures(world)
    audits = world.server.central.audits
    with audits.one(), audits.one():
        assert not ana.sync().proof.equal
    assert ana.sync().proof.equal


def test_a_figure_that_the_centre_stands_by_is_no_proof_although_it_is_ours_by_now(world, ana):
    spoil_figures(world)
    usual = ana.network.pull

    def corrected_meanwhile(request):
        page = usual(request)
        recount(world.server.central, "company", "another device")
        return page

    ana.network.pull = corrected_meanwhile
    proof = ana.sync().proof
    assert (proof.equal, proof.found) == (False, ())
    assert ana.sync().proof.equal


def test_a_question_that_fails_leaves_the_difference_noted(world, ana):
    spoil_figures(world)
    usual = ana.network.digest

    def lost(request):
        if request.recount:
            raise Unreachable(None, "lost in this test")
        return usual(request)

    ana.network.digest = lost
    proof = ana.sync().proof
    assert (proof.equal, proof.found) == (False, ())
    assert "unequal" in incidents(ana)
    ana.network.digest = usual
    world.clock.forward(hours=1)
    assert ana.sync().proof.equal
