"""What is measured. Each scenario is a function (folder, rows, data) -> Figure.

It runs on the workload, beside the limits of the machine, and on the product's own entities, with none; both figures together
end within four minutes with their set-up.
"""

import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from random import Random
from statistics import median

import zstandard

from client.config import FirstSync
from client.replica.replica import Replica
from shared_models.codec import Row
from shared_models.ids import uuid7
from shared_models.transport import PullRequest, UpToDate
from sync_server.services.snapshots import ZSTD
from tests.bench import channels, conflict, footprint, kill, limits, live, office, postgresql_limit, slow_link, workload
from tests.bench.central import filled_replica, make_central, running, served
from tests.bench.data import Data
from tests.bench.devices import BY_COLUMNS, CONNECTS, Device, device, encrypted_copy, save_one
from tests.bench.figure import Figure, p95_ms
from tests.bench.homes import FILES, Homes, postgresql
from tests.bench.relay import counting
from tests.missing_services import ServiceMissing

WARM_EDITS = 3_000
"""One in five is an insert: 1,200 txs, a first batch and a full one."""
IDLE_BYTES = 376
"""The smallest idle trip of the best existing system, both ways."""


def search(folder: Path, rows: int, data: Data) -> Figure:
    """Type prefixes of names, cities and words into the quick search; p95 in ms.

    rows: of the workload, companies and contacts, 1 : 3; of the own entities, everything, as parts are searched too.
    """
    replica = filled_replica(folder, make_central(folder / "server", data.registry, data.found(rows)))
    random = Random(1)
    first, last = data.names
    typed = [word[: random.randint(1, len(word))] for word in random.choices(data.typed, k=300)]
    typed += [f"{random.choice(first)} {random.choice(last)[:2]}" for _ in range(50)]
    typed += [str(random.randint(100, 99_999)) for _ in range(50)]
    sealed = encrypted_copy(replica)
    taken = [_searched(one, typed) for one in (replica, sealed) if one is not None]
    limit = 20 if data.is_limited else None
    return Figure("search", rows, taken[0], "ms", limit, encrypted=taken[1] if sealed else None)


def _searched(replica: Replica, typed: list[str]) -> float:
    replica.search("warm")
    taken = [limits.seconds(partial(replica.search, text)) for text in typed]
    replica.close()
    return p95_ms(taken)


def save(folder: Path, rows: int, data: Data) -> Figure:
    """Save edits one by one, each durable on the medium; p95 in ms."""
    replica = filled_replica(folder, make_central(folder / "server", data.registry, data.rows(rows)))
    sealed = encrypted_copy(replica)
    taken = [_saved(one, data.edits(rows, 500)) for one in (replica, sealed) if one is not None]
    limit = 10 if data.is_limited else None
    return Figure("save", rows, taken[0], "ms", limit, encrypted=taken[1] if sealed else None)


def _saved(replica: Replica, edits: list[Row]) -> float:
    taken = [limits.seconds(partial(save_one, replica, edit)) for edit in edits]
    replica.close()
    return p95_ms(taken)


def first_sync(folder: Path, rows: int, data: Data) -> Figure:
    """Fill an empty device by columns, as on a slow or metered link, indexes and search ready; rows a second.

    Beside the floor of a row protocol. Below the rows from which there is a snapshot, it is by pages.
    """
    taken: dict[str, list[float]] = {way: [] for way in CONNECTS}
    floor = []
    held = sum(1 for _ in data.rows(rows))
    with running(folder / "server", data, rows) as server:
        server.wait_for_snapshot()
        with (
            counting(server.address) as (relay, counted),
            device(folder / "counted.db", data.registry, relay, first_sync=BY_COLUMNS) as one,
        ):
            before = counted.down
            one.sync()
            used = counted.down - before
        for run in range(data.runs):
            for way, connect in CONNECTS.items():
                path = folder / f"first-{way}-{run}.db"
                with device(path, data.registry, server.address, first_sync=BY_COLUMNS, connect=connect) as one:
                    taken[way].append(limits.seconds(one.sync))
            if data.is_limited:  # taken in turn with the product's, so that both meet the same neighbours
                floor.append(limits.first_sync_s(folder, rows, runs=1))
    limit = held / median(floor) if floor else None
    return Figure(
        "first-sync", held, held / median(taken["plain"]), "rows/s", limit, used / held, encrypted=_a_second(held, taken)
    )


def _a_second(rows: int, taken: dict[str, list[float]]) -> float | None:
    """Return the rows a second of the encrypted devices, None where there are none."""
    return rows / median(taken["encrypted"]) if "encrypted" in taken else None


def snapshot(folder: Path, rows: int, data: Data) -> Figure:
    """Fill an empty device by the server's snapshot, indexes and search ready; rows a second, to shipping a ready SQLite file.

    An encrypted device takes columns in its place: the file would lie in plain beside it.
    """
    taken: dict[str, list[float]] = {way: [] for way in CONNECTS}
    floor = []
    held = sum(1 for _ in data.rows(rows))
    with served(folder / "server", data, rows) as address:
        with (
            counting(address) as (relay, counted),
            device(folder / "counted.db", data.registry, relay, first_sync=FirstSync()) as one,
        ):
            one.wait_for_snapshot()
            before = counted.down
            one.sync()
            used = counted.down - before
        for run in range(data.runs):
            for way, connect in CONNECTS.items():
                path = folder / f"first-{way}-{run}.db"
                with device(path, data.registry, address, first_sync=FirstSync(), connect=connect) as one:
                    one.wait_for_snapshot(as_columns=way == "encrypted")
                    taken[way].append(limits.seconds(one.sync))
            if data.is_limited:
                floor.append(limits.snapshot_s(folder, rows, runs=1))
    bare = _without_indexes(folder)
    notes = (f"the file without its indexes and search: {bare / held:.0f} bytes a row",)
    limit = held / median(floor) if floor else None
    return Figure("snapshot", held, held / median(taken["plain"]), "rows/s", limit, used / held, notes, _a_second(held, taken))


def _without_indexes(folder: Path) -> int:
    """Return the bytes of the server's newest snapshot, packed, when it has rows only."""
    file, plain = next((folder / "server" / "snapshots").glob("*-zstd-*.db")), folder / "bare.db"
    with file.open("rb") as packed, plain.open("wb") as target:
        zstandard.ZstdDecompressor().copy_stream(packed, target)
    with closing(sqlite3.connect(plain, isolation_level=None)) as connection:
        named = "SELECT type, name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL OR sql LIKE 'CREATE VIRTUAL%'"
        for kind, name in connection.execute(named).fetchall():
            connection.execute(f'DROP {kind} "{name}"')
        connection.execute("VACUUM")
    return len(zstandard.ZstdCompressor(compression_params=ZSTD).compress(plain.read_bytes()))


def push(folder: Path, rows: int, data: Data, homes: Homes = FILES) -> Figure:
    """Push offline edits until they are durable on the server and the device knows; edits a second, to what PostgreSQL applies.

    The clock stops at the answer to the last batch: the round goes on with a pull, which is another scenario. Each round is on a copy of one server and one device that saved the edits. Another
    device warms the server with a first sync and edits of its own: the PostgreSQL of the limit is warm too, four times out of five.
    The first round goes through the relay, for its bytes, and is not timed.
    """
    start, taken, used = folder / "start", [], []
    with (
        served(start / "server", data, data.base, homes.first()) as address,
        device(start / "device.db", data.registry, address, "OFF") as one,
    ):
        one.sync()
        one.save(data.edits(data.base, rows))
    for run in range(1 + data.runs):
        copy = shutil.copytree(start, folder / f"run-{run}")
        with (
            served(copy / "server", data, data.base, homes.copy()) as address,
            counting(address) as (relay, counted),
            device(copy / "other.db", data.registry, address, "OFF") as other,
            device(copy / "device.db", data.registry, address if run else relay, "OFF") as one,
        ):
            _warm(other, data, min(WARM_EDITS, rows))
            before = counted.up
            taken.append(one.push_seconds())
            used.append(counted.up - before)
    floor = _push_limit(data.base, rows) if data.is_limited else None
    return Figure(homes.named("push"), rows, rows / median(taken[1:]), "edits/s", floor, used[0] / rows)


def _warm(one: Device, data: Data, edits: int) -> None:
    """Let a device do a first sync and push edits of records of its own, as many as make a full batch."""
    one.sync()
    inserts = (edit for edit in data.edits(data.base, edits) if edit["op"] == "insert")
    texts = {entity: fields[0] for entity, fields in data.contested}
    for n, edit in enumerate(made for made in inserts if made["table"] in texts):
        pk = uuid7(n, n)
        save_one(one.replica, {**edit, "row": {**edit["row"], "id": pk}})
        save_one(one.replica, {"op": "update", "table": edit["table"], "id": pk, "set": {texts[edit["table"]]: "warm"}})
    one.sync()


def pull(folder: Path, rows: int, data: Data, homes: Homes = FILES) -> Figure:
    """Pull another device's edits, the search index current; edits a second, to plain statements with search triggers.

    Several devices pull them in turn. The first one does so through the relay, for its bytes, and is not timed.
    """
    with ExitStack() as open_devices:
        address = open_devices.enter_context(served(folder / "server", data, data.base, homes.first()))
        relay, counted = open_devices.enter_context(counting(address))
        places = [relay] + [address] * data.runs
        readers = [
            open_devices.enter_context(device(folder / f"reader-{i}.db", data.registry, place))
            for i, place in enumerate(places)
        ]
        sealed = [
            open_devices.enter_context(device(folder / f"sealed-{i}.db", data.registry, address, connect=CONNECTS["encrypted"]))
            for i in range(data.runs if "encrypted" in CONNECTS else 0)
        ]
        writer = open_devices.enter_context(device(folder / "writer.db", data.registry, address, "OFF"))
        for one in (writer, *readers, *sealed):
            one.sync()
        writer.save(data.edits(data.base, rows))
        writer.sync()
        before = counted.down
        taken = [limits.seconds(reader.sync) for reader in readers]
        used = counted.down - before
        taken_sealed = [limits.seconds(reader.sync) for reader in sealed]
    floor = _edits_limit(folder, data.base, rows) if data.is_limited else None
    encrypted = rows / median(taken_sealed) if sealed else None
    return Figure(homes.named("pull"), rows, rows / median(taken[1:]), "edits/s", floor, used / rows, encrypted=encrypted)


def push_postgresql(folder: Path, rows: int, data: Data) -> Figure:
    """Push to a server whose central database is PostgreSQL."""
    with postgresql() as homes:
        return push(folder, rows, data, homes)


def pull_postgresql(folder: Path, rows: int, data: Data) -> Figure:
    """Pull from a server whose central database is PostgreSQL."""
    with postgresql() as homes:
        return pull(folder, rows, data, homes)


def idle(folder: Path, rows: int, data: Data) -> Figure:
    """Ask when nothing is new: bytes both ways of the one round trip, to the smallest that another system needs."""
    with (
        served(folder / "server", data, rows) as address,
        counting(address) as (relay, counted),
        device(folder / "idle.db", data.registry, relay) as one,
    ):
        one.sync()
        facts = one.replica.facts()
        question = PullRequest(facts["cursor"], facts["server_epoch"], facts["device_epoch"])
        before, trips = counted.both(), 20
        for _ in range(trips):
            assert isinstance(one.transport.pull(question), UpToDate)
        time.sleep(0.05)  # the relay's last bytes are on their way
        used = (counted.both() - before) / trips
    return Figure("idle", rows, used, "bytes", IDLE_BYTES if data.is_limited else None)


def verify(folder: Path, rows: int, data: Data) -> Figure:
    """Prove that an idle device holds what the centre does, by the digest of versions: one round, ms."""
    with served(folder / "server", data, rows) as address, device(folder / "one.db", data.registry, address) as one:
        one.sync()
        one.sync()
        taken = [limits.seconds(one.sync) * 1000 for _ in range(20)]
        held = sum(1 for _ in data.rows(rows))
    return Figure("verify", held, median(taken), "ms", 50 if data.is_limited else None)


def audit(folder: Path, rows: int, data: Data) -> Figure:
    """Compare every value of a device with the centre's, both reading at once; rows a second. Indexes are another matter."""
    with running(folder / "server", data, rows) as server, device(folder / "one.db", data.registry, server.address) as one:
        one.sync()
        taken, here_s, there_s = [], [], []
        for _ in range(data.runs):
            ends: list[tuple[float, float, float]] = []
            start, cpu_s, server_cpu_s = time.perf_counter(), time.process_time(), server.cpu_s()
            found = one.engine.audit(
                lambda *_, ends=ends: ends.append((time.perf_counter(), time.process_time(), server.cpu_s()))
            )
            assert found.equal
            assert found.found == ()
            taken.append(found.rows / (ends[-1][0] - start))
            here_s.append(ends[-1][1] - cpu_s)
            there_s.append(ends[-1][2] - server_cpu_s)
    apart = found.rows / max(median(here_s), median(there_s))
    notes = (
        f"CPU: {median(here_s):.2f} s here, {median(there_s):.2f} s at the centre; {apart:,.0f} rows/s with a core for each",
    )
    return Figure("audit", found.rows, median(taken), "rows/s", 150_000 if data.is_limited else None, notes=notes)


SCENARIOS: dict[str, tuple[Callable[[Path, int, Data], Figure], int]] = {
    "search": (search, 200_000),
    "save": (save, 50_000),
    "first-sync": (first_sync, 100_000),
    "snapshot": (snapshot, 100_000),
    "push": (push, 10_000),
    "pull": (pull, 10_000),
    "push-postgresql": (push_postgresql, 10_000),
    "pull-postgresql": (pull_postgresql, 10_000),
    "idle": (idle, 10_000),
    "live": (live.live, 100),
    "channels": (channels.channels, 5_000),
    "office": (office.office, 30),
    "conflict": (conflict.conflict, 1_000),
    "kill": (kill.kill, 10_000),
    "slow-link": (slow_link.slow_link, 100_000),
    "memory": (footprint.memory, 100_000),
    "verify": (verify, 100_000),
    "audit": (audit, 100_000),
}
"""Name -> what runs, and its default size."""
OF_SCREENS = ("office",)
"""Scenarios of the product's own entities alone: they have screens."""


def _push_limit(n: int, k: int) -> float | None:
    """Return the edits a second that PostgreSQL applies to n rows; None where there is none."""
    try:
        return k / postgresql_limit.edits_s(n, workload.edits(n, k))
    except ServiceMissing:
        return None


def _edits_limit(folder: Path, n: int, k: int) -> float:
    """Return the workload's edits a second of plain statements on n rows."""
    return k / limits.edits_s(folder, n, workload.edits(n, k))
