"""How files come from the person's machine, and get there: ports of a window, and what is picked in it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from client.usecases.document_answers import Download
from shared_models.errors import FieldfareError

Received = Callable[[int], None]
"""Is told how many bytes have come so far."""


class NotReceived(FieldfareError):
    """A file did not come whole from the browser. Try again; nothing was added."""


class Slot(Protocol):
    """A place for one file that a browser uploads."""

    url: str
    """Where the browser sends it to, once."""

    async def taken(self, received: Received) -> Path:
        """Wait until the whole file has come. Raises NotReceived when it does not, or has another size than it was said to have."""
        ...

    def fail(self) -> None:
        """Note that the browser cannot send it."""
        ...

    def close(self) -> None:
        """Take no more; what came is deleted."""
        ...


class Exchange(Protocol):
    """Carries files between a browser and this program. who: the address of the window, so that nobody else takes what is its own."""

    def slot(self, who: str, size_bytes: int) -> Slot:
        """Return a place for a file of that size."""
        ...

    def offer(self, who: str, content: Download, name: str) -> str:
        """Return an address from which the browser saves a file under a name, for some minutes."""
        ...


class Source(Protocol):
    """A file that was picked and is on its way to this program. size: bytes."""

    name: str
    size: int
    is_temporary: bool
    """Whether what `take` returns belongs to this program."""

    async def take(self, received: Received) -> Path:
        """Return where it can be read. Raises FieldfareError."""
        ...

    def close(self) -> None:
        """End what still runs; what came and is not needed any more is deleted."""
        ...


@dataclass
class LocalFile:
    """A file on this machine."""

    name: str
    size: int
    path: Path
    is_temporary: bool = False

    async def take(self, received: Received) -> Path:
        """Return where it is."""
        return self.path

    def close(self) -> None:
        """Leave it as it is: it belongs to the person."""
