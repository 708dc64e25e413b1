"""Proves a replica equal, part by part, and sends again what differs (PROTOCOL 13). Only what the actor's view holds."""

from collections.abc import Iterable, Iterator

import orjson

from conflict.overlay import blank_row
from shared_models.base import Record
from shared_models.digest import (
    LIST_ROWS,
    MODULUS,
    PLACE_DIGITS,
    Digest,
    Part,
    content_hash,
    divided,
    hash_of,
    is_within,
    row_hash,
)
from shared_models.errors import ErrorCode
from shared_models.fields import wire_columns
from shared_models.protocol import MAX_LISTED, DigestAnswer, DigestRequest, FetchRequest, PartLine
from sync_server.db import digests, feed, placed_feed, timeline
from sync_server.db.engine import Connection
from sync_server.services import sight, versions
from sync_server.services.actor import Actor
from sync_server.services.central import Central
from sync_server.services.pull import joined, line, row_lines
from sync_server.services.recount import recount
from sync_server.services.refusals import Refusal
from sync_server.services.sight import Sight

Found = Iterator[tuple[str, int, int]]
"""Rows as (id, version, hash)."""


def compare(central: Central, actor: Actor, asked: DigestRequest) -> DigestAnswer:
    """Return what the view holds in the parts that are asked.

    Raises Refusal P202 for contents where the device is of an older schema version, P203 for another server epoch, R301, and
    S502 while enough others have contents compared or rows counted.
    """
    if asked.kind == "version" and not asked.recount:
        return _compare(central, actor, asked)
    if asked.kind == "content" and versions.older(central, actor) is not None:
        raise Refusal(ErrorCode.P202, 409, f"contents of schema {actor.schema_version}, here {central.schema_version}")
    with central.audits.one():
        return _recounted(central, actor, asked) if asked.recount else _compare(central, actor, asked)


def _recounted(central: Central, actor: Actor, asked: DigestRequest) -> DigestAnswer:
    """Return the digest of one entity in the view, after its rows were counted anew (PROTOCOL 13.11)."""
    with central.store.read() as connection:
        _checked(timeline.read(connection, central.tables), asked.server_epoch)
    entity = _known(central, str(asked.entity)).entity_name
    corrected = recount(central, entity, actor.device_id)
    answer = _compare(central, actor, asked.model_copy(update={"entity": None}))
    mine = {name: wire for name, wire in (answer.entities or {}).items() if name == entity}
    return answer.model_copy(update={"entities": mine, "corrected": corrected})


def _compare(central: Central, actor: Actor, asked: DigestRequest) -> DigestAnswer:
    with sight.snapshot(central, actor) as sights:
        connection, now, seen = sights.connection, _checked(sights.clock, asked.server_epoch), sights.now
        if asked.entity is None:
            found = _entities(central, seen, connection, asked)
            if (version := versions.older(central, actor)) is not None:
                found = versions.digests_down(central.registry.evolution, version, found)
            wires = {name: digest.wire() for name, digest in found.items()}
            return DigestAnswer(server_epoch=now.epoch, seq=now.seq, entities=wires)
        kind = _known(central, asked.entity)
        rows = _hashed(central, seen, connection, kind, asked)
        parts = divided(rows, asked.prefixes, lambda prefix: None if len(prefix) == PLACE_DIGITS else LIST_ROWS)
    return DigestAnswer(server_epoch=now.epoch, seq=now.seq, parts=_fitting(parts.values(), asked.kind == "content"))


def fetch(central: Central, actor: Actor, asked: FetchRequest) -> list[bytes]:
    """Return the lines of the rows that are asked and that the view holds. Raises Refusal P203, R301."""
    with sight.snapshot(central, actor) as sights:
        now, seen = _checked(sights.clock, asked.server_epoch), sights.now
        _known(central, asked.t)
        placed = placed_feed.some(sights.connection, central.tables, asked.t, asked.pks)
        found = [one.row for one in placed if seen is None or seen.shows(asked.t, one.cell)]
    hidden = frozenset() if seen is None else seen.view.hidden
    lines = [*row_lines(central, found, hidden), line({"k": "fetched", "epoch": now.epoch, "seq": now.seq})]
    version = versions.older(central, actor)
    return lines if version is None else list(versions.lines_down(central.registry.evolution, version, lines))


def _checked(now: timeline.Clock, epoch: str) -> timeline.Clock:
    if epoch != now.epoch:
        raise Refusal(ErrorCode.P203, 409, "another server epoch")
    return now


def _known(central: Central, name: str) -> type[Record]:
    kind = central.registry.by_name.get(name)
    if kind is None:
        raise Refusal(ErrorCode.R301, 404, "unknown entity")
    return kind


def _entities(central: Central, seen: Sight | None, connection: Connection, asked: DigestRequest) -> dict[str, Digest]:
    """Return the digest of each entity in one part; that of the versions of all is kept."""
    if asked.kind == "version" and not asked.prefixes[0]:
        if seen is not None:
            return sight.digest_of(central.registry, connection, central.tables, seen)
        return digests.read(connection, central.tables)
    found = {}
    for kind in central.registry:
        hashes = [hashed for _, _, hashed in _hashed(central, seen, connection, kind, asked)]
        found[kind.entity_name] = Digest(len(hashes), sum(hashes) % MODULUS)
    return found


def _hashed(central: Central, seen: Sight | None, connection: Connection, kind: type[Record], asked: DigestRequest) -> Found:
    """Yield the rows of the view that lie in the parts that are asked, one by one."""
    tables, name = central.tables, kind.entity_name
    is_asked = is_within(asked.prefixes)
    if seen is not None:
        yield from _hashed_in_view(central, seen, connection, kind, asked)
    elif asked.kind == "version":
        versions = digests.versions(connection, tables, name)
        yield from ((pk, ver, row_hash(name, pk, ver)) for pk, ver in versions if is_asked(pk))
    elif asked.prefixes == [""]:
        for _, pk, ver, common, *parts in feed.every(connection, tables, name):
            content = joined((common, *parts)) if any(parts) else common
            yield pk, ver, hash_of(f"{name}\x1f{pk}\x1f{ver}\x1f{content}".encode())
    else:
        pks = [pk for pk, _ in digests.versions(connection, tables, name) if is_asked(pk)]
        for one in feed.some(connection, tables, name, pks):
            yield one.pk, one.ver, content_hash(name, one.pk, one.ver, joined(one.parts).encode())


def _hashed_in_view(central: Central, seen: Sight, connection: Connection, kind: type[Record], asked: DigestRequest) -> Found:
    """Do so for somebody who does not see everything: a field that is hidden counts as empty, as it is on the device."""
    tables, name = central.tables, kind.entity_name
    is_asked = is_within(asked.prefixes)
    pks = [pk for pk, cell in digests.places(connection, tables, name) if is_asked(pk) and seen.shows(name, cell)]
    if asked.kind == "version":
        yield from ((pk, ver, row_hash(name, pk, ver)) for pk, ver in digests.some_versions(connection, tables, name, pks))
        return
    empty = empty_parts(central, kind, seen.view.hidden)
    for one in feed.some(connection, tables, name, pks):
        parts = tuple(empty.get(place, part) for place, part in enumerate(one.parts))
        yield one.pk, one.ver, content_hash(name, one.pk, one.ver, joined(parts).encode())


def empty_parts(central: Central, kind: type[Record], hidden: frozenset[str]) -> dict[int, str]:
    """Return place among a row's parts -> what stands there for whoever may not see that part."""
    blank, (_, groups) = blank_row(kind), wire_columns(kind)
    names = sorted(c.name for c in central.tables.row.c if c.name.startswith("part_"))
    return {
        place: orjson.dumps([blank[field] for field in groups[group]]).decode()
        for place, group in enumerate((name.removeprefix("part_") for name in names), 1)
        if group in hidden and group in groups
    }


def _fitting(parts: Iterable[Part], with_hash: bool) -> dict[str, PartLine]:
    """Return the parts as they are sent, as many as one answer lists; the first one always."""
    found: dict[str, PartLine] = {}
    listed = 0
    for part in parts:
        rows = part.rows
        listed += 0 if rows is None else len(rows)
        if found and listed > MAX_LISTED:
            break
        if rows is None:
            found[part.prefix] = PartLine(parts={name: one.wire() for name, one in part.children().items()})
        else:
            found[part.prefix] = PartLine(rows=[(one.pk, one.version, f"{one.hash:016x}" if with_hash else "") for one in rows])
    return found
