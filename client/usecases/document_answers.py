"""What the use cases tell of the files of a company or contact. See `answers` for how values are given."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from client.usecases.answers import Label, RowState

FileState = Literal["waiting_to_send", "sending", "here", "not_here", "not_sent_yet", "fetching", "gone_wrong"]
"""Where the bytes of a file are.

here: on this device and at the centre. not_here: at the centre, to be fetched. not_sent_yet: neither, the device of whoever added
the file still has to send it. gone_wrong: sending or fetching failed, and `reason` says why.
"""
Told = Callable[[int], bool]
"""Is told how many bytes of a file are done; answers whether to go on."""


@dataclass(frozen=True)
class FileVersion:
    """One file as somebody added it. size: bytes."""

    id: str
    name: str
    mime: str = ""
    size: int = 0
    state: FileState = "here"
    progress: float = 0.0
    """Part of it that is sent or fetched, 0 to 1."""
    reason: str = ""
    """Value of `errors.ErrorCode` of what went wrong; its text is `error.<reason>`."""
    by: str = ""
    is_mine: bool = False
    at: int = 0
    thumbnail: bytes | None = None
    """A small JPEG or PNG picture; None where there is none."""


@dataclass(frozen=True)
class DocumentShown:
    """A file with all its versions. id: of its newest version, which the form, a new version and the archive take."""

    id: str
    heads: tuple[FileVersion, ...]
    """Versions that nobody has replaced, newest first; more than one where two people replaced the same file."""
    past: tuple[FileVersion, ...] = ()
    """Versions that were replaced, newest first."""
    kind: Label | str | None = None
    description: str = ""
    dot: RowState = "sent"
    """Of its name and description, not of its bytes."""
    denied: str = ""
    """Why the reader may not change it, a text key."""

    @property
    def newest(self) -> FileVersion:
        """Return the version that was added last."""
        return self.heads[0]

    @property
    def versions(self) -> tuple[FileVersion, ...]:
        """Return all versions, those in use first."""
        return (*self.heads, *self.past)


@dataclass(frozen=True)
class Preview:
    """A page of a file as a picture. image: PNG or JPEG; pages: how many there are, from 1."""

    image: bytes
    pages: int = 1


@dataclass(frozen=True)
class Download:
    """A file that a browser is to save. size: bytes."""

    size: int
    pieces: Callable[[], Iterator[bytes]]
    """Yields them. Raises FileGone, FileDamaged."""
    path: Path | None = None
    """The file itself, where it lies in plain."""

    @classmethod
    def of(cls, path: Path) -> "Download":
        """Return a small file that lies in plain."""
        return cls(path.stat().st_size, lambda: iter((path.read_bytes(),)), path)


@dataclass(frozen=True)
class FilesWaiting:
    """Files that have yet to be sent, and how much of them."""

    count: int = 0
    size_bytes: int = 0
