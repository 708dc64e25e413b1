"""When each device was seen last, and what it said of itself meanwhile: kept in memory, and written about once a minute.

A request only puts a word into a dictionary: nobody who asks waits for a lock. What a process that is killed had not written comes
again with the next requests.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared_models.codec import Row
from shared_models.device_report import DeviceReport
from sync_server.db import devices
from sync_server.db.engine import Connection, Store
from sync_server.db.tables import Tables

DAY_US = 86_400_000_000


@dataclass(frozen=True)
class Sighting:
    """What was heard of a device since this was written last. at: microseconds since 1970 UTC."""

    at: int
    cursor: int | None = None
    """Where its replica stands; None: it did not say."""
    waited: Mapping[int, int] = field(default_factory=dict)
    """Day (since 1970 UTC) -> most changes that waited on it at a time, as it said."""
    report: DeviceReport | None = None

    def and_then(self, at: int, cursor: int | None, pending: int | None, report: DeviceReport | None) -> "Sighting":
        """Return both together."""
        waited, day = self.waited, at // DAY_US
        if pending is not None:
            waited = {**waited, day: max(pending, waited.get(day, 0))}
        return Sighting(
            max(self.at, at), self.cursor if cursor is None else cursor, waited, self.report if report is None else report
        )

    def columns(self) -> Row:
        """Return the columns of `sync_device` that it changes."""
        found: Row = {"last_seen_at": self.at}
        if self.cursor is not None:
            found["cursor"] = self.cursor
        return {**found, **columns_of(self.report)} if self.report else found


@dataclass
class Sightings:
    """The devices that one process has heard of since it wrote last. Threads may write over each other's word: another follows."""

    _noted: dict[str, Sighting] = field(default_factory=dict)

    def note(
        self,
        device: str,
        at: int,
        *,
        cursor: int | None = None,
        pending: int | None = None,
        report: DeviceReport | None = None,
    ) -> None:
        """Note that a device asked for something."""
        known = self._noted.get(device)
        self._noted[device] = (known or Sighting(at)).and_then(at, cursor, pending, report)

    def write(self, store: Store, tables: Tables) -> None:
        """Store what was noted. Raises Contended, StoreDown: then it is noted still."""
        noted, self._noted = self._noted, {}
        if not noted:
            return
        try:
            with store.write() as connection:
                write(connection, tables, dict(noted))
        except Exception:
            self._noted = {**noted, **self._noted}
            raise


def write(connection: Connection, tables: Tables, noted: dict[str, Sighting]) -> None:
    """Store sightings of devices."""
    devices.note_many(connection, tables, {device: one.columns() for device, one in noted.items()})
    by_day: dict[int, dict[str, int]] = {}
    for device, one in noted.items():
        for day, pending in one.waited.items():
            by_day.setdefault(day, {})[device] = pending
    for day, found in sorted(by_day.items()):
        devices.note_day(connection, tables, day, found)


def columns_of(report: DeviceReport) -> Row:
    """Return a report as columns of `sync_device`."""
    return {
        "form": report.form,
        "size_bytes": report.size_bytes,
        "is_loaded": report.is_loaded,
        "proof": report.proof,
        "proved_at": report.proved_at,
        "works_offline": report.works_offline,
        "is_quarantined": report.is_quarantined,
        "isolated": report.isolated,
        "failures": report.failures,
        "last_error": report.error,
    }
