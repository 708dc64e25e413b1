"""Tells a device what is newer than its cursor: one page in one snapshot, or a long one in stages (PROTOCOL 7)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import orjson

from shared_models.base import Record
from shared_models.digest import combined
from shared_models.errors import ErrorCode
from shared_models.fields import wire_columns
from shared_models.protocol import PAGE_ROWS
from shared_models.transport import PullRequest, UpToDate
from sync_server.db import digests, feed, ledger, timeline
from sync_server.db.engine import Connection
from sync_server.db.feed import WireRow
from sync_server.services.actor import Actor
from sync_server.services.central import Central
from sync_server.services.refusals import Refusal

LINE_ROWS = 1000
"""Rows in one line of a page: 300-500 KB at the longest notes."""


@dataclass(frozen=True)
class _Place:
    """Where a staged pull stands: the seq that it is staged up to, and the last row that was sent."""

    upto: int
    entity: str
    pk: str

    def wire(self) -> str:
        """Return the opaque form."""
        return f"{self.upto}|{self.entity}|{self.pk}"

    @classmethod
    def parse(cls, text: str) -> "_Place":
        """Return the place of its opaque form. Raises Refusal P206."""
        upto, _, rest = text.partition("|")
        entity, _, pk = rest.partition("|")
        if not (upto.isascii() and upto.isdigit()) or len(upto) > 18:
            raise Refusal(ErrorCode.P206, 409, "unknown place")
        return cls(int(upto), entity, pk)


def open_page(central: Central, actor: Actor, request: PullRequest, page_rows: int = PAGE_ROWS) -> Iterator[bytes] | UpToDate:
    """Return the lines of the next page, or that nothing is newer. The page is read whole, so the snapshot is short.

    Raises Refusal P203 for another server epoch and P206 for a cursor that this timeline does not have.
    """
    with central.store.read() as connection:
        now = timeline.read(connection, central.tables)
        if request.server_epoch != now.epoch:
            raise Refusal(ErrorCode.P203, 409, "another server epoch")
        if request.cursor > now.seq:
            raise Refusal(ErrorCode.P206, 409, f"cursor {request.cursor} is ahead of {now.seq}")
        # From cursor 0 there is always a page: a new device is complete with it, one of an older timeline lets go of its rows.
        if request.after is None and request.cursor == now.seq != 0:
            return UpToDate(combined(digests.read(connection, central.tables)), now.safe_seq)
        held = _held(central, connection, actor, request)
        place = _place(central, connection, request, now, page_rows + len(held))
        if place is not None:
            return iter(_staged(central, connection, request, now, place, page_rows))
        staged_upto = None if request.after is None else _Place.parse(request.after).upto
        return iter(_final(central, actor, connection, request, now, staged_upto, held))


def _held(central: Central, connection: Connection, actor: Actor, request: PullRequest) -> set[tuple[str, str]]:
    """Return the records that verdicts stand for; none in a long pull, which sends every row (PROTOCOL 7.3)."""
    if not request.cursor or request.after is not None:
        return set()
    return feed.held_exactly(connection, central.tables, actor.device_id, request.device_epoch, request.cursor)


def _place(central: Central, connection: Connection, request: PullRequest, now: timeline.Clock, enough: int) -> _Place | None:
    """Return where a staged page begins, or None when the page is the only or the final one, which may concern `enough` rows."""
    if request.after is not None:
        place = _Place.parse(request.after)
        if place.upto > now.seq:
            raise Refusal(ErrorCode.P206, 409, "unknown place")
        return place if place.entity else None
    if feed.count_changed(connection, central.tables, request.cursor, enough + 1) <= enough:
        return None
    return _Place(now.seq, next(iter(central.registry)).entity_name, "")


def _staged(
    central: Central, connection: Connection, request: PullRequest, now: timeline.Clock, place: _Place, page_rows: int
) -> list[bytes]:
    """Return one page of a long pull: rows by entity and id, with versions above the cursor and up to the stage's end."""
    names = [entity.entity_name for entity in central.registry]
    found: list[WireRow] = []
    following: _Place | None = None
    pk = place.pk
    for name in names[names.index(place.entity) if place.entity in names else 0 :]:
        part = feed.page(connection, central.tables, name, pk, (request.cursor, place.upto), page_rows - len(found) + 1)
        if len(found) + len(part) > page_rows:
            found += part[: page_rows - len(found)]
            following = _Place(place.upto, found[-1].entity, found[-1].pk)
            break
        found += part
        pk = ""
    following = following or _Place(place.upto, "", "")
    return [
        _begin(central, request, place.upto, now, stage=True),
        *row_lines(central, found),
        line({"k": "end", "cursor": request.cursor, "after": following.wire(), "commit": False, "more": True,
               "safe_seq": now.safe_seq}),
    ]  # fmt: skip


def _final(
    central: Central,
    actor: Actor,
    connection: Connection,
    request: PullRequest,
    now: timeline.Clock,
    staged_upto: int | None,
    held: set[tuple[str, str]],
) -> list[bytes]:
    """Return the page that makes a checkpoint: rows since the stage's end or the cursor, and all acks since the cursor."""
    tables, after = central.tables, request.cursor if staged_upto is None else staged_upto
    found = [one for one in feed.changed(connection, tables, after, now.seq) if (one.entity, one.pk) not in held]
    acks = ledger.acks_since(connection, tables, actor.device_id, request.device_epoch, request.cursor, now.seq)
    lines = [_begin(central, request, now.seq, now, stage=False), *row_lines(central, found)]
    if acks:
        lines.append(line({"k": "ack", "tx": [_ack(*ack) for ack in acks]}))
    digest = {name: one.wire() for name, one in digests.read(connection, tables).items()}
    lines.append(
        line({"k": "end", "cursor": now.seq, "after": None, "commit": True, "more": False, "safe_seq": now.safe_seq,
               "digest": digest})
    )  # fmt: skip
    return lines


def _begin(central: Central, request: PullRequest, upto: int, now: timeline.Clock, *, stage: bool) -> bytes:
    return line(
        {"k": "begin", "from": request.cursor, "to": upto, "after": request.after, "stage": stage, "epoch": now.epoch,
         "schema": central.schema_version}
    )  # fmt: skip


def _ack(tx_id: str, verdict: str, seq: int, at: int) -> list[object]:
    parts = orjson.loads(verdict)
    return [tx_id, parts["v"], seq, at, (parts.get("error") or {}).get("code")]


def line(value: object) -> bytes:
    """Return one line of an NDJSON body."""
    return orjson.dumps(value) + b"\n"


def row_lines(central: Central, found: Iterable[WireRow]) -> Iterator[bytes]:
    """Yield the rows as lines of one entity each, parents before children, by joining what is stored (`sync.md` 4)."""
    groups = sorted(c.name for c in central.tables.row.c if c.name.startswith("part_"))
    by_entity: dict[str, list[WireRow]] = {}
    for one in found:
        by_entity.setdefault(one.entity, []).append(one)
    for entity in central.registry:
        mine = by_entity.get(entity.entity_name, [])
        for i in range(0, len(mine), LINE_ROWS):
            yield _rows_line(entity, groups, mine[i : i + LINE_ROWS])


def _rows_line(entity: type[Record], groups: list[str], found: list[WireRow]) -> bytes:
    common, confidential = wire_columns(entity)
    cols = [*common, *(name for group in groups for name in confidential.get(group.removeprefix("part_"), ()))]
    head = orjson.dumps({"k": "rows", "t": entity.entity_name, "cols": cols, "v": [one.ver for one in found]}).decode()
    if len(cols) == len(common):
        arrays = ",".join([one.parts[0] or "[]" for one in found])
    else:
        arrays = ",".join([joined(one.parts) for one in found])
    return f'{head[:-1]},"rows":[{arrays}]}}\n'.encode()


def joined(parts: tuple[str | None, ...]) -> str:
    """Return one JSON array of a record's stored parts."""
    inner = [part[1:-1] for part in parts if part]
    return f"[{','.join(part for part in inner if part)}]"
