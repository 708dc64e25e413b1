"""The empty tables of a central database. SQLAlchemy writes their statements anew each time; here that is done once a process."""

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.mock import MockConnection


def create_tables(connection: sa.Connection, metadata: sa.MetaData) -> None:
    """Make all tables and indexes that are not there."""
    is_new = connection.dialect.name == "sqlite" and not sa.inspect(connection).get_table_names()
    if not is_new:  # others than SQLite look first at what their server can do
        metadata.create_all(connection)
        return
    for statement in _statements(metadata, len(metadata.tables)):
        connection.exec_driver_sql(statement)


@cache
def _statements(metadata: sa.MetaData, _: int) -> list[str]:
    """Return what SQLite is told; of the same metadata anew when it has got more tables."""
    found: list[str] = []

    def note(element: Any, *_: Any, **__: Any) -> None:
        found.append(str(element.compile(dialect=dialect)))

    dialect = sa.create_engine("sqlite://").dialect
    metadata.create_all(MockConnection(dialect, note), checkfirst=False)
    return found
