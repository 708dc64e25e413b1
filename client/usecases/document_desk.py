"""The screens' files (`client.ui.facade_documents.Documents`), answered by the use cases on a thread."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from client.platform import open_file, previews
from client.replica.file_folder import COPIES
from client.replica.replica import Replica
from client.usecases import documents
from client.usecases.answers import Owner, Saved
from client.usecases.document_answers import DocumentShown, Download, Preview, Told
from client.usecases.list_answers import Page
from client.usecases.rights_desk import WithWords


@dataclass
class DocumentDesk:
    """Files over one replica. folder: where copies for other programs lie."""

    replica: Replica
    with_words: WithWords
    now_ms: Callable[[], int]
    folder: Path

    async def page(self, owner: Owner, after: str | None = None) -> Page[DocumentShown]:
        """Return a page of the files of a record."""
        return await asyncio.to_thread(documents.page, self.replica, owner, after)

    async def find(self, id: str) -> DocumentShown | None:
        """Return a file by the id of any of its versions."""
        return await asyncio.to_thread(documents.find, self.replica, id)

    async def biggest(self) -> int:
        """Return how many bytes a file may have."""
        return await asyncio.to_thread(documents.biggest, self.replica)

    async def attach(self, owner: Owner, source: Path, name: str, told: Told, *, move: bool) -> Saved | None:
        """Add a file to a record; None when `told` did not want to go on."""

        def save(say: documents.Say) -> Saved | None:
            try:
                return documents.attach(self.replica, say, self.now_ms(), owner, source, name, told, move=move)
            except documents.AttachStopped:
                return None

        return await self.with_words(save)

    async def replace(self, id: str, source: Path, name: str, told: Told, *, move: bool) -> Saved | None:
        """Add a version that takes the place of another one, likewise."""

        def save(say: documents.Say) -> Saved | None:
            try:
                return documents.replace(self.replica, say, self.now_ms(), id, source, name, told, move=move)
            except documents.AttachStopped:
                return None

        return await self.with_words(save)

    async def fetch(self, id: str) -> None:
        """Fetch a file next."""
        await asyncio.to_thread(documents.fetch, self.replica, id)

    async def stop(self, id: str) -> None:
        """Fetch a file no more."""
        await asyncio.to_thread(documents.stop_fetching, self.replica, id)

    async def again(self, id: str) -> None:
        """Try again at once to send or fetch a file that could not be."""
        await asyncio.to_thread(documents.again, self.replica, id)

    async def keep(self, id: str) -> Saved:
        """Keep one of several versions."""
        return await self.with_words(lambda say: documents.keep(self.replica, say, id))

    async def archive(self, id: str) -> Saved:
        """Archive a file with all of its versions."""
        return await self.with_words(lambda say: documents.put_away(self.replica, say, id))

    async def preview(self, id: str, number: int = 0) -> Preview | None:
        """Return a page of a file that is here as a picture."""
        return await asyncio.to_thread(self._preview, id, number)

    def _preview(self, id: str, number: int) -> Preview | None:
        mime = (self.replica.get("document", id) or {}).get("mime", "")
        with documents.reading(self.replica, id) as content, content.for_library() as source:
            found = previews.page_picture(source, mime, number)
        return Preview(*found) if found is not None else None

    async def download(self, id: str) -> Download:
        """Return a file for a browser to save. Raises FileGone."""
        return await asyncio.to_thread(self._download, id)

    def _download(self, id: str) -> Download:
        with documents.reading(self.replica, id) as content:
            size = (self.replica.get("document", id) or {}).get("size", 0)
            return Download(size, lambda: documents.read_pieces(self.replica, id), content.plain_path)

    async def copy(self, id: str) -> Path:
        """Return a copy of a file under its own name. Raises FileGone."""
        return await asyncio.to_thread(self._copy, id)

    def _copy(self, id: str) -> Path:
        name = (self.replica.get("document", id) or {}).get("name", "")
        return open_file.copy_under(self.folder / COPIES, documents.read_pieces(self.replica, id), name)

    async def open(self, id: str) -> None:
        """Open a copy of a file with the program that this machine has for it. Raises FileGone, CannotOpen, WouldRun."""
        await asyncio.to_thread(lambda: open_file.open_file(self._copy(id)))
