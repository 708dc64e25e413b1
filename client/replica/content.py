"""Where the bytes of one attached file lie: here in a file as they are, or, beside an encrypted replica, as in `sealed_content`.

Either grows piece by piece, and what was written before is there after a kill.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from shared_models.errors import ErrorCode, FileGone

PIECE = 256 * 1024
"""Most bytes that are read or copied at a time."""


class Growing(Protocol):
    """A content that is being written."""

    @property
    def size(self) -> int:
        """Return how many bytes are there."""
        ...

    def write(self, piece: bytes) -> None:
        """Append some. Raises OSError, ReplicaFull."""
        ...


class Content(Protocol):
    """The bytes of one file."""

    @property
    def path(self) -> Path:
        """Return the file that they lie in."""
        ...

    @property
    def plain_path(self) -> Path | None:
        """Return the file, where its bytes are those of the content."""
        ...

    def open(self) -> IO[bytes]:
        """Open them for reading from any place. Raises FileGone; FileDamaged here or while they are read."""
        ...

    def for_library(self) -> AbstractContextManager[Path | IO[bytes]]:
        """Open them for a library that reads files by itself: the file, or a stream where that would tell it nothing."""
        ...

    def appending(self) -> AbstractContextManager[Growing]:
        """Open them for more bytes, making the file. What was appended is there afterwards, and, but for the last 32 KiB, after a kill.

        What is damaged begins anew.
        """
        ...

    def finish(self, name: str) -> None:
        """Bring them onto the medium, whole: they take that name next."""
        ...

    def remove(self) -> None:
        """Remove all that there is. Raises OSError where a program has it open."""
        ...


def pieces(content: Content) -> Iterator[bytes]:
    """Yield the bytes. Raises FileGone, FileDamaged, OSError."""
    with content.open() as file:
        while piece := file.read(PIECE):
            yield piece


def digest(content: Content) -> str:
    """Return the SHA-256 in hex. Raises as `pieces`."""
    found = hashlib.sha256()
    for piece in pieces(content):
        found.update(piece)
    return found.hexdigest()


# -- in plain ------------------------------------------------------------------------------------------------------------


@dataclass
class _PlainGrowing:
    file: IO[bytes]

    @property
    def size(self) -> int:
        return self.file.tell()

    def write(self, piece: bytes) -> None:
        self.file.write(piece)


@dataclass(frozen=True)
class PlainContent:
    """A file with the bytes as they are."""

    path: Path

    @property
    def plain_path(self) -> Path:
        """Return the file."""
        return self.path

    def open(self) -> IO[bytes]:
        """Open them for reading."""
        try:
            return self.path.open("rb")
        except FileNotFoundError as error:
            raise FileGone(ErrorCode.D606, self.path.name) from error

    @contextmanager
    def for_library(self) -> Iterator[Path]:
        """Return the file itself."""
        yield self.path

    @contextmanager
    def appending(self) -> Iterator[Growing]:
        """Open it for more bytes."""
        with os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
            yield _PlainGrowing(file)

    def finish(self, name: str) -> None:
        """Bring it onto the medium."""
        flush(self.path)

    def remove(self) -> None:
        """Remove it."""
        self.path.unlink(missing_ok=True)


def flush(path: Path) -> None:
    """Bring a file onto the medium."""
    with path.open("r+b") as file:
        os.fsync(file.fileno())
