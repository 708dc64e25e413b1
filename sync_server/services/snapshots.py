"""Snapshots for first syncs: built off the request path, kept as files, handed out by name (PROTOCOL 7.9)."""

import gzip
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import orjson
import structlog
import zstandard

from shared_models.errors import ErrorCode
from shared_models.replica_shape import fingerprint
from shared_models.snapshot import COLUMNS, SnapshotAnswer, SnapshotRequest
from sync_server.db import digests, placed_feed, timeline
from sync_server.db.columns_file import ColumnsWriter
from sync_server.db.engine import Connection, Contended, StoreDown
from sync_server.db.feed import WireRow
from sync_server.db.snapshot_file import SnapshotWriter, is_sound
from sync_server.services import pull, resync, sight
from sync_server.services.actor import Actor
from sync_server.services.central import Central
from sync_server.services.digest import empty_parts
from sync_server.services.refusals import Refusal
from sync_server.services.sight import Sight
from sync_server.services.snapshot_shelf import PIECE, SnapshotKind, SnapshotShelf, program_of, remove

EVERYTHING = sight.FREE
"""The scope of those who see all records; of others it is their view as it is stored."""
PACKINGS = ("zstd", "gzip", *COLUMNS)
"""How a snapshot may be packed, the best first; a phone without zstd takes gzip, a slow link columns."""
READ_ROWS = 2000
PAUSE_US = 600_000_000
"""After a build that failed, before the next one of its kind: devices that ask one after the other must not begin it each."""
SWEEP_EVERY_US = 3_600_000_000
ZSTD = zstandard.ZstdCompressionParameters.from_level(9, window_log=23)
"""A file of 100,000 rows is packed in 1.3 s, once for all devices, and is a seventh smaller than at level 3. The window is the
largest that a device takes."""
Start = Callable[[Callable[[], None]], None]
"""Starts a build beside the requests."""


@dataclass(frozen=True)
class Policy:
    """When a snapshot pays. Numbers of records, and of transactions since."""

    min_rows: int = 5000
    """Below it one page is as good."""
    min_rows_in_view: int = 20_000
    """Of somebody who does not see everything: few others can use his file, and pages are nearly as quick."""
    refresh_after: int = 10_000
    """A snapshot that is older is still handed out, and a new one is begun."""


def in_background(build: Callable[[], None]) -> None:
    """Run a build on a thread of its own."""
    threading.Thread(target=build, name="fieldfare-snapshot", daemon=True).start()


class Snapshots:
    """The snapshots of one server process."""

    def __init__(self, central: Central, folder: Path, start: Start = in_background, policy: Policy | None = None) -> None:
        """folder: holds nothing else."""
        self._central, self._start, self._policy = central, start, policy or Policy()
        self._shelf = SnapshotShelf(folder, central.now_us)
        self._shape = fingerprint(central.registry)
        self._program = program_of(central.schema_version, self._shape)
        self._building: set[str] = set()
        self._failed_us: dict[str, int] = {}
        """Kind -> when its last build failed; of builds that did not fail since."""
        self._turn = threading.Lock()
        self._met: timeline.Clock | None = None
        """The clock as it was last seen; none before the first look."""
        self._swept_us = 0

    # -- for devices -----------------------------------------------------------------------------------------------------

    def offer(self, actor: Actor, asked: SnapshotRequest) -> SnapshotAnswer:
        """Return the snapshot that a device is to fetch, or one without a name: use pages. Raises Refusal P203."""
        with sight.snapshot(self._central, actor) as sights:
            now, (since, scope), rows = sights.clock, sights.newest, sights.rows
        if asked.server_epoch != now.epoch:
            raise Refusal(ErrorCode.P203, 409, "another server epoch")
        resync.heed(self._central, actor, begins=True)
        self._follow(now)
        packing = next((name for name in PACKINGS if name in asked.packings), None)
        enough = self._policy.min_rows if scope == EVERYTHING else self._policy.min_rows_in_view
        if rows < enough or packing is None or asked.shape != self._shape:
            return SnapshotAnswer()
        held = self._held(scope, asked, now, since)
        if held is not None:
            return held
        kind = self._kind(scope, packing)
        found = self._fit(kind, now, since)
        if not found or now.seq - found[0].at_seq > self._policy.refresh_after:
            self._begin(kind)
            found = self._fit(kind, now, since)
        if not found:
            return SnapshotAnswer()
        self._shelf.note_asked(found[0])
        return found[0]

    def _held(self, scope: str, asked: SnapshotRequest, now: timeline.Clock, since: int) -> SnapshotAnswer | None:
        """Return the snapshot that the device has a part of, if it may still begin with it."""
        if not asked.held:
            return None
        kinds = [self._kind(scope, packing) for packing in PACKINGS if packing in asked.packings]
        fitting = (one for kind in kinds for one in self._fit(kind, now, since))
        found = next((one for one in fitting if one.sha256.startswith(asked.held)), None)
        if found is not None:
            self._shelf.note_asked(found)
        return found

    def read(self, actor: Actor, name: str, start: int) -> tuple[Iterator[bytes], int]:
        """Return the bytes of a snapshot from a place on, and how many it has in all.

        Raises Refusal P208: 404 for a name that is not, or no longer, one of the actor's scope set; 416 for a place behind its end.
        """
        with sight.snapshot(self._central, actor) as sights:
            now, (since, scope) = sights.clock, sights.newest
        known = {one.name: one for packing in PACKINGS for one in self._fit(self._kind(scope, packing), now, since)}
        found = known.get(name)
        if found is None:
            raise Refusal(ErrorCode.P208, 404, "no such snapshot")
        if start >= found.packed_bytes:
            raise Refusal(ErrorCode.P208, 416, f"it has {found.packed_bytes} bytes")
        return self._shelf.opened(found, start), found.packed_bytes

    def warm(self) -> None:
        """Have a snapshot ready before the first device asks, and none of a timeline that a restore has ended."""
        try:
            with self._central.store.read() as connection:
                now = timeline.read(connection, self._central.tables)
                rows = sum(one.rows for one in digests.read(connection, self._central.tables).values())
        except (RuntimeError, StoreDown, Contended):  # not set up yet, or not there: whoever asks will begin one
            return
        self._follow(now)
        kind = self._kind(EVERYTHING, PACKINGS[0])
        found = self._shelf.fit(kind, now)
        if rows >= self._policy.min_rows and (not found or now.seq - found[0].at_seq > self._policy.refresh_after):
            self._begin(kind)

    # -- files -----------------------------------------------------------------------------------------------------------

    def _fit(self, kind: SnapshotKind, now: timeline.Clock, since: int) -> list[SnapshotAnswer]:
        """Return the files that somebody may begin with whose view is what it is since a seq: his next pull goes on from it."""
        return [one for one in self._shelf.fit(kind, now) if one.at_seq >= since]

    def _kind(self, scope: str, packing: str) -> SnapshotKind:
        return SnapshotKind.of(scope, packing, self._program)

    def _begin(self, kind: SnapshotKind) -> None:
        """Start a build, unless one is under way, of any kind, or one of this kind has failed just now."""
        with self._turn:
            if self._building or self._is_within(PAUSE_US, self._failed_us.get(kind.key)):
                return
            self._building.add(kind.key)
        try:
            self._start(lambda: self._build_one(kind))
        except RuntimeError:  # no thread can be started now
            self._ended(kind, has_failed=True)

    def _build_one(self, kind: SnapshotKind) -> None:
        has_failed = True
        try:
            made = build(self._central, self._shelf.folder, kind, self._shape)
            self._shelf.note_asked(made)
            has_failed = False
        except Exception:  # noqa: BLE001  # nobody waits for a build: devices use pages, and one that asks later begins another
            structlog.get_logger().exception("snapshot failed", kind=kind.key)
        finally:
            self._ended(kind, has_failed=has_failed)
        self._sweep()

    def _ended(self, kind: SnapshotKind, *, has_failed: bool) -> None:
        with self._turn:
            self._building.discard(kind.key)
            self._failed_us.pop(kind.key, None)
            if has_failed:
                recent = {key: at for key, at in self._failed_us.items() if self._is_within(PAUSE_US, at)}
                self._failed_us = recent | {kind.key: self._central.now_us()}

    def _is_within(self, span_us: int, since_us: int | None) -> bool:
        """Whether something was so short a time ago; what seems to be yet to come, as the clock was set back, was not."""
        return since_us is not None and 0 <= self._central.now_us() - since_us < span_us

    def _follow(self, now: timeline.Clock) -> None:
        """Sweep at the start, when the clock was set back under a server that runs, and now and then."""
        met, self._met = self._met, now
        was_set_back = (
            met is None or met.epoch != now.epoch or met.seq > now.seq
        )  # or another request looked later, was here first
        if was_set_back or not self._is_within(SWEEP_EVERY_US, self._swept_us):
            self._sweep()

    def _sweep(self) -> None:
        lasting = [self._kind(EVERYTHING, packing).key for packing in PACKINGS]
        with self._turn, suppress(StoreDown, Contended):  # the next sweep does it
            self._shelf.sweep(self._clock(), self._program, busy=self._building, lasting=lasting)
        self._swept_us = self._central.now_us()

    def _clock(self) -> timeline.Clock:
        with self._central.store.read() as connection:
            return timeline.read(connection, self._central.tables)


def build(central: Central, folder: Path, kind: SnapshotKind, shape: str) -> SnapshotAnswer:
    """Build one snapshot: all that a view shows in one read snapshot of the central database, as a pull would send it.

    The digests are computed from the rows of the file, and must be the central ones. Raises RuntimeError when they are not.
    """
    key, packing = kind.key, kind.packing
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    plain, packed = folder / f"{key}-new.plain", folder / f"{key}-new.packed"
    try:
        now, rows = _fill(central, kind, plain, shape)
        if packing not in COLUMNS and not is_sound(plain):
            raise RuntimeError("a snapshot came out damaged")
        size = plain.stat().st_size
        digest = _pack(plain, packed, COLUMNS.get(packing, packing))
    finally:
        remove(plain)
    made = SnapshotAnswer(
        name=f"{key}-{now.seq}-{digest[:16]}",
        epoch=now.epoch,
        at_seq=now.seq,
        sha256=digest,
        packing=packing,
        packed_bytes=packed.stat().st_size,
        bytes=size,
        rows=rows,
    )
    packed.replace(folder / f"{made.name}.db")
    told = folder / f"{key}-new.told"
    told.write_text(made.model_dump_json())
    told.replace(folder / f"{made.name}.json")
    return made


def _fill(central: Central, kind: SnapshotKind, path: Path, shape: str) -> tuple[timeline.Clock, int]:
    writer = (ColumnsWriter if kind.packing in COLUMNS else SnapshotWriter)(path, central.registry)
    try:
        with central.store.read() as connection:
            now = timeline.read(connection, central.tables)
            tables, seen = central.tables, None
            if kind.scope != EVERYTHING:
                seen = sight.sight_of(central, kind.scope, central.cell_book.all(connection, tables, now.epoch))
            stored = sight.digest_of(central.registry, connection, tables, seen) if seen else digests.read(connection, tables)
            for line in _lines(central, connection, now.seq, seen):
                part = orjson.loads(line)
                writer.add(central.registry.get(part["t"]), part["cols"], part["rows"], part["v"])
        found = writer.digests()
        if {name: one for name, one in stored.items() if one.rows} != {name: one for name, one in found.items() if one.rows}:
            raise RuntimeError("the rows do not have the central digest")
        wire = {name: one.wire() for name, one in found.items()}
        writer.finish(
            {
                "seq": str(now.seq),
                "epoch": now.epoch,
                "shape": shape,
                "newest_at": str(writer.newest_at()),
                "digests": json.dumps(wire),
            }
        )
        return now, sum(one.rows for one in found.values())
    finally:
        writer.close()


def _lines(central: Central, connection: Connection, seq: int, seen: Sight | None) -> Iterator[bytes]:
    """Yield all records of a view as the lines of a pull, a bounded number at a time; None: of everything."""
    for entity in central.registry:
        last = ""
        while part := placed_feed.page(connection, central.tables, entity.entity_name, last, seq, READ_ROWS):
            last = part[-1].row.pk
            if seen is None:
                yield from pull.row_lines(central, [one.row for one in part])
                continue
            empty = empty_parts(central, entity, seen.view.hidden)
            shown = [one.row for one in part if seen.shows(entity.entity_name, one.cell)]
            yield from pull.row_lines(central, [_without(one, empty) for one in shown])


def _without(row: WireRow, empty: dict[int, str]) -> WireRow:
    """Return a record with other text in some of its parts: an empty one where it is hidden."""
    return replace(row, parts=tuple(empty.get(place, part) for place, part in enumerate(row.parts))) if empty else row


def _pack(plain: Path, packed: Path, packing: str) -> str:
    """Pack a file and return the SHA-256 of the result, in hex."""
    with plain.open("rb") as source, packed.open("wb") as target:
        if packing == "zstd":
            zstandard.ZstdCompressor(compression_params=ZSTD).copy_stream(source, target, size=plain.stat().st_size)
        else:
            with gzip.GzipFile(fileobj=target, mode="wb", compresslevel=6, mtime=0, filename="") as zipped:
                while piece := source.read(PIECE):
                    zipped.write(piece)
    with packed.open("rb") as done:
        return hashlib.file_digest(done, "sha256").hexdigest()
