"""Rows that are added many at a time are all there, each with its own values, on every engine."""

import pytest
import sqlalchemy as sa

from sync_server.db import bulk
from tests.servers import record_id


@pytest.mark.parametrize("count", [1, bulk.BLOCK - 1, bulk.BLOCK, 2 * bulk.BLOCK + 1])
def test_every_row_of_a_large_insert_is_there_with_its_values(centre, count):
    table = centre.central.tables.row
    rows = [
        dict.fromkeys((column.name for column in table.c), None)
        | {"entity": "company", "pk": record_id(n), "ver": n, "created_seq": n + 1, "created_origin": f"ș%s{n}"}
        | {"col_ver": "{}", "wire": f'["100 %"{n}]', "cell": n % 7}
        for n in range(count)
    ]
    with centre.central.store.write() as connection:
        bulk.insert(connection, table, rows)
    with centre.central.store.read() as connection:
        query = sa.select(table).where(table.c.entity == "company").order_by(table.c.ver)
        assert [dict(row) for row in connection.execute(query).mappings()] == rows
