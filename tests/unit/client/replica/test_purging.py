"""Nothing of what left stays in the file, its log or the search indexes; where it cannot be done at once, it is done later."""

from contextlib import closing
from random import Random

import pytest

from client.replica import epochs, purging, rows
from client.replica.apply_remote import apply_page
from client.replica.remote_page import RowsChunk
from shared_models.errors import ReplicaFull
from tests.clients import bring, central_row, connected, make_replica, page_of

pytestmark = pytest.mark.functions(35)

LETTERS = "bcdfghjklmnpqrstvwxz"
WORDS = 1000
EDITS = 4000


def files(replica):
    path = replica.path
    return path.read_bytes() + path.with_name(path.name + "-wal").read_bytes()


PLAIN_ONLY = ("test_nothing_of_what_left_is_in_the_files", "test_a_reader_is_waited_for")


def held(replica, words):
    """Return how many of the words are in the files, whole or by their last ten letters."""
    content = files(replica)
    return sum(word.encode() in content for word in words), sum(word[-10:].encode() in content for word in words)


def indexed(replica):
    """Return every word that the search index of companies knows."""
    with closing(connected(replica.path)) as connection:
        connection.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab('main', '_fts_company', 'row')")
        return {term for (term,) in connection.execute("SELECT term FROM terms")}


@pytest.fixture
def worked_on(tmp_path):
    """A replica whose companies grew and shrank in any order, so that pages were split; the words of the last names, and ids."""
    replica, chance = make_replica(tmp_path), Random(7)
    pks = [f"{chance.getrandbits(64):016x}" for _ in range(3 * WORDS)]

    def company(pk):
        name = "".join(chance.choices(LETTERS, k=chance.randint(12, 60)))
        return central_row("company", pk, name=name, description="".join(chance.choices(LETTERS, k=chance.randint(12, 900))))

    found = {}
    for at, some in enumerate([pks, *(chance.sample(pks, EDITS // 20) for _ in range(20))], 1):
        changed = {pk: company(pk) for pk in some}
        page, order = page_of(replica, to=at), rows.names(replica.registry.get("company"))
        values = [[row[name] for name in order] for row in changed.values()]
        page.chunks.append(RowsChunk("company", order, [at] * len(values), values))
        apply_page(replica, page)
        found |= changed
    leaving = chance.sample(pks, WORDS)
    yield replica, leaving, [found[pk][field] for pk in leaving for field in ("name", "description")]
    replica.close()


def leave(replica, pks):
    page = page_of(replica, to=30)
    page.leaves.append(("company", pks))
    apply_page(replica, page)


def test_nothing_of_what_left_is_in_the_files(worked_on):
    replica, pks, words = worked_on
    assert held(replica, words) == (2 * WORDS, 2 * WORDS)
    assert len(indexed(replica) & set(words)) == WORDS
    leave(replica, pks)
    assert purging.purge(replica)
    assert held(replica, words) == (0, 0)
    assert indexed(replica).isdisjoint(words)
    assert replica.count("company") == 2 * WORDS


def test_a_reader_is_waited_for(tmp_path):
    replica = make_replica(tmp_path)
    bring(replica, (1, "company", central_row("company", "a", name="Plantedword")), to=2)
    with closing(connected(replica.path)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM company").fetchone()
        leave(replica, ["a"])
        assert not purging.purge(replica)
        assert held(replica, ["Plantedword"])[0] == 1
        other.execute("ROLLBACK")
    assert replica.facts()["forgets"] == "log"
    assert purging.purge(replica)
    assert held(replica, ["Plantedword"]) == (0, 0)
    replica.close()


def test_a_full_disk_delays_it(tmp_path, monkeypatch):
    replica = make_replica(tmp_path)
    bring(replica, (1, "company", central_row("company", "a", name="Plantedword")), to=2)
    leave(replica, ["a"])

    def full():
        raise ReplicaFull("full in this test")

    with monkeypatch.context() as patch:
        patch.setattr(replica._writer, "rewrite_file", full)
        assert not purging.purge(replica)
    assert replica.facts()["forgets"] == "file"
    assert purging.purge(replica)
    assert held(replica, ["Plantedword"]) == (0, 0)
    replica.close()


def test_rows_that_a_new_load_does_not_bring_are_forgotten_too(tmp_path):
    replica = make_replica(tmp_path)
    bring(replica, (1, "company", central_row("company", "a", name="Plantedword")), to=2)
    with replica.write(durable=True) as writing:
        epochs.load_anew(writing)
    bring(replica, (1, "company", central_row("company", "b", name="Other")), to=3)
    assert purging.purge(replica)
    assert held(replica, ["Plantedword"]) == (0, 0)
    replica.close()
