"""Accounts, tokens and sessions in the central database."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from sync_server.db import plans
from sync_server.db.account_tables import AccountTables
from sync_server.db.engine import Connection
from sync_server.db.tables import STATEMENTS


@dataclass(frozen=True)
class AccountRow:
    """An account, without what never leaves the database but its hash."""

    user_id: str
    password_hash: str
    is_admin: bool
    is_disabled: bool


@dataclass(frozen=True)
class Person:
    """Someone who has an account, for the admin's list."""

    email: str
    name: str
    is_admin: bool
    is_disabled: bool


@dataclass(frozen=True)
class Holder:
    """Whom a token or session stands for; device is empty for a session."""

    user_id: str
    device: str
    is_admin: bool
    is_to_be_wiped: bool = False
    """Whether the device was lost: it may say hello and send what waits on it, nothing else."""
    is_paused: bool = False
    is_to_resync: bool = False
    diagnose_at: int | None = None
    """When an admin ordered its diagnostics, and when it was told so, microseconds since 1970 UTC."""
    diagnose_told_at: int | None = None
    schema_version: int | None = None
    """What the device said hello with last."""


@dataclass(frozen=True)
class Live:
    """Somebody who may come in."""

    holder: Holder
    """Without a device."""
    email: str


def live(connection: Connection, tables: AccountTables, user_id: str) -> Live | None:
    """Return a person who has an account that is on; None for anybody else."""
    user, account = tables.user, tables.account
    query = sa.select(user.c.email, user.c.is_admin).join(account, account.c.user_id == user.c.id)
    found = connection.execute(query.where(user.c.id == user_id, _is_live(user))).first()
    return None if found is None else Live(Holder(user_id, "", bool(found.is_admin)), found.email)


def add(connection: Connection, tables: AccountTables, user_id: str, email: str, password_hash: str, at: int) -> None:
    """Add an account. A second one with the same address raises Contended at the store."""
    connection.execute(
        tables.account.insert().values(
            user_id=user_id, email_folded=email.casefold(), password_hash=password_hash, created_at=at
        )
    )


def by_email(connection: Connection, tables: AccountTables, email: str) -> AccountRow | None:
    """Return the account that signs in with an address, as the user's record has it now; letter case does not count."""
    account, user = tables.account, tables.user
    query = (
        sa.select(account.c.user_id, account.c.password_hash, user.c.is_admin, _is_live(user).label("is_live"))
        .join(user, user.c.id == account.c.user_id)
        .where(sa.func.lower(user.c.email) == email.lower())
        .order_by(user.c.is_active.desc(), user.c.id)
    )
    found = connection.execute(query).first()
    if found is None:
        return None
    return AccountRow(found.user_id, found.password_hash, bool(found.is_admin), not found.is_live)


def every(connection: Connection, tables: AccountTables) -> list[Person]:
    """Return everyone who has an account, by address."""
    user = tables.user
    query = (
        sa.select(user.c.email, user.c.name, user.c.is_admin, sa.not_(_is_live(user)))
        .join(tables.account, tables.account.c.user_id == user.c.id)
        .order_by(user.c.email)
    )
    return [Person(one[0], one[1], bool(one[2]), bool(one[3])) for one in connection.execute(query)]


def is_empty(connection: Connection, tables: AccountTables) -> bool:
    """Whether nobody has an account yet."""
    return connection.execute(sa.select(tables.account.c.user_id).limit(1)).first() is None


def is_taken(connection: Connection, tables: AccountTables, email: str) -> bool:
    """Whether an address signs in already, or was given to an account first."""
    query = sa.select(tables.account.c.user_id).where(tables.account.c.email_folded == email.casefold())
    return by_email(connection, tables, email) is not None or connection.execute(query).first() is not None


def is_admin(connection: Connection, tables: AccountTables, user_id: str) -> bool:
    """Whether a user is an admin."""
    user = tables.user
    query = sa.select(user.c.id).where(user.c.id == user_id, user.c.is_admin == sa.true(), _is_live(user))
    return connection.execute(query).first() is not None


def language(connection: Connection, tables: AccountTables, user_id: str) -> str | None:
    """Return the language that a user reads, or None for an unknown user."""
    return connection.execute(sa.select(tables.user.c.language).where(tables.user.c.id == user_id)).scalar_one_or_none()


def _is_live(user: sa.Table) -> "sa.ColumnElement[bool]":
    """Whether a user may come in. An admin ends it by an edit of the record, which needs nothing else."""
    return sa.and_(user.c.is_active == sa.true(), user.c.archived_at.is_(None))


def set_password(connection: Connection, tables: AccountTables, user_id: str, password_hash: str) -> bool:
    """Replace a password; returns whether there was an account."""
    account = tables.account
    done = connection.execute(account.update().where(account.c.user_id == user_id).values(password_hash=password_hash))
    return done.rowcount > 0


def add_device_token(connection: Connection, tables: AccountTables, sha256: str, device: str, user_id: str, at: int) -> None:
    """Store the hash of a device token."""
    connection.execute(tables.device_token.insert().values(sha256=sha256, device=device, user_id=user_id, created_at=at))


def device_of_token(connection: Connection, tables: AccountTables, sha256: str) -> Holder | None:
    """Return the device and user of a device token, unless it was revoked or the account disabled."""
    token, user = tables.device_token, tables.user
    query = (
        sa.select(token.c.device, token.c.user_id, user.c.is_admin)
        .join(user, user.c.id == token.c.user_id)
        .where(token.c.sha256 == sha256, token.c.revoked_at.is_(None), _is_live(user), ~_was_wiped(tables, token.c.device))
    )
    found = connection.execute(query).first()
    return Holder(found.user_id, found.device, bool(found.is_admin)) if found else None


def is_revoked(connection: Connection, tables: AccountTables, sha256: str) -> bool:
    """Whether a device token was known and is revoked."""
    token = tables.device_token
    query = sa.select(token.c.sha256).where(token.c.sha256 == sha256, token.c.revoked_at.is_not(None))
    return connection.execute(query).first() is not None


def is_of_disabled(connection: Connection, tables: AccountTables, sha256: str) -> bool:
    """Whether a device token is known and good, but for its account that is disabled."""
    token, user = tables.device_token, tables.user
    query = (
        sa.select(token.c.sha256)
        .join(user, user.c.id == token.c.user_id)
        .where(token.c.sha256 == sha256, sa.not_(_is_live(user)), ~_was_wiped(tables, token.c.device))
    )
    return connection.execute(query).first() is not None


def add_access_token(connection: Connection, tables: AccountTables, sha256: str, holder: Holder, expires_at: int) -> None:
    """Store the hash of an access token."""
    connection.execute(
        tables.access_token.insert().values(sha256=sha256, device=holder.device, user_id=holder.user_id, expires_at=expires_at)
    )


def holder_of_access_token(connection: Connection, tables: AccountTables, sha256: str) -> tuple[Holder, int] | None:
    """Return whom an access token stands for and when it ends, unless its device was revoked since."""
    found = plans.first(connection, _holders(tables), {"of": sha256})
    if found is None:
        return None
    device, user_id, expires_at, is_admin, wipe_at, paused_at, resync_at, diagnose_at, told_at, schema_version = found
    ordered = wipe_at is not None, paused_at is not None, resync_at is not None
    return Holder(user_id, device, bool(is_admin), *ordered, diagnose_at, told_at, schema_version), expires_at


@lru_cache(maxsize=STATEMENTS)
def _holders(tables: AccountTables) -> "sa.Select[*tuple[Any, ...]]":  # Any: as in `plans`; every request asks it
    access, device, user = tables.access_token, tables.device_token, tables.user
    known = tables.device.alias()
    return (
        sa.select(
            *(access.c.device, access.c.user_id, access.c.expires_at, user.c.is_admin),
            *(known.c.wipe_at, known.c.paused_at, known.c.resync_at),
            *(known.c.diagnose_at, known.c.diagnose_told_at, known.c.schema_version),
        )
        .join(user, user.c.id == access.c.user_id)
        .outerjoin(known, known.c.id == access.c.device)
        .where(
            access.c.sha256 == sa.bindparam("of"),
            _is_live(user),
            known.c.wiped_at.is_(None),
            sa.exists().where(device.c.device == access.c.device, device.c.revoked_at.is_(None)),
        )
    )


def let_in_again(connection: Connection, tables: AccountTables, device: str) -> None:
    """Make a revoked device's token good again: it is to come once more, to be wiped."""
    token = tables.device_token
    connection.execute(token.update().where(token.c.device == device).values(revoked_at=None))


def _was_wiped(tables: AccountTables, device: sa.Column[str]) -> sa.ColumnElement[bool]:
    return sa.exists().where(tables.device.c.id == device, tables.device.c.wiped_at.is_not(None))


def forget_expired(connection: Connection, tables: AccountTables, at: int) -> None:
    """Remove access tokens and sessions that ended."""
    connection.execute(tables.access_token.delete().where(tables.access_token.c.expires_at < at))
    connection.execute(tables.session.delete().where(tables.session.c.expires_at < at))


def revoke_device(connection: Connection, tables: AccountTables, device: str, at: int) -> bool:
    """Revoke a device's tokens at once; returns whether one was live."""
    token = tables.device_token
    done = connection.execute(
        token.update().where(token.c.device == device, token.c.revoked_at.is_(None)).values(revoked_at=at)
    )
    connection.execute(tables.access_token.delete().where(tables.access_token.c.device == device))
    return done.rowcount > 0


def forget_device(connection: Connection, tables: AccountTables, device: str) -> None:
    """Remove a device's tokens: it signed out, or signs in anew."""
    for table in (tables.device_token, tables.access_token):
        connection.execute(table.delete().where(table.c.device == device))


def end_sessions(connection: Connection, tables: AccountTables, user_id: str) -> bool:
    """Remove every session of a user; returns whether there was one."""
    return connection.execute(tables.session.delete().where(tables.session.c.user_id == user_id)).rowcount > 0


def add_session(connection: Connection, tables: AccountTables, sha256: str, user_id: str, expires_at: int) -> None:
    """Store the hash of a session cookie."""
    connection.execute(tables.session.insert().values(sha256=sha256, user_id=user_id, expires_at=expires_at))


def holder_of_session(connection: Connection, tables: AccountTables, sha256: str, at: int) -> Holder | None:
    """Return whom a session cookie stands for, unless it ended."""
    session, user = tables.session, tables.user
    query = (
        sa.select(session.c.user_id, user.c.is_admin)
        .join(user, user.c.id == session.c.user_id)
        .where(session.c.sha256 == sha256, session.c.expires_at > at, _is_live(user))
    )
    found = connection.execute(query).first()
    return Holder(found.user_id, "", bool(found.is_admin)) if found else None


def end_session(connection: Connection, tables: AccountTables, sha256: str) -> None:
    """Remove a session."""
    connection.execute(tables.session.delete().where(tables.session.c.sha256 == sha256))
