"""The device's own numbers for codes: blocks from the centre, and the provisional code where none is left (`shared_models.series`).

They belong to the device's epoch: a copy of a replica that got a fresh one does not give what the other goes on to give.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from client.replica import meta
from client.replica.driver import Connection
from shared_models.base import Record
from shared_models.codec import Row
from shared_models.protocol import Block, Leased
from shared_models.registry import Registry
from shared_models.series import LOW, code_of, number_of, provisional_code, series_of

Blocks = list[list[int]]
"""First, last and next number of each block, the oldest first; a block that is used up stays, for what was given of it."""
KEPT = 20
"""Blocks of one series that are remembered."""


def with_codes(connection: Connection, kind: type[Record], values: Row) -> Row:
    """Return the values of a new record with a code in every field of a series that was left empty."""
    given = dict(values)
    for name, series in series_of(kind).items():
        if not given.get(name):
            given[name] = _next(connection, kind.entity_name, series)
    return given


def held(facts: Mapping[str, Any], registry: Registry) -> dict[str, Leased]:  # Any: see `meta`
    """Return what the device holds of every series. facts: all of `meta`."""
    found = {kind.entity_name: _blocks(facts, kind.entity_name) for kind in registry if series_of(kind)}
    return {
        entity: Leased(
            left=sum(last + 1 - following for _, last, following in blocks),
            last=max((last for _, last, _ in blocks), default=0),
        )
        for entity, blocks in found.items()
    }


def is_short(facts: Mapping[str, Any], registry: Registry) -> bool:  # Any: see `meta`
    """Whether the centre is to be asked for numbers."""
    return any(one.left < LOW for one in held(facts, registry).values())


def take(connection: Connection, leases: Mapping[str, Sequence[Block]]) -> None:
    """Keep the blocks that the centre granted."""
    facts = meta.get_all(connection)
    granted = {entity: [[one.first, one.last, one.first] for one in blocks] for entity, blocks in leases.items() if blocks}
    if granted:
        known = {entity: blocks for entity, blocks in _of_epoch(facts).items() if entity not in granted}
        more = {entity: [*_blocks(facts, entity), *blocks][-KEPT:] for entity, blocks in granted.items()}
        _put(connection, facts, {**known, **more})


def is_given(connection: Connection, kind: type[Record], field: str, code: object) -> bool:
    """Whether the device gave a code from its blocks: nobody else does, so it will stay."""
    series = series_of(kind).get(field)
    number = number_of(series, code) if series and isinstance(code, str) else None
    blocks = _blocks(meta.get_all(connection), kind.entity_name) if number is not None else []
    return any(first <= number < following for first, _, following in blocks if number is not None)


def _next(connection: Connection, entity: str, series: str) -> str:
    facts = meta.get_all(connection)
    blocks = _blocks(facts, entity)
    for block in blocks:
        if block[2] <= block[1]:
            block[2] += 1
            _put(connection, facts, {**_of_epoch(facts), entity: blocks})
            return code_of(series, block[2] - 1)
    count = facts["provisional"] + 1
    meta.put(connection, {"provisional": count})
    return provisional_code(facts["device"] or facts["install"], count)


def _of_epoch(facts: Mapping[str, Any]) -> dict[str, Blocks]:  # Any: see `meta`
    kept: dict[str, Any] = facts["numbers"]
    return dict(kept["blocks"]) if kept.get("epoch") == facts["device_epoch"] else {}


def _blocks(facts: Mapping[str, Any], entity: str) -> Blocks:
    return [list(block) for block in _of_epoch(facts).get(entity, ())]


def _put(connection: Connection, facts: Mapping[str, Any], blocks: Mapping[str, Blocks]) -> None:
    meta.put(connection, {"numbers": {"epoch": facts["device_epoch"], "blocks": blocks}})
