"""One worker per replica: a lock that the operating system lets go of when its process ends, however it ends."""

from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from shared_models.errors import ReplicaLocked


class LockFile:
    """A lock on a file, held by one process at a time. Use as a context manager."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # Any thread may let go of it; and no lock at all is better than one that outlives a killed process.
        self._lock = FileLock(path, mode=0o600, blocking=False, thread_local=False, fallback_to_soft=False)

    def acquire(self) -> None:
        """Take the lock at once. Raises ReplicaLocked when another process, or another object of this one, holds it."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._lock.acquire()
        except Timeout:
            raise ReplicaLocked(str(self._path)) from None

    def release(self) -> None:
        """Let go of the lock; nothing happens when it is not held. The file stays, or two could hold a lock of one name."""
        self._lock.release()

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
        return self._lock.is_locked

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
