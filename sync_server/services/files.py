"""Takes in the bytes of files and hands them out (PROTOCOL 17): resumable, by digest, to whom a row of the file is open."""

import threading
from collections.abc import Iterable, Iterator

from shared_models.errors import ErrorCode
from shared_models.transport import FilePlace
from sync_server.services import file_marks, file_sight
from sync_server.services.actor import Actor
from sync_server.services.central import Central
from sync_server.services.file_parts import FileParts, Overtaken, Part
from sync_server.services.file_sight import STORED
from sync_server.services.file_store import FileStore, StoreFailed
from sync_server.services.refusals import Refusal

WAIT_S = 30
"""After which a device comes back to a store that does not work now."""


class Files:
    """The files of one server."""

    def __init__(self, central: Central, store: FileStore, parts: FileParts) -> None:
        self.central, self.store, self.parts = central, store, parts
        self.turn = threading.RLock()
        """Held where bytes come into the store, and where they are cleared away: what is wanted again must not go meanwhile.

        Another process of the server holds its own. So whoever notes that the bytes are there looks once more whether they are,
        and whoever has cleared them away, whether somebody noted that they are there.
        """

    # -- for those who send --------------------------------------------------------------------------------------------

    def announce(self, actor: Actor, sha256: str, size: int) -> FilePlace:
        """Say how much of a file has come; all of it, where the sender has the file at the centre already.

        Raises Refusal R309 where he may send no such file, L404, P201 where its row names another size.
        """
        self._check(actor, sha256, size)
        with self.turn:
            if self._has(actor, sha256):
                file_marks.mark_stored(self.central, actor, sha256, size)
                if self._kept(sha256) is not None:
                    return FilePlace(size, is_whole=True)
                file_marks.mark_gone(self.central, [sha256], actor.user_id)
        part = self.parts.part(actor.user_id, sha256)
        turn = part.begin()
        if not size:
            part.make_empty()
        return self._place(actor, sha256, size, part, turn)

    def place(self, actor: Actor, sha256: str) -> FilePlace:
        """Say how much of a file has come. An earlier request that still sends has no say any more. Raises Refusal R309."""
        self._check(actor, sha256)
        if self._has(actor, sha256):
            return FilePlace(self._kept(sha256) or 0, is_whole=True)
        part = self.parts.part(actor.user_id, sha256)
        part.begin()
        return FilePlace(part.size)

    def upload(self, actor: Actor, sha256: str, size: int, offset: int) -> "Upload":
        """Begin to take what follows a place. Raises Refusal R309, L404, P201, P209."""
        self._check(actor, sha256, size)
        if offset < size and self._has(actor, sha256):
            raise _other_place(size)
        part = self.parts.part(actor.user_id, sha256)
        if part.size != offset:
            part.begin()
            raise _other_place(part.size)
        return Upload(self, actor, sha256, size, part, part.begin(), offset)

    def receive(self, actor: Actor, sha256: str, size: int, offset: int, pieces: Iterable[bytes]) -> FilePlace:
        """Take what follows a place. Raises what `upload` and its methods raise."""
        upload = self.upload(actor, sha256, size, offset)
        for piece in pieces:
            upload.take(piece)
        return upload.end()

    def _check(self, actor: Actor, sha256: str, size: int | None = None) -> None:
        """Raise Refusal R309 where somebody may send no such file, L404 for a large one, P201 where no row of his names its size."""
        found = file_sight.sendable(self.central, actor, sha256)
        if not found:
            raise Refusal(ErrorCode.R309, 404, "no such file")
        if size is not None and size > (most := self.central.biggest_file):
            raise Refusal(ErrorCode.L404, 413, f"more than {most} bytes")
        if size is not None and size not in {row.size for row in found}:
            raise Refusal(ErrorCode.P201, 422, "upload-length: not the size that the row names")

    def _has(self, actor: Actor, sha256: str) -> bool:
        """Whether the centre has the bytes and this person a row with them: he is told so of no other."""
        rows = file_sight.seen(self.central, actor, sha256)
        return any(row.state == STORED for row in rows) and self._kept(sha256) is not None

    def _kept(self, sha256: str) -> int | None:
        """Return how many bytes are kept under a digest. Raises Refusal S502."""
        try:
            return self.store.size_of(sha256)
        except StoreFailed as error:
            raise _later(error) from error

    def _place(self, actor: Actor, sha256: str, size: int, part: Part, turn: int) -> FilePlace:
        """Return where a part ends; one that is whole was not looked at before the server ended."""
        if part.size > size:  # begun for a row that named another size
            part.remove()
        if part.size < size:
            return FilePlace(part.size)
        return Upload(self, actor, sha256, size, part, turn, part.size).end()

    # -- for those who read ----------------------------------------------------------------------------------------------

    def read(self, actor: Actor, sha256: str, start: int) -> tuple[Iterator[bytes], int]:
        """Return the bytes from a place on, and how many there are in all.

        Raises Refusal R309 where no row in his view has them, P208 (416) for a place behind the end, S502.
        """
        is_open = any(row.state == STORED for row in file_sight.seen(self.central, actor, sha256))
        size = self._kept(sha256) if is_open else None
        if is_open and size is None:  # lost with a disk, or with a database that is newer than its files
            file_marks.mark_gone(self.central, [sha256], actor.user_id)
        if size is None:
            raise Refusal(ErrorCode.R309, 404, "no such file")
        if start > size or (start == size and size):
            raise Refusal(ErrorCode.P208, 416, f"it has {size} bytes")
        try:
            return self.store.read(sha256, start), size
        except StoreFailed as error:
            raise _later(error) from error


class Upload:
    """Bytes that are coming in now."""

    def __init__(self, files: Files, actor: Actor, sha256: str, size: int, part: Part, turn: int, offset: int) -> None:
        """Made by `Files.upload`."""
        self._files, self._actor, self._sha256, self._size = files, actor, sha256, size
        self._part, self._turn, self._offset = part, turn, offset

    def take(self, piece: bytes) -> None:
        """Write a piece. Raises Refusal P209 when a newer request goes on with the file, P201 for more than was said, S502."""
        if self._offset + len(piece) > self._size:
            raise Refusal(ErrorCode.P201, 422, "more bytes than the row names")
        try:
            self._offset = self._part.append(self._turn, self._offset, piece)
        except Overtaken as overtaken:
            raise _other_place(overtaken.expected) from None
        except OSError as error:
            raise Refusal(ErrorCode.S502, 503, "no room for the file", retry_after_s=WAIT_S) from error

    def end(self) -> FilePlace:
        """Look at what has come: the last byte makes the file whole, if it is the file. Raises Refusal P210, S502."""
        if self._offset < self._size:
            return FilePlace(self._offset)
        files = self._files
        try:
            is_it = self._part.digest() == self._sha256
        except FileNotFoundError:  # another request of the same sender made it whole meanwhile
            return files.place(self._actor, self._sha256)
        if not is_it:
            self._part.remove()
            files.parts.done(self._actor.user_id, self._sha256)
            raise Refusal(ErrorCode.P210, 422, "not the bytes of this digest")
        try:
            with files.turn:
                files.store.put(self._sha256, self._part.path)
                file_marks.mark_stored(files.central, self._actor, self._sha256, self._size)
                files.store.put(self._sha256, self._part.path)
        except StoreFailed as error:
            raise _later(error) from error
        self._part.remove()
        files.parts.done(self._actor.user_id, self._sha256)
        return FilePlace(self._size, is_whole=True)


def _later(error: StoreFailed) -> Refusal:
    return Refusal(ErrorCode.S502, 503, f"the store of files: {error}", retry_after_s=WAIT_S)


def _other_place(expected: int) -> Refusal:
    return Refusal(ErrorCode.P209, 409, f"expected {expected}", goes_on_at=expected)
