"""What the replica's own tables say of how it fares: counts, times, codes, sizes. No value and no id of a record is read."""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from client.replica.driver import DATABASE_ERROR, ERROR, Connection, Errors, is_corrupt, is_interrupted
from shared_models.diagnostics import MAX_LINES, QueueLine, RefusedLine, Sizes
from shared_models.errors import ReplicaError

CHECK_S = 10.0
"""Seconds that SQLite's check of the file may take: 1 GB an SSD reads in about as many, and a round of sync waits for it."""
STEPS = 100_000
"""Instructions of SQLite between two looks at the time."""
Ticks = Callable[[], float]
"""Seconds that only go forward."""
A = TypeVar("A")
UNREADABLE: Errors = (ValueError, ReplicaError, *ERROR)
"""What reading a damaged file raises, or checking what it holds: pydantic's refusals are ValueErrors."""
_QUEUE = f"""SELECT o.tbl, t.state, count(DISTINCT t.n), min(t.saved_at) FROM _sync_tx t JOIN _sync_op o ON o.n = t.n
    WHERE t.state <> 'settled' GROUP BY o.tbl, t.state ORDER BY min(t.saved_at) LIMIT {MAX_LINES}"""
_REFUSED = f"""SELECT coalesce(json_extract(error, '$.code'), verdict), count(*), max(at) FROM _sync_tx
    WHERE draft = 'open' GROUP BY 1 ORDER BY 2 DESC LIMIT {MAX_LINES}"""


@dataclass
class Attempt:
    """Reads part by part: of a damaged file some can still be read, and what they hold may be anything."""

    failed: bool = False
    """Whether a part could not be read, or held what has no place in the answer."""

    def read(self, part: Callable[[], A], otherwise: A) -> A:
        """Return a part, or what stands for one that cannot be had."""
        try:
            return part()
        except UNREADABLE:
            self.failed = True
            return otherwise


def queue(connection: Connection) -> list[QueueLine]:
    """Return what waits, by entity and state, the longest first."""
    found = connection.execute(_QUEUE).fetchall()
    return [QueueLine(entity=tbl, state=state, n=n, oldest_at=max(oldest, 0)) for tbl, state, n, oldest in found]


def refused(connection: Connection) -> list[RefusedLine]:
    """Return what waits for its author after a refusal, by its code."""
    return [RefusedLine(code=code, n=n, last_at=at) for code, n, at in connection.execute(_REFUSED).fetchall()]


def sizes(path: Path, connection: Connection | None) -> Sizes:
    """Return the sizes of a replica on its disk. connection: None where it cannot be read."""
    free = blobs = 0
    if connection is not None:
        free = connection.execute("PRAGMA freelist_count").fetchone()[0] * connection.execute("PRAGMA page_size").fetchone()[0]
        blobs = connection.execute("SELECT coalesce(sum(size), 0) FROM _blob WHERE here = 1").fetchone()[0]
    try:
        disk_free: int | None = shutil.disk_usage(path.parent).free
    except OSError:
        disk_free = None
    log = path.with_name(f"{path.name}-wal")
    return Sizes(file=_bytes(path), log=_bytes(log), free=free, blobs=blobs, disk_free=disk_free)


def library(connection: Connection) -> str:
    """Return the version of SQLite."""
    return str(connection.execute("SELECT sqlite_version()").fetchone()[0])


def _bytes(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def soundness(
    connection: Connection, limit_s: float = CHECK_S, ticks: Ticks = time.monotonic, steps: int = STEPS
) -> Literal["sound", "damaged", "not_finished"]:
    """Return what SQLite's own check says of the file, or that it was not finished in the time that it had."""
    until = ticks() + limit_s
    connection.set_progress_handler(lambda: ticks() > until, steps)
    try:
        found = connection.execute("PRAGMA integrity_check(1)").fetchone()
    except DATABASE_ERROR as error:
        if is_interrupted(error):
            return "not_finished"
        if not is_corrupt(error):
            raise
        return "damaged"
    finally:
        connection.set_progress_handler(None, 0)
    return "sound" if found[0] == "ok" else "damaged"
