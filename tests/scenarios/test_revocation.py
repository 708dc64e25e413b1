"""What a person may no longer see is gone from the file of his device: tables, search index, free pages and log (I3)."""

import sqlite3
from random import Random

import pytest
import sqlalchemy as sa

from shared_models.ids import derived_id
from sync_server.services.bulk_import import ImportedBy, import_rows
from sync_server.services.shipped_profiles import profile_id, shipped_profiles

NORTH, SOUTH = derived_id("team", "north"), derived_id("team", "south")
WORDS = 1000
LETTERS = "bcdfghjklmnpqrstvwxz"
TAIL = 10

pytestmark = pytest.mark.functions(34, 35)


@pytest.fixture
def ana(world):
    """The admin, who has given Dan a profile and the team of the north."""
    teams = [("team", {"id": NORTH, "name": "Nord"}), ("team", {"id": SOUTH, "name": "Sud"})]
    with world.server.central.store.write() as connection:
        import_rows(connection, world.server.central, [*shipped_profiles(), *teams], ImportedBy(world.users["ana"], "setup"))
    device = world.device("ana-laptop", "ana")
    device.sync()
    device.edit("user", world.users["dan"], profile_id=profile_id("salesperson"), team_id=NORTH)
    device.sync()
    return device


@pytest.fixture
def dan(world, ana):
    return world.device("dan-laptop", "dan")


def planted(ana, world):
    """Give Dan companies with contacts, addresses, notes and clashes that hold random words; return ids and words."""
    chance, words, companies = Random(5), [], []

    def word():
        words.append("".join(chance.choices(LETTERS, k=16)))
        return words[-1]

    while len(words) < WORDS:
        with ana.replica.edit("Plant") as edit:
            company = edit.insert(
                "company", {"name": word(), "description": word(), "responsible_id": world.users["dan"], "team_id": NORTH}
            )
            contact = edit.insert("contact", {"last_name": word(), "responsible_id": world.users["dan"]})
            edit.insert("company_contact", {"company_id": company, "contact_id": contact})
            edit.insert("address", {"company_id": company, "street": word(), "city": word()})
            edit.insert("note", {"company_id": company, "body": f"{word()} {word()}", "written_at": 1})
            edit.insert("note", {"contact_id": contact, "body": word(), "written_at": 1})
        companies += [("company", company), ("contact", contact)]
    return companies, words


def held(device, words):
    """Return the words of which the whole, or the last letters, are in the file or its log."""
    file = device.file()
    both = b"".join(path.read_bytes() for path in (file, file.with_name(file.name + "-wal")) if path.exists())
    return {word for word in words if word.encode() in both}, {word for word in words if word[-TAIL:].encode() in both}


def letters(world):
    """Return the contents of what the centre refused."""
    with world.server.central.store.read() as connection:
        return " ".join(connection.execute(sa.select(world.server.central.tables.deadletter.c.body)).scalars())


def indexed(device):
    """Return every word that the search indexes know."""
    with sqlite3.connect(device.file()) as connection:
        found = set()
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE sql LIKE '%VIRTUAL TABLE%fts5%'").fetchall():
            connection.execute(f"CREATE VIRTUAL TABLE temp.terms USING fts5vocab('main', '{name}', 'row')")
            found |= {term for (term,) in connection.execute("SELECT term FROM terms")}
            connection.execute("DROP TABLE temp.terms")
    connection.close()
    return found


def test_a_thousand_words_are_gone_from_the_file_after_one_pull(world, ana, dan):
    kept = ana.save("company", name="Rămâne", responsible_id=world.users["dan"], team_id=NORTH)
    records, words = planted(ana, world)
    ana.sync()
    dan.sync()
    for _, (entity, pk) in zip(range(40), records, strict=False):  # older copies of rows lie in pages that were freed since
        dan.edit(entity, pk, **({"description": "Scris de Dan"} if entity == "company" else {"nickname": "Dan"}))
    dan.sync()
    assert held(dan, words)[0] == set(words)
    assert len(indexed(dan) & set(words)) > 0.8 * WORDS  # descriptions are not searched
    dan.network.is_up = False
    unsent = dan.edit(*records[0], name="Nume auzit pe teren")
    dan.network.is_up = True
    for entity, pk in records:
        ana.edit(entity, pk, responsible_id=world.users["ana"], **({"team_id": SOUTH} if entity == "company" else {}))
    ana.sync()

    dan.sync()

    assert held(dan, words) == (set(), set())
    assert indexed(dan).isdisjoint(words)
    assert dan.get("company", kept)["name"] == "Rămâne"
    assert [
        row
        for entity in ("contact", "address", "note", "company_contact")
        for row in dan.replica.list_page(entity, limit=9).rows
    ] == []
    (draft,) = dan.replica.drafts()
    assert draft.tx_id == unsent
    assert "Nume auzit pe teren" in letters(world)
    world.rest()
