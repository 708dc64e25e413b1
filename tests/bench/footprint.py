"""What a first sync costs a device beside time: its memory, and the CPU seconds of both sides (S1)."""

from pathlib import Path
from statistics import median

from tests.bench import client, limits
from tests.bench.central import running
from tests.bench.data import Data
from tests.bench.figure import Figure

BEST_MB = 62
"""The memory of the best existing client; twice as much is the target."""
SMALLER = 10
MOST_GROWTH = 1.3
"""To the memory with ten times fewer rows: it does not follow the number of rows."""
SERVER_CPU_S, FLOOR_S, FLOOR_ROWS = 1.5, 1.0, 100_000
"""CPU seconds of the best existing server, and the limit L6 that was measured beside it."""


def memory(folder: Path, rows: int, data: Data) -> Figure:
    """Fill devices in both ways, of all rows and of a tenth; the most memory that one had, in MB."""
    notes, most = [], 0.0
    (few, _), (many, server_cpu_s) = (_used(folder / str(n), n, data) for n in (max(rows // SMALLER, 1), rows))
    for way in data.ways:
        small, large = median(one.memory_mb for one in few[way]), median(one.memory_mb for one in many[way])
        most = max(most, large)
        notes.append(f"by {way}: {large:.0f} MB, {large / small:.2f} of that with a tenth of the rows; at most {MOST_GROWTH}")
    held = many[data.ways[0]][0].rows
    client_cpu_s = {way: median(one.cpu_s for one in many[way]) for way in data.ways}
    if data.is_limited:
        floor_s, floor_cpu_s = limits.first_sync_s(folder, rows), limits.first_sync_s(folder, rows, measure=limits.cpu_seconds)
        server_limit_s = 0.2 * SERVER_CPU_S * (floor_s / FLOOR_S)
        notes += [
            f"client CPU by {way}: {cpu_s:.2f} s, {cpu_s / floor_cpu_s:.2f} of L6 ({floor_cpu_s:.2f} s); at most 1.5"
            for way, cpu_s in client_cpu_s.items()
        ]
        notes += [
            f"server CPU by {way}: {cpu_s:.2f} s; at most {server_limit_s:.2f} s (L6 {floor_s:.2f} s now, {held:,} rows)"
            for way, cpu_s in server_cpu_s.items()
        ]
    return Figure("memory", held, most, "MB", 2 * BEST_MB if data.is_limited else None, notes=tuple(notes))


def _used(folder: Path, rows: int, data: Data) -> tuple[dict[str, list[client.Used]], dict[str, float]]:
    """Return what devices took, and the CPU seconds of the server for one, by way."""
    used: dict[str, list[client.Used]] = {}
    cpu_s: dict[str, float] = {}
    with running(folder / "server", data, rows) as server:
        server.wait_for_snapshot()
        for way in data.ways:
            before = server.cpu_s()
            used[way] = []
            for run in range(data.runs):
                place = folder / f"{way}-{run}"
                place.mkdir()
                used[way].append(client.result(client.start(place, data.name, server.address, way)))
            cpu_s[way] = (server.cpu_s() - before) / data.runs
    return used, cpu_s
