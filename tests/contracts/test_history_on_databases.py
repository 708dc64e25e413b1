"""The past of a record comes with that of its parts, along indexes, in pages of whole saves: on every engine."""

import pytest
import sqlalchemy as sa

from shared_models.fields import units
from shared_models.registry import CRM
from sync_server.db import past
from sync_server.services import history
from sync_server.services.actor import Actor
from tests.properties.test_scoped_pull import TABLES
from tests.unit.sync_server.centre import archive, edit, new, pk

pytestmark = pytest.mark.functions(13)
FIRM, OTHER, STREET, NOTE, PINNED = 1, 2, 3, 4, 5
MANY = 30_000
"""Lines of other records: enough for an engine to prefer an index."""


def owned(n, entity, owner=FIRM, **values):
    return new(n, entity, company_id=pk(owner), **values)


def pages(centre, n=FIRM):
    """Return the lines of every page."""
    found, before = [], None
    while True:
        page = history.page(centre.central, Actor("user-ana", "ana"), "company", pk(n), before)
        found.append(page.entries)
        if not page.more:
            return found
        before = page.entries[-1].seq


def told(centre, n=FIRM):
    return [(entry.entity, entry.record, entry.unit) for entries in pages(centre, n) for entry in entries]


def live(centre):
    """A company with an address that changed, a removed account, notes of which one was pinned, and a neighbour."""
    first = centre.save("ana", new(FIRM), new(OTHER), owned(STREET, "address", street="Lungă 5"), id="first").seq
    centre.save("ana", owned(NOTE, "note", body="Sună luni", written_at=1), owned(PINNED, "note", body="Nu suna", written_at=2))
    centre.save("ana", owned(9, "address", OTHER, street="Alta"))
    group = dict.fromkeys(units(CRM.get("address"))["address"].fields)
    moved = {**group, "street": "Scurtă 3"}
    centre.save("ana", edit(STREET, first, {**group, "street": "Lungă 5"}, "address", **moved))
    centre.save("ana", edit(PINNED, first + 1, {"is_pinned": False}, "note", is_pinned=True))
    centre.save("ana", archive(STREET, first + 3, "address"))


def test_the_past_of_a_record_comes_with_that_of_its_parts_and_of_no_other(centre):
    live(centre)
    assert told(centre) == [
        ("address", pk(STREET), "archived_at"),
        ("note", pk(PINNED), "is_pinned"),
        ("address", pk(STREET), "address"),
        ("address", pk(STREET), "*"),
        ("company", pk(FIRM), "*"),
    ]
    [entries] = pages(centre)
    assert (entries[-1].seq, entries[-1].tx) == (entries[-2].seq, "first")
    assert entries[2].after["street"] == "Scurtă 3"
    assert [one for one in told(centre, OTHER) if one[0] == "address"] == [("address", pk(9), "*")]


def test_a_part_counts_for_the_record_that_it_names_now(centre):
    live(centre)
    address = TABLES.entities["address"]
    with centre.central.store.write() as connection:
        connection.execute(address.update().where(address.c.id == pk(STREET)).values(company_id=pk(OTHER)))
    assert {entity for entity, _, _ in told(centre)} == {"company", "note"}
    assert ("address", pk(STREET), "archived_at") in told(centre, OTHER)


def test_pages_go_on_below_a_seq_and_never_part_a_save(centre):
    centre.save("ana", new(FIRM))
    for place in range(40):
        parts = [owned(1000 + 10 * place + i, "address", street=f"Strada {place}/{i}") for i in range(3)]
        centre.save("ana", *parts)
    found = pages(centre)
    assert [len(entries) for entries in found] == [48, 48, 25]
    seqs = [entry.seq for entries in found for entry in entries]
    assert seqs == sorted(seqs, reverse=True)
    assert len({entry.record for entries in found for entry in entries}) == 121
    centre.save("ana", *(owned(5000 + i, "address", street=f"Nouă {i}") for i in range(60)))
    assert [len(entries) for entries in pages(centre)] == [60, 48, 48, 25]


def explained(centre, statement, values):
    """Return an engine's plan of a statement, as text."""
    verb = {"sqlite": "EXPLAIN QUERY PLAN", "postgresql": "EXPLAIN", "mariadb": "EXPLAIN", "mysql": "EXPLAIN"}
    with centre.central.store.read() as connection:
        compiled = statement.params(**values).compile(connection, compile_kwargs={"literal_binds": True})
        asked = connection.exec_driver_sql(f"{verb[connection.dialect.name]} {str(compiled).replace('%', '%%')}")
        return "\n".join(" ".join(map(str, row)) for row in asked)


def test_no_query_reads_the_whole_history(centre):
    live(centre)
    seqs = [{"seq": 10_000 + i, "n": 0, "entity": "company", "record_id": pk(10_000 + i % 9000), "unit": "name", "tx_id": "x",
             "typed_at": 1, "arrived_at": 1, "kind": "applied"} for i in range(MANY)]  # fmt: skip
    with centre.central.store.write() as connection:
        connection.execute(TABLES.history.insert(), seqs)
    with centre.central.store.write() as connection:
        names = {"sqlite": "ANALYZE", "postgresql": "ANALYZE history"}
        connection.execute(sa.text(names.get(connection.dialect.name, "ANALYZE TABLE history")))
    bounds = {"since": 0, "before": past.ALL, "unless": [past.NO_UNIT], "enough": 51}
    for of, pks in (("company", [pk(FIRM)]), ("company", [pk(FIRM), pk(OTHER)]), ("address", [pk(n) for n in range(400)])):
        plan = explained(centre, past._lines(TABLES), {"of": of, "pks": pks, **bounds})
        assert "ix_history_entity_record_id_seq" in plan, plan
        assert not any(word in plan for word in ("Seq Scan", "pk_history", "PRIMARY KEY", "PRIMARY", " ALL ")), plan
    plan = explained(centre, past._parts(TABLES, CRM.get("address"), "company_id"), {"parent": pk(FIRM)})
    assert "ix_address_company_id" in plan, plan
