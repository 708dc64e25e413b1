"""What the use cases tell of the files of a company or contact."""

from dataclasses import dataclass
from typing import Literal

from client.usecases.answers import Label, RowState

FileState = Literal["waiting_to_send", "sending", "here", "not_here", "not_sent_yet", "fetching", "gone_wrong"]
"""here: on this device and at the centre. not_here: at the centre, can be fetched. waiting_to_send: here, and not at the centre yet.
not_sent_yet: neither here nor at the centre: the device of whoever added it still has to send it. gone_wrong: see `reason`."""


@dataclass(frozen=True)
class FileVersion:
    """One row: one content of a file."""

    id: str
    name: str
    mime: str
    size: int
    """Bytes."""
    state: FileState
    progress: float = 0.0
    """0 to 1, of sending and fetching."""
    reason: str = ""
    """Where it has gone wrong: a code, whose text is `error.<code>`; empty for the network."""
    by: str = ""
    """Name of who added it."""
    is_mine: bool = False
    at: int = 0
    """When it was added, microseconds since 1970 UTC."""
    thumbnail: bytes | None = None
    """A small JPEG."""


@dataclass(frozen=True)
class DocumentShown:
    """A file with its versions: all rows that come from one another."""

    id: str
    """Of the newest head: what is opened, described, replaced."""
    heads: tuple[FileVersion, ...]
    """What the file is now, newest first; more than one where two people replaced the same version."""
    past: tuple[FileVersion, ...] = ()
    """Replaced versions, newest first."""
    kind: Label | str | None = None
    description: str = ""
    dot: RowState = "sent"
    """Of the rows, not of the bytes."""
    denied: str = ""
    """Why the reader may not change it, a text key."""

    @property
    def head(self) -> FileVersion:
        """Return the newest of what the file is now."""
        return self.heads[0]

    @property
    def has_rivals(self) -> bool:
        """Whether two people replaced the same version."""
        return len(self.heads) > 1


@dataclass(frozen=True)
class FilesWaiting:
    """What still has to be sent."""

    count: int = 0
    size_bytes: int = 0
