"""Empties a replica and its files for good: the device was lost, and what waited on it is at the centre (PROTOCOL 9.10).

The file stays, without a trace of what it held: other connections may have it open, and a new sign-in begins in it.
"""

from typing import TYPE_CHECKING

from client.replica import bulk_load, change_log, meta, purging
from client.replica.connection import overwrite_freed
from client.replica.schema import quoted

if TYPE_CHECKING:
    from client.replica.replica import Replica


def erase(replica: "Replica") -> bool:
    """Remove every record, edit and draft, and begin as another installation; `purging` does the rest, at once or later.

    Returns False, and removes nothing, while an edit has no verdict.
    """
    with replica.write(durable=True) as writing:
        connection = writing.connection
        if change_log.count_left(connection, ())[0]:
            return False
        overwrite_freed(connection, True)
        bulk_load.empty(writing, replica.registry)
        bulk_load.finish(writing, replica.registry)
        own = "SELECT name FROM sqlite_master WHERE type = 'table' AND (name GLOB '_sync_*' OR name IN ('_recent', '_form_draft', '_blob'))"
        for (name,) in connection.execute(own).fetchall():
            connection.execute(f"DELETE FROM {quoted(name)}")
        connection.execute("DELETE FROM sqlite_sequence")
        meta.put(
            connection,
            {"install": replica.ids.token(), "device_epoch": replica.ids.token(), "wiped_at": replica.ids.now_ms()},
        )
        purging.remember(writing, "file")
        writing.log_changed = True
    purging.purge(replica)
    replica.files.clear()
    replica.files.forget_copies()
    return True
