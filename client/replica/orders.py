"""Orders of lists that no single column holds: companies by when a visit is due, contacts by last name. Reads only.

Both are keysets, like every list here: the cost of a page does not grow with how far one has scrolled.
"""

import json
from dataclasses import dataclass

from client.replica import rows
from client.replica.driver import Connection
from client.replica.queries import Page
from client.replica.talks import LAST_TALK
from shared_models.base import Record
from shared_models.codec import dumps

DAY_US = 86_400_000_000
NEVER = 2**63 - 1
"""Due of a company without a rhythm: after all others."""
DUE = f"CASE WHEN t.visit_every_days IS NOT NULL THEN coalesce({LAST_TALK}, t.created_at) + t.visit_every_days * {DAY_US} END"
"""Microseconds since 1970 UTC by which the next visit is wished: the rhythm after the last talk, or after the company was
entered; NULL without a rhythm."""
BY_DUE = f"coalesce({DUE}, {NEVER}), t._k, t.id"
LAST_NAME = "substr(t._k, coalesce(length(t.first_name) + 2, 1))"
"""Folded last name: the sort key holds `first last`, and folding keeps the number of letters. Plain SQL, so that an index may
stand on it in a file that any tool can open."""
BY_LAST_NAME = f"{LAST_NAME}, t._k, t.id"


@dataclass(frozen=True)
class Asked:
    """Which live rows a list shows. responsible: id of a user. role: what a company is to us."""

    responsible: str | None = None
    role: str | None = None

    def sql(self) -> tuple[str, list[rows.Value]]:
        """Return the condition and its values."""
        where, values = ["t.archived_at IS NULL"], []
        if self.responsible is not None:
            where.append("t.responsible_id = ?")
            values.append(self.responsible)
        if self.role is not None:
            where.append("EXISTS (SELECT 1 FROM json_each(t.roles) WHERE value = ?)")
            values.append(self.role)
        return " AND ".join(where), values


def by_due(connection: Connection, company: type[Record], asked: Asked, after: str | None, limit: int) -> Page:
    """Return one page of companies, the longest overdue first, those without a rhythm last by name."""
    return _page(connection, company, BY_DUE, asked, after, limit)


def by_last_name(connection: Connection, contact: type[Record], asked: Asked, after: str | None, limit: int) -> Page:
    """Return one page of contacts by last name, then first name, case and diacritics folded: Ștefan stands beside Stefan.

    Much data is typed without diacritics; a list that files Ș after S would hide half of a family from who scrolls.
    """
    return _page(connection, contact, BY_LAST_NAME, asked, after, limit)


def due_of(connection: Connection, pks: list[str]) -> dict[str, int | None]:
    """Return company id -> when the next visit is wished, None without a rhythm."""
    sql = f"SELECT t.id, {DUE} FROM company t WHERE t.id IN (SELECT value FROM json_each(?))"
    return dict(connection.execute(sql, (json.dumps(pks),)).fetchall())


def _page(connection: Connection, entity: type[Record], order: str, asked: Asked, after: str | None, limit: int) -> Page:
    where, values = asked.sql()
    if after is not None:
        where += f" AND ({order}) > (?, ?, ?)"
        values += json.loads(after)
    found = connection.execute(
        f"SELECT {order}, {rows.select_list(entity, 't.')} FROM {entity.entity_name} t WHERE {where} ORDER BY {order} LIMIT ?",
        (*values, limit + 1),
    ).fetchall()
    following = dumps(list(found[limit - 1][:3])) if len(found) > limit else None
    return Page([rows.decode(entity, row[3:]) for row in found[:limit]], following)
