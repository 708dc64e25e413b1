"""Checks that the replica is what it claims to be, and the log of what was found otherwise."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from client.events import IncidentLogged
from client.replica import digests, display, rows
from client.replica.driver import OPERATIONAL_ERROR, Connection, Errors
from client.replica.schema import quoted
from client.replica.writing import Writing
from shared_models.base import Record
from shared_models.digest import Digest
from shared_models.registry import Registry

if TYPE_CHECKING:
    from client.replica.replica import Replica

KEPT = 500
"""Incidents that are remembered; a replica that differs again and again must not grow by it."""
UNREADABLE: Errors = (ValueError, *OPERATIONAL_ERROR)
"""What reading a damaged value raises."""
AGAIN_US = 3_600_000_000
"""The same is written down once in so long."""


@dataclass(frozen=True)
class Incident:
    """Something that is not as the protocol promises. Without personal data: ids and figures only."""

    kind: str
    """`bypassed` (I11), `digest` (kept figures differ from the rows), `unequal` (replica and centre differ), `repaired` (rows
    that were not what the centre has were sent again), `index` and `search` (an index was not what the rows say), `recounted` (the centre's own figure was wrong)."""
    detail: str
    at: int = 0
    """Microseconds since 1970 UTC."""
    entity: str = ""
    """Empty where it is not of one entity."""
    rows: int = 0
    """How many rows it was about; 0 where it was about none."""
    n: int = 0
    """Its place in the log."""


def check(replica: "Replica") -> list[Incident]:
    """Look for rows that are not their base plus pending ops (I11) and log what is found; run at the start of the client.

    Rows with own ops are compared whole. Of the others the centre's version is compared with the kept digest, which finds
    rows that came, went or changed version outside the protocol; the kept one becomes that of the rows, so that the next
    comparison with the centre finds what differs.
    """
    with replica.reading() as reader:
        found = list(_bypassed(reader, replica.registry))
    if found:
        with replica.write(durable=False) as writing:
            for incident in found:
                log(writing, incident, replica.ids.now_ms() * 1000)
    return [*found, *mend_digests(replica)]


def mend_digests(replica: "Replica") -> list[Incident]:
    """Compute the kept digests anew from the rows, and log those that were wrong."""
    with replica.reading() as reader:
        now = digests.recomputed(reader, replica.registry)
        found = list(_digests(digests.stored(reader), now))
    if found:
        with replica.write(durable=False) as writing:
            for incident in found:
                log(writing, incident, replica.ids.now_ms() * 1000)
            digests.store(writing.connection, {incident.entity: now[incident.entity] for incident in found})
    return found


def log(writing: Writing, incident: Incident, now_us: int) -> None:
    """Write an incident down, unless the same was within the hour, and tell the screens. The oldest are let go of."""
    last = writing.connection.execute(
        "SELECT max(at) FROM _sync_incident WHERE kind = ? AND detail = ?", (incident.kind, incident.detail)
    ).fetchone()[0]
    if last is not None and 0 <= now_us - last < AGAIN_US:
        return
    writing.connection.execute(
        "INSERT INTO _sync_incident (at, kind, detail, entity, rows, told) VALUES (?, ?, ?, ?, ?, 0)",
        (now_us, incident.kind, incident.detail, incident.entity, incident.rows),
    )
    writing.connection.execute(
        "DELETE FROM _sync_incident WHERE n <= (SELECT n FROM _sync_incident ORDER BY n DESC LIMIT 1 OFFSET ?)", (KEPT,)
    )
    writing.events.append(IncidentLogged(incident.kind, incident.detail))


def incidents(connection: Connection) -> list[Incident]:
    """Return what was found so far, oldest first."""
    return _read(connection, "1")


def newest(connection: Connection, since_us: int, most: int) -> list[Incident]:
    """Return what was found since a moment, at most so many, newest first."""
    return _read(connection, "at >= ?", (since_us,))[: -most - 1 : -1]


def untold(connection: Connection) -> list[Incident]:
    """Return what the centre has not heard of yet, oldest first."""
    return _read(connection, "told = 0")


def note_told(writing: Writing, found: Sequence[Incident]) -> None:
    """Note that the centre has heard of some incidents, and of those before them."""
    newest = max((one.n for one in found), default=0)
    writing.connection.execute("UPDATE _sync_incident SET told = 1 WHERE told = 0 AND n <= ?", (newest,))


def _read(connection: Connection, which: str, values: tuple[int, ...] = ()) -> list[Incident]:
    query = f"SELECT kind, detail, at, entity, rows, n FROM _sync_incident WHERE {which} ORDER BY n"
    found = connection.execute(query, values)
    return [Incident(*row) for row in found.fetchall()]


def _bypassed(connection: Connection, registry: Registry) -> Iterator[Incident]:
    for kind, pk in laid_wrongly(connection, registry):
        yield Incident("bypassed", f"{kind.entity_name} {pk}", entity=kind.entity_name, rows=1)


def laid_wrongly(connection: Connection, registry: Registry) -> Iterator[tuple[type[Record], str]]:
    """Yield (entity, id) of rows that are not their base plus the pending ops, or that neither the centre nor anybody made."""
    pending = display.all_pending(connection)
    for entity_name, pk in sorted(pending):
        kind = registry.get(entity_name)
        if not _is_laid(connection, kind, pk):
            yield kind, pk
    for kind in registry:
        stray = connection.execute(f"SELECT id FROM {quoted(kind.entity_name)} WHERE _v = 0").fetchall()
        yield from ((kind, pk) for (pk,) in stray if (kind.entity_name, pk) not in pending)


def _is_laid(connection: Connection, kind: type[Record], pk: str) -> bool:
    view, version, _ = display.expected(connection, kind, pk)
    try:
        return rows.read(connection, kind, pk) == (None if view is None else (view, version))
    except UNREADABLE:  # a value is no text, or no set, any more
        return False


def _digests(kept: Mapping[str, Digest], now: Mapping[str, Digest]) -> Iterator[Incident]:
    for name, digest in now.items() if kept else ():
        if digest != kept.get(name, digest):
            yield Incident("digest", f"{name} {kept[name].wire()} {digest.wire()}", entity=name)
