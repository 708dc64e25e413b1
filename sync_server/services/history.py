"""Past values of one record and of its parts, newest first: who, when, on which device, before and after."""

from collections.abc import Iterator

import orjson

from shared_models.base import Record
from shared_models.codec import Row
from shared_models.errors import ErrorCode
from shared_models.fields import column_of, columns, units
from shared_models.protocol import HistoryEntry, HistoryPage
from sync_server.db import past
from sync_server.db.engine import Connection
from sync_server.services import sight, versions
from sync_server.services.actor import Actor
from sync_server.services.central import Central
from sync_server.services.refusals import Refusal
from sync_server.services.sight import Sight
from sync_server.services.visibility import may_see

PAGE = 50
SAVE_LINES = 20_000
"""More than one save can write: 500 ops of some 40 units."""
Whose = list[tuple[type[Record], list[str]]]
"""Records of which a page tells, by entity: the one that was asked for, then its parts."""


def page(central: Central, actor: Actor, entity: str, record: str, before: int | None) -> HistoryPage:
    """Return a page of history. before: seq of the last line of the page before. Raises Refusal R301, R305."""
    kind = central.registry.by_name.get(entity)
    if kind is None:
        raise Refusal(ErrorCode.R301, 404, "unknown entity")
    with sight.snapshot(central, actor) as sights:
        connection, seen = sights.connection, sights.now
        if not may_see(central, connection, seen, entity, record):
            raise Refusal(ErrorCode.R305, 403, "not in view")
        whose: Whose = [(kind, [record]), *_parts(central, connection, seen, kind, record)]
        found = _lines(central, connection, seen, whose, (0, past.ALL if before is None else before), PAGE + 1)
        is_last = len(found) <= PAGE
        if not is_last:
            found = _whole_saves(central, connection, seen, whose, found)
    entries = [_entry(_open_part(central.registry.get(line["entity"]), seen, line)) for line in found]
    if (version := versions.older(central, actor)) is not None:
        entries = [versions.entry_down(central.registry.evolution, version, entry) for entry in entries]
    return HistoryPage(entries=entries, more=not is_last)


def _parts(
    central: Central, connection: Connection, seen: Sight | None, kind: type[Record], record: str
) -> Iterator[tuple[type[Record], list[str]]]:
    """Yield the parts of a record that its reader sees: those that name it now, whatever they named before."""
    for part, field in central.registry.children(kind):
        if seen is None or part.entity_name not in seen.view.unseen:
            found = past.parts(connection, central.tables, part, field, record)
            if pks := [pk for pk, cell in found if seen is None or seen.shows(part.entity_name, cell)]:
                yield part, pks


def _lines(
    central: Central, connection: Connection, seen: Sight | None, whose: Whose, seqs: tuple[int, int], limit: int
) -> list[Row]:
    """Return the newest lines that the reader may see, with seqs from the first up to below the second.

    Hidden ones do not count for the limit: else a page of nothing else would be empty, and the past before it out of reach.
    """
    found: list[Row] = []
    for place, (kind, pks) in enumerate(whose):
        unless = [past.MADE] if place and kind.listed_by else []
        unless += _hidden_units(kind, seen)
        found += past.lines(connection, central.tables, kind.entity_name, pks, seqs, limit, unless=unless)
    return past.newest(found, limit)


def _hidden_units(kind: type[Record], seen: Sight | None) -> list[str]:
    """Return the units that hold nothing but confidential fields that the reader may not see."""
    if seen is None or not seen.view.hidden:
        return []
    groups = {
        name: {column_of(kind, field).col.right_group for field in unit.fields}
        for name, unit in units(kind).items()
    }  # fmt: skip
    return [name for name, of in groups.items() if of <= seen.view.hidden]


def _open_part(kind: type[Record], seen: Sight | None, line: Row) -> Row:
    """Return a line without the confidential fields that its reader may not see: that of a new record has them all."""
    hidden = frozenset() if seen is None else seen.view.hidden
    names = {column.name for column in columns(kind) if column.col.right_group in hidden}
    if not names:
        return line
    return {**line, **{side: _without(line[side], names) for side in ("before", "after")}}


def _without(values: str | None, names: set[str]) -> str | None:
    if not values:
        return values
    return orjson.dumps({name: value for name, value in orjson.loads(values).items() if name not in names}).decode()


def _whole_saves(central: Central, connection: Connection, seen: Sight | None, whose: Whose, found: list[Row]) -> list[Row]:
    """Leave out the save that the page cuts, since the next page begins below a seq; a save longer than a page comes whole."""
    cut = found[-1]["seq"]
    whole = [line for line in found if line["seq"] != cut]
    return whole or _lines(central, connection, seen, whose, (cut, cut + 1), SAVE_LINES)


def _entry(line: dict[str, object]) -> HistoryEntry:
    return HistoryEntry.model_validate(
        {
            "seq": line["seq"],
            "entity": line["entity"],
            "record": line["record_id"],
            "unit": line["unit"],
            "before": orjson.loads(str(line["before"])) if line["before"] else None,
            "after": orjson.loads(str(line["after"])) if line["after"] else None,
            "by": line["by"],
            "device": line["device"],
            "tx": line["tx_id"],
            "typed_at": line["typed_at"],
            "arrived_at": line["arrived_at"],
            "kind": line["kind"],
        }
    )
