"""The figures of a server for who watches it (`/metrics`): how many devices stand how, what waits, what went wrong. No names."""

from collections import Counter
from dataclasses import dataclass

from shared_models.device_desk import STANDINGS, Cause
from sync_server.db import figures, timeline
from sync_server.services.central import Central
from sync_server.services.device_causes import DAY_US
from sync_server.services.device_desk import every

SECOND_US = 1_000_000


@dataclass(frozen=True)
class Figures:
    """One moment of a server."""

    seq: int
    by_standing: dict[str, int]
    by_cause: dict[str, int]
    """Devices by what matters most of each."""
    pending: int
    """Changes that wait on devices, as they said last."""
    oldest_pending_s: float
    """Age of the oldest of them, by the clock of its device as corrected; 0 where nothing waits."""
    letters: int
    counts: figures.Counts


def figures_of(central: Central) -> Figures:
    """Return the figures of now."""
    central.sightings.write(central.store, central.tables)
    with central.store.read() as connection:
        known = every(central, connection)
        seq = timeline.read(connection, central.tables).seq
        at = central.now_us()
        found = figures.counts(connection, central.tables, at - DAY_US)
    standings, causes = Counter(one.standing for one in known), Counter(one.reasons[0].cause for one in known)
    saved = [
        row["oldest_pending_at"] - row["clock_offset_ms"] * 1000
        for row in (one.row for one in known)
        if row["pending"] and row["oldest_pending_at"] is not None and row["wiped_at"] is None
    ]
    return Figures(
        seq=seq,
        by_standing={name: standings[name] for name in STANDINGS},
        by_cause={cause.value: causes[cause] for cause in Cause},
        pending=sum(one.facts.pending for one in known if one.row["wiped_at"] is None),
        oldest_pending_s=max((at - min(saved)) / SECOND_US, 0.0) if saved else 0.0,
        letters=sum(one.letters for one in known),
        counts=found,
    )
