"""A snapshot on its way: the part that was fetched already, beside the replica, and how it is unpacked.

The name of the part has the hash of the whole in it, so what is there after a cut, a kill or a restart of the server is gone on
with, and is never taken for a part of something else.
"""

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from client.replica.connection import create_private
from client.replica.part import Part, PlainPart
from client.sync.unpacking import Arriving, encodings, unpacked
from shared_models.errors import ProtocolFault, ReplicaDamaged
from shared_models.snapshot import COLUMNS, SnapshotAnswer

FILES = {"zstd": "zstd", "gzip": "gzip"}
MAX_LINE_BYTES = 64_000_000
"""As of a pull's (`http_transport`): 5,000 rows of the longest notes stay below it."""
NAMED = 32
"""Digits of the hash in the name of a part."""


def packings(*, as_columns: bool = False) -> tuple[str, ...]:
    """Return what can be unpacked here: zstd where it is installed (desktops), gzip everywhere. as_columns: see `COLUMNS`."""
    found = encodings()
    return tuple(name for name, by in (COLUMNS if as_columns else FILES).items() if by in found)


class Parcel:
    """One snapshot being fetched to a file beside the replica."""

    def __init__(self, replica: Path, offer: SnapshotAnswer, part_at: Callable[[Path], Part] = PlainPart) -> None:
        """Go on with the part that is there, if any; parts of other snapshots are removed. part_at: how a part is kept."""
        self.offer = offer
        self._part = part_at(replica.with_name(f"{replica.name}.{offer.sha256[:NAMED]}.part"))
        self.unpacked = replica.with_name(f"{replica.name}.unpacked")
        sweep(replica, but=self._part.path)
        self._hash, self.got = hashlib.sha256(), 0
        try:
            for piece in self._part.pieces():
                self._hash.update(piece)
                self.got += len(piece)
        except ReplicaDamaged:
            self.forget()
        if self.got > offer.packed_bytes:
            self.forget()

    def take(self, pieces: Iterator[bytes]) -> Iterator[int]:
        """Append what comes; yields the bytes that are there after each piece. Raises ProtocolFault for too many."""
        with self._part.appending() as append:
            for piece in pieces:
                if self.got + len(piece) > self.offer.packed_bytes:
                    raise ProtocolFault(None, "a longer snapshot than was said")
                append(piece)
                self._hash.update(piece)
                self.got += len(piece)
                yield self.got

    @property
    def is_whole(self) -> bool:
        """Whether everything is there."""
        return self.got == self.offer.packed_bytes

    def unpack(self) -> Path:
        """Return the unpacked file. Raises ProtocolFault when the part is not what was said; it is thrown away then."""
        self.unpacked.unlink(missing_ok=True)
        create_private(self.unpacked)
        with self.unpacked.open("wb") as plain:
            for piece in self._pieces():
                plain.write(piece)
        return self.unpacked

    def lines(self) -> Iterator[bytes]:
        """Yield the lines of columns without their ends. Raises ProtocolFault as `unpack` does."""
        rest = b""
        for piece in self._pieces():
            *whole, rest = (rest + piece).split(b"\n")
            yield from whole
            if len(rest) > MAX_LINE_BYTES:
                self.forget()
                raise ProtocolFault(None, "a line without an end")

    def _pieces(self) -> Iterator[bytes]:
        """Yield what was sent, if it is what was said.

        Never more than one piece is in memory, and never more than was said is taken, whatever the file would unpack to.
        """
        if self._hash.hexdigest() != self.offer.sha256:
            self.forget()
            raise ProtocolFault(None, "a snapshot with another hash")
        size = 0
        try:
            packed = Arriving(self._part.pieces())
            for piece in unpacked(packed, COLUMNS.get(self.offer.packing, self.offer.packing)):
                size += len(piece)
                if size > self.offer.bytes:
                    raise ProtocolFault(None, "a larger snapshot than was said")
                yield piece
            if size < self.offer.bytes:
                raise ProtocolFault(None, "a smaller snapshot than was said")
        except ProtocolFault:
            self.forget()
            raise

    def forget(self) -> None:
        """Throw away what was fetched."""
        self._part.clear()
        self._hash, self.got = hashlib.sha256(), 0


def begun(replica: Path) -> str | None:
    """Return the hash, or its start, of the snapshot that a part is there of; the newest one."""
    found = sorted(replica.parent.glob(f"{replica.name}.*.part"), key=lambda path: path.stat().st_mtime)
    return found[-1].suffixes[-2].removeprefix(".") if found else None


def sweep(replica: Path, but: Path | None = None) -> None:
    """Remove parts and unpacked files beside a replica."""
    for path in (*replica.parent.glob(f"{replica.name}.*.part*"), *replica.parent.glob(f"{replica.name}.unpacked*")):
        if but is None or not path.name.startswith(but.name):
            with contextlib.suppress(OSError):  # held open by a scanner of the system: the next time
                path.unlink()
