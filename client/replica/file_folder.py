"""The bytes of files on this device: a folder beside the replica, one file for each content, named by its SHA-256.

A name with a digest holds just these bytes, on the medium; what is on its way has another name. So whatever kills the program, a
file is whole or is not there. Beside an encrypted replica files are encrypted, under names that only its key leads to; what lies there
in plain from before (`sealing`) is found all the same until it is encrypted.
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

from client.replica.content import PIECE, Content, Growing, PlainContent
from client.replica.sealed_content import FileKeys, SealedContent
from shared_models.errors import (
    ErrorCode,
    FieldfareError,
    FileGone,
    FileTooLarge,
    FileTrouble,
    FileUnreadable,
    ReplicaFull,
)

SEALED = ".db"
"""How the names of encrypted files end."""
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

    content: Content
    sha256: str
    size: int


def folder_of(replica: Path) -> Path:
    """Return the folder of a replica's file."""
    return replica.with_name(f"{replica.name}.files")


def is_plain(path: Path) -> bool:
    """Whether something in such a folder is a file that lies there in plain."""
    return path.suffix not in (SEALED, f"{SEALED}-journal") and path.is_file()


@dataclass
class FileFolder:
    """The folder of one replica. Methods may be called from any thread; no two of them move one file at once."""

    path: Path
    keys: FileKeys | None = None
    """None beside a plain replica."""
    progress: dict[str, float] = field(default_factory=dict)
    """Digest -> how much of a file that is being sent or fetched now has gone, 0 to 1."""
    turn: RLock = field(default_factory=RLock, repr=False)
    """Held where a file gets its name and its line of the table, and where files are removed."""

    def file(self, sha256: str) -> Path:
        """Return where the bytes of a digest are kept."""
        return self.named(sha256, "")

    def part(self, sha256: str) -> Content:
        """Return what grows while a file is fetched."""
        return self.at(self.named(sha256, ".part"))

    def at(self, path: Path) -> Content:
        """Return what lies at a path, or will."""
        return PlainContent(path) if self.keys is None else SealedContent(path, self.keys.connect)

    def has(self, sha256: str) -> bool:
        """Whether the bytes are here."""
        return any(one.path.exists() for one in self._ways(sha256))

    def content(self, sha256: str) -> Content:
        """Return the bytes of a digest. Raises FileGone."""
        found = next((one for one in self._ways(sha256) if one.path.exists()), None)
        if found is None:
            raise FileGone(ErrorCode.D606, sha256)
        return found

    def named(self, sha256: str, kind: str) -> Path:
        """Return where something of a digest is kept. kind: empty for its bytes, `.part`, or `.thumb`."""
        if self.keys is None:
            return self._plain(sha256, kind)
        name = self.keys.name_of(sha256)
        return self.path / name[:2] / f"{name}{kind}{SEALED}"

    def _plain(self, sha256: str, kind: str) -> Path:
        return self.path / sha256[:2] / f"{sha256}{kind}"

    def _ways(self, sha256: str, kind: str = "") -> tuple[Content, ...]:
        """Return where something of a digest may lie: as this folder keeps it, and in plain from before."""
        plain = PlainContent(self._plain(sha256, kind))
        return (plain,) if self.keys is None else (self.at(self.named(sha256, kind)), plain)

    def make_room(self, size: int) -> None:
        """Make the folder, and see to it that a file fits. Raises ReplicaFull before a byte is written."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if shutil.disk_usage(self.path).free < size + SPARE_BYTES:
            raise ReplicaFull("no room for the file")

    def copy_in(self, source: Path, name: str, biggest: int, told: Told) -> Staged:
        """Copy a file in while it is hashed. name: of the copy, used once. biggest: bytes that may be taken.

        Raises FileUnreadable, FileTooLarge, ReplicaFull, AttachStopped; then nothing is left of it.
        """
        draft = self.draft(name)
        try:
            with source.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                if size > biggest:
                    raise FileTooLarge(ErrorCode.L404, f"{size} bytes")
                self.make_room(size)
                with draft.appending() as copy:
                    found = _copied(file, copy, biggest, told)
                draft.finish(self.file(found[0]).name)
                return Staged(draft, *found)
        except BaseException as error:
            with suppress(OSError):
                draft.remove()
            if isinstance(error, OSError):
                if error.errno in (errno.ENOSPC, errno.EDQUOT):
                    raise ReplicaFull(str(error)) from error
                raise FileUnreadable(ErrorCode.D605, type(error).__name__) from error
            raise

    def draft(self, name: str) -> Content:
        """Return what is written under a name of its own before it is kept."""
        return self.at(self.path / f"new-{name}{SEALED if self.keys else ''}")

    def keep(self, content: Content, sha256: str) -> None:
        """Give a whole file, which is on the medium (`Content.finish`), the name of its digest."""
        self.put(content, self.file(sha256))

    def put(self, content: Content, target: Path) -> None:
        """Give a file a name within the folder, on the medium."""
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        content.path.replace(target)
        _note_names(target.parent)

    def put_picture(self, sha256: str, picture: bytes) -> None:
        """Keep the small picture of a file; a disk that is full keeps none."""
        target = self.named(sha256, ".thumb")
        draft = self.draft(target.name.removesuffix(SEALED))
        with suppress(OSError, ReplicaFull, FileTrouble):
            draft.remove()
            with draft.appending() as growing:
                growing.write(picture)
            draft.finish(target.name)
            draft.path.replace(target)

    def picture_of(self, sha256: str) -> bytes | None:
        """Return the small picture of a file, if there is one."""
        try:
            with self.at(self.named(sha256, ".thumb")).open() as file:
                return file.read() or None
        except (OSError, FileTrouble):
            return None

    def remove(self, sha256: str) -> bool:
        """Remove all that there is of a digest. Returns False where a program has it open, and it is tried again."""
        try:
            for kind in ("", ".part", ".thumb"):
                for content in self._ways(sha256, kind):
                    content.remove()
        except OSError:
            return False
        self.progress.pop(sha256, None)
        return True

    def sweep(self, known: Collection[str]) -> int:
        """Remove what a killed program left: copies without a name, files and parts that the replica does not know. Returns how many.

        known: digests. Only while nobody attaches a file.
        """
        names = {*known} if self.keys is None else {*known, *map(self.keys.name_of, known)}
        count = 0
        for path in self.path.glob("new-*"):
            count += _gone(path)
        for path in self.path.glob("??/*"):
            if path.name.partition(".")[0] not in names or path.suffix == ".new":
                count += _gone(path)
        return count

    def forget_copies(self) -> None:
        """Remove the copies that other programs were given: they have the same bytes."""
        shutil.rmtree(self.path.parent / COPIES, ignore_errors=True)

    def clear(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.path, ignore_errors=True)
        self.progress.clear()


def _copied(file: IO[bytes], copy: Growing, biggest: int, told: Told) -> tuple[str, int]:
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
    return found.hexdigest(), size


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
