"""Lets all engines of a process keep their compiled statements in one place, as the one engine of a server does.

Most tests have a database of their own, so an engine of their own, which compiled the same statements anew: a tenth of a scenario.
"""

from importlib.util import find_spec
from typing import Any


def pytest_configure() -> None:
    """Take the dialects of one kind for the same: a run has one server of each. A phone has no SQLAlchemy, and no centre."""
    if find_spec("sqlalchemy") is not None:
        _share()


def _share() -> None:
    import sqlalchemy as sa
    from sqlalchemy.dialects.mysql.base import MySQLDialect
    from sqlalchemy.dialects.postgresql.base import PGDialect
    from sqlalchemy.dialects.sqlite.base import SQLiteDialect
    from sqlalchemy.util import LRUCache

    kept: LRUCache[object, object] = LRUCache(5_000)
    of_a_dialect = {"__eq__": lambda one, other: type(one) is type(other), "__hash__": lambda one: hash(type(one))}
    of_an_engine = {"_compiled_cache": property(lambda _: kept, lambda *_: None)}
    for kind in (SQLiteDialect, PGDialect, MySQLDialect):
        _change(kind, of_a_dialect)
    _change(sa.Engine, of_an_engine)


def _change(owner: type, changes: dict[str, Any]) -> None:
    for name, change in changes.items():
        setattr(owner, name, change)
