"""One worker per replica: a lock that the operating system lets go of when its process ends, however it ends."""

import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from shared_models.errors import ReplicaLocked


class LockFile:
    """A lock on a file, held by one process at a time. Use as a context manager."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def acquire(self) -> None:
        """Take the lock at once. Raises ReplicaLocked when another process, or another object of this one, holds it."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            _lock(file)
        except OSError:
            os.close(file)
            raise ReplicaLocked(str(self._path)) from None
        self._file = file

    def release(self) -> None:
        """Let go of the lock; nothing happens when it is not held. The file stays, or two could hold a lock of one name."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __enter__(self) -> Self:
        """Take the lock (`acquire`)."""
        self.acquire()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Let go of the lock."""
        self.release()

    @property
    def is_mine(self) -> bool:
        """Whether this object holds the lock."""
        return self._file is not None

    def is_free(self) -> bool:
        """Whether nobody holds the lock, as far as can be found out without making the file."""
        if not self._path.exists():
            return True
        try:
            with LockFile(self._path):
                return True
        except ReplicaLocked:
            return False
        except OSError:  # it cannot be opened: whoever wants the lock is told then
            return True


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
