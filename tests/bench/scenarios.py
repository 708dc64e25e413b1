"""What is measured. Each scenario is a function (folder, rows) -> Figure, and ends within four minutes with its set-up."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from pathlib import Path
from random import Random
from statistics import median, quantiles

from shared_models.transport import PullRequest, UpToDate
from tests.bench import limits, workload
from tests.bench.central import make_central, served
from tests.bench.devices import device, filled_replica, save_one
from tests.bench.relay import counting

RUNS = 3
BASE = 10_000
"""Rows under the edits of `push` and `pull`."""
IDLE_BYTES = 376
"""The smallest idle trip of the best existing system, both ways."""


@dataclass(frozen=True)
class Figure:
    """One measurement. limit: in the same unit, measured in the same run; None where nothing bounds it."""

    scenario: str
    rows: int
    figure: float
    unit: str
    limit: float | None = None
    bytes_per_row: float | None = None

    @property
    def ratio(self) -> float | None:
        """Return figure to limit."""
        return self.figure / self.limit if self.limit else None


def search(folder: Path, rows: int) -> Figure:
    """Type prefixes of names, cities and words into the quick search; p95 in ms. rows: companies and contacts, 1 : 3."""
    people = takewhile(lambda one: one[0] != "activities", workload.rows(rows * 14 // 4))
    replica = filled_replica(folder, make_central(folder / "server", people))
    random = Random(1)
    words = [*workload.FIRST, *workload.LAST, *workload.WORDS, *workload.INDUSTRY, *(city for city, _ in workload.CITY)]
    typed = [word[: random.randint(1, len(word))] for word in random.choices(words, k=300)]
    typed += [f"{random.choice(workload.FIRST)} {random.choice(workload.LAST)[:2]}" for _ in range(50)]
    typed += [str(random.randint(100, 99_999)) for _ in range(50)]
    replica.search("warm")
    taken = [limits.seconds(partial(replica.search, text)) for text in typed]
    replica.close()
    return Figure("search", rows, _p95_ms(taken), "ms", 20)


def save(folder: Path, rows: int) -> Figure:
    """Save edits one by one, each durable on the medium; p95 in ms."""
    replica = filled_replica(folder, make_central(folder / "server", workload.rows(rows)))
    taken = [limits.seconds(partial(save_one, replica, edit)) for edit in workload.edits(rows, 500)]
    replica.close()
    return Figure("save", rows, _p95_ms(taken), "ms", 10)


def first_sync(folder: Path, rows: int) -> Figure:
    """Load an empty device by pages over HTTP, indexes and search ready; rows a second, to the floor of a row protocol."""
    taken, floor = [], []
    with served(folder / "server", rows) as address:
        with counting(address) as (relay, counted), device(folder, "counted", relay) as one:
            before = counted.down
            one.sync()
            used = counted.down - before
        for run in range(RUNS):
            with device(folder, f"first-{run}", address) as one:
                taken.append(limits.seconds(one.sync))
            floor.append(limits.first_sync_s(folder, rows, runs=1))
    return Figure("first-sync", rows, rows / median(taken), "rows/s", rows / median(floor), used / rows)


def push(folder: Path, rows: int) -> Figure:
    """Push offline edits until they are durable on the server; edits a second, to plain statements in one transaction."""
    taken, used = [], 0
    for run in range(RUNS):
        with (
            served(folder / f"server-{run}", BASE) as address,
            counting(address) as (relay, counted),
            device(folder, f"push-{run}", relay if run == 0 else address, "OFF") as one,
        ):
            one.sync()
            one.save(workload.edits(BASE, rows))
            before = counted.up
            taken.append(limits.seconds(one.sync))
            used = used or counted.up - before
    floor = limits.edits_s(folder, BASE, workload.edits(BASE, rows), searched=False)
    return Figure("push", rows, rows / median(taken[1:]), "edits/s", rows / floor, used / rows)


def pull(folder: Path, rows: int) -> Figure:
    """Pull another device's edits, the search index current; edits a second, to plain statements with search triggers."""
    taken, used = [], 0
    for run in range(RUNS):
        with (
            served(folder / f"server-{run}", BASE) as address,
            counting(address) as (relay, counted),
            device(folder, f"writer-{run}", address, "OFF") as writer,
            device(folder, f"reader-{run}", relay if run == 0 else address) as reader,
        ):
            writer.sync()
            reader.sync()
            writer.save(workload.edits(BASE, rows))
            writer.sync()
            before = counted.down
            taken.append(limits.seconds(reader.sync))
            used = used or counted.down - before
    floor = limits.edits_s(folder, BASE, workload.edits(BASE, rows), searched=True)
    return Figure("pull", rows, rows / median(taken[1:]), "edits/s", rows / floor, used / rows)


def idle(folder: Path, rows: int) -> Figure:
    """Ask when nothing is new: bytes both ways of the one round trip, to the smallest that another system needs."""
    with (
        served(folder / "server", rows) as address,
        counting(address) as (relay, counted),
        device(folder, "idle", relay) as one,
    ):
        one.sync()
        facts = one.replica.facts()
        question = PullRequest(facts["cursor"], facts["server_epoch"], facts["device_epoch"])
        before, trips = counted.both(), 20
        for _ in range(trips):
            assert isinstance(one.transport.pull(question), UpToDate)
        time.sleep(0.05)  # the relay's last bytes are on their way
        used = (counted.both() - before) / trips
    return Figure("idle", rows, used, "bytes", IDLE_BYTES)


SCENARIOS: dict[str, tuple[Callable[[Path, int], Figure], int]] = {
    "search": (search, 200_000),
    "save": (save, 50_000),
    "first-sync": (first_sync, 100_000),
    "push": (push, 10_000),
    "pull": (pull, 10_000),
    "idle": (idle, 10_000),
}
"""Name -> what runs, and its default size."""


def _p95_ms(taken: list[float]) -> float:
    return quantiles(taken, n=20)[-1] * 1000
