"""Numbers of the codes that are given by themselves: blocks for devices, and the one that a provisional code is replaced by."""

from shared_models.base import Record
from shared_models.protocol import MAX_NUMBER, Block, HelloRequest, Leased
from shared_models.series import BLOCK, LOW, code_of, series_of
from sync_server.db import series
from sync_server.db.engine import Connection
from sync_server.services.actor import Actor
from sync_server.services.central import Central

TRUSTED_AHEAD = 100_000
"""How far a device may say that it is ahead of the series, as after a restore of the centre; what is beyond is no such thing."""


def grant(central: Central, connection: Connection, actor: Actor, request: HelloRequest) -> dict[str, list[Block]]:
    """Return the blocks that a device may give codes from, which it does not know yet.

    A block belongs to a device and its epoch. What was granted in an answer that was lost is granted again, not twice.
    """
    found: dict[str, list[Block]] = {}
    for entity, held in sorted(request.leased.items()):
        kind = central.registry.by_name.get(entity)
        if kind is not None and series_of(kind) and held.left < LOW:
            found[entity] = _blocks(central, connection, actor, request.device_epoch, kind, held)
    return found


def _blocks(
    central: Central, connection: Connection, actor: Actor, epoch: str, kind: type[Record], held: Leased
) -> list[Block]:
    entity, tables = kind.entity_name, central.tables
    known = series.granted(connection, tables, entity, actor.device_id, epoch)
    if lost := [Block(first=first, last=last) for first, last in known if first > held.last]:
        return lost
    (prefix,) = series_of(kind).values()
    following = series.lock(connection, tables, entity, prefix)
    if following <= held.last <= following + TRUSTED_AHEAD:
        following = held.last + 1  # the centre was restored from a backup that is older than the block
    first = series.free_from(connection, tables, entity, prefix, following, BLOCK)
    if first + BLOCK > MAX_NUMBER:
        return []
    series.advance(connection, tables, entity, first + BLOCK)
    series.keep(connection, tables, entity, (first, first + BLOCK - 1), actor.device_id, epoch, central.now_us())
    return [Block(first=first, last=first + BLOCK - 1)]


def next_code(central: Central, connection: Connection, kind: type[Record], field: str) -> str:
    """Return the next code of a series that no record ever had."""
    prefix, entity = series_of(kind)[field], kind.entity_name
    number = series.free_from(
        connection, central.tables, entity, prefix, series.lock(connection, central.tables, entity, prefix), 1
    )
    series.advance(connection, central.tables, entity, number + 1)
    return code_of(prefix, number)
