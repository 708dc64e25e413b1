"""What went wrong day by day, for an admin: counts, and the incidents that devices told of (PROTOCOL 16.11)."""

from collections.abc import Mapping

from shared_models.incident_desk import DAYS, PAGE_INCIDENTS, IncidentLine, IncidentPage
from sync_server.db import figures, incidents
from sync_server.services.actor import Actor
from sync_server.services.central import Central
from sync_server.services.device_causes import DAY_US
from sync_server.services.device_desk import need_admin


def page(central: Central, actor: Actor, number: int) -> IncidentPage:
    """Return a page, from 0. Raises Refusal A105 for whoever is no admin."""
    need_admin(actor)
    now = central.now_us()
    since = now // DAY_US - DAYS + 1
    with central.store.read() as connection:
        counted = figures.per_day(connection, central.tables, since)
        found = incidents.page(connection, central.tables, since * DAY_US, number * PAGE_INCIDENTS, PAGE_INCIDENTS + 1)
    return IncidentPage(
        conflicts=_days(counted.conflicts, since),
        letters=_days(counted.letters, since),
        incidents=_days(counted.incidents, since),
        lines=[IncidentLine.model_validate(one) for one in found[:PAGE_INCIDENTS]],
        more=len(found) > PAGE_INCIDENTS,
        at=now,
    )


def _days(counts: Mapping[int, int], since: int) -> list[int]:
    return [counts.get(day, 0) for day in range(since, since + DAYS)]
