"""The way of one device to the server on which the bytes of files go, too: it cuts them anywhere, changes some, and repeats old ones."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from shared_models.errors import ErrorCode, NeedsSignIn, SyncError, Unreachable
from shared_models.transport import FilePlace
from tests.simulation.network import Network, T

KEPT_PIECES = 4
"""Pieces of a device that may still be under way when later ones have arrived."""
PIECE = 8_000
"""Bytes that arrive at a time of what is fetched."""
OPEN_TO_THE_LOST = ("hello", "push", "file", "file piece")
"""What a device may ask that is to be wiped (PROTOCOL 9.10)."""
Sent = tuple[str, int, int, bytes]
"""Digest, size of the file, place, and what follows it."""


@dataclass
class FileWay(Network):
    """A `FileTransport` as well."""

    steps: Callable[[], None] = lambda: None
    """Counts what the device's program does here, which may be the last that it does."""
    is_bent: bool = False
    """Whether bytes of files may have come to the device that nobody has sent."""
    sent_bent: bool = False
    """The same of those that came to the server."""
    to_bend: int = 0
    """So many of the next pieces, either way, have another byte."""
    is_lost: bool = False
    """The device is to be wiped."""
    old_pieces: list[Sent] = field(default_factory=list)

    def announce_file(self, sha256: str, size: int) -> FilePlace:
        """Pass on."""
        self.steps()
        return self._through("file", lambda: self.inner.announce_file(sha256, size))

    def send_file(self, sha256: str, size: int, offset: int, piece: bytes) -> FilePlace:
        """Pass on, sometimes a part of it, or twice, or after an old piece; the person saves something meanwhile."""
        self.steps()
        self._happens("file")
        if self.old_pieces and self._by_chance(0.05):
            self._deliver(*self.random.choice(self.old_pieces))
        bent = self._bent(piece)
        self.sent_bent |= bent != piece
        self.old_pieces = [*self.old_pieces[1 - KEPT_PIECES :], (sha256, size, offset, bent)]
        if "file end" in self.lost or self._by_chance(0.2):
            self._deliver(sha256, size, offset, bent[: self.random.randrange(len(bent) + 1)])
            raise Unreachable(None, "the piece was cut")
        if self._by_chance(0.05):
            self._deliver(sha256, size, offset, bent)
        return self._through("file piece", lambda: self.inner.send_file(sha256, size, offset, bent))

    def file_bytes(self, sha256: str, start: int) -> Iterator[bytes]:
        """Pass on in pieces; it may break off at any byte."""
        self.steps()
        whole = self._through("file", lambda: b"".join(self.inner.file_bytes(sha256, start)))
        self._happens("file")
        came = self._bent(whole)
        self.is_bent |= came != whole
        is_cut = bool(came) and ("file end" in self.lost or self._by_chance(0.25))
        return self._pieces(came[: self.random.randrange(len(came))] if is_cut else came, is_cut=is_cut)

    def _through(self, what: str, call: Callable[[], T]) -> T:
        if self.is_lost and what not in OPEN_TO_THE_LOST:
            raise NeedsSignIn(ErrorCode.A107, "the device is to be wiped")
        return super()._through(what, call)

    def _pieces(self, whole: bytes, *, is_cut: bool) -> Iterator[bytes]:
        for place in range(0, len(whole), PIECE):
            self.steps()
            yield whole[place : place + PIECE]
        if is_cut:
            raise Unreachable(None, "the file was cut")

    def _deliver(self, sha256: str, size: int, offset: int, piece: bytes) -> None:
        """Let a piece arrive for whose answer nobody waits."""
        with suppress(SyncError):
            self.inner.send_file(sha256, size, offset, piece)

    def _bent(self, piece: bytes) -> bytes:
        if not piece or not (self.to_bend or self._by_chance(0.02)):
            return piece
        self.to_bend -= bool(self.to_bend)
        place = self.random.randrange(len(piece))
        return piece[:place] + bytes((piece[place] ^ 1,)) + piece[place + 1 :]
