"""Statements that are said again and again: compiled once for a database, and then run on the driver's own cursor.

Core's `execute` looks each statement up, names its parameters and wraps its rows anew: two thirds of what a small one costs. Here
it compiles a statement once, for each driver and each length of its lists. Results are plain tuples.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from types import TracebackType
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.interfaces import DBAPICursor, DBAPIModule
from sqlalchemy.sql.compiler import SQLCompiler

from sync_server.db.engine import Connection

PLANS = 4096
"""Statements of all databases of the process whose compiled form is kept, each length of its lists counted."""
STREAM_ROWS = 2_000
"""Rows of a large query that are in memory at a time: usually 1 MB."""
Statement = sa.Select[*tuple[Any, ...]] | sa.Update | sa.Insert | sa.Delete  # Any: as in all queries, what a driver returns
Tuples = list[tuple[Any, ...]]
Values = Mapping[str, Any]
Process = Any
"""A function of one value that SQLAlchemy's types bring along, such as booleans out of SQLite's 0 and 1."""


class Plan(NamedTuple):
    """A statement as its driver takes it."""

    sql: str
    names: tuple[str, ...]
    """Parameters in their order, where they have one."""
    is_positional: bool
    fixed: dict[str, Any]
    """Values that the statement itself brings."""
    expanded: dict[str, list[str]]
    """List -> names of its single values."""
    sent: dict[str, Process]
    """Parameter -> what makes its value the driver's."""
    read: dict[int, Process]
    """Column -> what makes the driver's value ours."""

    order: tuple[tuple[str, int], ...]
    """Values in their order, each with the length to which it is filled up if it is a list, else 0; empty if any is changed."""

    def given(self, values: Values) -> list[Any] | tuple[Any, ...] | dict[str, Any]:
        """Return the parameters of one call."""
        if self.order:
            made: list[Any] = []
            for name, length in self.order:
                if length:
                    listed = values[name]
                    made += listed
                    made += listed[-1:] * (length - len(listed))
                else:
                    made.append(values[name])
            return made
        found = {**self.fixed, **values}
        for name, names in self.expanded.items():
            listed = found.pop(name)
            found.update(zip(names, [*listed, *listed[-1:] * (len(names) - len(listed))], strict=True))
        for name, process in self.sent.items():
            found[name] = process(found[name])
        return tuple([found[name] for name in self.names]) if self.is_positional else found


def fetch(connection: Connection, statement: Statement, values: Values | None = None) -> Tuples:
    """Return all that a query finds. `statement` must be one that is kept: it is compiled once for as long as it lives."""
    if connection.dispatch.before_cursor_execute:  # somebody listens to what is said
        return [tuple(row) for row in connection.execute(statement, values or {}).all()]
    plan = _plan_for(connection, statement, values or {})
    with _Cursor(connection, plan.sql) as cursor:
        cursor.execute(plan.sql, plan.given(values or {}))
        found = list(cursor.fetchall())
    return _read(plan, found) if plan.read else found


def first(connection: Connection, statement: Statement, values: Values | None = None) -> tuple[Any, ...] | None:
    """Return the only row that a query finds, or none."""
    found = fetch(connection, statement, values)
    return found[0] if found else None


def each(connection: Connection, statement: Statement, values: Values) -> Iterator[tuple[Any, ...]]:
    """Yield what a query finds, some thousand rows made ready at a time."""
    if connection.dispatch.before_cursor_execute:
        yield from map(tuple, connection.execute(statement, values))
        return
    plan = _plan_for(connection, statement, values)
    with _Cursor(connection, plan.sql) as cursor:
        cursor.execute(plan.sql, plan.given(values))
        while found := cursor.fetchmany(STREAM_ROWS):
            yield from _read(plan, found) if plan.read else found


def streamed(connection: Connection, statement: Statement, values: Values) -> Iterator[tuple[Any, ...]]:
    """Yield what a large query finds without ever holding all of it: the rows stay with the server until they are fetched.

    On MariaDB the connection runs nothing else until the last row is read, or the iterator is closed.
    """
    if connection.dialect.name == "sqlite":  # reads on with every row that is fetched
        yield from each(connection, statement, values)
        return
    result = connection.execute(statement, values, execution_options={"yield_per": STREAM_ROWS})
    try:
        for part in result.partitions():
            yield from map(tuple, part)
    finally:
        result.close()


def run(connection: Connection, statement: Statement, values: Values) -> int:
    """Change something; returns how many rows were."""
    if connection.dispatch.before_cursor_execute:
        return connection.execute(statement, values).rowcount
    plan = _plan_for(connection, statement, values)
    with _Cursor(connection, plan.sql) as cursor:
        cursor.execute(plan.sql, plan.given(values))
        return cursor.rowcount


def run_many(connection: Connection, sql: str, rows: Sequence[Any]) -> None:
    """Say one statement of the driver's own with the values of many rows."""
    if connection.dispatch.before_cursor_execute:
        connection.exec_driver_sql(sql, rows)
        return
    with _Cursor(connection, sql) as cursor:
        cursor.executemany(sql, rows)


class _Cursor:
    """A cursor of the driver's. What it raises becomes SQLAlchemy's error, as Core would make it."""

    __slots__ = ("_connection", "_cursor", "_sql")

    def __init__(self, connection: Connection, sql: str) -> None:
        self._connection, self._sql = connection, sql

    def __enter__(self) -> DBAPICursor:
        self._cursor = self._connection.connection.cursor()
        return self._cursor

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if isinstance(error, self._connection.dialect.loaded_dbapi.Error):
            self._translate(error)
        self._cursor.close()

    def _translate(self, error: DBAPIModule.Error) -> None:
        dialect, driver = self._connection.dialect, self._connection.dialect.loaded_dbapi
        with suppress(driver.Error):
            self._cursor.close()
        if is_gone := dialect.is_disconnect(error, self._connection.connection, self._cursor):
            self._connection.invalidate(error)
        raise sa.exc.DBAPIError.instance(self._sql, None, error, driver.Error, True, is_gone, dialect) from error


def _plan_for(connection: Connection, statement: Statement, values: Values) -> Plan:
    lists = tuple([(name, _enough(len(value))) for name, value in values.items() if isinstance(value, list)])
    return _plan(statement, connection.dialect, lists)


def _enough(count: int) -> int:
    """Return the next power of two: lists are filled up with their last value, so few lengths have to be compiled."""
    return 1 << (count - 1).bit_length() if count else 0


@lru_cache(maxsize=PLANS)
def _plan(statement: Statement, dialect: Dialect, lists: tuple[tuple[str, int], ...]) -> Plan:
    compiled = statement.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)
    binds, lengths = {name: bind for bind, name in compiled.bind_names.items()}, dict(lists)
    state = compiled.construct_expanded_state({name: [""] * lengths[name] if name in lengths else None for name in binds})
    sent = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in binds.items()}
    columns = statement.selected_columns if isinstance(statement, sa.Select) else ()
    read = {i: column.type.dialect_impl(dialect).result_processor(dialect, None) for i, column in enumerate(columns)}
    plan = Plan(
        state.statement,
        tuple(state.positiontup or ()),
        compiled.positional,
        {name: compiled.params[name] for name, bind in binds.items() if not bind.required},
        {name: list(state.parameter_expansion[name]) for name in lengths},
        {name: one for name, one in sent.items() if one is not None and name not in lengths},
        {i: one for i, one in read.items() if one is not None},
        (),
    )
    return plan._replace(order=_order(plan)) if plan.is_positional and not (plan.fixed or plan.sent) else plan


def _order(plan: Plan) -> tuple[tuple[str, int], ...]:
    """Return the order of a plan's values; nothing if the single values of a list do not stand together."""
    starts = {names[0]: (name, len(names)) for name, names in plan.expanded.items() if names}
    made, place = [], 0
    while place < len(plan.names):
        name, length = starts.get(plan.names[place], (plan.names[place], 0))
        if length and plan.names[place : place + length] != tuple(plan.expanded[name]):
            return ()
        made.append((name, length))
        place += max(1, length)
    return tuple(made)


def _read(plan: Plan, found: Sequence[Any]) -> Tuples:  # Any: rows as the driver has them
    made = []
    for row in found:
        values = list(row)
        for i, process in plan.read.items():
            values[i] = process(values[i])
        made.append(tuple(values))
    return made
