"""One-time codes of devices that are to be added: their hashes, for some minutes (PROTOCOL 9.11)."""

import sqlalchemy as sa

from sync_server.db.account_tables import AccountTables
from sync_server.db.engine import Connection


def put(connection: Connection, tables: AccountTables, sha256: str, user: str, expires_at: int) -> None:
    """Store a code, in the place of the person's last one."""
    table = tables.device_code
    connection.execute(table.delete().where(table.c.user_id == user))
    connection.execute(table.insert().values(sha256=sha256, user_id=user, expires_at=expires_at))


def take(connection: Connection, tables: AccountTables, sha256: str, now: int) -> str | None:
    """Return whose a code is, which is good no more then; None for one that is unknown, used or over. Those that are over go."""
    table = tables.device_code
    connection.execute(table.delete().where(table.c.expires_at <= now))
    user = connection.execute(sa.select(table.c.user_id).where(table.c.sha256 == sha256)).scalar_one_or_none()
    taken = connection.execute(table.delete().where(table.c.sha256 == sha256)).rowcount
    return user if taken else None
