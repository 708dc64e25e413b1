"""Where the part of a snapshot that was fetched already is kept: in a file as it came, or, beside an encrypted replica, encrypted."""

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from client.replica.connection import create_private, translated_errors
from client.replica.driver import Connect, Connection

PIECE = 128 * 1024
"""Most bytes that are read at a time of a file."""
Append = Callable[[bytes], object]


class Part(Protocol):
    """Bytes that only grow, or begin anew."""

    @property
    def path(self) -> Path:
        """Return its file."""
        ...

    def pieces(self) -> Iterator[bytes]:
        """Yield what is there. Raises ReplicaDamaged where it cannot be read."""
        ...

    def appending(self) -> AbstractContextManager[Append]:
        """Open it for more bytes; what was appended is there after a kill."""
        ...

    def clear(self) -> None:
        """Throw all of it away."""
        ...


@dataclass(frozen=True)
class PlainPart:
    """A file with the bytes as they came."""

    path: Path

    def pieces(self) -> Iterator[bytes]:
        """Yield what is there."""
        create_private(self.path)
        with self.path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece

    @contextmanager
    def appending(self) -> Iterator[Append]:
        """Open it for more bytes."""
        create_private(self.path)
        with self.path.open("ab", buffering=0) as file:
            yield file.write

    def clear(self) -> None:
        """Throw all of it away."""
        self.path.write_bytes(b"")


@dataclass(frozen=True)
class SealedPart:
    """A small encrypted database with a row for each piece. A power cut may damage it: then it is begun anew."""

    path: Path
    connect: Connect

    def pieces(self) -> Iterator[bytes]:
        """Yield what is there."""
        with self._opened() as held:
            for (piece,) in held.execute("SELECT bytes FROM piece ORDER BY n"):
                yield piece

    @contextmanager
    def appending(self) -> Iterator[Append]:
        """Open it for more bytes."""
        with self._opened() as held:
            yield lambda piece: held.execute("INSERT INTO piece (bytes) VALUES (?)", (piece,))

    def clear(self) -> None:
        """Throw all of it away."""
        for path in (self.path, self.path.with_name(f"{self.path.name}-journal")):
            with contextlib.suppress(FileNotFoundError):
                path.unlink()

    @contextmanager
    def _opened(self) -> Iterator[Connection]:
        create_private(self.path)
        with translated_errors(), closing(self.connect(self.path)) as held:
            for pragma in ("journal_mode = TRUNCATE", "synchronous = OFF", "temp_store = MEMORY"):  # it can be fetched again
                held.execute(f"PRAGMA {pragma}")
            held.execute("CREATE TABLE IF NOT EXISTS piece (n INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT")
            yield held
