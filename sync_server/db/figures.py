"""Counts over all of the central database, for who watches the server."""

from dataclasses import dataclass

import sqlalchemy as sa

from sync_server.db import alarms, outbox
from sync_server.db.engine import Connection
from sync_server.db.tables import Tables


@dataclass(frozen=True)
class Counts:
    """What there is, and what came since a moment."""

    open_conflicts: int
    new_conflicts: int
    new_letters: int
    new_incidents: int
    open_alarms: int
    mails: dict[str, int]
    """State -> mails of the outbox."""


def counts(connection: Connection, tables: Tables, since: int) -> Counts:
    """Return how much there is. since: microseconds since 1970 UTC."""
    card, letter, incident = tables.entities["sync_conflict"], tables.deadletter, tables.incident

    def number(*where: "sa.ColumnElement[bool]") -> int:
        return int(connection.execute(sa.select(sa.func.count()).where(*where)).scalar_one())

    return Counts(
        open_conflicts=number(card.c.state == "open"),
        new_conflicts=number(card.c.created_at >= since),
        new_letters=number(letter.c.at >= since),
        new_incidents=number(incident.c.arrived_at >= since),
        open_alarms=alarms.count(connection, tables),
        mails=outbox.counts(connection, tables),
    )
