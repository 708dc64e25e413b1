"""Past values of one record, newest first: who, when, on which device, before and after."""

import orjson

from shared_models.errors import ErrorCode
from shared_models.protocol import HistoryEntry, HistoryPage
from sync_server.db import feed
from sync_server.services.actor import Actor
from sync_server.services.central import Central
from sync_server.services.refusals import Refusal
from sync_server.services.visibility import may_see

PAGE = 50


def page(central: Central, actor: Actor, entity: str, record: str, before: int | None) -> HistoryPage:
    """Return a page of history. before: seq of the last line of the page before. Raises Refusal R301, R305."""
    kind = central.registry.by_name.get(entity)
    if kind is None:
        raise Refusal(ErrorCode.R301, 404, "unknown entity")
    if not may_see(actor, kind, record):
        raise Refusal(ErrorCode.R305, 403, "not in view")
    with central.store.read() as connection:
        found = feed.history(connection, central.tables, entity, record, before, PAGE + 1)
    while len(found) > PAGE and found[-1]["seq"] == found[PAGE - 1]["seq"] and found[0]["seq"] != found[-1]["seq"]:
        found = [line for line in found if line["seq"] != found[-1]["seq"]]
        return HistoryPage(entries=[_entry(line) for line in found], more=True)
    return HistoryPage(entries=[_entry(line) for line in found[:PAGE]], more=len(found) > PAGE)


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
