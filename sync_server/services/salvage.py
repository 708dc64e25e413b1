"""Takes in what devices hold of a time that a restore took away, so that nothing is lost that anybody still has (PROTOCOL 18.6)."""

import json

from conflict.overlay import blank_row
from shared_models.base import Record
from shared_models.codec import Row, parse
from shared_models.errors import ErrorCode, RecordInvalid
from shared_models.fields import columns
from shared_models.salvage import SalvageAnswer, SalvagedRow, SalvageRequest
from sync_server.db import lost_time, timeline
from sync_server.db.engine import Connection
from sync_server.services import sight
from sync_server.services.actor import Actor
from sync_server.services.central import Central
from sync_server.services.refusals import Refusal

MAX_ROWS = 200_000
"""Rows that are kept of one timeline: a day of a company of thousands."""
FURTHEST = 1_000_000
"""Seqs that a timeline may have come beyond the restored point: a device that says more is not believed."""


def take(central: Central, actor: Actor, asked: SalvageRequest) -> SalvageAnswer:
    """Keep what is told, and say which rows are wanted. What can be no row of its entity is left out. Raises Refusal P203 for another server epoch.

    Of each record the newest version is kept, and of one version what somebody holds who sees the most of it. Nothing of it changes a
    record: that is for an admin (`lost`).
    """
    with central.store.write() as connection:
        now = timeline.read(connection, central.tables)
        if asked.server_epoch != now.epoch:
            raise Refusal(ErrorCode.P203, 409, "another server epoch")
        known = timeline.restores(connection, central.tables)
        if asked.epoch == now.epoch or asked.epoch not in {one.epoch for one in known}:
            return SalvageAnswer()
        shared = timeline.lowest_since(known, asked.epoch)
        lost = range(shared + 1, shared + FURTHEST)
        if asked.reached in lost:
            lost_time.note_reached(connection, central.tables, asked.epoch, asked.reached)
        offered = [seq for seq in asked.offered if seq in lost]
        lost_time.note_offered(connection, central.tables, asked.epoch, offered)
        if actor.schema_version != central.schema_version:  # rows of another shape
            return SalvageAnswer()
        hidden = _hidden(central, connection, actor)
        _keep(central, connection, actor, asked, hidden, lost)
        return SalvageAnswer(wanted=_wanted(central, connection, asked, hidden, lost))


def _hidden(central: Central, connection: Connection, actor: Actor) -> frozenset[str]:
    """Return the confidential groups that a person's rows are without."""
    seen = sight.last_known(central, connection, actor.user_id)
    return frozenset() if seen is None else seen.view.hidden


def _wanted(central: Central, connection: Connection, asked: SalvageRequest, hidden: frozenset[str], lost: range) -> list[int]:
    by_entity = dict[str, list[str]]()
    for entity, pk, _ in asked.heads:
        by_entity.setdefault(entity, []).append(pk)
    if lost_time.count(connection, central.tables, asked.epoch) >= MAX_ROWS:
        return []
    here = {
        (entity, pk): held
        for entity, pks in by_entity.items()
        for pk, held in lost_time.held(connection, central.tables, asked.epoch, entity, pks).items()
    }
    return [
        place
        for place, (entity, pk, ver) in enumerate(asked.heads)
        if entity in central.registry.by_name and ver in lost and _is_better(here.get((entity, pk)), ver, hidden)
    ]


def _is_better(held: tuple[int, str] | None, ver: int, hidden: frozenset[str]) -> bool:
    """Whether a row says more than the one that is here."""
    return held is None or held[0] < ver or (held[0] == ver and hidden < _groups(held[1]))


def _groups(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _keep(
    central: Central, connection: Connection, actor: Actor, asked: SalvageRequest, hidden: frozenset[str], lost: range
) -> None:
    made = {}
    for one in asked.rows:
        entity = central.registry.by_name.get(one.t)
        if entity is None or one.ver not in lost or not _is_row_of(entity, one.pk, one.row):
            continue
        held = lost_time.held(connection, central.tables, asked.epoch, one.t, [one.pk]).get(one.pk)
        if _is_better(held, one.ver, hidden):
            made[one.t, one.pk] = _row(asked.epoch, actor, one, hidden, central.now_us())
    lost_time.keep(connection, central.tables, list(made.values()))


def _is_row_of(entity: type[Record], pk: str, row: Row) -> bool:
    """Whether values can be those of a record."""
    if row.get("id") != pk or not row.keys() <= {column.name for column in columns(entity)}:
        return False
    try:
        parse(entity, {**blank_row(entity), **row})
    except RecordInvalid:
        return False
    return True


def _row(epoch: str, actor: Actor, one: SalvagedRow, hidden: frozenset[str], at: int) -> Row:
    return {
        "epoch": epoch, "entity": one.t, "pk": one.pk, "ver": one.ver, "row": json.dumps(one.row, ensure_ascii=False),
        "hidden": " ".join(sorted(hidden)), "device": actor.device_id, "arrived_at": at,
    }  # fmt: skip
