"""Rows that are added or replaced many at a time all have their own values, on every engine."""

import pytest
import sqlalchemy as sa

from sync_server.db import bulk
from tests.servers import record_id

COUNTS = [1, bulk.BLOCK - 1, bulk.BLOCK, 2 * bulk.BLOCK + 1]


def _rows(table, count):
    return [
        dict.fromkeys((column.name for column in table.c), None)
        | {"entity": "company", "pk": record_id(n), "ver": n, "created_seq": n + 1, "created_origin": f"ș%s{n}"}
        | {"col_ver": "{}", "wire": f'["100 %"{n}]', "cell": n % 7}
        for n in range(count)
    ]


def _stored(centre, table):
    with centre.central.store.read() as connection:
        query = sa.select(table).where(table.c.entity == "company").order_by(table.c.pk)
        return [dict(row) for row in connection.execute(query).mappings()]


@pytest.mark.parametrize("count", COUNTS)
def test_every_row_of_a_large_insert_is_there_with_its_values(centre, count):
    table = centre.central.tables.row
    rows = _rows(table, count)
    with centre.central.store.write() as connection:
        bulk.insert(connection, table, rows)
    assert _stored(centre, table) == rows


@pytest.mark.parametrize("count", COUNTS)
def test_every_row_of_a_large_update_has_its_new_values_and_what_is_fixed_stays(centre, count):
    table = centre.central.tables.row
    rows = _rows(table, count + 1)  # one of them is not replaced
    changed = [{**row, "ver": 1000 + n, "wire": f'["ț%"{n}]', "cell": 99} for n, row in enumerate(rows[:count])]
    with centre.central.store.write() as connection:
        bulk.insert(connection, table, rows)
        bulk.update(connection, table, changed, fixed=("cell",))
    assert _stored(centre, table) == [{**row, "cell": n % 7} for n, row in enumerate(changed)] + rows[count:]
