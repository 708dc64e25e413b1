"""The kinds of columns that the central tables have: alike on every engine."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

LONG_TEXT = 2_000
"""Texts longer than this are stored as TEXT: MariaDB limits the sum of a row's VARCHARs to 64 KB."""


Type = sa.types.TypeEngine[Any]
"""Any: SQLAlchemy's types are generic in what they read."""


def text(length: int | None = None) -> Type:
    """Return the type of a text that compares bytewise on every engine."""
    if length is None or length > LONG_TEXT:
        return (
            sa.Text()
            .with_variant(sa.Text(collation="C"), "postgresql")
            .with_variant(mysql.LONGTEXT(collation="utf8mb4_bin"), "mysql", "mariadb")
        )
    return (
        sa.String(length)
        .with_variant(sa.String(length, collation="C"), "postgresql")
        .with_variant(mysql.VARCHAR(length, collation="utf8mb4_bin"), "mysql", "mariadb")
    )


def key() -> Type:
    """Return the type of an id."""
    return text(36)


def whole() -> Type:
    """Return the type of a 64-bit number; on SQLite the only integer there is."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def must(name: str, kind: Type, *, pk: bool = False) -> sa.Column[Any]:
    """Return a column that always has a value."""
    return sa.Column(name, kind, primary_key=pk, autoincrement=False, nullable=False)


def may(name: str, kind: Type) -> sa.Column[Any]:
    """Return a column that may be empty."""
    return sa.Column(name, kind, nullable=True)
