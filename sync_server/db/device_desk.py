"""What the admin's list of devices is made of: devices with their people, their letters, their days, and what is newest."""

from collections.abc import Iterable

import sqlalchemy as sa

from shared_models.codec import Row
from sync_server.db.account_tables import AccountTables
from sync_server.db.engine import Connection
from sync_server.db.letters import OPEN
from sync_server.db.tables import Tables


def known(connection: Connection, tables: Tables, accounts: AccountTables) -> list[Row]:
    """Return every device, with its person's `person`, `email`, `is_account_on`, and whether it `is_signed_in`."""
    device, user, token = tables.device, tables.entities["user"], accounts.device_token
    is_on = sa.and_(user.c.is_active == sa.true(), user.c.archived_at.is_(None))
    has_token = sa.exists().where(token.c.device == device.c.id, token.c.revoked_at.is_(None))
    query = sa.select(
        device,
        user.c.name.label("person"),
        user.c.email.label("email"),
        sa.case((is_on, 1), else_=0).label("is_account_on"),
        sa.case((has_token, 1), else_=0).label("is_signed_in"),
    ).select_from(device.outerjoin(user, user.c.id == device.c.user))
    return [dict(one._mapping) for one in connection.execute(query)]


def letters(connection: Connection, tables: Tables) -> dict[str, int]:
    """Return device -> how many of its changes were refused and wait for somebody."""
    letter = tables.deadletter
    query = sa.select(letter.c.device, sa.func.count()).where(letter.c.state == OPEN).group_by(letter.c.device)
    return {device: int(n) for device, n in connection.execute(query)}


def days(connection: Connection, tables: Tables, devices: Iterable[str], since: int) -> dict[str, dict[int, int]]:
    """Return device -> day -> what waited at most, from a day on. Days since 1970 UTC."""
    table, found = tables.device_day, dict[str, dict[int, int]]()
    query = sa.select(table).where(table.c.device.in_(sorted(devices)), table.c.day >= since)
    for one in connection.execute(query):
        found.setdefault(one.device, {})[one.day] = one.pending
    return found


def newest_rows(connection: Connection, tables: Tables, after: int, most: int) -> list[tuple[int, str, int]]:
    """Return (version, entity, cell) of the records with a version above `after`, the newest first, at most so many."""
    row = tables.row
    query = sa.select(row.c.ver, row.c.entity, row.c.cell).where(row.c.ver > after).order_by(row.c.ver.desc()).limit(most)
    return [(one.ver, one.entity, one.cell) for one in connection.execute(query)]
