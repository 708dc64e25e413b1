"""The bytes of an attached file beside an encrypted replica: a small encrypted database, with a key that follows from the replica's.

It is SQLCipher's, as the replica is: each page has an HMAC of its own under the salt of its file, so whatever was cut off, flipped or put
in another place is refused. SQLCipher lets a page pass that is nothing but zeros, as one beyond the end of a file that was cut off; so
each piece has its SHA-256 before it, too.
"""

import errno
import hashlib
import hmac
import io
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from client.replica.content import PIECE, Growing, flush
from client.replica.driver import ERROR, PAGE_BYTES, Connect, Connection, Encrypted, translate
from shared_models.errors import ErrorCode, FileDamaged, FileGone, ReplicaDamaged, ReplicaFull

GATHER = 32 * 1024
"""Least bytes of a row of an encrypted content, but for the last one of a run: rows of 1,400 took half as much room again."""
FILES, NAMES = b"fieldfare: bytes of files", b"fieldfare: names of files"
"""What is derived from the replica's key, and for what: keys of one use tell nothing of those of another (RFC 5869)."""
SCHEMA = (
    "CREATE TABLE IF NOT EXISTS piece (start INTEGER PRIMARY KEY, sum BLOB NOT NULL, bytes BLOB NOT NULL) STRICT",
    "CREATE TABLE IF NOT EXISTS whole (name TEXT NOT NULL, size INTEGER NOT NULL) STRICT",
)
_PIECE_AT = "SELECT start, sum, bytes FROM piece WHERE start <= ? ORDER BY start DESC LIMIT 1"
_SIZE = "SELECT coalesce(max(start + length(bytes)), 0) FROM piece"


@dataclass(frozen=True)
class FileKeys:
    """What the files beside an encrypted replica are encrypted with, and what they are called. Both follow from its key."""

    connect: Connect
    names: bytes = field(repr=False)

    @classmethod
    def of(cls, key: bytes) -> "FileKeys":
        """Return those of a replica's key."""
        return cls(Encrypted(b"", _derived(key, FILES)), _derived(key, NAMES))

    def name_of(self, sha256: str) -> str:
        """Return what a digest is called on the disk: its own would tell whoever has the same file that it is here."""
        return hmac.digest(self.names, sha256.encode(), "sha256").hex()


def _derived(key: bytes, use: bytes) -> bytes:
    """Return a key for one use: HKDF-Expand of 32 bytes (RFC 5869, 2.3; a random key needs no extraction, 3.3)."""
    return hmac.digest(key, use + b"\x01", "sha256")


def _sum(piece: bytes) -> bytes:
    return hashlib.sha256(piece).digest()


@dataclass
class _SealedGrowing:
    """Gathers what comes in small pieces, as over a slow line: a row has room for pages, not for packets."""

    held: Connection
    kept: int
    _late: bytearray = field(default_factory=bytearray)

    @property
    def size(self) -> int:
        return self.kept + len(self._late)

    def write(self, piece: bytes) -> None:
        self._late += piece
        if len(self._late) >= GATHER:
            self.flush()

    def flush(self) -> None:
        piece, self._late = bytes(self._late), bytearray()
        if piece:
            with _told():
                self.held.execute("INSERT INTO piece VALUES (?, ?, ?)", (self.kept, _sum(piece), piece))
            self.kept += len(piece)


class SealedReader(io.RawIOBase):
    """Reads a sealed content from any place, a piece at a time; each page is proved when it is read."""

    def __init__(self, held: Connection, size: int) -> None:
        self._held, self._size = held, size
        self._at, self._start, self._piece = 0, 0, b""

    def readable(self) -> bool:
        """Whether it can be read."""
        return True

    def seekable(self) -> bool:
        """Whether it can be read from any place."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place; returns it."""
        self._at = max(0, offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence])
        return self._at

    def readinto(self, buffer: object) -> int:
        """Read what follows; returns how much. Raises FileDamaged."""
        into = memoryview(buffer).cast("B")  # type: ignore[arg-type]  # what `io` calls a writable buffer has no type before 3.12
        if not self._start <= self._at < self._start + len(self._piece):
            if self._at >= self._size:
                return 0
            self._start, self._piece = self._piece_at(self._at)
        begin = self._at - self._start
        part = self._piece[begin : begin + len(into)]
        into[: len(part)] = part
        self._at += len(part)
        return len(part)

    def _piece_at(self, place: int) -> tuple[int, bytes]:
        with _told():
            start, known, piece = self._held.execute(_PIECE_AT, (place,)).fetchone() or (0, b"", b"")
        if _sum(piece) != known or not start <= place < start + len(piece):
            raise FileDamaged(detail="a piece is not what it was")
        return start, piece

    def close(self) -> None:
        """Close it."""
        if not self.closed:
            self._held.close()
        super().close()


@dataclass(frozen=True)
class SealedContent:
    """A small encrypted database with a row for each piece, and, once it is whole, one with its name and size."""

    path: Path
    connect: Connect = field(repr=False)

    @property
    def plain_path(self) -> None:
        """Return none: its bytes tell nothing."""

    def open(self) -> IO[bytes]:
        """Open them for reading, and see to it that they are those of its name."""
        if not self.path.exists():
            raise FileGone(ErrorCode.D606, self.path.name)
        size = self.path.stat().st_size
        if not size or size % PAGE_BYTES:  # an empty one would be a new one for SQLite
            raise FileDamaged(detail="cut off")
        held = self._opened()
        try:
            with _told():
                held.execute("PRAGMA query_only = 1")
                [size] = held.execute(_SIZE).fetchone()
                whole = held.execute("SELECT name, size FROM whole").fetchall()
            if whole and whole != [(self.path.name, size)]:
                raise FileDamaged(detail="another file, or less of it")
        except BaseException:
            held.close()
            raise
        return io.BufferedReader(SealedReader(held, size), PIECE)

    @contextmanager
    def for_library(self) -> Iterator[IO[bytes]]:
        """Open them for a library that reads files by itself."""
        with self.open() as file:
            yield file

    @contextmanager
    def appending(self) -> Iterator[Growing]:
        """Open it for more bytes."""
        with suppress(FileExistsError):
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        try:
            held, size = self._begun()
        except FileDamaged:
            self.remove()
            held, size = self._begun()
        with closing(held):
            growing = _SealedGrowing(held, size)
            try:
                yield growing
            finally:
                growing.flush()
            with _told():
                held.execute("PRAGMA journal_mode = DELETE")  # removes the journal: the file may take another name

    def _begun(self) -> tuple[Connection, int]:
        held = self._opened()
        try:
            with _told():
                for pragma in (
                    "journal_mode = TRUNCATE",
                    "synchronous = OFF",
                    "temp_store = MEMORY",
                ):  # `finish` sees to the medium
                    held.execute(f"PRAGMA {pragma}")
                for table in SCHEMA:
                    held.execute(table)
                return held, held.execute(_SIZE).fetchone()[0]
        except BaseException:
            held.close()
            raise

    def finish(self, name: str) -> None:
        """Note what it is, and bring it onto the medium."""
        held, size = self._begun()
        with closing(held), _told():
            held.execute("DELETE FROM whole")
            held.execute("INSERT INTO whole VALUES (?, ?)", (name, size))
            held.execute("PRAGMA journal_mode = DELETE")
        flush(self.path)

    def remove(self) -> None:
        """Remove it, and what a kill left beside it."""
        for path in (self.path, self.path.with_name(f"{self.path.name}-journal")):
            path.unlink(missing_ok=True)

    def _opened(self) -> Connection:
        with _told():
            return self.connect(self.path)


@contextmanager
def _told() -> Iterator[None]:
    """Say of SQLite's failures what they mean for a file."""
    try:
        yield
    except ERROR as error:
        meaning = translate(error)
        if isinstance(meaning, ReplicaDamaged):
            raise FileDamaged(detail=type(error).__name__) from error
        if isinstance(meaning, ReplicaFull):
            raise meaning from error
        raise OSError(errno.EIO, str(error)) from error
