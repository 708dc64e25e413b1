"""Cells as they are stored: after any pushes they are what placing everything anew gives, and so are their digests."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

from shared_models.natural_ids import natural_id
from shared_models.registry import CRM
from sync_server.db import cells, digests
from sync_server.services import placing, setup
from sync_server.services.bulk_import import ImportedBy, import_rows
from sync_server.services.shipped_profiles import shipped_profiles
from tests.unit.sync_server.centre import NOW_US, Centre, archive, edit, new, open_centre, pk

ANA, ION, DAN = pk(701), pk(702), pk(703)
PEOPLE, TEAMS = [ANA, ION, None], [pk(901), pk(902), None]
ROOT = "root"


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    made = open_centre(tmp_path)
    with made.central.store.write() as connection:
        import_rows(connection, made.central, shipped_profiles(), ImportedBy("setup", "setup"))
    yield made
    made.central.store.close()


def stored(centre: Centre) -> tuple[dict, dict]:
    """Return (entity, id) -> key of its cell, and (entity, key) -> digest where a cell holds anything."""
    central = centre.central
    with central.store.read() as connection:
        keys = {0: "", **dict(cells.above(connection, central.tables, 0))}
        row = central.tables.row
        places = {(e, p): keys[c] for e, p, c in connection.execute(sa.select(row.c.entity, row.c.pk, row.c.cell))}
        sums = {(e, keys[c]): one for e, c, one in cells.digests(connection, central.tables) if one.rows}
    return places, sums


def placed_anew(centre: Centre) -> tuple[dict, dict]:
    with centre.central.store.write() as connection:
        placing.place_all(centre.central, connection)
    return stored(centre)


def save(centre: Centre, *ops: dict) -> None:
    """Save as an admin what must be taken."""
    assert centre.save(ROOT, *ops, admin=True).error is None


def cell_of(centre: Centre, entity: str, n: int) -> str:
    return str(stored(centre)[0][entity, pk(n)])


def moves(centre: Centre) -> set[tuple[str, str]]:
    return {(one["entity"], one["pk"]) for one in centre.rows("move")}


def address(n: int, company: int) -> dict:
    return new(n, "address", company_id=pk(company), street=f"Strada {n}")


def link(company: int, contact: int) -> dict:
    values = {"company_id": pk(company), "contact_id": pk(contact)}
    return {"t": "company_contact", "pk": natural_id(CRM.get("company_contact"), values), "op": "i", "set": values}


def share(n: int, entity: str, record: int, user: str) -> dict:
    return new(n, "record_share", record_type=entity, record_id=pk(record), user_id=user, ends_at=NOW_US + 10**12)


def test_a_part_is_in_its_records_cell_and_a_link_in_both(centre):
    save(centre, new(1, responsible_id=ANA), new(2, "contact", last_name="Ion"), address(3, 1), link(1, 2))
    places, _ = stored(centre)
    assert places["address", pk(3)] == places["company", pk(1)]
    both = places[next(key for key in places if key[0] == "company_contact")]
    assert f'"company","{ANA}"' in both
    assert '"contact","user-root"' in both


def test_a_record_that_changes_its_owner_takes_its_parts_along(centre):
    save(centre, new(1, responsible_id=ANA), new(2, "contact", last_name="Ion"), address(3, 1), link(1, 2))
    before = stored(centre)[0]
    save(centre, edit(1, 9, {"responsible_id": ANA}, responsible_id=ION))
    after = stored(centre)[0]
    assert {key[0] for key in before if before[key] != after[key]} == {"company", "address", "company_contact"}
    assert {key[0] for key in moves(centre)} == {"company", "address", "company_contact"}


def test_an_edit_that_leaves_the_owner_moves_nothing(centre):
    save(centre, new(1, responsible_id=ANA), address(3, 1))
    save(centre, edit(1, 9, {"name": "Firma 1", "responsible_id": ANA}, name="X", responsible_id=ANA))
    assert moves(centre) == set()


def test_the_first_share_gives_a_record_a_cell_of_its_own_and_the_second_leaves_it_there(centre):
    save(centre, new(1, responsible_id=ANA), new(2, responsible_id=ANA), address(3, 1))
    save(centre, share(5, "company", 1, ION))
    own = cell_of(centre, "company", 1)
    assert pk(1) in own
    assert cell_of(centre, "address", 3) == cell_of(centre, "record_share", 5) == own != cell_of(centre, "company", 2)
    save(centre, share(6, "company", 1, DAN), edit(1, 9, {"responsible_id": ANA}, responsible_id=ION))
    assert pk(1) in cell_of(centre, "company", 1)
    assert f'"{ION}"' in cell_of(centre, "company", 1)


def test_a_card_about_a_confidential_field_is_in_a_cell_of_its_group(centre):
    save(centre, new(1))
    for device, text in (("a", "One"), ("b", "Two")):
        centre.save(device, edit(1, 1, {"name": "Firma 1"}, name=text), admin=True)
        centre.save(device, edit(1, 1, {"price_segment_id": None}, price_segment_id=pk(800 + ord(device))), admin=True)
    by_unit = {card["unit"]: stored(centre)[0]["sync_conflict", card["id"]] for card in centre.cards()}
    assert by_unit["name"] == cell_of(centre, "company", 1)
    assert by_unit["price_segment_id"].endswith(',"price"]')


def test_a_card_about_a_part_of_a_record_that_moves_in_the_same_request_moves_too(centre):
    save(centre, new(1, responsible_id=ANA), address(3, 1))
    save(centre, edit(3, 99, {"kind_id": None}, "address", kind_id=pk(811)))
    move = edit(1, 99, {"responsible_id": ANA}, responsible_id=ION)
    clash = edit(3, 1, {"kind_id": None}, "address", kind_id=pk(812))
    centre.send("b", {"ops": [move]}, {"ops": [clash]}, admin=True)
    (card,) = centre.cards()
    assert cell_of(centre, "company", 1) == stored(centre)[0]["sync_conflict", card["id"]]
    assert stored(centre) == placed_anew(centre)


def test_a_card_about_a_share_that_came_in_the_same_request_is_in_the_cell_of_its_record(centre):
    save(centre, new(1, responsible_id=ANA))
    centre.send("b", {"ops": [share(5, "company", 1, ION)]}, {"ops": [archive(5, 0, "record_share")]}, admin=True)
    (card,) = centre.cards()
    assert stored(centre)[0]["sync_conflict", card["id"]] == cell_of(centre, "company", 1)
    assert stored(centre) == placed_anew(centre)


@pytest.mark.parametrize("seed", range(6))
def test_after_any_pushes_cells_and_digests_are_those_of_placing_everything_anew(centre, seed):
    chance = Random(seed)
    for n in (1, 2, 3, 4):
        entity = "company" if n < 3 else "contact"
        values = {"responsible_id": chance.choice(PEOPLE)} | ({"last_name": "X"} if n > 2 else {})
        save(centre, new(n, entity, **values))
    made = 10
    for _ in range(60):
        made += 1
        n, device = chance.randrange(1, 5), chance.choice(["a", "b"])
        entity = "company" if n < 3 else "contact"
        what = chance.choice(["owner", "team", "address", "link", "share", "clash", "archive", "two"])
        if what == "owner":
            op = edit(n, chance.choice([1, 99]), {"responsible_id": None}, entity, responsible_id=chance.choice(PEOPLE))
        elif what == "team":
            op = edit(chance.choice([1, 2]), 99, {"team_id": None}, team_id=chance.choice(TEAMS))
        elif what == "address":
            op = address(made, chance.choice([1, 2]))
        elif what == "link":
            op = link(chance.choice([1, 2]), chance.choice([3, 4]))
        elif what == "share":
            op = share(made, entity, n, chance.choice([ANA, ION]))
        elif what == "clash":
            op = edit(
                chance.choice([1, 2]), 1, {"name": "?", "price_segment_id": None}, name=str(made), price_segment_id=pk(made)
            )
        elif what == "archive":
            op = archive(n, 99, entity)
        else:
            company = new(made, responsible_id=chance.choice(PEOPLE))
            centre.save(device, company, address(made + 500, made), share(made + 700, "company", made, ANA), admin=True)
            continue
        centre.save(device, op, admin=True)
    kept = stored(centre)
    assert len(set(kept[0].values())) > 5
    assert kept == placed_anew(centre)
    with centre.central.store.read() as connection:
        totals = digests.read(connection, centre.central.tables)
    for entity, total in totals.items():
        mine = [one for (name, _), one in kept[1].items() if name == entity]
        assert (total.rows, total.total) == (sum(one.rows for one in mine), sum(one.total for one in mine) % 2**64)
    assert placing.is_placed(centre.central)


def test_a_database_of_before_there_were_cells_gets_them_once(centre):
    save(centre, new(1, responsible_id=ANA), new(2, "contact", last_name="Ion"), address(3, 1), link(1, 2))
    save(centre, share(5, "company", 1, ION))
    kept = stored(centre)
    with centre.central.store.write() as connection:
        cells.forget(connection, centre.central.tables)
        connection.execute(centre.central.tables.row.update().values(cell=0))
    assert not placing.is_placed(centre.central)
    setup.complete(centre.central)
    assert stored(centre) == kept
    setup.complete(centre.central)
    assert stored(centre) == kept
