"""Settings of a client that are fixed when it starts: where its files are and whom it talks to."""

from dataclasses import dataclass, field
from pathlib import Path

ENCRYPTION = "FIELDFARE_REPLICA_ENCRYPTION"
"""Variable of the environment: `off` leaves new data of this device in plain."""


@dataclass(frozen=True)
class SyncTimes:
    """How long to wait, and for what. Seconds."""

    poll_s: float = 60.0
    """Between two idle pulls while no live channel pokes."""
    settle_s: float = 0.3
    """After a round, before a save begins the next: so a burst of saves makes one push, and the first of them goes at once."""
    backoff_first_s: float = 2.0
    backoff_most_s: float = 300.0
    """Upper limit of the doubling wait after failures; I7: an attempt is never further away than this."""
    connect_s: float = 10.0
    read_s: float = 60.0


@dataclass(frozen=True)
class FirstSync:
    """How an empty replica is filled. The figures tell when pages are sooner here than the snapshot."""

    by_snapshot: bool = True
    """False on a metered link: columns are half as many bytes."""
    by_columns: bool = True
    """Whether a snapshot is taken as columns where its file is not, or would come too slowly; else pages are."""
    column_row_bytes: int = 80
    column_rows_s: int = 50_000
    """Rows a second that a device makes its file of."""


@dataclass(frozen=True)
class ClientConfig:
    """One installed client."""

    folder: Path
    """Holds the replica, its lock file and the device's secrets; readable by its owner only."""
    server_url: str
    times: SyncTimes = field(default_factory=SyncTimes)

    @property
    def lock_path(self) -> Path:
        """Return the lock file of the only sync worker of the replica."""
        return self.folder / "sync.lock"
