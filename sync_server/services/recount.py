"""The centre's own figures may be wrong: a device whose every row is equal, and whose digest is not, has them counted anew."""

import structlog

from sync_server.db import recounting, timeline
from sync_server.db.engine import Connection
from sync_server.services.central import Central
from sync_server.services.placing import has_cells


def recount(central: Central, entity: str, device: str) -> bool:
    """Compare an entity's kept digests with its rows, and correct them where they are wrong; returns whether they were.

    Rows are read without a lock first: the sequence is held up only when there is something to correct. device: who asked.
    """
    with central.store.read() as connection:
        if _right(central, connection, entity) is None:
            return False
    with central.store.write() as connection:
        timeline.take(connection, central.tables, 0)  # for its lock: no push is taken in until this commits
        right = _right(central, connection, entity)
        if right is None:  # somebody else was faster
            return False
        was, _ = recounting.kept(connection, central.tables, entity)
        recounting.put(connection, central.tables, entity, right, by_cell=has_cells(central.registry))
    now = recounting.total_of(right)
    structlog.get_logger().error("digest corrected", entity=entity, device=device, kept=was.wire(), counted=now.wire())
    return True


def _right(central: Central, connection: Connection, entity: str) -> recounting.ByCell | None:
    """Return the digests that the rows have, or None when they are the kept ones."""
    counted = recounting.counted(connection, central.tables, entity)
    whole, parts = recounting.kept(connection, central.tables, entity)
    is_same = whole == recounting.total_of(counted) and (parts == counted or not has_cells(central.registry))
    return None if is_same else counted
