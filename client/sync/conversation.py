"""What the steps of a round share: the two ends, the clock, and the ways in which a step ends early."""

from collections.abc import Callable
from dataclasses import dataclass, field

from client.config import FirstSync
from client.replica.replica import Replica
from client.sync.ahead import Start, at_once
from client.sync.reporting import Reporting
from client.sync.trail import Trail
from client.sync.wire import Loads
from shared_models.errors import SyncError
from shared_models.protocol import MAX_TXS
from shared_models.transport import Transport


class EpochChanged(Exception):
    """The centre is on another timeline than the replica: say hello again before anything else."""


class Stopped(Exception):
    """A person stopped the round; what was taken in so far is kept."""


class Quarantined(SyncError):
    """The centre holds another content under the id of one of our txs (P205)."""


@dataclass(frozen=True)
class Progress:
    """How far a long load has come. Bytes and totals are known of a snapshot only."""

    rows: int = 0
    total_rows: int | None = None
    bytes: int = 0
    total_bytes: int | None = None


@dataclass(frozen=True)
class Conversation:
    """One device talking to one server."""

    replica: Replica
    transport: Transport
    app: str
    """Name and version of the client, for the admin."""
    schema_version: int
    loads: Loads
    should_stop: Callable[[], bool]
    reporting: Reporting
    """What was told of the device itself."""
    tell: Callable[[Progress], None]
    """Called while a long load comes in."""
    start: Start = at_once
    """How a batch is sent while the answer to the one before is stored."""
    batch_txs: int = MAX_TXS
    first_sync: FirstSync = field(default_factory=FirstSync)
    trail: Trail = field(default_factory=Trail)
    """The states that it passed through."""

    def now_ms(self) -> int:
        """Return the device's wall time in milliseconds since 1970 UTC."""
        return self.replica.ids.now_ms()

    def stop_if_asked(self) -> None:
        """Raise Stopped when a person wants the round to end."""
        if self.should_stop():
            raise Stopped
