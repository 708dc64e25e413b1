"""Alarms and their rules in the central database."""

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from shared_models.codec import Row
from sync_server.db import bulk
from sync_server.db.account_tables import account_tables_of
from sync_server.db.engine import Connection
from sync_server.db.tables import Tables


class Told(NamedTuple):
    """An admin who is told."""

    email: str
    language: str


def rules(connection: Connection, tables: Tables) -> dict[str, tuple[bool, int]]:
    """Return kind -> whether it is on, and its threshold, of the rules that somebody changed."""
    table = tables.alarm_rule
    found = connection.execute(sa.select(table.c.kind, table.c.is_on, table.c.threshold))
    return {kind: (bool(is_on), threshold) for kind, is_on, threshold in found}


def put_rule(connection: Connection, tables: Tables, kind: str, *, is_on: bool, threshold: int) -> None:
    """Store a rule."""
    table = tables.alarm_rule
    connection.execute(table.delete().where(table.c.kind == kind))
    connection.execute(table.insert().values(kind=kind, is_on=is_on, threshold=threshold))


def lasting(connection: Connection, tables: Tables) -> list[Row]:
    """Return what lasts, also what is not raised yet."""
    query = sa.select(tables.alarm).where(tables.alarm.c.open_key.is_not(None)).order_by(tables.alarm.c.id)
    return [dict(one._mapping) for one in connection.execute(query)]


def was_raised_since(connection: Connection, tables: Tables, kind: str, device: str, at: int) -> bool:
    """Whether an alarm of a kind was raised about a device since a moment, and is over."""
    table = tables.alarm
    query = sa.select(table.c.id).where(table.c.kind == kind, table.c.device == device, table.c.raised_at >= at)
    return connection.execute(query.where(table.c.open_key.is_(None))).first() is not None


def add(connection: Connection, tables: Tables, rows: Sequence[Row]) -> None:
    """Add alarms. Another process that adds the same one at the same time raises Contended at the store."""
    bulk.insert(connection, tables.alarm, rows)


def change(connection: Connection, tables: Tables, pk: str, values: Row) -> None:
    """Change some columns of an alarm."""
    connection.execute(tables.alarm.update().where(tables.alarm.c.id == pk).values(values))


def forget(connection: Connection, tables: Tables, before: int) -> None:
    """Remove alarms that were over before a moment, and those that were never raised."""
    table = tables.alarm
    is_old = sa.or_(table.c.cleared_at < before, sa.and_(table.c.cleared_at.is_not(None), table.c.raised_at.is_(None)))
    connection.execute(table.delete().where(is_old))


def raised(connection: Connection, tables: Tables, limit: int) -> list[Row]:
    """Return alarms with the device's `device_name` and its `person`: those that last, then those that are over, each newest first."""
    alarm, device, user = tables.alarm, tables.device, tables.entities["user"]
    of = alarm.outerjoin(device, device.c.id == alarm.c.device).outerjoin(user, user.c.id == device.c.user)
    query = sa.select(alarm, device.c.name.label("device_name"), user.c.name.label("person")).select_from(of)
    is_over = sa.case((alarm.c.cleared_at.is_(None), 0), else_=1)
    query = query.where(alarm.c.raised_at.is_not(None)).order_by(is_over, alarm.c.raised_at.desc(), alarm.c.id).limit(limit)
    return [dict(one._mapping) for one in connection.execute(query)]


def count(connection: Connection, tables: Tables) -> int:
    """Return how many alarms last."""
    table = tables.alarm
    query = sa.select(sa.func.count()).where(table.c.open_key.is_not(None), table.c.raised_at.is_not(None))
    return int(connection.execute(query).scalar_one())


def admins(connection: Connection, tables: Tables) -> list[Told]:
    """Return the admins who may sign in."""
    user, account = tables.entities["user"], account_tables_of(tables.metadata).account
    is_in = user.c.is_admin == sa.true(), user.c.is_active == sa.true(), user.c.archived_at.is_(None)
    query = sa.select(user.c.email, user.c.language).join(account, account.c.user_id == user.c.id).where(*is_in)
    return [Told(email, language or "en") for email, language in connection.execute(query.order_by(user.c.email)) if email]
