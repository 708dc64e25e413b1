"""Proves a replica equal, part by part, and sends again what differs (PROTOCOL 13). Only what the actor's view holds."""

from collections.abc import Iterable, Iterator

from shared_models.base import Record
from shared_models.digest import LIST_ROWS, MODULUS, PLACE_DIGITS, Digest, Part, content_hash, divided, is_within, row_hash
from shared_models.errors import ErrorCode
from shared_models.protocol import MAX_LISTED, DigestAnswer, DigestRequest, FetchRequest, PartLine
from sync_server.db import digests, feed, timeline
from sync_server.db.engine import Connection
from sync_server.services.actor import Actor
from sync_server.services.central import Central
from sync_server.services.pull import joined, line, row_lines
from sync_server.services.refusals import Refusal
from sync_server.services.visibility import may_see

Found = Iterator[tuple[str, int, int]]
"""Rows as (id, version, hash)."""


def compare(central: Central, actor: Actor, asked: DigestRequest) -> DigestAnswer:
    """Return what the view holds in the parts that are asked.

    Raises Refusal P203 for another server epoch, R301, and S502 while enough others have contents compared.
    """
    if asked.kind == "version":
        return _compare(central, actor, asked)
    with central.audits.one():
        return _compare(central, actor, asked)


def _compare(central: Central, actor: Actor, asked: DigestRequest) -> DigestAnswer:
    with central.store.read() as connection:
        now = _now(central, connection, asked.server_epoch)
        if asked.entity is None:
            found = _entities(central, actor, connection, asked)
            wires = {name: digest.wire() for name, digest in found.items()}
            return DigestAnswer(server_epoch=now.epoch, seq=now.seq, entities=wires)
        kind = _known(central, asked.entity)
        rows = _hashed(central, actor, connection, kind, asked)
        parts = divided(rows, asked.prefixes, lambda prefix: None if len(prefix) == PLACE_DIGITS else LIST_ROWS)
    return DigestAnswer(server_epoch=now.epoch, seq=now.seq, parts=_fitting(parts.values(), asked.kind == "content"))


def fetch(central: Central, actor: Actor, asked: FetchRequest) -> list[bytes]:
    """Return the lines of the rows that are asked and that the view holds. Raises Refusal P203, R301."""
    with central.store.read() as connection:
        now = _now(central, connection, asked.server_epoch)
        kind = _known(central, asked.t)
        pks = [pk for pk in dict.fromkeys(asked.pks) if may_see(actor, kind, pk)]
        found = list(feed.some(connection, central.tables, asked.t, pks))
    return [*row_lines(central, found), line({"k": "fetched", "epoch": now.epoch, "seq": now.seq})]


def _now(central: Central, connection: Connection, epoch: str) -> timeline.Clock:
    now = timeline.read(connection, central.tables)
    if epoch != now.epoch:
        raise Refusal(ErrorCode.P203, 409, "another server epoch")
    return now


def _known(central: Central, name: str) -> type[Record]:
    kind = central.registry.by_name.get(name)
    if kind is None:
        raise Refusal(ErrorCode.R301, 404, "unknown entity")
    return kind


def _entities(central: Central, actor: Actor, connection: Connection, asked: DigestRequest) -> dict[str, Digest]:
    """Return the digest of each entity in one part; that of the versions of all is kept."""
    if asked.kind == "version" and not asked.prefixes[0]:
        return digests.read(connection, central.tables)
    found = {}
    for kind in central.registry:
        hashes = [hashed for _, _, hashed in _hashed(central, actor, connection, kind, asked)]
        found[kind.entity_name] = Digest(len(hashes), sum(hashes) % MODULUS)
    return found


def _hashed(central: Central, actor: Actor, connection: Connection, kind: type[Record], asked: DigestRequest) -> Found:
    """Yield the rows of the view that lie in the parts that are asked, one by one."""
    tables, name = central.tables, kind.entity_name
    is_asked = is_within(asked.prefixes)
    if asked.kind == "version":
        versions = digests.versions(connection, tables, name)
        yield from ((pk, ver, row_hash(name, pk, ver)) for pk, ver in versions if is_asked(pk) and may_see(actor, kind, pk))
        return
    if asked.prefixes == [""]:
        for _, pk, ver, *parts in feed.every(connection, tables, name):
            if may_see(actor, kind, pk):
                content = joined(tuple(parts)) if len(parts) > 1 else parts[0]
                yield pk, ver, content_hash(name, pk, ver, content.encode())
        return
    pks = [pk for pk, _ in digests.versions(connection, tables, name) if is_asked(pk) and may_see(actor, kind, pk)]
    for one in feed.some(connection, tables, name, pks):
        yield one.pk, one.ver, content_hash(name, one.pk, one.ver, joined(one.parts).encode())


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
