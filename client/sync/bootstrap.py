"""A first sync by snapshot: one prepared file in place of many pages (PROTOCOL 7.9). Whatever goes wrong, pages bring the same."""

import shutil
from collections.abc import Iterator
from typing import Any, NoReturn

from client.config import FirstSync
from client.replica import columns_file, meta, schema, takeover
from client.replica.takeover import NotFitting
from client.sync import parcel
from client.sync.conversation import Conversation, EpochChanged, Progress
from client.sync.parcel import Parcel
from shared_models.errors import (
    Busy,
    ErrorCode,
    NeedsSignIn,
    NeedsUpgrade,
    ProtocolFault,
    Refused,
    ReplicaDamaged,
    ReplicaError,
    ReplicaLocked,
    SyncError,
    Unreachable,
)
from shared_models.snapshot import COLUMNS, SnapshotAnswer, SnapshotRequest

ATTEMPTS = 2
"""Snapshots that are tried in one round: the one at hand may be gone, or bad."""
ROOM, COLUMNS_ROOM = 3, 5
"""Times the unpacked size that must be free: the file, SQLite's log of it, and the replica; columns are smaller than their file."""
STUCK = 3
"""Rounds in a row that bring nothing more of a file that is partly here, until pages are asked for in its place."""
LOOK_MS = 300
"""How long a link is watched before it is called slow."""


class _Slow(Exception):
    """Columns would be here sooner."""


class _Stuck(Exception):
    """Nothing more comes of it: pages are smaller pieces."""


def begin_with_snapshot(talk: Conversation) -> int:
    """Fill an empty replica from a snapshot, if the centre has one and the link is good; returns the rows taken in, 0 for none.

    After 0 the pages do it. Raises EpochChanged, Stopped, and the SyncError of a server that cannot be reached now: what was
    fetched is kept, and the next round goes on with it. It is kept while pages are sooner, too, until they have brought one.
    """
    path, link = talk.replica.path, talk.first_sync
    if not takeover.wants(talk.replica.facts()) or not (link.by_snapshot or link.by_columns):
        parcel.sweep(path)
        return 0
    as_columns = not link.by_snapshot or talk.replica.is_encrypted  # its file would lie here in plain while it is taken in
    for _ in range(ATTEMPTS):
        try:
            offer = _ask(talk, as_columns=as_columns)
            if offer is None:
                break
            return _take(talk, Parcel(path, offer, talk.replica.part_at))
        except (EpochChanged, NeedsSignIn, NeedsUpgrade, Unreachable, ReplicaLocked):
            raise
        except _Slow:
            as_columns = True
        except (Busy, _Stuck):  # busy perhaps with large answers only; what was fetched is kept
            return 0
        except (Refused, ProtocolFault, ReplicaDamaged):
            continue  # gone, or not what was said: there may be another
        except (NotFitting, ReplicaError, OSError, LookupError, ValueError):
            break  # whatever is wrong with a file, pages do without one
    parcel.sweep(path)
    return 0


def _ask(talk: Conversation, *, as_columns: bool) -> SnapshotAnswer | None:
    """Return what the centre offers, None when there is none or it could not be kept here. Columns that were begun are gone on with."""
    facts, path = talk.replica.facts(), talk.replica.path
    shape, begun = schema.fingerprint(talk.replica.registry), parcel.begun(path)
    packings = () if as_columns else parcel.packings()
    if as_columns or (begun and talk.first_sync.by_columns):
        packings += parcel.packings(as_columns=True)
    request = SnapshotRequest(facts["server_epoch"], shape, packings, begun)
    try:
        offer = talk.transport.snapshot(request)
    except SyncError as error:
        if error.code is ErrorCode.P203:
            raise EpochChanged from error
        raise
    if offer.name is None or offer.packing not in request.packings or offer.epoch != request.server_epoch:
        return None
    free = shutil.disk_usage(path.parent).free
    room = COLUMNS_ROOM if offer.packing in COLUMNS else ROOM
    return offer if free > offer.packed_bytes + room * offer.bytes else None


def _take(talk: Conversation, found: Parcel) -> int:
    _fetch(talk, found)
    if found.offer.packing in COLUMNS:
        columns_file.make(talk.replica, found.unpacked, _lines(talk, found))
    else:
        found.unpack()
    talk.stop_if_asked()
    try:
        takeover.take_over(talk.replica, found.unpacked)
    except ReplicaDamaged:
        found.forget()
        raise
    parcel.sweep(talk.replica.path)
    return found.offer.rows


def _lines(talk: Conversation, found: Parcel) -> Iterator[dict[str, Any]]:  # Any: what JSON gives
    for line in found.lines():
        talk.stop_if_asked()
        yield talk.loads(line)


def done(talk: Conversation) -> None:
    """Let go of what was fetched of a file: the replica is complete, by it or by pages."""
    parcel.sweep(talk.replica.path)


def _fetch(talk: Conversation, found: Parcel) -> None:
    """Fetch what is missing, piece by piece."""
    offer, before, started = found.offer, found.got, talk.now_ms()
    if found.is_whole or offer.name is None:
        return
    pieces = talk.transport.snapshot_bytes(offer.name, found.got)
    try:
        for got in found.take(pieces):
            talk.stop_if_asked()
            talk.tell(Progress(offer.rows * got // offer.packed_bytes, offer.rows, got, offer.packed_bytes))
            if _is_slow(talk.first_sync, offer, got, got - before, talk.now_ms() - started):
                raise _Slow
    except Unreachable as error:
        _broke_off(talk, before, found.got, error)
    finally:
        close = getattr(pieces, "close", None)
        if close is not None:
            close()
    if not found.is_whole:
        _broke_off(talk, before, found.got, Unreachable(None, "a snapshot that broke off"))
    _note_stuck(talk, 0)


def _broke_off(talk: Conversation, before: int, got: int, error: Unreachable) -> NoReturn:
    """Go on later with what is here. Raises the error, or _Stuck: pages are smaller pieces, and say so if there is no link at all."""
    stuck = 0 if got > before else talk.replica.facts()["snapshot_stuck"] + 1
    if got and stuck < STUCK:
        _note_stuck(talk, stuck)
        raise error
    _note_stuck(talk, 0)
    raise _Stuck from error


def _note_stuck(talk: Conversation, rounds: int) -> None:
    if rounds != talk.replica.facts()["snapshot_stuck"]:
        with talk.replica.write(durable=False) as writing:
            meta.put(writing.connection, {"snapshot_stuck": rounds})


def _is_slow(link: FirstSync, offer: SnapshotAnswer, got: int, came: int, took_ms: int) -> bool:
    """Whether the rest of the file would take longer than all columns: they are smaller, and cost the device more."""
    if not link.by_columns or offer.packing in COLUMNS or took_ms < LOOK_MS or not came:
        return False
    bytes_s = came * 1000 / took_ms
    by_columns_s = offer.rows * link.column_row_bytes / bytes_s + offer.rows / link.column_rows_s
    return (offer.packed_bytes - got) / bytes_s > by_columns_s
