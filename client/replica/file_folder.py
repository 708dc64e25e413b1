"""The bytes of files on this device: a folder beside the replica, one file for each content, named by its SHA-256.

A name with a digest holds just these bytes, on the medium; what is on its way has another name. So whatever kills the program, a
file is whole or is not there.
"""

import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock
from typing import IO

from shared_models.errors import ErrorCode, FieldfareError, FileGone, FileTooLarge, FileUnreadable, ReplicaFull

PIECE = 256 * 1024
COPIES = "opened"
"""Folder beside the replica with copies for other programs (`client.usecases.document_desk`)."""
SPARE_BYTES = 20_000_000
"""Room that is left on the disk beside a file: the replica writes, too."""
Told = Callable[[int], bool]
"""Gets the bytes that are done so far; False stops it."""


class AttachStopped(FieldfareError):
    """Somebody stopped a copy; nothing of it is left."""


@dataclass(frozen=True)
class Staged:
    """A file that was copied in, on the medium, and has no row yet."""

    path: Path
    sha256: str
    size: int


@dataclass
class FileFolder:
    """The folder of one replica. Methods may be called from any thread; no two of them move one file at once."""

    path: Path
    progress: dict[str, float] = field(default_factory=dict)
    """Digest -> how much of a file that is being sent or fetched now has gone, 0 to 1."""
    turn: RLock = field(default_factory=RLock, repr=False)
    """Held where a file gets its name and its line of the table, and where files are removed."""

    def file(self, sha256: str) -> Path:
        """Return where the bytes of a digest are, if they are here."""
        return self.path / sha256[:2] / sha256

    def part(self, sha256: str) -> Path:
        """Return where a file that is being fetched grows."""
        return self.path / sha256[:2] / f"{sha256}.part"

    def picture(self, sha256: str) -> Path:
        """Return where the small picture of a file is, if there is one."""
        return self.path / sha256[:2] / f"{sha256}.thumb"

    def has(self, sha256: str) -> bool:
        """Whether the bytes are here."""
        return self.file(sha256).exists()

    def content(self, sha256: str) -> Path:
        """Return the file of a digest. Raises FileGone."""
        found = self.file(sha256)
        if not found.exists():
            raise FileGone(ErrorCode.D606, sha256)
        return found

    def make_room(self, size: int) -> None:
        """Make the folder, and see to it that a file fits. Raises ReplicaFull before a byte is written."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if shutil.disk_usage(self.path).free < size + SPARE_BYTES:
            raise ReplicaFull("no room for the file")

    def copy_in(self, source: Path, name: str, biggest: int, told: Told) -> Staged:
        """Copy a file in while it is hashed. name: of the copy, used once. biggest: bytes that may be taken.

        Raises FileUnreadable, FileTooLarge, ReplicaFull, AttachStopped; then nothing is left of it.
        """
        draft = self.path / f"new-{name}"
        try:
            with source.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                if size > biggest:
                    raise FileTooLarge(ErrorCode.L404, f"{size} bytes")
                self.make_room(size)
                with _written(draft) as copy:
                    return Staged(draft, *_copied(file, copy, biggest, told))
        except BaseException as error:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            if isinstance(error, OSError):
                if error.errno in (errno.ENOSPC, errno.EDQUOT):
                    raise ReplicaFull(str(error)) from error
                raise FileUnreadable(ErrorCode.D605, type(error).__name__) from error
            raise

    def keep(self, path: Path, sha256: str) -> None:
        """Give a whole file, which is on the medium, the name of its digest."""
        target = self.file(sha256)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.replace(target)
        _note_names(target.parent)

    def put_picture(self, sha256: str, picture: bytes) -> None:
        """Keep the small picture of a file; a disk that is full keeps none."""
        with suppress(OSError):
            draft = self.picture(sha256).with_suffix(".new")
            draft.write_bytes(picture)
            draft.replace(self.picture(sha256))

    def picture_of(self, sha256: str) -> bytes | None:
        """Return the small picture of a file, if there is one."""
        try:
            return self.picture(sha256).read_bytes() or None
        except OSError:
            return None

    def remove(self, sha256: str) -> bool:
        """Remove all that there is of a digest. Returns False where a program has it open, and it is tried again."""
        try:
            for path in (self.file(sha256), self.part(sha256), self.picture(sha256)):
                path.unlink(missing_ok=True)
        except OSError:
            return False
        self.progress.pop(sha256, None)
        return True

    def sweep(self, known: Collection[str]) -> int:
        """Remove what a killed program left: copies without a name, files and parts that the replica does not know. Returns how many.

        known: digests. Only while nobody attaches a file.
        """
        count = 0
        for path in self.path.glob("new-*"):
            count += _gone(path)
        for path in self.path.glob("??/*"):
            if path.name.partition(".")[0] not in known or path.suffix == ".new":
                count += _gone(path)
        return count

    def forget_copies(self) -> None:
        """Remove the copies that other programs were given: they have the same bytes."""
        shutil.rmtree(self.path.parent / COPIES, ignore_errors=True)

    def clear(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.path, ignore_errors=True)
        self.progress.clear()


def _copied(file: IO[bytes], copy: IO[bytes], biggest: int, told: Told) -> tuple[str, int]:
    """Copy and hash; returns the digest and the size."""
    found, size = hashlib.sha256(), 0
    while piece := file.read(PIECE):
        size += len(piece)
        if size > biggest:
            raise FileTooLarge(ErrorCode.L404, f"{size} bytes")
        copy.write(piece)
        found.update(piece)
        if not told(size):
            raise AttachStopped
    copy.flush()
    os.fsync(copy.fileno())
    return found.hexdigest(), size


def _written(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _note_names(folder: Path) -> None:
    """Bring the names of a folder onto the medium, where the system has a way."""
    with suppress(OSError, AttributeError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _gone(path: Path) -> int:
    with suppress(OSError):
        path.unlink()
        return 1
    return 0
