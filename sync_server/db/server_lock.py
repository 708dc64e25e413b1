"""One server on one SQLite database: a lock that the operating system lets go of when its process ends, however it ends."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import sqlalchemy as sa
from filelock import FileLock, Timeout


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
    lock = FileLock(
        database.with_name(f"{database.name}.lock"), mode=0o600, blocking=False, thread_local=False, fallback_to_soft=False
    )
    try:
        return lock.acquire()
    except Timeout:
        raise ServedAlready(str(database)) from None
