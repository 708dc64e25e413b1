"""Sees to it that nothing of what was removed for good stays in the replica's files (trap 14).

What SQLite frees is overwritten (`secure_delete`), but where a page was split or written anew a copy of a row that lay there may
stay between the live ones: measured, 1 % of the names of 1,000 rows that had been edited. So the file is written anew, and then
the log is emptied. Both come after the commit that removed the rows; until both worked the replica remembers it, and tries again
with every pull.
"""

from typing import TYPE_CHECKING, Literal

from client.replica import meta
from client.replica.writing import Writing
from shared_models.errors import ReplicaFull, ReplicaLocked

if TYPE_CHECKING:
    from client.replica.replica import Replica

Left = Literal["file", "log"]
"""What still may hold something: the file and its log, or the log alone."""


def remember(writing: Writing, left: Left) -> None:
    """Note in the transaction that removes something that the files are to be cleaned after it."""
    if meta.get(writing.connection, "forgets") != "file":
        meta.put(writing.connection, {"forgets": left})


def purge(replica: "Replica") -> bool:
    """Clean the files, if something was removed. Returns False where it has to be tried again: readers, or a full disk."""
    left = replica.facts()["forgets"]
    if left is None:
        return True
    try:
        if left == "file":
            replica.rewrite_file()
            _note(replica, "log")
        if not replica.empty_log():
            return False
        _note(replica, None)
    except (ReplicaLocked, ReplicaFull):
        return False
    return True


def _note(replica: "Replica", left: Left | None) -> None:
    with replica.write(durable=False) as writing:
        meta.put(writing.connection, {"forgets": left})
