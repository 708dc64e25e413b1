"""Tables of accounts and tokens. They have no entity and never sync; secrets are stored as hashes only."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa

from sync_server.db.column_types import Type, key, text, whole


@dataclass(frozen=True)
class AccountTables:
    """Accounts, device tokens, access tokens, sessions of the office web."""

    device: sa.Table
    """The devices that sync."""
    user: sa.Table
    """The records of people: address, admin, active. They are the truth about those; an account only adds a password."""
    account: sa.Table
    device_token: sa.Table
    access_token: sa.Table
    session: sa.Table
    device_code: sa.Table
    """One-time codes with which a device signs in."""


@cache
def account_tables_of(metadata: sa.MetaData) -> AccountTables:
    """Add the tables, once, to the metadata of a central database, which has the `user` entity. All times are microseconds UTC."""

    def must(name: str, kind: Type, *, pk: bool = False) -> sa.Column[Any]:
        return sa.Column(name, kind, primary_key=pk, nullable=False)

    return AccountTables(
        device=metadata.tables["sync_device"],
        user=metadata.tables["user"],
        account=sa.Table(
            "account",
            metadata,
            must("user_id", key(), pk=True),
            must("email_folded", text(254)),
            must("password_hash", text(200)),
            must("created_at", whole()),
            sa.Index(None, "email_folded", unique=True),
        ),
        device_token=sa.Table(
            "device_token",
            metadata,
            must("sha256", text(64), pk=True),
            must("device", key()),
            must("user_id", key()),
            must("created_at", whole()),
            sa.Column("revoked_at", whole(), nullable=True),
            sa.Index(None, "device"),
        ),
        access_token=sa.Table(
            "access_token",
            metadata,
            must("sha256", text(64), pk=True),
            must("device", key()),
            must("user_id", key()),
            must("expires_at", whole()),
            sa.Index(None, "device"),
            sa.Index(None, "expires_at"),
        ),
        session=sa.Table(
            "web_session",
            metadata,
            must("sha256", text(64), pk=True),
            must("user_id", key()),
            must("expires_at", whole()),
            sa.Index(None, "user_id"),
        ),
        device_code=sa.Table(
            "device_code",
            metadata,
            must("sha256", text(64), pk=True),
            must("user_id", key()),
            must("expires_at", whole()),
            sa.Index(None, "user_id", unique=True),
            sa.Index(None, "expires_at"),
        ),
    )
