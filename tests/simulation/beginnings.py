"""Stories of devices that begin with a snapshot: one file in place of many pages (PROTOCOL 7.9)."""

import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress

import zstandard

from shared_models.errors import ReplicaError
from shared_models.snapshot import SnapshotAnswer
from sync_server.db.snapshot_file import is_sound
from tests.simulation.device import Device
from tests.simulation.network import Killed
from tests.simulation.stage import Stage

TRIES = 40
KILLS = 5
STATEMENTS = 450
"""A first sync by snapshot has about so many statements."""


def first_sync_with_saves_of_its_own(stage: Stage, a: Device, b: Device, _c: Device) -> None:
    """What a person saved before the first contact, and while the file came, waits and is laid over its rows."""
    thing, new = _newcomer(stage, a, b, is_file=False)
    stage.new_thing(new, is_shared=False)
    new.network.during = {"snapshot": lambda: stage.new_thing(new, is_shared=False)}
    stage.sync(new)
    stage.retitle(new, thing)
    stage.sync(new, b)


def first_sync_after_a_lost_answer(stage: Stage, a: Device, b: Device, _c: Device) -> None:
    """The snapshot has a first save, whose verdict no page brings, and the pull behind it the verdict of a second one."""
    _, new = _newcomer(stage, a, b)
    thing = stage.new_thing(new, is_shared=False)
    stage.cut(new, "push answer", "snapshot")
    late = stage.snapshot()
    stage.retitle(new, thing)
    other = stage.new_thing(new, is_shared=False)
    new.network.late_snapshot = late
    stage.cut(new, "push answer")
    stage.retitle(new, other)
    stage.sync(new, b)


def first_sync_that_is_cut(stage: Stage, a: Device, b: Device, _c: Device) -> None:
    """A part is gone on with, and never with the rest of another snapshot."""
    thing, new = _newcomer(stage, a, b, is_file=False)
    for _ in range(2):
        stage.cut(new, "snapshot end")
        stage.retitle(b, thing)
        stage.sync(b)
        stage.forget_snapshots()
    stage.sync(new)


def first_sync_that_is_killed(stage: Stage, a: Device, b: Device, _c: Device) -> None:
    """Killed at any statement, or without power from there on: the replica is the old one, or the new one."""
    _, new = _newcomer(stage, a, b, is_file=False)
    for _ in range(KILLS):
        stage.new_thing(new, is_shared=False)
        new.statements.kill_after(stage.random.randrange(1, STATEMENTS))
        with suppress(Killed, sqlite3.Error, ReplicaError):
            new.sync()
        if new.medium is not None:
            stage.lose_power(new, stage.random)
        else:
            new.kill()
    stage.sync(new)


def snapshot_with_another_byte(stage: Stage, a: Device, b: Device, _c: Device) -> None:
    """Nothing of a file is believed before its hash is right."""
    _, new = _newcomer(stage, a, b)
    offer, content = stage.snapshot()
    new.network.late_snapshot = offer, _with_another_byte(stage, offer, content)
    new.network.is_spoilt = True
    stage.sync(new)


def snapshot_of_an_older_day(stage: Stage, a: Device, b: Device, _c: Device) -> None:
    """It is a checkpoint at its own seq, and a pull goes on from there."""
    thing, new = _newcomer(stage, a, b)
    late = stage.snapshot()
    for _ in range(3):
        stage.retitle(b, thing)
    stage.sync(b)
    new.network.late_snapshot = late
    stage.sync(new)


def snapshot_of_an_older_program(stage: Stage, a: Device, b: Device, _c: Device) -> None:
    """A file of another shape is of no use, whatever else is right of it."""
    _, new = _newcomer(stage, a, b)
    column = stage.cast["keeper"]

    def age(file: sqlite3.Connection) -> None:
        file.execute(f"ALTER TABLE {stage.people.cast.thing} DROP COLUMN {column}")
        file.execute("UPDATE _snapshot SET v = 'older' WHERE k = 'shape'")

    new.network.late_snapshot = _changed(stage, stage.snapshot(), age)
    stage.sync(new)


def snapshot_written_to_while_it_is_built(stage: Stage, a: Device, b: Device, c: Device) -> None:
    """It is made of one read snapshot of the central database: what others save meanwhile is in none of it."""
    _, new = _newcomer(stage, a, b)

    def save() -> None:
        stage.new_thing(c, is_shared=False)
        c.sync()

    new.network.late_snapshot = stage.snapshot(save)
    stage.sync(new)


def snapshot_of_an_older_timeline(stage: Stage, a: Device, b: Device, _c: Device) -> None:
    """A file that knows what the server has lost is of no use, though it is offered under the new epoch."""
    thing, new = _newcomer(stage, a, b)
    stage.organisation.back_up()
    stage.retitle(b, thing)
    stage.sync(b)
    b.back_up()
    stage.retitle(b, thing)
    stage.sync(b)
    offer, content = stage.snapshot()
    stage.put_back(b)
    stage.restore_server()
    other = stage.new_thing(b, is_shared=False)
    for _ in range(8):  # more than were lost
        stage.retitle(b, other)
    stage.sync(b)
    new.network.late_snapshot = offer.model_copy(update={"epoch": stage.organisation.ledger()[0]}), content
    stage.sync(new, b)


OF_FIRST_SYNCS = (
    first_sync_with_saves_of_its_own,
    first_sync_after_a_lost_answer,
    first_sync_that_is_cut,
    first_sync_that_is_killed,
    snapshot_with_another_byte,
    snapshot_of_an_older_day,
    snapshot_of_an_older_program,
    snapshot_written_to_while_it_is_built,
)


def _newcomer(stage: Stage, a: Device, b: Device, *, is_file: bool = True) -> tuple[str, Device]:
    """Return a record that another device has, and a device that has met nobody yet, in place of `a`.

    is_file: it begins with a file; else with columns, where its run has those only.
    """
    thing = stage.new_thing(b)
    stage.organisation.has_snapshots |= is_file or not stage.organisation.has_columns
    return thing, stage.newcomer(a)


def _changed(
    stage: Stage, snapshot: tuple[SnapshotAnswer, bytes], change: Callable[[sqlite3.Connection], None]
) -> tuple[SnapshotAnswer, bytes]:
    """Return a snapshot with another content, and all figures of it right."""
    offer, content = snapshot
    path = stage.organisation.folder / "changed"
    path.write_bytes(_unpacked(offer, content))
    with closing(sqlite3.connect(path)) as file:
        change(file)
        file.commit()
    plain = path.read_bytes()
    packed = zstandard.ZstdCompressor().compress(plain)
    figures = {"sha256": hashlib.sha256(packed).hexdigest(), "packed_bytes": len(packed), "bytes": len(plain)}
    return offer.model_copy(update={**figures, "name": f"{offer.name}-changed"}), packed


def _unpacked(offer: SnapshotAnswer, content: bytes) -> bytes:
    return zstandard.ZstdDecompressor().decompress(content, max_output_size=offer.bytes)


def _with_another_byte(stage: Stage, offer: SnapshotAnswer, content: bytes) -> bytes:
    """Change one byte, one that neither the packing nor SQLite itself notices if there is such."""
    path = stage.organisation.folder / "changed"
    for _ in range(TRIES):
        place = stage.random.randrange(len(content))
        changed = content[:place] + bytes((content[place] ^ 1,)) + content[place + 1 :]
        with suppress(zstandard.ZstdError, sqlite3.Error, UnicodeDecodeError):
            path.write_bytes(_unpacked(offer, changed))
            if path.stat().st_size == offer.bytes and path.read_bytes() != _unpacked(offer, content) and is_sound(path):
                break
    return changed
