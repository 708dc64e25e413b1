"""What went wrong on devices and at the centre day by day: what an admin asks, and what the centre answers (PROTOCOL 16.11)."""

from typing import Annotated, Protocol

from pydantic import Field

from shared_models.message import Message

DAYS = 30
"""Days that are told of, today among them: as long as the server keeps what is told of a device."""
PAGE_INCIDENTS = 50
Days = Annotated[list[int], Field(min_length=DAYS, max_length=DAYS)]
"""Counts, day by day of UTC, today last."""


class IncidentLine(Message):
    """Something that a device found of itself that was not as it should be (PROTOCOL 13.8).

    at: when it was found, by the device's clock; arrived_at: when the centre heard of it; both microseconds since 1970 UTC. entity:
    empty where it was not of one. rows: 0 where it was about none.
    """

    device: str
    device_name: str
    person: str
    kind: str
    entity: str
    rows: int
    at: int
    arrived_at: int


class IncidentPage(Message):
    """Three counts, and a page of the incidents, the newest first. at: when it was asked."""

    conflicts: Days
    """Cards that were made."""
    letters: Days
    """Changes that were refused or put off."""
    incidents: Days
    lines: list[IncidentLine]
    more: bool
    at: int


class IncidentDesk(Protocol):
    """A way to the server for an admin. It blocks; every failure is a `SyncError`, A105 for whoever is no admin."""

    def incidents(self, page: int) -> IncidentPage:
        """Ask for a page, from 0."""
        ...
