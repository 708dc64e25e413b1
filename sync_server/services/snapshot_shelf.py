"""The folder in which a server process keeps its snapshots: what is there, what is of use, what is to be removed.

A snapshot is a file in a folder of its own, and beside it a line of JSON that says what it is. Not a table: the files belong to
one process's folder, so a central database that came back from a backup names none that is not there, and an emptied folder
is simply filled again. The JSON is renamed into place last: without it a file is litter of a build that died.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shared_models.snapshot import SnapshotAnswer
from sync_server.db import timeline

KEPT = 2
"""Files of one kind that are kept: a device that is fetching the one before ends with it."""
PIECE = 256 * 1024


@dataclass(frozen=True)
class SnapshotKind:
    """What makes two snapshots interchangeable: who sees the same, in which shape, packed how."""

    scope: str
    packing: str
    key: str
    """The start of its files' names."""

    @classmethod
    def of(cls, scope: str, packing: str, schema_version: int, shape: str) -> "SnapshotKind":
        """Return the kind of a scope set."""
        named = f"{scope}\x1f{schema_version}\x1f{shape}"
        return cls(scope, packing, f"{hashlib.sha256(named.encode()).hexdigest()[:16]}-{packing}")


class SnapshotShelf:
    """The files of one process."""

    def __init__(self, folder: Path) -> None:
        """folder: holds nothing else."""
        self.folder = folder

    def listed(self, kind: SnapshotKind) -> list[SnapshotAnswer]:
        """Return what is there of a kind, newest first."""
        found = [_read(path) for path in self.folder.glob(f"{kind.key}-*.json")]
        return sorted((one for one in found if one is not None), key=lambda one: one.at_seq, reverse=True)

    def fit(self, kind: SnapshotKind, now: timeline.Clock) -> list[SnapshotAnswer]:
        """Return those of this timeline, newest first."""
        return [one for one in self.listed(kind) if is_of(one, now)]

    def sweep_foreign(self, now: timeline.Clock) -> None:
        """Remove those of another timeline, of every kind.

        Also those of this epoch that are ahead of it: the database is a copy of an older day, and will reach that number again
        with other records.
        """
        for path in self.folder.glob("*.json"):
            told = _read(path)
            if told is not None and not is_of(told, now):
                for one in (path, path.with_suffix(".db")):
                    one.unlink(missing_ok=True)

    def opened(self, found: SnapshotAnswer, start: int) -> Iterator[bytes] | None:
        """Return the bytes of a snapshot from a place on; None when the file is gone."""
        path = self.folder / f"{found.name}.db"
        return _pieces(path, start) if path.exists() else None

    def sweep(self, kind: SnapshotKind, now: timeline.Clock) -> None:
        """Remove older snapshots of a kind, those of another timeline, and what dead builds left."""
        kept = {one.name for one in self.fit(kind, now)[:KEPT]}
        for path in self.folder.glob(f"{kind.key}-*"):
            if path.name.partition(".")[0] not in kept:
                path.unlink(missing_ok=True)


def is_of(snapshot: SnapshotAnswer, now: timeline.Clock) -> bool:
    """Whether a snapshot belongs to the timeline that a clock stands for."""
    return snapshot.epoch == now.epoch and snapshot.at_seq <= now.seq


def _read(path: Path) -> SnapshotAnswer | None:
    try:
        return SnapshotAnswer.model_validate_json(path.read_bytes())
    except (OSError, ValueError):  # swept away just now, or half a file after a power cut
        return None


def _pieces(path: Path, start: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while piece := file.read(PIECE):
            yield piece
