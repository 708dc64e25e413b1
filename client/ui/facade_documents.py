"""The port of the screens for files: of what they are told and what they may do with them."""

from pathlib import Path
from typing import Protocol

from client.usecases.answers import Owner, Saved
from client.usecases.document_answers import DocumentShown, Download, Preview, Told
from client.usecases.list_answers import Page


class Documents(Protocol):
    """The files of companies and contacts. What is on the device is told at once; nothing waits for the network."""

    async def page(self, owner: Owner, after: str | None = None) -> Page[DocumentShown]:
        """Return a page of the files of a record, the newest first."""
        ...

    async def find(self, id: str) -> DocumentShown | None:
        """Return a file by the id of any of its versions; None for one that is not here."""
        ...

    async def biggest(self) -> int:
        """Return how many bytes a file may have."""
        ...

    async def attach(self, owner: Owner, source: Path, name: str, told: Told, *, move: bool) -> Saved | None:
        """Add a file to a record; None when `told` did not want to go on. move: the source is not needed any more.

        Raises FieldfareError for one that is too big or cannot be read, and where the disk is full; then nothing was added.
        """
        ...

    async def replace(self, id: str, source: Path, name: str, told: Told, *, move: bool) -> Saved | None:
        """Add a version that takes the place of another one, likewise."""
        ...

    async def fetch(self, id: str) -> None:
        """Fetch a file next."""
        ...

    async def stop(self, id: str) -> None:
        """Fetch a file no more; what came of it is kept for the next time."""
        ...

    async def again(self, id: str) -> None:
        """Try again at once to send or fetch a file that could not be."""
        ...

    async def keep(self, id: str) -> Saved:
        """Keep one of several versions: the others are archived, in one save."""
        ...

    async def archive(self, id: str) -> Saved:
        """Archive a file with all of its versions, in one save."""
        ...

    async def preview(self, id: str, number: int = 0) -> Preview | None:
        """Return a page of a file that is here as a picture, by its number from 0; None where none can be made."""
        ...

    async def download(self, id: str) -> Download:
        """Return a file that is here for a browser to save. Raises FileGone when it is not."""
        ...

    async def copy(self, id: str) -> Path:
        """Return a copy of a file under its own name, for another program. Raises FileGone when it is not here."""
        ...

    async def open(self, id: str) -> None:
        """Open a copy of a file with the program that this machine has for it. Raises FieldfareError where that cannot be."""
        ...
