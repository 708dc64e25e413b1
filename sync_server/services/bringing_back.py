"""Gives records back what a restore took away and a device had kept: as an admin's change, merged like any late save."""

from collections.abc import Callable, Sequence

from shared_models import clock
from shared_models.codec import Row
from shared_models.fields import ARCHIVED, Merge, unit_of, units
from shared_models.protocol import Op, PushRequest, Tx, Verdict
from sync_server.db import timeline
from sync_server.services import push
from sync_server.services.actor import Actor
from sync_server.services.central import Central
from sync_server.services.lost import LostRecord

AT_ONCE = 100
"""Records in one push."""


def bring_back(central: Central, found: Sequence[LostRecord], admin: str, make_id: Callable[[], str]) -> list[Verdict]:
    """Set again what was lost, a save for each record, parents first; returns their verdicts in that order.

    What somebody has changed since the list was made is not overwritten: it makes a card. admin: user id. make_id: random tx ids.
    """
    order = {entity.entity_name: n for n, entity in enumerate(central.registry)}
    sorted_ = sorted(found, key=lambda one: order[one.entity.entity_name])
    with central.store.read() as connection:
        epoch = timeline.read(connection, central.tables).epoch
    device, verdicts, number = make_id(), list[Verdict](), 0
    for i in range(0, len(sorted_), AT_ONCE):
        txs = []
        for one in sorted_[i : i + AT_ONCE]:
            number += 1
            hlc = clock.tick(0, central.now_us() // 1000)
            txs.append(Tx(id=make_id(), tx=number, hlc=hlc, label="after a restore", ops=_ops(one)))
        request = PushRequest(device_epoch=device, server_epoch=epoch, schema_version=central.schema_version, txs=txs)
        body = request.model_dump_json(by_alias=True, exclude_defaults=True).encode()
        verdicts += push.accept(central, Actor(admin, device, is_admin=True), body).verdicts
    return verdicts


def _ops(one: LostRecord) -> list[Op]:
    name = one.entity.entity_name
    values = {key: value for key, value in one.values.items() if key != ARCHIVED and _is_writable(one, key)}
    if one.is_missing:
        return [Op(t=name, pk=one.pk, op="i", set={key: value for key, value in values.items() if value is not None})]
    ops = []
    if ARCHIVED in one.values and one.values[ARCHIVED] is None:
        ops.append(Op(t=name, pk=one.pk, op="u", set={ARCHIVED: None}, bv=one.version))
    if values:
        changed = {key: _change(one, key, value) for key, value in values.items()}
        base = {key: one.now[key] for key in values}
        ops.append(Op(t=name, pk=one.pk, op="u", set=changed, base=base, bv=one.version))
    if one.values.get(ARCHIVED) is not None:
        ops.append(Op(t=name, pk=one.pk, op="d", bv=one.version))
    return ops


def _is_writable(one: LostRecord, key: str) -> bool:
    policy = units(one.entity)[unit_of(one.entity, key)].policy
    return policy is not Merge.DV and (one.is_missing or policy is not Merge.AN)


def _change(one: LostRecord, key: str, value: Row) -> object:
    """Return what an update carries: of a set the members that are missing."""
    if units(one.entity)[unit_of(one.entity, key)].policy is Merge.SU:
        return {"add": sorted(set(value or ()) - set(one.now[key] or ())), "remove": []}
    return value
