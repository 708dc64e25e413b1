"""S5: one edit after the other, from the save on one device until another one's replica has it. Both are durable."""

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from shared_models.codec import Row
from tests.bench.central import served
from tests.bench.data import Data
from tests.bench.devices import device, save_one
from tests.bench.figure import Figure, p95_ms
from tests.bench.other_device import TIMES, installed, other_device
from tests.bench.relay import counting

MOST_MS = 20
"""Of the p95. Half of the best existing system whose stores are durable: PouchDB, 39 ms."""
COUNTED = 20
"""Edits, at most, whose round trips are counted."""
REST_S = TIMES.settle_s + 0.1
"""Between two edits: each is the first after a pause."""


def live(folder: Path, rows: int, data: Data) -> Figure:
    """Save `rows` edits one by one, and wait until each is on the other device, which is another process; p95 in ms."""
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
    return Figure("live", rows, p95_ms(taken), "ms", limit, notes=notes)


def _seconds(
    folder: Path, data: Data, address: str, edits: list[Row], begins: Callable[[], None] = lambda: None
) -> list[float]:
    """Return how long each edit took. begins: called before the first, when everything else has come to rest."""
    taken = list[float]()
    with other_device(folder, data, address) as other, device(folder / "one.db", data.registry, address) as one:
        one.sync()
        with installed(one, folder / "one.lock"):
            time.sleep(REST_S)
            begins()
            for edit in edits:
                start = time.perf_counter()
                save_one(one.replica, edit)
                taken.append(other.has(str(edit["row"]["id"] if edit["op"] == "insert" else edit["id"])) - start)
                time.sleep(REST_S)
    return taken
