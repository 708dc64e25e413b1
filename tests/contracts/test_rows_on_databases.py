"""A record that a push reads from its wire parts is what its own table has, to the value: on every engine."""

from itertools import islice

import pytest
import sqlalchemy as sa

from shared_models.fields import Kind, columns
from shared_models.registry import CRM
from sync_server.db import rows
from sync_server.services.bulk_import import ImportedBy, import_rows
from sync_server.services.demo_company import build_demo
from tests.properties.test_scoped_pull import TABLES
from tests.unit.sync_server.centre import NOW_US, edit, new, pk

RECORDS = 1500
IBAN = {"iban": "RO09BCYP0000001234567890", "currency": "EUR", "bank_name": "BCY", "bic": None, "holder": None}


@pytest.fixture
def centre(centre):
    """The centre with some of the demo company."""
    with centre.central.store.write() as connection:
        found = islice(build_demo("small", NOW_US), RECORDS)
        import_rows(connection, centre.central, found, ImportedBy("user-ana", "import"))
    return centre


def tables_and_loads(central):
    """Yield (entity, rows as its table has them, rows as a push reads them), both by id."""
    for entity in CRM:
        with central.store.read() as connection:
            found = connection.execute(sa.select(TABLES.entities[entity.entity_name]))
            names = tuple(found.keys())
            table = {one[names.index("id")]: rows.decode(entity, names, one) for one in found}
            yield entity, table, rows.load(connection, TABLES, entity, table, lock=False)


def test_a_push_reads_the_very_values_of_the_table(centre):
    kinds, confidential = set(), 0
    for entity, table, loaded in tables_and_loads(centre.central):
        assert {key: row for key, (row, _) in loaded.items()} == table
        for column in columns(entity):
            values = [row[column.name] for row in table.values()]
            kinds |= {column.kind for value in values if value not in (None, [])}
            confidential += sum(column.col.right_group is not None and value is not None for value in values)
            assert [type(loaded[key][0][column.name]) for key in table] == [type(value) for value in values]
    assert kinds >= {Kind.TEXT, Kind.INSTANT, Kind.BOOLEAN, Kind.SET, Kind.INTEGER}
    assert confidential


def test_so_it_does_after_an_edit_of_the_confidential_part_and_of_a_set(centre):
    account = new(2, "bank_account", company_id=pk(1), iban="RO49AAAA1B31007593840000", currency="RON")
    assert centre.save("ana", new(1, roles=["customer"]), account).v == "applied"
    iban = edit(2, 2, {"iban": "RO49AAAA1B31007593840000"}, "bank_account", **IBAN)
    edited = centre.send("ana", {"ops": [edit(1, 2, {}, roles={"add": ["supplier"], "remove": ["customer"]})]}, {"ops": [iban]})
    assert {one.v for one in edited.verdicts} <= {"applied", "merged"}
    for _, table, loaded in tables_and_loads(centre.central):
        assert {key: row for key, (row, _) in loaded.items()} == table
    assert centre.row("bank_account", 2)["iban"] == IBAN["iban"]
