"""One server on one SQLite database: a lock that the operating system lets go of when its process ends, however it ends."""

import os
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import sqlalchemy as sa


class ServedAlready(Exception):
    """Another process serves the database; the text is the path of its file."""


def acquire(url: str) -> AbstractContextManager[object]:
    """Take the lock of a database at once, and return what lets go of it. url: SQLAlchemy URL of a database that is there.

    Only a file of SQLite has one, beside it: its writers queue within their process (`Store.write_lock`), and the office's replicas
    and the snapshots are of one process. The lock's file stays, or two could hold a lock of one name. Raises ServedAlready.
    """
    made = sa.make_url(url)
    if made.get_backend_name() != "sqlite" or not made.database:
        return nullcontext()
    database = Path(made.database.removeprefix("file:")).resolve()
    file = os.open(database.with_name(f"{database.name}.lock"), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        _lock(file)
    except OSError:
        os.close(file)
        raise ServedAlready(str(database)) from None
    return os.fdopen(file, "rb")


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
