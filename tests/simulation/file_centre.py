"""Where the centre of a simulated organisation keeps the bytes of files: the product's own store and parts on real folders, whose
files are as old as the virtual clock says, and whose server may die at any step."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from obstore.store import LocalStore

from sync_server.services.central import Central
from sync_server.services.file_parts import FileParts, Part
from sync_server.services.file_store import ObjectFiles
from sync_server.services.files import Files
from tests.simulation.network import ServerLife


class VirtualStore(ObjectFiles):
    """A folder of whole files."""

    def __init__(self, folder: Path, now_us: Callable[[], int], life: ServerLife) -> None:
        """now_us: of the virtual clock. life: of the server that writes there."""
        folder.mkdir(exist_ok=True)
        super().__init__(LocalStore(folder), folder)
        self.folder, self._now_us, self._life = folder, now_us, life
        self._others: tuple[str, Callable[[], object]] | None = None

    def size_of(self, sha256: str) -> int | None:
        """Look at the folder itself: it is asked so often that each wait for the threads of the library would count."""
        path = self.folder / sha256[:2] / sha256
        return path.stat().st_size if path.exists() else None

    @contextmanager
    def beside(self, others: Callable[[], object] | None, moment: str = "remove") -> Iterator[None]:
        """Let others do something once in the block. moment: `remove`, before bytes go, or `put`, after they came."""
        self._others = None if others is None else (moment, others)
        try:
            yield
        finally:
            self._others = None

    def put(self, sha256: str, source: Path) -> None:
        """Keep the bytes of a file, since now."""
        self._life.pass_by()
        is_new = self.size_of(sha256) is None
        super().put(sha256, source)
        if is_new:
            at = self._now_us() / 1e6
            os.utime(self.folder / sha256[:2] / sha256, (at, at))
        self._happens("put")
        self._life.pass_by()

    def remove(self, sha256: str) -> None:
        """Let go of some bytes."""
        self._life.pass_by()
        self._happens("remove")
        super().remove(sha256)
        self._life.pass_by()

    def _happens(self, moment: str) -> None:
        if self._others is not None and self._others[0] == moment:
            (_, others), self._others = self._others, None
            others()

    def whole(self) -> dict[str, Path]:
        """Return digest -> file."""
        return {path.name: path for path in self.folder.glob("??/*")}


class VirtualParts(FileParts):
    """The files that are on their way, each as old as the last request about it."""

    def __init__(self, folder: Path, now_us: Callable[[], int], asked: dict[Path, float]) -> None:
        """asked: path -> when it was asked about last, seconds since 1970; it outlives the process."""
        super().__init__(folder)
        self.folder, self._now_us, self._asked = folder, now_us, asked

    def part(self, user: str, sha256: str) -> Part:
        """Return the part of a sender."""
        found = super().part(user, sha256)
        self._asked[found.path] = self._now_us() / 1e6
        return found

    def sweep(self, now_s: float | None = None) -> int:
        """Remove what nobody went on with."""
        for path, at in self._asked.items():
            if path.exists():
                os.utime(path, (at, at))
        return super().sweep(self._now_us() / 1e6 if now_s is None else now_s)


@dataclass
class FileCentre:
    """The files of one server process. uploads: its own folder, where the store is one for all."""

    central: Central
    folder: Path
    uploads: Path
    life: ServerLife
    files: Files = field(init=False)
    store: VirtualStore = field(init=False)
    _asked: dict[Path, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the folders."""
        self.store = VirtualStore(self.folder, self.central.now_us, self.life)
        self.begin(self.central)

    def begin(self, central: Central) -> None:
        """Begin as another process on the same folders: it remembers nothing."""
        self.central = central
        self.files = Files(central, self.store, VirtualParts(self.uploads, central.now_us, self._asked))

    def parts(self) -> dict[str, Path]:
        """Return name -> what has come of a file; the name begins with its digest."""
        return {path.name: path for path in self.uploads.glob("*")}
