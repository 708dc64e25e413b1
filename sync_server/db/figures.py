"""Counts over all of the central database, for who watches the server."""

from dataclasses import dataclass

import sqlalchemy as sa

from sync_server.db import alarms, outbox
from sync_server.db.engine import Connection
from sync_server.db.tables import Tables

DAY_US = 86_400_000_000


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


@dataclass(frozen=True)
class PerDay:
    """Day (since 1970 UTC) -> how many came on it; days without any are left out."""

    conflicts: dict[int, int]
    letters: dict[int, int]
    incidents: dict[int, int]


def per_day(connection: Connection, tables: Tables, since: int) -> PerDay:
    """Return how much came on each day, from a day on."""

    def days(at: "sa.ColumnElement[int]") -> dict[int, int]:
        day = (at // sa.literal(DAY_US)).label("day")
        query = sa.select(day, sa.func.count()).where(at >= since * DAY_US).group_by(day)
        return {int(on): int(n) for on, n in connection.execute(query)}

    card, letter, incident = tables.entities["sync_conflict"], tables.deadletter, tables.incident
    return PerDay(days(card.c.created_at), days(letter.c.at), days(incident.c.arrived_at))
