"""The folder in which a server process keeps its snapshots: what is there, what is of use, what is to be removed.

A snapshot is a file in a folder of its own, and beside it a line of JSON that says what it is. Not a table: the files belong to
one process's folder, so a central database that came back from a backup names none that is not there, and an emptied folder
is simply filled again. The JSON is renamed into place last: without it a file is litter of a build that died.
"""

import hashlib
import os
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import structlog

from shared_models.snapshot import SnapshotAnswer
from sync_server.db import timeline

KEPT = 2
"""Files of one kind that are kept: a device that is fetching the one before ends with it."""
UNASKED_US = 7 * 86_400_000_000
"""How long the files of a kind are kept that no device asks for."""
PIECE = 256 * 1024


@dataclass(frozen=True)
class SnapshotKind:
    """What makes two snapshots interchangeable: who sees the same, in which shape, packed how."""

    scope: str
    packing: str
    key: str
    """The start of its files' names."""

    @classmethod
    def of(cls, scope: str, packing: str, program: str) -> "SnapshotKind":
        """Return the kind of a scope set; program: see `program_of`."""
        return cls(scope, packing, f"{program}{hashlib.sha256(scope.encode()).hexdigest()[:16]}-{packing}")


def program_of(schema_version: int, shape: str) -> str:
    """Return how the names begin of all files that this version of the program makes and hands out."""
    return hashlib.sha256(f"{schema_version}\x1f{shape}".encode()).hexdigest()[:8]


class SnapshotShelf:
    """The files of one process. A file's time of change says when a device last asked for its kind."""

    def __init__(self, folder: Path, now_us: Callable[[], int]) -> None:
        """folder: holds nothing else. now_us: microseconds since 1970 UTC."""
        self.folder, self._now_us = folder, now_us

    def fit(self, kind: SnapshotKind, now: timeline.Clock) -> list[SnapshotAnswer]:
        """Return those of a kind and of this timeline whose bytes are there, newest first."""
        found = [_read(path) for path in self.folder.glob(f"{kind.key}-*.json")]
        fitting = [one for one in found if one is not None and _is_of(one, now) and self._bytes_of(one).exists()]
        return sorted(fitting, key=lambda one: one.at_seq, reverse=True)

    def opened(self, found: SnapshotAnswer, start: int) -> Iterator[bytes]:
        """Return the bytes of a snapshot from a place on."""
        return _pieces(self._bytes_of(found), start)

    def note_asked(self, found: SnapshotAnswer) -> None:
        """Note that a device was given this one just now."""
        at = self._now_us() / 1e6
        try:
            os.utime(self.folder / f"{found.name}.json", (at, at))
        except OSError as error:
            structlog.get_logger().warning("snapshot not marked as asked for", name=found.name, kind=type(error).__name__)

    def sweep(self, now: timeline.Clock, program: str, *, busy: Collection[str], lasting: Collection[str]) -> None:
        """Remove what is of no use: of another timeline, of another program, old, not asked for, and what dead builds left.

        Also those of this epoch that are ahead of it: the database is a copy of an older day, and will reach that number again
        with other records. A file that cannot be removed now is left for the next sweep.
        busy: keys of kinds that are being built; theirs is left alone. lasting: keys of kinds that are kept unasked.
        """
        kept = self._kept(now, program, lasting)
        # The line of JSON first: bytes without it are litter, and it without bytes would be a promise.
        for path in sorted(self.folder.glob("*"), key=lambda path: path.suffix != ".json"):
            if path.name.partition(".")[0] not in kept and _key(path) not in busy:
                remove(path)

    def _kept(self, now: timeline.Clock, program: str, lasting: Collection[str]) -> set[str]:
        by_key: dict[str, list[SnapshotAnswer]] = {}
        asked_at: dict[str, float] = {}
        for path in self.folder.glob(f"{program}*.json"):
            told, key = _read(path), _key(path)
            if told is not None and _is_of(told, now):
                by_key.setdefault(key, []).append(told)
                asked_at[key] = max(asked_at.get(key, 0), _changed_us(path))
        oldest = self._now_us() - UNASKED_US
        return {
            str(one.name)
            for key, found in by_key.items()
            if key in lasting or asked_at[key] >= oldest
            for one in sorted(found, key=lambda one: one.at_seq, reverse=True)[:KEPT]
        }

    def _bytes_of(self, found: SnapshotAnswer) -> Path:
        return self.folder / f"{found.name}.db"


def remove(path: Path) -> None:
    """Remove a file, if it is there and can be removed; else it is noted and stays for the next sweep."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:  # in use (Windows), or not ours to remove
        structlog.get_logger().warning("snapshot file stays", name=path.name, kind=type(error).__name__)


def _is_of(snapshot: SnapshotAnswer, now: timeline.Clock) -> bool:
    """Whether a snapshot belongs to the timeline that a clock stands for."""
    return snapshot.epoch == now.epoch and snapshot.at_seq <= now.seq


def _key(path: Path) -> str:
    return "-".join(path.name.split("-")[:2])


def _changed_us(path: Path) -> float:
    try:
        return path.stat().st_mtime * 1e6
    except OSError:
        return 0


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
