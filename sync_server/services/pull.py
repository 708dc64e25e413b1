"""Tells a device what is newer than its cursor: one page in one snapshot, or a long one in stages (PROTOCOL 7)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import orjson

from shared_models.base import Record
from shared_models.digest import Digest, combined
from shared_models.errors import ErrorCode
from shared_models.fields import wire_columns
from shared_models.protocol import PAGE_ROWS, WHOLE_ROWS
from shared_models.transport import PullRequest, UpToDate
from sync_server.db import digests, feed, ledger, timeline
from sync_server.db.engine import Connection
from sync_server.db.feed import WireRow
from sync_server.services import diagnosing, resync, sight, versions
from sync_server.services.actor import Actor
from sync_server.services.central import Central
from sync_server.services.refusals import Refusal
from sync_server.services.scoped_pull import Span
from sync_server.services.sight import Sights

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


@dataclass(frozen=True)
class _Asked:
    """One pull while it is answered."""

    central: Central
    actor: Actor
    request: PullRequest
    sights: Sights

    @property
    def connection(self) -> Connection:
        """Return the read snapshot that it is answered from."""
        return self.sights.connection

    @property
    def now(self) -> timeline.Clock:
        """Return where the sequence stands in it."""
        return self.sights.clock

    @cached_property
    def is_free(self) -> bool:
        """Whether the device's user sees everything now, and did so at its cursor and when a long pull began."""
        seqs = [self.request.cursor] if self.staged_upto is None else [self.request.cursor, self.staged_upto]
        return self.sights.now is None and all(self.sights.at(seq) is None for seq in seqs)

    @property
    def staged_upto(self) -> int | None:
        """Return the seq that a long pull is staged up to."""
        return None if self.request.after is None else _Place.parse(self.request.after).upto

    def span(self, since: int, upto: int | None = None) -> Span:
        """Return what lies between two cursors; without the second, up to now."""
        return Span(self.sights, since, self.now.seq if upto is None else upto)

    def has_lost_sight(self, since: int) -> bool:
        """Whether the device's user saw something at a cursor that he does not see now."""
        if self.sights.newest[0] <= since:  # his view is the same
            return False
        span = self.span(since)
        return bool(span.lost or span.hidden)

    def hidden(self, seq: int) -> frozenset[str]:
        """Return the confidential groups that are not sent in a page up to a seq."""
        seen = self.sights.at(seq)
        return frozenset() if seen is None else seen.view.hidden

    def digest(self) -> dict[str, Digest]:
        """Return the digest of each entity as the device's user sees it."""
        if self.sights.now is None:
            found = digests.read(self.connection, self.central.tables)
        else:
            found = sight.digest_of(self.central.registry, self.connection, self.central.tables, self.sights.now)
        version = versions.older(self.central, self.actor)
        return found if version is None else versions.digests_down(self.central.registry.evolution, version, found)


def open_page(central: Central, actor: Actor, request: PullRequest, page_rows: int | None = None) -> Iterator[bytes] | UpToDate:
    """Return the lines of the next page, or that nothing is newer. The page is read whole, so the snapshot is short.

    page_rows: most that one page holds, whatever the device takes; for tests of long pulls.
    Raises Refusal P203 for another server epoch, or where the device is to hear of an order, and P206 for a cursor that this timeline does not have.
    """
    diagnosing.heed(actor)
    resync.heed(central, actor, begins=not request.cursor and request.after is None)
    page = _page(central, actor, request, page_rows)
    version = versions.older(central, actor)
    if version is None or isinstance(page, UpToDate):
        return page
    return versions.lines_down(central.registry.evolution, version, page)


def _page(central: Central, actor: Actor, request: PullRequest, page_rows: int | None) -> Iterator[bytes] | UpToDate:
    with sight.snapshot(central, actor) as sights:
        asked = _Asked(central, actor, request, sights)
        now = asked.now
        if request.server_epoch != now.epoch:
            raise Refusal(ErrorCode.P203, 409, "another server epoch")
        if request.cursor > now.seq:
            raise Refusal(ErrorCode.P206, 409, f"cursor {request.cursor} is ahead of {now.seq}")
        cursor = request.cursor if request.after is None else None  # of a long pull it is where the pages stand
        central.sightings.note(actor.device_id, central.now_us(), cursor=cursor, report=request.report)
        # From cursor 0 there is always a page: a new device is complete with it, one of an older timeline lets go of its rows.
        if request.after is None and request.cursor == now.seq != 0:
            return UpToDate(combined(asked.digest()), now.safe_seq)
        held = _held(asked)
        place = _place(asked, (page_rows or _whole_rows(request)) + len(held))
        if place is not None:
            return iter(_staged(asked, place, page_rows or min(request.most or PAGE_ROWS, PAGE_ROWS)))
        return iter(_final(asked, held))


def is_whole(lines: Sequence[bytes]) -> bool:
    """Whether a page is all that is newer, and not the first of a long pull."""
    return orjson.loads(lines[-1])["after"] is None


def _whole_rows(request: PullRequest) -> int:
    """Return how much news comes in one page. A first sync has pages from the start: what has come is on the screen."""
    return request.most or (WHOLE_ROWS if request.cursor else PAGE_ROWS)


def _held(asked: _Asked) -> set[tuple[str, str]]:
    """Return the records that verdicts stand for; none in a long pull, which sends every row (PROTOCOL 7.3)."""
    request, device = asked.request, asked.actor.device_id
    if not request.cursor or request.after is not None:
        return set()
    return feed.held_exactly(asked.connection, asked.central.tables, device, request.device_epoch, request.cursor)


def _place(asked: _Asked, enough: int) -> _Place | None:
    """Return where a staged page begins, or None when the page is the only or the final one, which may concern `enough` rows."""
    request, now = asked.request, asked.now
    if request.after is not None:
        place = _Place.parse(request.after)
        if place.upto > now.seq:
            raise Refusal(ErrorCode.P206, 409, "unknown place")
        if not place.entity:
            return None
        if asked.has_lost_sight(place.upto):  # anyone could write a place: it opens nothing that was closed since
            raise Refusal(ErrorCode.P206, 409, "another view")
        return place
    changed = feed.count_changed(asked.connection, asked.central.tables, request.cursor, enough + 1)
    if changed <= enough and (asked.is_free or changed + asked.span(request.cursor).count(enough) <= enough):
        return None
    return _Place(now.seq, next(iter(asked.central.registry)).entity_name, "")


def _staged(asked: _Asked, place: _Place, page_rows: int) -> list[bytes]:
    """Return one page of a long pull: rows by entity and id, with versions above the cursor and up to the stage's end."""
    central, request, now = asked.central, asked.request, asked.now
    names = [entity.entity_name for entity in central.registry]
    span = None if asked.is_free else asked.span(request.cursor, place.upto)
    found: list[WireRow] = []
    following: _Place | None = None
    pk = place.pk
    for name in names[names.index(place.entity) if place.entity in names else 0 :]:
        enough = page_rows - len(found) + 1
        if span is None:
            part = feed.page(asked.connection, central.tables, name, pk, (request.cursor, place.upto), enough)
        else:
            part = span.page(name, pk, enough)
        if len(found) + len(part) > page_rows:
            found += part[: page_rows - len(found)]
            following = _Place(place.upto, found[-1].entity, found[-1].pk)
            break
        found += part
        pk = ""
    following = following or _Place(place.upto, "", "")
    return [
        _begin(central, request, place.upto, now, stage=True),
        *row_lines(central, found, asked.hidden(place.upto)),
        line({"k": "end", "cursor": request.cursor, "after": following.wire(), "commit": False, "more": True,
               "safe_seq": now.safe_seq}),
    ]  # fmt: skip


def _final(asked: _Asked, held: set[tuple[str, str]]) -> list[bytes]:
    """Return the page that makes a checkpoint: rows since the stage's end or the cursor, and all acks since the cursor."""
    central, request, now = asked.central, asked.request, asked.now
    acks = ledger.acks_since(
        asked.connection, central.tables, asked.actor.device_id, request.device_epoch, request.cursor, now.seq
    )
    lines = [_begin(central, request, now.seq, now, stage=False)]
    after = request.cursor if asked.staged_upto is None else asked.staged_upto
    if asked.is_free:
        changed = feed.changed(asked.connection, central.tables, after, now.seq)
        found = [one for one in changed if (one.entity, one.pk) not in held]
    else:
        lines += _gone(asked, [asked.span(seq) for seq in sorted({request.cursor, after})], [seq for _, _, seq, _ in acks])
        span = asked.span(after) if asked.staged_upto is None else replace(asked.span(after), is_behind_pages=True)
        found = list(span.news(held))
    lines += row_lines(central, found, asked.hidden(now.seq))
    if acks:
        lines.append(line({"k": "ack", "tx": [_ack(*ack) for ack in acks]}))
    digest = {name: one.wire() for name, one in asked.digest().items()}
    lines.append(
        line({"k": "end", "cursor": now.seq, "after": None, "commit": True, "more": False, "safe_seq": now.safe_seq,
               "digest": digest})
    )  # fmt: skip
    return lines


def _gone(asked: _Asked, spans: Sequence[Span], acked: Sequence[int]) -> Iterator[bytes]:
    """Yield the lines of what the device holds and its user sees no more. acked: seqs of its own txs that it hears of now."""
    hidden = sorted({group for span in spans if span.since for group in span.hidden})  # at cursor 0 a device holds nothing
    if hidden:
        yield line({"k": "hide", "groups": hidden})
    found: dict[str, set[str]] = {}
    for entity, pks in (one for span in spans for one in span.leaving(acked)):
        found.setdefault(entity, set()).update(pks)
    for entity, pks in found.items():
        ordered = sorted(pks)
        for i in range(0, len(ordered), LINE_ROWS):
            yield line({"k": "leave", "t": entity, "pks": ordered[i : i + LINE_ROWS]})


def _begin(central: Central, request: PullRequest, upto: int, now: timeline.Clock, *, stage: bool) -> bytes:
    return line(
        {"k": "begin", "from": request.cursor, "to": upto, "at": now.seq, "after": request.after, "stage": stage,
         "epoch": now.epoch, "schema": central.schema_version}
    )  # fmt: skip


def _ack(tx_id: str, verdict: str, seq: int, at: int) -> list[object]:
    parts = orjson.loads(verdict)
    return [tx_id, parts["v"], seq, at, (parts.get("error") or {}).get("code")]


def line(value: object) -> bytes:
    """Return one line of an NDJSON body."""
    return orjson.dumps(value) + b"\n"


def row_lines(central: Central, found: Iterable[WireRow], hidden: frozenset[str] = frozenset()) -> Iterator[bytes]:
    """Yield the rows as lines of one entity each, parents before children, by joining what is stored (`sync.md` 4).

    hidden: confidential groups whose columns are not sent.
    """
    groups = sorted(c.name for c in central.tables.row.c if c.name.startswith("part_"))
    by_entity: dict[str, list[WireRow]] = {}
    for one in found:
        by_entity.setdefault(one.entity, []).append(one)
    for entity in central.registry:
        mine = by_entity.get(entity.entity_name, [])
        for i in range(0, len(mine), LINE_ROWS):
            yield _rows_line(entity, groups, mine[i : i + LINE_ROWS], hidden)


def _rows_line(entity: type[Record], groups: list[str], found: list[WireRow], hidden: frozenset[str]) -> bytes:
    common, confidential = wire_columns(entity)
    names = [group.removeprefix("part_") for group in groups]
    cols = [*common, *(name for group in names if group not in hidden for name in confidential.get(group, ()))]
    head = orjson.dumps({"k": "rows", "t": entity.entity_name, "cols": cols, "v": [one.ver for one in found]}).decode()
    if len(cols) == len(common):
        arrays = ",".join([one.parts[0] or "[]" for one in found])
    else:
        shown = [0, *(place for place, group in enumerate(names, 1) if group not in hidden)]
        arrays = ",".join([joined(tuple(one.parts[place] for place in shown)) for one in found])
    return f'{head[:-1]},"rows":[{arrays}]}}\n'.encode()


def joined(parts: tuple[str | None, ...]) -> str:
    """Return one JSON array of a record's stored parts."""
    inner = [part[1:-1] for part in parts if part]
    return f"[{','.join(part for part in inner if part)}]"
