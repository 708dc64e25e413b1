"""What the replica knows of the bytes of files, beside their rows: which are here, which wait, and when the next attempt is.

`_blob` has a line for each content that is here, on its way, or was asked for. Times are milliseconds since 1970 UTC.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from client.replica.driver import Connection
from shared_models.registry import Registry

ENTITY = "document"
AGAIN_MS = 60_000
"""After which a file that the centre said it has is announced once more, where its row still says otherwise."""
LONGEST_MS = 3_600_000
"""Longest wait for the next attempt: one that is noted later was noted by a clock that has been set back since, and is due now."""
DAY_MS = 86_400_000
KEPT_DAYS = 30
"""Days for which the bytes of an archived row stay here."""
JOBS = 50

# A save of this device that the centre took, and whose row has left since: its bytes are nowhere else.
_OWED = """EXISTS (SELECT 1 FROM _sync_op o JOIN _sync_tx t ON t.n = o.n WHERE o.tbl = 'document' AND o.op = 'i'
    AND json_extract(o."set", '$.sha256') = b.sha256 AND t.state = 'settled' AND t.draft IS NULL
    AND NOT EXISTS (SELECT 1 FROM document d WHERE d.id = o.pk))"""
# A file goes when its row is at the centre: that of a save without a verdict is not. One whose row is archived here waits for
# somebody who brings it back; from a device that says goodbye it goes, as the centre may not have taken the archive.
_WAITS = f"""(EXISTS (SELECT 1 FROM document d WHERE d.sha256 = b.sha256 AND d.size = b.size AND d.state = 'pending'
    AND (d.archived_at IS NULL OR (:goodbye AND b.sent_at IS NULL)) AND (d._v > 0 OR :early)) OR (b.sent_at IS NULL AND {_OWED}))"""
_DUE = "coalesce(b.next_at, 0) NOT BETWEEN :now + 1 AND :latest"
_TO_SEND = f"""SELECT b.sha256, b.size, b.wanted = 1 FROM _blob b
    WHERE b.here = 1 AND (b.sent_at IS NULL OR b.sent_at NOT BETWEEN :again AND :now) AND {_DUE} AND {_WAITS}
    ORDER BY b.wanted = 1 DESC, b.size, b.sha256 LIMIT {JOBS}"""
_TO_FETCH = f"""SELECT d.sha256, min(d.size), max(coalesce(b.wanted, 0)) = 1 FROM document d LEFT JOIN _blob b ON b.sha256 = d.sha256
    WHERE d.state = 'stored' AND d.archived_at IS NULL AND coalesce(b.here, 0) = 0 AND coalesce(b.wanted, 0) >= 0
    AND {_DUE}
    AND (b.wanted = 1 OR (:by_itself AND (d.take_along OR d.size <= :most) AND d.id NOT IN
        (SELECT version_of_id FROM document WHERE version_of_id IS NOT NULL AND archived_at IS NULL)))
    GROUP BY d.sha256 ORDER BY 3 DESC, 2, 1 LIMIT {JOBS}"""
_NAMED_BY_OPS = """SELECT json_extract(o."set", '$.sha256') FROM _sync_op o JOIN _sync_tx t ON t.n = o.n
    WHERE o.tbl = 'document' AND o.op = 'i' AND (t.state <> 'settled' OR t.draft = 'open')"""
_UNNEEDED = f"""SELECT sha256 FROM _blob b WHERE NOT EXISTS (SELECT 1 FROM document d WHERE d.sha256 = b.sha256
    AND (d.archived_at IS NULL OR d.archived_at > :oldest)) AND sha256 NOT IN ({_NAMED_BY_OPS})
    AND NOT (here = 1 AND sent_at IS NULL AND {_OWED})"""


@dataclass(frozen=True)
class Transfer:
    """Bytes that are to be moved. asked: whether a person waits for them."""

    sha256: str
    size: int
    is_up: bool
    asked: bool = False


@dataclass(frozen=True)
class Blob:
    """A line of the table."""

    sha256: str
    size: int
    is_here: bool = False
    sent_at: int | None = None
    wanted: int = 0
    attempts: int = 0
    next_at: int = 0
    error: str = ""


@dataclass(frozen=True)
class Policy:
    """What goes by itself. most: bytes of the largest file that is fetched unasked; by_itself: whether any is."""

    by_itself: bool = True
    most: int = 10_000_000
    sends: bool = True
    """Whether what was attached goes now, though nobody asked for it again."""


def knows(registry: Registry) -> bool:
    """Whether there are files at all: not in every registry of the tests."""
    return ENTITY in registry.by_name


def read(connection: Connection, digests: Sequence[str]) -> dict[str, Blob]:
    """Return digest -> what is known of it."""
    marks = ", ".join("?" * len(digests))
    query = f"SELECT sha256, size, here, sent_at, wanted, attempts, next_at, error FROM _blob WHERE sha256 IN ({marks})"
    found = connection.execute(query, digests).fetchall()
    return {row[0]: Blob(row[0], row[1], bool(row[2]), row[3], row[4], row[5], row[6], row[7] or "") for row in found}


def known(connection: Connection) -> set[str]:
    """Return every digest of the table."""
    return {sha256 for (sha256,) in connection.execute("SELECT sha256 FROM _blob")}


def note_here(connection: Connection, sha256: str, size: int) -> None:
    """Note that the folder has a whole file."""
    connection.execute(
        "INSERT INTO _blob (sha256, size, here) VALUES (?, ?, 1) ON CONFLICT (sha256) DO UPDATE SET "
        "size = excluded.size, here = 1, wanted = 0, attempts = 0, next_at = 0, error = NULL",
        (sha256, size),
    )


def note_fetching(connection: Connection, sha256: str, size: int) -> None:
    """Note that a part of a file may be here from now on."""
    connection.execute("INSERT INTO _blob (sha256, size) VALUES (?, ?) ON CONFLICT (sha256) DO NOTHING", (sha256, size))


def note_sent(connection: Connection, sha256: str, now_ms: int) -> None:
    """Note that the centre has a file."""
    connection.execute(
        "UPDATE _blob SET sent_at = ?, wanted = 0, attempts = 0, next_at = 0, error = NULL WHERE sha256 = ?", (now_ms, sha256)
    )


def note_failed(connection: Connection, sha256: str, error: str, next_at: int) -> None:
    """Note why an attempt failed, and when the next one is. A person who asked is told; he asks again, if he wants."""
    connection.execute(
        "UPDATE _blob SET attempts = attempts + 1, error = ?, next_at = ? WHERE sha256 = ?", (error, next_at, sha256)
    )


def note_lost(connection: Connection, sha256: str) -> None:
    """Note that what the folder had is not there any more, or was not the file: it is fetched like one that a person asks for."""
    connection.execute(
        "UPDATE _blob SET here = 0, wanted = 1, attempts = 0, next_at = 0, error = NULL WHERE sha256 = ?", (sha256,)
    )


def want(connection: Connection, sha256: str, size: int, wanted: int) -> None:
    """Note that a person asks for a file (1), or that it is not to come by itself (-1)."""
    connection.execute(
        "INSERT INTO _blob (sha256, size, wanted) VALUES (?, ?, ?) ON CONFLICT (sha256) DO UPDATE SET "
        "wanted = excluded.wanted, attempts = 0, next_at = 0, error = NULL",
        (sha256, size, wanted),
    )


def release(connection: Connection, errors: Iterable[str]) -> int:
    """Let files go on at once that failed for one of some reasons; returns how many."""
    found = tuple(errors)
    marks = ", ".join("?" * len(found))
    return connection.execute(f"UPDATE _blob SET next_at = 0 WHERE next_at > 0 AND error IN ({marks})", found).rowcount


def release_all(connection: Connection) -> None:
    """Let every file go on at once, whatever it failed for: there is no later."""
    connection.execute("UPDATE _blob SET next_at = 0 WHERE next_at > 0")


def due(connection: Connection, policy: Policy, now_ms: int, *, early: bool = False) -> list[Transfer]:
    """Return what is to be moved now, first things first: what a person asked for, what waits to be sent, what comes by itself.

    early: whatever was not sent, also of rows that the centre has not shown yet or that are archived, and nothing else: the device
    says goodbye.
    """
    times = {"now": now_ms, "latest": now_ms + LONGEST_MS}
    values = {**times, "again": now_ms - AGAIN_MS, "early": early, "goodbye": early}
    up = [Transfer(sha, size, True, bool(asked)) for sha, size, asked in connection.execute(_TO_SEND, values)]
    if early:
        return up
    limits = {**times, "by_itself": policy.by_itself, "most": policy.most}
    down = [Transfer(sha, size, False, bool(asked)) for sha, size, asked in connection.execute(_TO_FETCH, limits)]
    allowed = [one for one in up if policy.sends or one.asked]
    return [*(one for one in down if one.asked), *allowed, *(one for one in down if not one.asked)]


def mime_of(connection: Connection, sha256: str) -> str:
    """Return what kind of content a digest has, as a row with it says; empty for none."""
    found = connection.execute("SELECT mime FROM document WHERE sha256 = ? LIMIT 1", (sha256,)).fetchone()
    return "" if found is None else str(found[0])


def next_at(connection: Connection, now_ms: int) -> int | None:
    """Return when the next attempt after now is; None for none."""
    query = "SELECT min(next_at) FROM _blob WHERE next_at > ? AND next_at <= ?"
    found = connection.execute(query, (now_ms, now_ms + LONGEST_MS)).fetchone()[0]
    return None if found is None else int(found)


def waiting(connection: Connection) -> tuple[int, int]:
    """Return how many files still have to be sent, and how many bytes they have. Those of saves without a verdict too."""
    query = f"SELECT count(*), coalesce(sum(b.size), 0) FROM _blob b WHERE b.here = 1 AND b.sent_at IS NULL AND {_WAITS}"
    count, size = connection.execute(query, {"early": True, "goodbye": False}).fetchone()
    return int(count), int(size)


def may_still_go(connection: Connection, errors: Iterable[str]) -> bool:
    """Whether a file waits to be sent that was not refused: it failed for one of some reasons, or was not tried."""
    found = tuple(errors)
    marks = ", ".join(f":e{place}" for place in range(len(found)))
    query = f"""SELECT 1 FROM _blob b WHERE b.here = 1 AND (b.sent_at IS NULL OR b.error IS NOT NULL)
        AND coalesce(b.error, '') IN ({marks}) AND {_WAITS} LIMIT 1"""
    values = {f"e{place}": one for place, one in enumerate(found)}
    return connection.execute(query, {**values, "early": True, "goodbye": True}).fetchone() is not None


def owing(connection: Connection) -> set[int]:
    """Return the places in the log of saves whose bytes were not sent: the log alone says that they are owed, once the row has left."""
    query = """SELECT o.n FROM _sync_op o JOIN _blob b ON b.sha256 = json_extract(o."set", '$.sha256')
        WHERE o.tbl = 'document' AND o.op = 'i' AND b.here = 1 AND b.sent_at IS NULL"""
    return {n for (n,) in connection.execute(query)}


def unneeded(connection: Connection, server_ms: int | None) -> list[str]:
    """Return the digests that nothing here needs: no row, none but long archived ones, and no save that has to be answered.

    server_ms: the centre's time, without which no row was archived long ago.
    """
    oldest = -1 if server_ms is None else (server_ms - KEPT_DAYS * DAY_MS) * 1000
    return [sha256 for (sha256,) in connection.execute(_UNNEEDED, {"oldest": oldest})]


def forget(connection: Connection, digests: Iterable[str]) -> None:
    """Remove lines of the table."""
    connection.executemany("DELETE FROM _blob WHERE sha256 = ?", [(sha256,) for sha256 in digests])
