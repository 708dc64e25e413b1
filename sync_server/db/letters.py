"""Dead letters as an admin reads them: what was refused, of whom, when and why."""

import sqlalchemy as sa

from shared_models.codec import Row
from sync_server.db.engine import Connection
from sync_server.db.tables import Tables

OPEN = "open"


def page(connection: Connection, tables: Tables, state: str, before: int | None, limit: int) -> list[Row]:
    """Return letters of a state, newest first, with the author's name and e-mail and the device's name. before: a seq."""
    letter = tables.deadletter
    query = _named(tables).where(letter.c.state == state).order_by(letter.c.seq.desc()).limit(limit)
    if before is not None:
        query = query.where(letter.c.seq < before)
    return [dict(one._mapping) for one in connection.execute(query)]


def one(connection: Connection, tables: Tables, tx_id: str) -> Row | None:
    """Return one letter, or None."""
    found = connection.execute(_named(tables).where(tables.deadletter.c.tx_id == tx_id)).first()
    return None if found is None else dict(found._mapping)


def count_open(connection: Connection, tables: Tables) -> int:
    """Return how many letters wait for somebody."""
    letter = tables.deadletter
    return int(connection.execute(sa.select(sa.func.count()).where(letter.c.state == OPEN)).scalar_one())


def close(connection: Connection, tables: Tables, tx_id: str, state: str) -> bool:
    """Give an open letter its last state; returns whether it was open."""
    letter = tables.deadletter
    query = letter.update().where(letter.c.tx_id == tx_id, letter.c.state == OPEN).values(state=state)
    return connection.execute(query).rowcount > 0


def drop(connection: Connection, tables: Tables, tx_id: str) -> None:
    """Forget a letter whose content another one has."""
    connection.execute(tables.deadletter.delete().where(tables.deadletter.c.tx_id == tx_id))


def _named(tables: Tables) -> "sa.Select[*tuple[object, ...]]":
    letter, user, device = tables.deadletter, tables.entities["user"], tables.device
    people = letter.outerjoin(user, user.c.id == letter.c.user).outerjoin(device, device.c.id == letter.c.device)
    return sa.select(
        letter, user.c.name.label("by"), user.c.email.label("email"), device.c.name.label("device_name")
    ).select_from(people)
