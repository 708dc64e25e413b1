"""S5: one edit after the other, from the save on one device until another one's replica has it. Both are durable."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import SystemRandom
from statistics import median, quantiles

from client.config import SyncTimes
from client.events import Event, RecordsChanged
from client.platform.lock_file import LockFile
from client.sync.live import LiveChannel
from client.sync.worker import SyncWorker
from shared_models.codec import Row
from tests.bench.central import served
from tests.bench.data import Data
from tests.bench.devices import Device, device, save_one
from tests.bench.figure import Figure
from tests.bench.relay import counting

MOST_MS = 20
"""Of the p95. Half of the best existing system whose stores are durable: PouchDB, 39 ms."""
TIMES = SyncTimes(poll_s=3600)
"""Nothing comes by a poll."""
COUNTED = 20
"""Edits, at most, whose round trips are counted."""
REST_S = TIMES.settle_s + 0.1
"""Between two edits: each is the first after a pause."""


def live(folder: Path, rows: int, data: Data) -> Figure:
    """Save `rows` edits one by one, and wait until each is on the other device; p95 in ms."""
    with served(folder / "server", data, data.base) as address:
        counts = min(COUNTED, rows)
        edits = data.edits(data.base, rows + counts)
        taken = _seconds(folder, data, address, edits[:rows])
        with counting(address) as (relay, counted):  # it takes its time: what it counts is not what is timed
            (folder / "counted").mkdir()
            _seconds(folder / "counted", data, relay, edits[rows:], lambda: setattr(counted, "trips", 0))
            trips = counted.trips / counts
    notes = (f"median {median(taken) * 1000:.1f} ms; {rows} of {rows} arrived; {trips:.1f} round trips an edit, of both",)
    limit = MOST_MS if data.is_limited else None
    return Figure("live", rows, quantiles(taken, n=20)[-1] * 1000, "ms", limit, notes=notes)


def _seconds(
    folder: Path, data: Data, address: str, edits: list[Row], begins: Callable[[], None] = lambda: None
) -> list[float]:
    """Return how long each edit took. begins: called before the first, when everything else has come to rest."""
    taken = list[float]()
    with device(folder / "one.db", data.registry, address) as one, device(folder / "other.db", data.registry, address) as other:
        one.sync()
        other.sync()
        arrived = _Arrivals(other)
        with _installed(one, folder / "one.lock"), _installed(other, folder / "other.lock"):
            time.sleep(REST_S)
            begins()
            for edit in edits:
                arrived.expect(str(edit["row"]["id"] if edit["op"] == "insert" else edit["id"]))
                start = time.perf_counter()
                save_one(one.replica, edit)
                taken.append(arrived.at() - start)
                time.sleep(REST_S)
    return taken


class _Arrivals:
    """When the record that is waited for came."""

    def __init__(self, at: Device) -> None:
        self._pk, self._came, self._at = "", threading.Event(), 0.0
        at.replica.events.subscribe(self._hear)

    def expect(self, pk: str) -> None:
        self._came.clear()
        self._pk = pk

    def at(self) -> float:
        assert self._came.wait(60), f"{self._pk} did not arrive"
        return self._at

    def _hear(self, event: Event) -> None:
        if isinstance(event, RecordsChanged) and any(self._pk in pks for pks in event.ids.values()):
            self._at = time.perf_counter()
            self._came.set()


@contextmanager
def _installed(one: Device, lock: Path) -> Iterator[None]:
    """Let a device sync by itself, as the installed client does."""
    one.engine.scheduler._times = TIMES
    worker = SyncWorker(one.engine, LockFile(lock))
    worker.start()
    channel = LiveChannel(one.transport, one.engine, worker.notify, TIMES, SystemRandom())
    channel.start()
    try:
        yield
    finally:
        channel.close()
        worker.close()
