"""Clears away the bytes that no row needs: none names them, or only rows that were archived long ago."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

import structlog

from sync_server.db import documents
from sync_server.db.documents import FileRow
from sync_server.services import file_marks
from sync_server.services.central import Central
from sync_server.services.files import Files

DAY_US = 86_400_000_000
NEW_S = 86_400
"""Seconds for which bytes stay in any case: their row may be on its way through another process."""
BATCH = 200
CLEARED_BY = "00000000-0000-7000-8000-000000000000"
"""Author of what the server does by itself."""


@dataclass(frozen=True)
class Cleared:
    """What a clearing found. files: contents that went; parts: files that somebody began to send and gave up; kept: contents that stay."""

    files: int = 0
    parts: int = 0
    kept: int = 0


def clear(files: Files, kept_days: int) -> Cleared:
    """Clear once. kept_days: how long the bytes of an archived row stay. Raises StoreFailed, StoreDown, Contended.

    A row whose bytes went says so (`pending`): a device that still has them sends them again if the row is brought back.
    """
    central, count, kept = files.central, 0, 0
    every = ((sha256, put_at) for sha256, put_at in files.store.all())
    while batch := list(islice(every, BATCH)):
        old = [sha256 for sha256, put_at in batch if _age_s(central, put_at) > NEW_S]
        for sha256 in sorted(_unneeded(central, old, kept_days)):
            with files.turn:
                if _unneeded(central, [sha256], kept_days):
                    let_go(files, sha256)
                    count += 1
        kept += len(batch)
    found = Cleared(count, files.parts.sweep(), kept - count)
    if found.files or found.parts:
        structlog.get_logger().info("files_cleared", files=found.files, parts=found.parts)
    return found


def let_go(files: Files, sha256: str) -> None:
    """Remove the bytes of a digest. A row that another process took in meanwhile says so at last, and its device sends them again."""
    file_marks.mark_gone(files.central, [sha256], CLEARED_BY)
    files.store.remove(sha256)
    file_marks.mark_gone(files.central, [sha256], CLEARED_BY)


def _age_s(central: Central, put_at: datetime) -> float:
    return (datetime.fromtimestamp(central.now_us() / 1e6, UTC) - put_at).total_seconds()


def _unneeded(central: Central, digests: Iterable[str], kept_days: int) -> set[str]:
    """Return those of some digests that no row needs now."""
    wanted = set(digests)
    with central.store.read() as connection:
        rows = documents.of_digests(connection, central.tables, wanted)
    return wanted - set(_needed(rows, central.now_us() - kept_days * DAY_US))


def _needed(rows: Iterable[FileRow], oldest: int) -> Iterator[str]:
    return (row.sha256 for row in rows if row.archived_at is None or row.archived_at > oldest)
