"""What lists show beside a record, read for a whole page at once: place, last talk, present company, first phone."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from client.replica.driver import Connection
from client.replica.talks import LAST_TALK


@dataclass(frozen=True)
class CompanySummary:
    """Beside a company. last_note_at: microseconds since 1970 UTC, of a note on it or on one of its people (`talks`)."""

    place: str = ""
    last_note_at: int | None = None


@dataclass(frozen=True)
class ContactSummary:
    """Beside a contact."""

    company: str = ""
    phone: str = ""


def of_companies(connection: Connection, pks: Sequence[str]) -> dict[str, CompanySummary]:
    """Return id -> town of the oldest address, and the time of the last talk."""
    wanted = json.dumps(list(pks))
    places = dict(
        connection.execute(
            "SELECT company_id, city FROM address WHERE company_id IN (SELECT value FROM json_each(?)) "
            "AND archived_at IS NULL AND city IS NOT NULL ORDER BY id DESC",
            (wanted,),
        ).fetchall()
    )
    talks = dict(
        connection.execute(
            f"SELECT t.id, {LAST_TALK} FROM company t WHERE t.id IN (SELECT value FROM json_each(?))", (wanted,)
        ).fetchall()
    )
    return {pk: CompanySummary(places.get(pk, ""), talks.get(pk)) for pk in pks}


def of_contacts(connection: Connection, pks: Sequence[str]) -> dict[str, ContactSummary]:
    """Return id -> name of the present company (the primary one first), and the first phone that is not known to be wrong."""
    wanted = json.dumps(list(pks))
    companies = dict(
        connection.execute(
            "SELECT k.contact_id, c.name FROM company_contact k JOIN company c ON c.id = k.company_id "
            "WHERE k.contact_id IN (SELECT value FROM json_each(?)) AND k.archived_at IS NULL AND k.ended_on IS NULL "
            "ORDER BY k.is_primary, k.id DESC",
            (wanted,),
        ).fetchall()
    )
    phones = dict(
        connection.execute(
            "SELECT contact_id, value FROM contact_point WHERE contact_id IN (SELECT value FROM json_each(?)) "
            "AND archived_at IS NULL AND kind IN ('phone', 'mobile') AND validity NOT IN ('wrong', 'bounced') "
            # the last row of a contact stays: a marked one, and of those the newest, as on the contact's page
            "ORDER BY is_primary, CASE WHEN is_primary THEN coalesce(created_at, 0) END, id DESC",
            (wanted,),
        ).fetchall()
    )
    return {pk: ContactSummary(companies.get(pk, ""), phones.get(pk, "")) for pk in pks}
