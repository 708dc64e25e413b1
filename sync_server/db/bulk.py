"""Many rows in one statement, past SQLAlchemy's own handling of each row's parameters.

Every column of the central tables holds plain texts, whole numbers and booleans, which all drivers take as they are; Core still
compiles the statements. Measured on SQLite: `connection.execute(statement, rows)` spent 15 % of a push on naming parameters.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.compiler import SQLCompiler

from shared_models.codec import Row
from sync_server.db import plans
from sync_server.db.engine import Connection

PLAIN: dict[type, sa.types.TypeEngine[Any]] = {str: sa.Text(), int: sa.BigInteger(), bool: sa.Boolean()}
"""Type of a column in Python -> its type in a list of parameters, where a collation has no place."""


def insert(connection: Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    """Add rows that name every column of the table."""
    if rows:
        _run(connection, _insert(table, connection.dialect), rows)


def update(connection: Connection, table: sa.Table, rows: Sequence[Row], fixed: tuple[str, ...] = ()) -> None:
    """Replace rows, found by their primary key; columns in `fixed` stay as they are."""
    if rows:
        _run(connection, _update(table, fixed, connection.dialect), rows)


def _run(connection: Connection, compiled: SQLCompiler, rows: Sequence[Row]) -> None:
    if compiled.positional:
        names = [name.removeprefix("v_") for name in compiled.positiontup or ()]
        values = map(itemgetter(*names), rows)  # of one name it returns the value itself
        plans.run_many(connection, str(compiled), list(values if len(names) > 1 else zip(values, strict=True)))
        return
    names = [name.removeprefix("v_") for name in compiled.params]
    if takes_columns(connection.dialect):
        plans.run_many(connection, str(compiled), [{f"v_{name}": [row[name] for row in rows] for name in names}])
    else:
        plans.run_many(connection, str(compiled), [{f"v_{name}": row[name] for name in names} for row in rows])


def takes_columns(dialect: Dialect) -> bool:
    """Whether a database takes many rows as one list for each column, in one statement.

    A statement for each row costs PostgreSQL four times as much, though psycopg sends them in one pipeline.
    """
    return dialect.name == "postgresql"


@lru_cache(maxsize=512)
def _insert(table: sa.Table, dialect: Dialect) -> SQLCompiler:
    if takes_columns(dialect):
        given = _listed(table.c)
        return _compiled(table.insert().from_select(list(given.c.keys()), sa.select(*given.c)), dialect)
    return _compiled(table.insert().values({c.name: sa.bindparam(f"v_{c.name}", type_=c.type) for c in table.c}), dialect)


@lru_cache(maxsize=512)
def _update(table: sa.Table, fixed: tuple[str, ...], dialect: Dialect) -> SQLCompiler:
    moving = [c for c in table.c if not c.primary_key and c.name not in fixed]
    values: Mapping[str, sa.ColumnElement[Any]]  # Any: what a driver takes
    if takes_columns(dialect):
        given = _listed([*table.primary_key, *moving])
        values = {c.name: given.c[c.name] for c in given.c}
    else:
        values = {c.name: sa.bindparam(f"v_{c.name}", type_=c.type) for c in table.c}
    found = [c == values[c.name] for c in table.primary_key]
    return _compiled(table.update().where(*found).values({c.name: values[c.name] for c in moving}), dialect)


def _listed(columns: Iterable[sa.Column[Any]]) -> sa.TableValuedAlias:
    """Return a table of parameters, each of which is the list of one column's values."""
    kinds = {c.name: PLAIN[c.type.python_type] for c in columns}
    lists = [sa.bindparam(f"v_{name}", type_=sa.ARRAY(kind)) for name, kind in kinds.items()]
    named = [sa.column(name, kind) for name, kind in kinds.items()]
    return sa.func.unnest(*lists).table_valued(*named).render_derived(name="given")


def _compiled(statement: "sa.Insert | sa.Update", dialect: Dialect) -> SQLCompiler:
    compiled = statement.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)
    return compiled
