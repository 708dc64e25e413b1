"""Mails that are to go out: a row is stored with what it is about, taken by one sender at a time, and marked as soon as it went."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from shared_models.codec import Row
from sync_server.db import bulk
from sync_server.db.engine import Connection
from sync_server.db.tables import Tables

WAITING, SENDING, SENT, BOUNCED, GIVEN_UP = "waiting", "sending", "sent", "bounced", "given up"
OPEN = (WAITING, SENDING)
FAR_US = 86_400_000_000
"""More than any wait or lease: what lies further ahead was noted by a clock that has been set back since, and is due."""
KEPT_US = 90 * 86_400_000_000
"""How long it is kept what became of a mail."""


@dataclass(frozen=True)
class Mail:
    """One mail to one address. topic and ref say what it is about: there is never a second one about the same to the same."""

    topic: str
    ref: str
    recipient: str
    subject: str
    body: str


@dataclass(frozen=True)
class Claimed:
    """A mail that is this sender's until its lease ends. attempts: this one counted."""

    id: str
    mail: Mail
    attempts: int
    created_at: int


def add(connection: Connection, tables: Tables, mails: Sequence[tuple[str, Mail]], at: int) -> None:
    """Store mails, each with an id, in the transaction of what they are about. What there is already is not stored again."""
    table, rows = tables.email_outbox, dict[tuple[str, str, str], Row]()
    for pk, mail in mails:
        is_same = table.c.topic == mail.topic, table.c.ref == mail.ref, table.c.recipient == mail.recipient
        if connection.execute(sa.select(table.c.id).where(*is_same)).first() is None:
            empty = {"lease_until": None, "error": None, "ended_at": None}
            times = {"state": WAITING, "attempts": 0, "not_before": at, "created_at": at}
            rows[mail.topic, mail.ref, mail.recipient] = {"id": pk, **vars(mail), **times, **empty}
    bulk.insert(connection, table, list(rows.values()))


def claim(connection: Connection, tables: Tables, at: int, lease_us: int, limit: int) -> list[Claimed]:
    """Take mails that are due, and those whose sender ended before it said what became of them, the oldest first."""
    table = tables.email_outbox
    is_due = sa.and_(table.c.state == WAITING, ~table.c.not_before.between(at + 1, at + FAR_US))
    is_left = sa.and_(table.c.state == SENDING, ~table.c.lease_until.between(at + 1, at + FAR_US))
    query = sa.select(table).where(sa.or_(is_due, is_left)).order_by(table.c.created_at, table.c.id).limit(limit)
    found = [dict(one._mapping) for one in connection.execute(query.with_for_update(skip_locked=True))]
    if found:
        taken = table.update().where(table.c.id.in_([one["id"] for one in found]))
        connection.execute(taken.values(state=SENDING, lease_until=at + lease_us, attempts=table.c.attempts + 1))
    names = tuple(Mail.__dataclass_fields__)
    return [
        Claimed(one["id"], Mail(**{name: one[name] for name in names}), one["attempts"] + 1, one["created_at"]) for one in found
    ]


def end(connection: Connection, tables: Tables, pk: str, state: str, at: int, error: str | None = None) -> None:
    """Note what became of a mail: sent, bounced or given up."""
    table = tables.email_outbox
    ended = {"state": state, "lease_until": None, "ended_at": at, "error": error and error[:200]}
    connection.execute(table.update().where(table.c.id == pk).values(ended))


def put_off(connection: Connection, tables: Tables, pk: str, not_before: int, error: str) -> None:
    """Let a mail wait for its next attempt."""
    table = tables.email_outbox
    waiting = {"state": WAITING, "lease_until": None, "not_before": not_before, "error": error[:200]}
    connection.execute(table.update().where(table.c.id == pk).values(waiting))


def forget(connection: Connection, tables: Tables, at: int) -> None:
    """Remove what became of mails long ago."""
    table = tables.email_outbox
    connection.execute(table.delete().where(table.c.ended_at < at - KEPT_US))


def counts(connection: Connection, tables: Tables) -> dict[str, int]:
    """Return state -> how many mails."""
    table = tables.email_outbox
    query = sa.select(table.c.state, sa.func.count()).group_by(table.c.state)
    return {state: int(n) for state, n in connection.execute(query)}
