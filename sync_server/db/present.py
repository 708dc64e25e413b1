"""What a restore takes over from the database that it replaces: who may come in, and what the backup lacks of the ledger.

Accounts, devices, tokens and orders are no part of what is synced: a restore of yesterday's records must neither lock out a phone that was
set up today nor let in again one that was revoked today.
"""

from dataclasses import dataclass, field

import sqlalchemy as sa

from shared_models.codec import Row
from shared_models.registry import CRM
from sync_server.db import bulk, timeline
from sync_server.db.account_tables import account_tables_of
from sync_server.db.engine import Connection
from sync_server.db.rows import decode
from sync_server.db.tables import Tables
from sync_server.db.timeline import Restore

OF_THE_TIMELINE = ("cursor",)
"""Columns of a device that say where it stands in the timeline that ends."""


@dataclass(frozen=True)
class Present:
    """What a database holds that no backup is to take back."""

    epoch: str
    seq: int
    restores: list[Restore]
    devices: list[Row]
    tokens: list[Row]
    accounts: list[Row]
    people: dict[str, Row] = field(default_factory=dict)
    """Id -> record of a person, as its table has it, of everybody who has an account."""


def read(connection: Connection, tables: Tables) -> Present:
    """Read it from the database that is to be replaced."""
    known, user = account_tables_of(tables.metadata), tables.entities["user"]
    now = timeline.read(connection, tables)
    people = _people(connection, sa.select(user).where(user.c.id.in_(sa.select(known.account.c.user_id))))
    return Present(
        now.epoch,
        now.seq,
        timeline.restores(connection, tables),
        _rows(connection, sa.select(tables.device)),
        _rows(connection, sa.select(known.device_token)),
        _rows(connection, sa.select(known.account)),
        people,
    )


def _rows(connection: Connection, query: "sa.Select[*tuple[object, ...]]") -> list[Row]:
    return [dict(one._mapping) for one in connection.execute(query)]


def people_of(connection: Connection, tables: Tables) -> dict[str, Row]:
    """Return id -> record of everybody that a database knows."""
    return _people(connection, sa.select(tables.entities["user"]))


def _people(connection: Connection, query: "sa.Select[*tuple[object, ...]]") -> dict[str, Row]:
    entity = CRM.get("user")
    return {one["id"]: decode(entity, list(one), list(one.values())) for one in _rows(connection, query)}


def take_over(connection: Connection, tables: Tables, present: Present) -> None:
    """Let a restored database know whom the one before let in, and whom not any more."""
    known = account_tables_of(tables.metadata)
    for table, rows in ((known.device_token, present.tokens), (known.account, present.accounts)):
        connection.execute(table.delete())
        bulk.insert(connection, table, rows)
    of_today = {one["id"] for one in present.devices}
    older = [one for one in _rows(connection, sa.select(tables.device)) if one["id"] not in of_today]
    connection.execute(tables.device.delete())
    forgotten = dict.fromkeys(OF_THE_TIMELINE)
    bulk.insert(connection, tables.device, [{**one, **forgotten} for one in (*present.devices, *older)])
    end_short_ones(connection, tables)


def end_short_ones(connection: Connection, tables: Tables) -> None:
    """End what lives for hours only: access tokens, sessions of the office web and codes of devices, which are of the day of the backup."""
    known = account_tables_of(tables.metadata)
    connection.execute(known.access_token.delete())
    connection.execute(known.session.delete())
    connection.execute(known.device_code.delete())


def forget_places(connection: Connection, tables: Tables) -> None:
    """Forget where devices stood: they say so again in the new timeline."""
    connection.execute(tables.device.update().values(dict.fromkeys(OF_THE_TIMELINE)))
