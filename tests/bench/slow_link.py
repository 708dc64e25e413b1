"""The 4G model: what a first sync takes over 10 Mbit/s with round trips of 50 ms. Computed, and run at a smaller size."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.bench import client
from tests.bench.central import running
from tests.bench.data import Data
from tests.bench.figure import Figure
from tests.bench.relay import Link, counting

MOBILE = Link(trip_s=0.05, bytes_s=1_250_000)
LEAST_BYTES = 75
"""Of a row: columns, packed by zstd at level 3. What a link cannot beat."""
BEST_S, BEST_ROWS = 15.2, 100_000
"""What the best existing system needs by the same model."""
SMALLER = 10
"""How much smaller the set of the real run is."""


@dataclass(frozen=True)
class _Seen:
    bytes: int
    trips: int
    used: client.Used

    @property
    def seconds(self) -> float:
        """Return the time by the model: bytes, round trips, and the client's CPU seconds."""
        return self.bytes / MOBILE.bytes_s + self.trips * MOBILE.trip_s + self.used.cpu_s


def slow_link(folder: Path, rows: int, data: Data) -> Figure:
    """Compute all ways of a first sync, and run one that chooses for itself; the quicker way counts, in s."""
    held = sum(1 for _ in data.rows(rows))
    seen = dict(zip(data.ways, _measured(folder / "whole", rows, data, data.ways, lambda _: None), strict=True))
    (real,) = _measured(folder / "smaller", max(rows // SMALLER, 1), data, ("snapshot",), lambda _: MOBILE)
    way = min(seen, key=lambda name: seen[name].seconds)
    best_s = BEST_S * held / BEST_ROWS
    notes = [
        f"by {name}: {one.seconds:.2f} s = {one.bytes / held:.0f} bytes a row, {one.trips} trips, {one.used.cpu_s:.2f} s of CPU"
        for name, one in seen.items()
    ]
    notes.append(
        f"run with {real.used.rows:,} rows over such a link: {real.used.seconds:.2f} s, {real.bytes / real.used.rows:.0f} bytes a row"
        f", {real.trips} trips"
    )
    if data.is_limited:
        notes.append(f"to the best ({best_s:.2f} s): {seen[way].seconds / best_s:.2f} of 0.65")
    limit = held * LEAST_BYTES / MOBILE.bytes_s if data.is_limited else None
    return Figure("slow-link", held, seen[way].seconds, "s", limit, seen[way].bytes / held, tuple(notes))


def _measured(folder: Path, rows: int, data: Data, ways: Iterable[str], link: Callable[[str], Link | None]) -> list[_Seen]:
    """Fill a new device in each of some ways."""
    seen = []
    with running(folder / "server", data, rows) as server:
        server.wait_for_snapshot()
        for way in ways:
            place = folder / way
            place.mkdir()
            with counting(server.address, link(way)) as (relay, counted):
                used = client.result(client.start(place, data.name, relay, way))
                seen.append(_Seen(counted.both(), counted.trips, used))
    return seen
