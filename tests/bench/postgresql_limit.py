"""What PostgreSQL needs to apply offline edits when everything is known beforehand: the limit of a push (S2 of the bench's table).

One transaction: each changed column in one UPDATE from arrays, each table's new rows by COPY. The reference machine takes 0.15 s
for 10,000 edits.
"""

from statistics import median

import psycopg
from psycopg import sql

from tests.bench import workload
from tests.bench.limits import seconds
from tests.databases import postgresql_server

RUNS = 5
Changes = dict[tuple[str, str], list[tuple[str, str]]]
"""(table, column) -> (id, new value)."""
Inserts = dict[str, list[tuple[str, ...]]]


def edits_s(n: int, edits: list[workload.Row]) -> float:
    """Return the seconds in which edits go into a PostgreSQL of n rows; the median of runs. Raises ServiceMissing."""
    changes: Changes = {}
    inserts: Inserts = {}
    for edit in edits:
        if edit["op"] == "insert":
            inserts.setdefault(edit["table"], []).append(tuple(edit["row"].values()))
        else:
            for column, value in edit["set"].items():
                changes.setdefault((edit["table"], column), []).append((edit["id"], value))
    with postgresql_server() as server, server.empty_database() as url:
        address = url.replace("postgresql+psycopg", "postgresql", 1)
        with psycopg.connect(address, autocommit=True) as connection:
            _fill(connection, n)
            return median(
                seconds(lambda run=run: _apply(connection, changes, inserts, run))  # type: ignore[misc]  # a default argument binds the run
                for run in range(RUNS)
            )


def _fill(connection: psycopg.Connection, n: int) -> None:
    found: Inserts = {table: [] for table in workload.SCHEMA}
    for table, row in workload.rows(n):
        found[table].append(tuple(row.values()))
    for table, names in workload.SCHEMA.items():
        first, *others = names.split()
        columns = [sql.SQL("{} text PRIMARY KEY").format(sql.Identifier(first))]
        columns += [sql.SQL("{} text").format(sql.Identifier(name)) for name in others]
        connection.execute(sql.SQL("CREATE TABLE {} ({})").format(sql.Identifier(table), sql.SQL(", ").join(columns)))
        _copy(connection, table, found[table])


def _apply(connection: psycopg.Connection, changes: Changes, inserts: Inserts, run: int) -> None:
    """Apply the edits once more, with other values and under other ids, so that each run has as much to do."""
    update = sql.SQL("UPDATE {} SET {} = x.v FROM unnest(%s::text[], %s::text[]) x(i, v) WHERE id = x.i")
    with connection.transaction():
        for (table, column), found in changes.items():
            query = update.format(sql.Identifier(table), sql.Identifier(column))
            connection.execute(query, ([pk for pk, _ in found], [f"{value}{run}" for _, value in found]))
        for table, rows in inserts.items():
            _copy(connection, table, [(f"{run}{pk}", *rest) for pk, *rest in rows])


def _copy(connection: psycopg.Connection, table: str, rows: list[tuple[str, ...]]) -> None:
    with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as copy:
        for row in rows:
            copy.write_row(row)
