"""Past values of one record, newest first: who, when, on which device, before and after."""

import orjson

from shared_models.base import Record
from shared_models.codec import Row
from shared_models.errors import ErrorCode
from shared_models.fields import column_of, columns, units
from shared_models.protocol import HistoryEntry, HistoryPage
from sync_server.db import feed
from sync_server.db.engine import Connection
from sync_server.services import sight
from sync_server.services.actor import Actor
from sync_server.services.central import Central
from sync_server.services.refusals import Refusal
from sync_server.services.sight import Sight
from sync_server.services.visibility import may_see

PAGE = 50
SAVE_LINES = 20_000
"""More than one save can write about one record: 500 ops of some 40 units."""


def page(central: Central, actor: Actor, entity: str, record: str, before: int | None) -> HistoryPage:
    """Return a page of history. before: seq of the last line of the page before. Raises Refusal R301, R305."""
    kind = central.registry.by_name.get(entity)
    if kind is None:
        raise Refusal(ErrorCode.R301, 404, "unknown entity")
    with sight.snapshot(central, actor) as sights:
        connection, seen = sights.connection, sights.now
        if not may_see(central, connection, seen, entity, record):
            raise Refusal(ErrorCode.R305, 403, "not in view")
        found = feed.history(connection, central.tables, entity, record, before, PAGE + 1)
        is_last = len(found) <= PAGE
        if not is_last:
            found = _whole_saves(central, connection, entity, record, found)
    entries = [_entry(_open_part(kind, seen, line)) for line in found if not _is_hidden(kind, seen, line["unit"])]
    return HistoryPage(entries=entries, more=not is_last)


def _is_hidden(kind: type[Record], seen: Sight | None, unit: str) -> bool:
    """Whether a line tells of nothing but confidential fields that its reader may not see."""
    found = units(kind).get(unit)
    groups = {column_of(kind, name).col.right_group for name in found.fields} if found else set()
    return seen is not None and bool(groups) and groups <= seen.view.hidden


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


def _whole_saves(central: Central, connection: Connection, entity: str, record: str, found: list[Row]) -> list[Row]:
    """Leave out the save that the page cuts, since the next page begins below a seq; a save longer than a page comes whole."""
    cut = found[-1]["seq"]
    whole = [line for line in found if line["seq"] != cut]
    if whole:
        return whole
    return [
        line for line in feed.history(connection, central.tables, entity, record, cut + 1, SAVE_LINES) if line["seq"] == cut
    ]


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
            "typed_at": line["typed_at"],
            "arrived_at": line["arrived_at"],
            "kind": line["kind"],
        }
    )
