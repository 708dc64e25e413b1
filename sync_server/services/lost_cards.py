"""Tells the authors of lost values: a card in the inbox of each, with what he had typed and what is in use, to decide as on any clash."""

from collections.abc import Callable, Iterator, Sequence

import orjson

from shared_models.codec import Row
from shared_models.fields import ARCHIVED, Merge, units
from sync_server.db import lost_time, timeline
from sync_server.services.bulk_import import SERVER_DEVICE, ImportedBy, import_rows
from sync_server.services.central import Central
from sync_server.services.lost import LostRecord


def ask_authors(central: Central, found: Sequence[LostRecord], make_id: Callable[[], str]) -> int:
    """Make a card for every lost value of a record that is there, unless its author has it already; returns how many are new.

    A record that is missing, a removal and members of sets make none: an admin sets those again. make_id: ids of records.
    """
    with central.store.write() as connection:
        epoch = timeline.read(connection, central.tables).epoch
        known = lost_time.open_cards(connection, central.tables, [one.pk for one in found])
        cards = [
            card for one in found for card in _cards(one, epoch) if (card["record_id"], card["unit"], card["mine"]) not in known
        ]
        made = [("sync_conflict", {"id": make_id(), **card}) for card in cards]
        import_rows(connection, central, made, ImportedBy(SERVER_DEVICE, make_id()))
    return len(made)


def _cards(one: LostRecord, epoch: str) -> Iterator[Row]:
    if one.is_missing or one.by_id is None:
        return
    for name, unit in units(one.entity).items():
        if name == ARCHIVED or unit.policy is Merge.SU or not one.values.keys() >= set(unit.fields):
            continue
        yield {
            "kind": "value",
            "record_type": one.entity.entity_name,
            "record_id": one.pk,
            "unit": name,
            "policy": unit.policy.value,
            "mine": _json(one.values, unit.fields),
            "theirs": _json(one.now, unit.fields),
            "mine_by": one.by_id,
            "mine_at": one.at,
            "mine_device": one.device_id,
            "theirs_by": one.now_by,
            "theirs_at": one.now_at,
            "theirs_version": one.version,
            "server_epoch": epoch,
            "for_users": [one.by_id],
        }


def _json(values: Row, names: Sequence[str]) -> str:
    return orjson.dumps({name: values[name] for name in names}).decode()
