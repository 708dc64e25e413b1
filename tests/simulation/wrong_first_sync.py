"""Wrong variants of the first sync by snapshot, both halves. Each function returns what must be replaced by what."""

import json
from typing import Any

import orjson

from client.replica import change_log, meta, schema, settling, takeover
from client.sync import bootstrap
from client.sync.parcel import Parcel
from shared_models.snapshot import COLUMNS
from sync_server.db import placed_feed, timeline
from sync_server.db.columns_file import ColumnsWriter
from sync_server.db.snapshot_file import SnapshotWriter
from sync_server.services import pull, snapshots
from tests.simulation.wrong_client import Patch

MANY = 100_000


def snapshot_torn() -> list[Patch]:
    """Its rows are read one after the other, beside those who write, and it is dated when all are there."""

    def fill(central: Any, kind: Any, path: Any, shape: str) -> tuple[timeline.Clock, int]:
        writer, count = (ColumnsWriter if kind.packing in COLUMNS else SnapshotWriter)(path, central.registry), 0
        for entity in central.registry:
            with central.store.read() as connection:
                now = timeline.read(connection, central.tables)
                page = placed_feed.page(connection, central.tables, entity.entity_name, "", now.seq, MANY)
                found = [orjson.loads(line) for line in pull.row_lines(central, [one.row for one in page])]
            for part in found:
                count += len(part["rows"])
                writer.add(entity, part["cols"], part["rows"], part["v"])
        with central.store.read() as connection:
            now = timeline.read(connection, central.tables)
        digests = json.dumps({name: one.wire() for name, one in writer.digests().items()})
        facts = {
            "seq": str(now.seq),
            "epoch": now.epoch,
            "shape": shape,
            "newest_at": str(writer.newest_at()),
            "digests": digests,
        }
        writer.finish(facts)
        return now, count

    return [(snapshots, "_fill", fill)]


def snapshot_present_seq() -> list[Patch]:
    """The pull after a snapshot begins where the server stands, and not where the snapshot does."""
    original = bootstrap._take

    def take(talk: Any, found: Any) -> int:
        taken = original(talk, found)
        central = talk.transport.inner.central
        with central.store.read() as connection, talk.replica.write(durable=False) as writing:
            meta.put(writing.connection, {"cursor": timeline.read(connection, central.tables).seq})
        return taken

    return [(bootstrap, "_take", take)]


def snapshot_over_saves() -> list[Patch]:
    """The log of the replica is that from before the file was fetched: what was saved meanwhile is gone."""
    original = bootstrap._take

    def take(talk: Any, found: Any) -> int:
        with talk.replica.reading() as reader:
            before = {tx.n for tx in change_log.select(reader, "1")}
        taken = original(talk, found)
        with talk.replica.write(durable=True) as writing:
            change_log.delete(
                writing.connection, [tx.n for tx in change_log.select(writing.connection, "1") if tx.n not in before]
            )
        return taken

    return [(bootstrap, "_take", take)]


def snapshot_not_overlaid() -> list[Patch]:
    """What waits is not laid over the rows of a snapshot."""
    return [(takeover, "_lay", lambda *_: None)]


def _believed(name: str, value: Any) -> list[Patch]:
    """Take a file's own word to be what it should be. value: a function of the replica."""
    original = takeover._prepare

    def prepare(replica: Any, made: Any, live: Any, tables: Any) -> int:
        made.execute("UPDATE _snapshot SET v = ? WHERE k = ?", (value(replica), name))
        return original(replica, made, live, tables)

    return [(takeover, "_prepare", prepare)]


def snapshot_any_shape() -> list[Patch]:
    """A file of an older program is taken."""
    return _believed("shape", lambda replica: schema.fingerprint(replica.registry))


def snapshot_any_epoch() -> list[Patch]:
    """A file of an older timeline is taken."""
    return _believed("epoch", lambda replica: replica.facts()["server_epoch"])


def snapshot_unchecked() -> list[Patch]:
    """A file is unpacked whatever its hash."""
    original = Parcel.unpack

    def unpack(self: Parcel) -> Any:
        self._hash = _Fixed(self.offer.sha256)  # type: ignore[assignment]  # as much of a hash as is asked for
        return original(self)

    return [(Parcel, "unpack", unpack)]


class _Fixed:
    """Says what it is told to."""

    def __init__(self, text: str) -> None:
        self._text = text

    def hexdigest(self) -> str:
        """Say it."""
        return self._text


def part_of_another() -> list[Patch]:
    """A part is gone on with, whatever snapshot it is of."""
    original = Parcel.__init__

    def init(self: Parcel, replica: Any, offer: Any, *part_at: Any) -> None:
        found = sorted(replica.parent.glob(f"{replica.name}.*.part"))
        if found and found[-1].stat().st_size < offer.packed_bytes:
            found[-1].replace(replica.with_name(f"{replica.name}.{offer.sha256[:32]}.part"))
        original(self, replica, offer, *part_at)

    return [(Parcel, "__init__", init)]


def settle_out_of_order() -> list[Patch]:
    """A save is let go of though one before it, which the snapshot has already, still waits for its verdict."""
    return [(settling, "first_unanswered", lambda _: settling.AT_THE_END)]


VARIANTS = (
    snapshot_torn, snapshot_present_seq, snapshot_over_saves, snapshot_not_overlaid, snapshot_any_shape, snapshot_any_epoch,
    snapshot_unchecked, part_of_another, settle_out_of_order,
)  # fmt: skip
