"""The folder of a device's files as a disk has it: what a killed program leaves there, and what is left when the power goes (trap 22).

A program that is killed tidies nothing: so the folder is put aside at that very moment, and comes back with the next start.
What was not brought onto the medium may be lost with the power: bytes behind those of the last fsync of a file, and names in a
folder behind those of its own.
"""

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import FileDescriptorLike

Node = tuple[int, int]
"""Device and number of a file or folder."""


@dataclass
class Medium:
    """What was brought onto the medium. One for all devices of a run: a file is known by its number."""

    sizes: dict[Node, int] = field(default_factory=dict)
    """File -> bytes that are safe."""
    names: dict[Node, frozenset[str]] = field(default_factory=dict)
    """Folder -> names that are safe."""

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Take in every fsync of the block."""
        original = os.fsync

        def fsync(fd: "FileDescriptorLike") -> None:
            number = fd if isinstance(fd, int) else fd.fileno()
            found = os.fstat(number)
            node = found.st_dev, found.st_ino
            if stat.S_ISDIR(found.st_mode):
                self.names[node] = frozenset(os.listdir(number))
            else:
                self.sizes[node] = found.st_size
            original(fd)

        os.fsync = fsync
        try:
            yield
        finally:
            os.fsync = original

    def cut(self, folder: Path, random: Random) -> None:
        """Let a folder lose what is not safe of it, as far as chance wants."""
        for path in sorted(folder.rglob("*")):
            if path.is_dir():
                continue
            safe = self.sizes.get(_node(path), 0)
            whole = path.read_bytes()
            if path.name not in self.names.get(_node(path.parent), frozenset()) and random.random() < 0.5:
                path.unlink()
            elif safe < len(whole):
                place = random.randint(safe, len(whole))
                path.write_bytes(whole[:place] + bytes(len(whole) - place if random.random() < 0.5 else 0))


def _node(path: Path) -> Node:
    found = path.stat()
    return found.st_dev, found.st_ino


@dataclass
class FileDisk:
    """The folder of one device."""

    folder: Path
    medium: Medium

    def stop(self) -> None:
        """A killed program changes nothing any more: put aside what is there, whatever it still does on its way out."""
        if self.folder.is_dir() and not self._aside.exists():
            self.folder.rename(self._aside)

    def start(self) -> None:
        """Have what a killed program left."""
        if self._aside.exists():
            shutil.rmtree(self.folder, ignore_errors=True)
            self._aside.rename(self.folder)

    def lose_power(self, random: Random) -> None:
        """Lose what is not on the medium."""
        self.start()
        self.medium.cut(self.folder, random)

    def back_up(self) -> None:
        """Copy it, as a backup of the laptop does."""
        shutil.rmtree(self._backup, ignore_errors=True)
        if self.folder.is_dir():
            shutil.copytree(self.folder, self._backup)

    def restore(self) -> None:
        """Put the copy back."""
        shutil.rmtree(self.folder, ignore_errors=True)
        if self._backup.is_dir():
            shutil.copytree(self._backup, self.folder)
            for path in self.folder.rglob("*"):  # whoever copies a backup waits until it is on the medium
                self._note(path)

    def whole(self) -> dict[str, Path]:
        """Return digest -> file, of everything that has the name of a digest."""
        return {path.name: path for path in self.folder.glob("??/*") if "." not in path.name}

    def parts(self) -> dict[str, Path]:
        """Return digest -> part of a file that is being fetched."""
        return {path.stem: path for path in self.folder.glob("??/*.part")}

    def _note(self, path: Path) -> None:
        if path.is_dir():
            self.medium.names[_node(path)] = frozenset(os.listdir(path))
        else:
            self.medium.sizes[_node(path)] = path.stat().st_size

    @property
    def _aside(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}-left")

    @property
    def _backup(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}-backup")
