"""Files on their way to the centre: a part for each sender and digest, which survives a cut and a restart of the server.

The place to go on from is the size of the part's file. The part of one sender is nobody else's: else it would tell that
somebody is sending the same file, and let him who has its last bytes alone finish it.
"""

import hashlib
import os
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

UNTOUCHED_S = 7 * 86_400
"""Seconds after which a part that nobody goes on with is removed."""


class Overtaken(Exception):
    """The place is not where the part ends: another request goes on with it."""

    def __init__(self, expected: int) -> None:
        """expected: bytes that are there."""
        super().__init__(expected)
        self.expected = expected


@dataclass
class Part:
    """One file of one sender. Only the request that came last may write to it (its turn)."""

    path: Path
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _turn: int = 0

    def begin(self) -> int:
        """Take the turn: bytes of an earlier request, whose connection was cut without the server knowing, count no more."""
        with self._lock:
            self._turn += 1
            return self._turn

    @property
    def size(self) -> int:
        """Bytes that have come."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def append(self, turn: int, offset: int, piece: bytes) -> int:
        """Write what follows a place; returns the new end. Raises Overtaken, OSError for a full disk."""
        with self._lock:
            if turn != self._turn or self.size != offset:
                raise Overtaken(self.size)
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self.path.open("ab", buffering=0) as file:
                written = 0
                while written < len(piece):
                    written += file.write(piece[written:]) or 0
            return offset + len(piece)

    def digest(self) -> str:
        """Return the SHA-256 of what has come, once it is on the medium."""
        with self._lock, self.path.open("r+b") as file:
            os.fsync(file.fileno())
            return hashlib.file_digest(file, "sha256").hexdigest()

    def make_empty(self) -> None:
        """Have a part of no bytes: an empty file is whole with it."""
        with self._lock:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path.touch(mode=0o600)

    def remove(self) -> None:
        """Throw it away."""
        with self._lock, suppress(FileNotFoundError):
            self.path.unlink()


class FileParts:
    """The parts of one server process."""

    def __init__(self, folder: Path) -> None:
        """folder: holds nothing else."""
        self._folder, self._lock = folder, threading.Lock()
        self._parts: dict[tuple[str, str], Part] = {}

    def part(self, user: str, sha256: str) -> Part:
        """Return the part of a sender, which may have no bytes yet."""
        with self._lock:
            name = f"{sha256}.{hashlib.sha256(user.encode()).hexdigest()[:16]}"
            return self._parts.setdefault((user, sha256), Part(self._folder / name))

    def done(self, user: str, sha256: str) -> None:
        """Forget a part that is whole, or was thrown away."""
        with self._lock:
            self._parts.pop((user, sha256), None)

    def sweep(self, now_s: float | None = None) -> int:
        """Remove the parts that nobody went on with for a week; returns how many. now_s: seconds since 1970, as files have them."""
        oldest, count = (time.time() if now_s is None else now_s) - UNTOUCHED_S, 0
        for path in self._folder.glob("*") if self._folder.is_dir() else ():
            with suppress(OSError):  # it was finished just now
                if path.stat().st_mtime < oldest:
                    path.unlink()
                    count += 1
        return count
