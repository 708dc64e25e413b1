"""Many rows in one statement, past SQLAlchemy's own handling of each row's parameters.

Every column of the central tables holds plain texts, whole numbers and booleans, which all drivers take as they are; Core still
compiles the statements. Measured on SQLite: `connection.execute(statement, rows)` spent 15 % of a push on naming parameters.
On PostgreSQL new rows go many to a statement: 10,000 pushed edits take a sixth less than with a statement for each row.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from operator import itemgetter

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.compiler import SQLCompiler

from shared_models.codec import Row
from sync_server.db import plans
from sync_server.db.engine import Connection

BLOCK = 32
"""Rows that PostgreSQL is given in one statement."""
_NAMED = re.compile(r"%\((\w+)\)s")


def insert(connection: Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    """Add rows that name every column of the table."""
    whole = len(rows) // BLOCK * BLOCK if connection.dialect.name == "postgresql" else 0
    if whole:
        sql, names = _block(table, connection.dialect)
        values = itemgetter(*names)
        blocks = [[value for row in rows[at : at + BLOCK] for value in values(row)] for at in range(0, whole, BLOCK)]
        plans.run_many(connection, sql, blocks)
    if rest := rows[whole:]:
        _run(connection, _insert(table, connection.dialect), rest)


def update(connection: Connection, table: sa.Table, rows: Sequence[Row], fixed: tuple[str, ...] = ()) -> None:
    """Replace rows, found by their primary key; columns in `fixed` stay as they are."""
    if rows:
        _run(connection, _update(table, fixed, connection.dialect), rows)


def _run(connection: Connection, compiled: SQLCompiler, rows: Sequence[Row]) -> None:
    if compiled.positional:
        names = [name.removeprefix("v_") for name in compiled.positiontup or ()]
        values = map(itemgetter(*names), rows)  # of one name it returns the value itself
        plans.run_many(connection, str(compiled), list(values if len(names) > 1 else zip(values, strict=True)))
    else:
        names = [name.removeprefix("v_") for name in compiled.params]
        plans.run_many(connection, str(compiled), [{f"v_{name}": row[name] for name in names} for row in rows])


@lru_cache(maxsize=512)
def _insert(table: sa.Table, dialect: Dialect) -> SQLCompiler:
    return _compiled(table.insert().values({c.name: sa.bindparam(f"v_{c.name}", type_=c.type) for c in table.c}), dialect)


@lru_cache(maxsize=512)
def _block(table: sa.Table, dialect: Dialect) -> tuple[str, tuple[str, ...]]:
    """Return the statement that adds `BLOCK` rows, and the columns of a row in its order."""
    head, values, row = str(_insert(table, dialect)).partition(" VALUES ")
    names = tuple(name.removeprefix("v_") for name in _NAMED.findall(row))
    return head + values + ", ".join([_NAMED.sub("%s", row)] * BLOCK), names


@lru_cache(maxsize=512)
def _update(table: sa.Table, fixed: tuple[str, ...], dialect: Dialect) -> SQLCompiler:
    moving = {c.name: sa.bindparam(f"v_{c.name}", type_=c.type) for c in table.c if not c.primary_key and c.name not in fixed}
    found = [c == sa.bindparam(f"v_{c.name}", type_=c.type) for c in table.primary_key]
    return _compiled(table.update().where(*found).values(moving), dialect)


def _compiled(statement: "sa.Insert | sa.Update", dialect: Dialect) -> SQLCompiler:
    compiled = statement.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)
    return compiled
