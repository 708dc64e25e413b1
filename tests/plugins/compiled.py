"""Lets all engines of a process keep their compiled statements in one place, as the one engine of a server does.

Most tests have a database of their own, so an engine of their own, which compiled the same statements anew: a tenth of a scenario.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.mysql.base import MySQLDialect
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.util import LRUCache

KEPT: LRUCache[Any, Any] = LRUCache(5_000)


def pytest_configure() -> None:
    """Take the dialects of one kind for the same: a run has one server of each."""
    for kind in (SQLiteDialect, PGDialect, MySQLDialect):
        kind.__eq__ = _are_alike  # type: ignore[method-assign]  # statements are kept by their dialect too
        kind.__hash__ = _hash  # type: ignore[method-assign]
    sa.Engine._compiled_cache = property(lambda _: KEPT, lambda *_: None)  # type: ignore[assignment]


def _are_alike(one: sa.Dialect, other: object) -> bool:
    return type(one) is type(other)


def _hash(one: sa.Dialect) -> int:
    return hash(type(one))
