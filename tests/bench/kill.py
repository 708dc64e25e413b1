"""S7: kill -9 in the middle of a first sync, of the client and of the server, in each of its ways. What comes again?"""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from tests.bench import client
from tests.bench.central import ServerProcess, running
from tests.bench.data import Data
from tests.bench.figure import Figure
from tests.bench.relay import Counted, Link, counting

LINK = Link(trip_s=0.02, bytes_s=2_500_000)
"""20 Mbit/s: a device keeps up with it, so that little waits in buffers. A loopback holds more in them than a small first sync has."""
FEW = 10_000
"""Up to so many rows a twentieth may come again, and a fiftieth of more."""
VICTIMS = ("client", "server")


def kill(folder: Path, rows: int, data: Data) -> Figure:
    """Kill either side when half has passed, and go on; the bytes that pass more than without it, in %.

    The worst counts of the ways that this many rows take; pages, which are for fewer rows, are noted beside a small set only.
    """
    more: dict[str, float] = {}
    held = sum(1 for _ in data.rows(rows))
    ways = [way for way in data.ways if way != "pages" or rows <= FEW]
    with running(folder / "server", data, rows) as server:
        server.wait_for_snapshot()
        for way in ways:
            whole = _first_sync(folder / way, data, server, way)
            for victim in VICTIMS:
                places = [folder / f"{way}-{victim}-{run}" for run in range(data.runs)]
                used = median(_first_sync(place, data, server, way, (victim, whole // 2)) for place in places)
                more[f"{way}, {victim} killed"] = (used / whole - 1) * 100
    notes = tuple(f"{what}: {percent:.1f} % more bytes" for what, percent in more.items())
    worst = max(percent for what, percent in more.items() if not what.startswith("pages"))
    return Figure("kill", held, worst, "% more", _most(held) if data.is_limited else None, notes=notes)


def _most(rows: int) -> float:
    return 5.0 if rows <= FEW * 1.01 else 2.0


def _first_sync(folder: Path, data: Data, server: ServerProcess, way: str, blow: tuple[str, int] | None = None) -> int:
    """Fill a new device; returns the bytes both ways. blow: who is killed, at which byte."""
    folder.mkdir()
    with counting(server.address, LINK) as (relay, counted):
        if blow is None:
            client.result(client.start(folder, data.name, relay, way))
        else:
            _killed(folder, data, server, way, (relay, counted), blow)
        return counted.both()


def _killed(folder: Path, data: Data, server: ServerProcess, way: str, by: tuple[str, Counted], blow: tuple[str, int]) -> None:
    (relay, counted), (victim, at) = by, blow
    process = client.start(folder, data.name, relay, way)
    with _at(counted, at, server.kill if victim == "server" else lambda: os.kill(process.pid, signal.SIGKILL)) as has_fallen:
        assert has_fallen.wait(120), "it was over before half had passed"
    if victim == "server":
        server.end()
        server.start()
        counted.target = server.address
    else:
        assert process.wait(30) == -signal.SIGKILL
        _close(process)
        process = client.start(folder, data.name, relay, way)
    client.result(process)


@contextmanager
def _at(counted: Counted, at: int, blow: Callable[[], None]) -> Iterator[threading.Event]:
    """Have a blow fall when so many bytes have passed; yields what is set then."""
    fallen = threading.Event()

    def fall() -> None:
        blow()
        fallen.set()

    counted.cut, counted.cut_at = fall, at
    yield fallen


def _close(process: "subprocess.Popen[str]") -> None:
    if process.stdout is not None:
        process.stdout.close()
