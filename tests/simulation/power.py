"""What of a device's file is on the medium when its power goes (`sync.md`, trap 22).

SQLite, with a log (WAL): a commit at `synchronous` FULL has the log on the medium when it returns, all that was committed before
it, too; one at NORMAL has not. Pages move from the log into the file only after the log is on the medium, and the log begins
anew only after the file is. So what a power cut leaves is the file as it is, and of the log every frame up to the last FULL commit
(or up to where pages were moved), and any number of the frames behind it: SQLite takes the commits that are whole.
How far that is stands in the head of the file's shared memory: https://sqlite.org/walformat.html, 2.1.
"""

import shutil
import sqlite3
import struct
from pathlib import Path
from random import Random
from typing import NamedTuple

HEAD, FRAME_HEAD = 32, 24
"""Bytes of the head of a log, and of that of each frame."""
INDEX = struct.Struct("=12xBxHI12xII56xI")
"""Of the head of the shared memory: whether it is in use, size of a page, frames, the two salts of the log, frames that were moved."""


class Log(NamedTuple):
    """How far a log goes."""

    salts: tuple[int, int] = (0, 0)
    """They name the log: when it begins anew, it gets others."""
    frames: int = 0
    moved: int = 0
    """Frames whose pages are in the file."""
    page_size: int = 0


class Medium:
    """Follows what a device's connections to its file do, statement by statement."""

    def __init__(self, path: Path) -> None:
        """Follow a file."""
        self.path = path
        self._safe = Log()
        """The log as of the last commit that was FULL."""
        self.is_unsafe = False
        """Whether something was committed at `synchronous` OFF: then not even the file is sure to be whole."""
        self._level: dict[int, str] = {}

    def note(self, connection: sqlite3.Connection, statement: str) -> None:
        """Take in a statement that has just been carried out."""
        if statement == "COMMIT":
            level = self._level.get(id(connection), "FULL")
            self.is_unsafe |= level == "OFF"
            if level == "FULL":
                self._safe = self._log()
        elif statement.startswith("PRAGMA synchronous = "):
            self._level[id(connection)] = statement.removeprefix("PRAGMA synchronous = ")

    def cut(self, aside: Path, random: Random) -> None:
        """Copy to `aside` what is on the medium at this moment. Call it while the connections are open."""
        log = self._log()
        shutil.copyfile(self.path, aside)
        safe = max(self._safe.frames if self._safe.salts == log.salts else 0, log.moved)
        left = random.choice((safe, log.frames, random.randint(safe, log.frames))) if safe < log.frames else log.frames
        whole = self._beside("wal").read_bytes() if self._beside("wal").exists() else b""
        aside.with_name(f"{aside.name}-wal").write_bytes(whole[: HEAD + left * (FRAME_HEAD + log.page_size)] if left else b"")
        self._safe = log._replace(frames=left)

    def put_back(self, aside: Path) -> None:
        """Start again with what was on the medium. Call it when nothing is open."""
        self._level.clear()
        self._beside("shm").unlink(missing_ok=True)
        aside.replace(self.path)
        aside.with_name(f"{aside.name}-wal").replace(self._beside("wal"))

    def _beside(self, what: str) -> Path:
        return self.path.with_name(f"{self.path.name}-{what}")

    def _log(self) -> Log:
        index = self._beside("shm")
        head = index.read_bytes()[: INDEX.size] if index.exists() else b""
        if len(head) < INDEX.size:
            return Log()
        is_used, page_size, frames, salt, other, moved = INDEX.unpack(head)
        return Log((salt, other), frames, moved, page_size) if is_used else Log()


def spoil_parts(replica: Path, random: Random) -> None:
    """Let the end of what was fetched of a snapshot be lost: shorter, or zeros, as file systems leave it."""
    for part in replica.parent.glob(f"{replica.name}.*.part"):
        content = part.read_bytes()
        place = random.randint(0, len(content))
        part.write_bytes(content[:place] + bytes(len(content) - place if random.random() < 0.5 else 0))
