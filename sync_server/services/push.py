"""Takes in what a device did: one durable verdict for every transaction, all of a request in one database transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import orjson
from pydantic import ValidationError

from shared_models import clock
from shared_models.codec import Row, dumps
from shared_models.errors import ErrorCode
from shared_models.protocol import MAX_PUSH_BYTES, MAX_WITH_ANSWER, CodedError, Pending, PushAnswer, PushRequest, Tx, Verb
from shared_models.transport import PullRequest, UpToDate
from sync_server.db import devices, ledger, timeline
from sync_server.db.engine import Connection, Contended, StoreDown, Unstorable
from sync_server.db.ledger import Author
from sync_server.services import reconcile, settling, versions
from sync_server.services.actor import Actor
from sync_server.services.applying import Applying
from sync_server.services.authority import Authority
from sync_server.services.central import Central
from sync_server.services.checks import NotYet, check
from sync_server.services.pull import is_whole, open_page
from sync_server.services.refusals import Refusal
from sync_server.services.rulebook import changes_rules
from sync_server.services.shapes import FAULTS, Shape, Wrong, shapes_of
from sync_server.services.workspace import PROVISIONAL, Workspace, latest_edit_units

ATTEMPTS = 4
"""Times that a request is tried against other writers before the device is asked to come back."""


class Poison(Exception):
    """A tx failed in a way that nobody foresaw; the request is done again with that tx refused (PROTOCOL 6.2)."""

    def __init__(self, tx_id: str) -> None:
        """Name the tx."""
        super().__init__(tx_id)
        self.tx_id = tx_id


class _Decided(NamedTuple):
    """What a tx gets now. `place` is its place among those that get a verdict in this request: its seq, once it has one."""

    tx: Tx
    verb: Verb
    place: int
    cards: list[str]
    error: CodedError | None

    def verdict(self, before: int) -> Row:
        """Return the verdict as it is sent, with the seq that follows from the one before the request's first."""
        return {
            "id": self.tx.id,
            "tx": self.tx.tx,
            "v": self.verb,
            "seq": before + 1 + self.place,
            "conflicts": self.cards,
            "error": self.error and self.error.model_dump(mode="json"),
        }


@dataclass
class _Request:
    """One push while it is being carried out."""

    central: Central
    actor: Actor
    push: PushRequest
    shapes: Mapping[str, Shape]
    space: Workspace
    authority: Authority
    clock: timeline.Clock
    poisoned: frozenset[str]
    offset_ms: int
    limits: dict[str, int] = field(default_factory=dict)
    """Older server epoch -> highest version that its base versions can mean."""
    decided: list["_Decided | Row"] = field(default_factory=list)
    """What each tx got so far: now, or, for one that is repeated, the verdict that it got when it came first."""
    stored: list[Row] = field(default_factory=list)
    dead: list[Row] = field(default_factory=list)
    reissued: list[str] = field(default_factory=list)


def accept(central: Central, actor: Actor, body: bytes) -> PushAnswer:
    """Answer one push. body: JSON of `PushRequest`. Raises what `accept_json` raises."""
    answer, page = _answer(central, actor, body)
    return PushAnswer.model_validate({**answer, "page": [orjson.loads(line) for line in page]})


def accept_json(central: Central, actor: Actor, body: bytes) -> bytes:
    """Answer one push with the JSON of a `PushAnswer`: a thousand verdicts become no models on the way to the wire.

    Raises Refusal: P201 for what cannot be read, P202 for a schema version that is not supported, P203 for another server
    epoch, P205 for a known id with other content, L401 for a body that is too large, S502 when other writers never let go.
    """
    answer, page = _answer(central, actor, body)
    return orjson.dumps({**answer, "page": [orjson.Fragment(line) for line in page]} if page else answer)


def _answer(central: Central, actor: Actor, body: bytes) -> tuple[Row, list[bytes]]:
    """Return a `PushAnswer` as it is sent, and the lines of its page."""
    with central.store.preparing():
        sent = parse(body, central)
        push = versions.up(central.registry.evolution, sent)
        shapes = shapes_of(sent, push.txs, central.registry)
    try:
        answer = _accept(central, actor, push, shapes)
    except Unstorable:
        answer = _one_by_one(central, actor, push, shapes)
    except StoreDown as error:
        raise Refusal(ErrorCode.S502, 503, str(error), retry_after_s=5) from error
    return answer, _page(central, actor, push, answer)


def _page(central: Central, actor: Actor, push: PushRequest, answer: Row) -> list[bytes]:
    """Return what a device would get if it pulled now, where that is one small page; its verdicts are stored whatever happens here.

    A device that was lost pushes, and gets nothing.
    """
    last = max((verdict["seq"] for verdict in answer["verdicts"]), default=0)
    if actor.is_to_be_wiped or push.pull is None or not push.pull < last <= push.pull + MAX_WITH_ANSWER:
        return []
    request = PullRequest(push.pull, push.server_epoch, push.device_epoch, None, MAX_WITH_ANSWER)
    try:
        found = open_page(central, replace(actor, schema_version=push.schema_version), request)
    except (Refusal, Contended, StoreDown):
        return []
    lines = [] if isinstance(found, UpToDate) else list(found)
    return lines if lines and is_whole(lines) else []


def _one_by_one(central: Central, actor: Actor, push: PushRequest, shapes: Mapping[str, Shape]) -> Row:
    """Take the txs alone, to find the one that cannot be stored; what follows a gap or a used number is not taken."""
    verdicts: list[Row] = []
    for tx in push.txs:
        try:
            answer = _accept(central, actor, push.model_copy(update={"txs": [tx]}), shapes)
        except StoreDown as error:
            raise Refusal(ErrorCode.S502, 503, str(error), retry_after_s=5) from error
        verdicts += answer["verdicts"]
        if answer["reused"] or answer["expected_tx"] is not None:
            break
    return {**answer, "verdicts": [] if answer["reused"] else verdicts}


def _accept(central: Central, actor: Actor, push: PushRequest, shapes: Mapping[str, Shape]) -> Row:
    poisoned: frozenset[str] = frozenset()
    contended = 0
    while contended < ATTEMPTS:
        try:
            with central.store.write() as connection:
                return _carry_out(central, actor, push, shapes, connection, poisoned)
        except Poison as error:
            poisoned |= {error.tx_id}
        except Unstorable:
            if len(push.txs) > 1:
                raise
            if poisoned:
                raise Refusal(ErrorCode.S502, 503, "not even a refusal could be stored", retry_after_s=60) from None
            poisoned = frozenset({push.txs[0].id})
        except Contended:
            contended += 1
    raise Refusal(ErrorCode.S502, 503, "other writers kept the rows", retry_after_s=2)


def parse(body: bytes, central: Central) -> PushRequest:
    """Return the request of a body. Raises Refusal."""
    if len(body) > MAX_PUSH_BYTES + MAX_PUSH_BYTES // 4:
        raise Refusal(ErrorCode.L401, 413, f"{len(body)} bytes")
    try:
        push = PushRequest.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        is_size = first["type"] == "too_long"
        place = ".".join(str(part) for part in first["loc"])[:200]
        raise Refusal(ErrorCode.L403 if is_size else ErrorCode.P201, 422, f"{place}: {first['type']}") from None
    if len({tx.id for tx in push.txs}) < len(push.txs):
        raise Refusal(ErrorCode.P201, 422, "txs: one id twice")
    if any(place >= len(push.origins) for tx in push.txs for place in tx.after):
        raise Refusal(ErrorCode.P201, 422, "txs: after names no origin")
    if not central.registry.evolution.supports(push.schema_version):
        raise Refusal(ErrorCode.P202, 409, f"schema {push.schema_version}, here {central.schema_version}")
    return push


def _carry_out(
    central: Central,
    actor: Actor,
    push: PushRequest,
    shapes: Mapping[str, Shape],
    connection: Connection,
    poisoned: frozenset[str],
) -> Row:
    now = timeline.read(connection, central.tables)
    if push.server_epoch != now.epoch:
        raise Refusal(ErrorCode.P203, 409, "another server epoch")
    space = Workspace(central, connection, central.now_us())
    offset = devices.clock_offset_ms(connection, central.tables, actor.device_id)
    rules = central.rulebook.at(connection, central.tables, central.registry, now, space.at)
    authority = Authority(space, actor.user_id, actor.is_admin, rules)
    request = _Request(central, actor, push, shapes, space, authority, now, poisoned, offset)
    expected = ledger.expected(connection, central.tables, actor.device_id, push.device_epoch)
    known = ledger.answered(connection, central.tables, [tx.id for tx in push.txs])
    fresh = [tx for tx in push.txs if tx.id not in known]
    space.preload(fresh)
    authority.preload(fresh)
    number, gap, reused = expected, None, False
    for tx in push.txs:
        if tx.id in known:
            request.decided.append(_repeat(tx, shapes[tx.id], known[tx.id]))
        elif tx.tx < number:
            reused = True
            break
        elif tx.tx > number:
            gap = number
            break
        else:
            _take(request, tx)
        number += tx.tx == number
    before = 0
    if request.stored:
        before = settling.settle(space, actor.device_id, push.device_epoch, request.stored, request.dead, request.reissued)
    if number != expected:
        ledger.expect(connection, central.tables, actor.device_id, push.device_epoch, number)
    if push.left is not None:
        _note_left(request, push.left, [] if reused else push.txs[len(request.decided) :])
    return {
        "server_epoch": now.epoch,
        "device_epoch": push.device_epoch,
        "safe_seq": now.safe_seq,
        "verdicts": [] if reused else [_told(one, before) for one in request.decided],
        "expected_tx": gap,
        "reused": reused,
    }


def _note_left(request: _Request, left: Pending, unanswered: Sequence[Tx]) -> None:
    """Store what waits on the device from now on: what it did not send, and what was not taken."""
    saved = [clock.stamp_ms(tx.hlc) * 1000 for tx in unanswered]
    facts = {
        "pending": left.n + len(saved),
        "oldest_pending_at": min(saved if left.oldest is None else [*saved, left.oldest], default=None),
        "last_seen_at": request.space.at,
    }
    most = left.n + len(request.push.txs)
    request.central.sightings.note(request.actor.device_id, request.space.at, pending=most)
    devices.note(request.space.connection, request.central.tables, request.actor.device_id, facts)


def _repeat(tx: Tx, shape: Shape, stored: ledger.Answered) -> Row:
    """Return the verdict that a tx has had for ever (I4)."""
    if stored.req_hash != shape.hash:
        raise Refusal(ErrorCode.P205, 409, "a known transaction with another content")
    return {"conflicts": [], "error": None, **orjson.loads(stored.verdict), "tx": tx.tx, "seq": stored.seq}


def _take(request: _Request, tx: Tx) -> None:
    """Give one tx its verdict."""
    seq = PROVISIONAL + len(request.stored)
    error: CodedError | None = None
    cards: list[str] = []
    verb: Verb
    work, shape = _applying(request, tx, seq), request.shapes[tx.id]
    try:
        if tx.id in request.poisoned:
            verb, error = "rejected", CodedError(code=ErrorCode.S501)
        else:
            checked = check(work, request.authority, shape)
            work.hlc = _clamped(request, work, tx)
            author = Author(work.origin, request.actor.device_id, request.actor.user_id, work.hlc, request.space.at)
            request.space.authors[seq] = author
            verb = reconcile.apply(work, checked)
            # Only an applied tx is acknowledged in place of its rows (PROTOCOL 7.3), and one of an older version is not what
            # its device has.
            if verb != "applied" or tx.schema_version is not None:
                request.space.send_all(seq)
            cards = work.cards
            if changes_rules([op.t for op in tx.ops]):
                request.authority.renew()
    except Wrong as wrong:
        verb, error = "rejected", wrong.error
    except NotYet as not_yet:
        verb, error = "deferred", not_yet.error
    except FAULTS as fault:
        raise Poison(tx.id) from fault
    _note(request, work, _Decided(tx, verb, len(request.stored), cards, error), shape.hash)


def _applying(request: _Request, tx: Tx, seq: int) -> Applying:
    limit = None
    if tx.epoch is not None and tx.epoch != request.clock.epoch:
        if tx.epoch not in request.limits:
            connection, tables = request.space.connection, request.central.tables
            request.limits[tx.epoch] = timeline.restored_seq(connection, tables, tx.epoch)
        limit = request.limits[tx.epoch]
    return Applying(request.space, request.actor, tx, request.push.origins, seq, request.clock.epoch, limit, tx.hlc)


def _clamped(request: _Request, work: Applying, tx: Tx) -> int:
    """Return the stamp of a tx, corrected by the device's clock, never below what its author had seen (`sync.md` 1.1)."""
    seen, registry = 0, request.central.registry.by_name
    for op in tx.ops:
        latest = latest_edit_units(registry[op.t])
        units = op.set.keys() & latest if latest else ()
        found = request.space.get(op.t, op.pk) if units else None
        if found is None:
            continue
        for unit in units:
            version = found.version_of(unit)
            author = request.space.author(version)
            if author is not None and work.knew(version, work.base_version(op, unit)):
                seen = max(seen, author.hlc)
    return clock.clamp(tx.hlc, request.offset_ms, seen, request.space.at // 1000)


def _note(request: _Request, work: Applying, decided: _Decided, req_hash: str) -> None:
    """Remember a verdict for the answer and for the ledger; a refused tx goes to the dead letters with its content."""
    request.decided.append(decided)
    actor, at, tx = request.actor, request.space.at, decided.tx
    request.stored.append(
        {
            "tx_id": tx.id, "seq": work.seq, "origin": work.origin, "device": actor.device_id,
            "device_epoch": request.push.device_epoch, "number": tx.tx, "user": actor.user_id, "hlc": work.hlc, "at": at,
            "req_hash": req_hash, "verdict": _stored(decided),
        }
    )  # fmt: skip
    if decided.error is not None:
        request.dead.append(_letter(request, work, decided.verb, decided.error))
    elif tx.origin is not None:
        request.reissued.append(tx.origin)


def _stored(decided: _Decided) -> str:
    """Return a verdict as the ledger keeps it: without its seq, which has a column, and without empty parts."""
    parts: Row = {"id": decided.tx.id, "tx": decided.tx.tx, "v": decided.verb}
    if decided.cards:
        parts["conflicts"] = decided.cards
    if decided.error is not None:
        parts["error"] = decided.error.model_dump(mode="json", exclude_none=True)
    return orjson.dumps(parts).decode()


def _letter(request: _Request, work: Applying, verb: str, error: CodedError) -> Row:
    tx = work.tx
    body = tx.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    body["schema"] = request.central.schema_version  # read long after
    if tx.after:
        body["after"] = [request.push.origins[place] for place in tx.after]  # read long after its request is gone
    return {
        "tx_id": tx.id, "seq": work.seq, "origin": work.origin, "user": request.actor.user_id,
        "device": request.actor.device_id, "at": request.space.at, "verdict": verb,
        "error": error.model_dump_json(exclude_none=True), "body": dumps(body), "state": "open",
    }  # fmt: skip


def _told(decided: _Decided | Row, before: int) -> Row:
    """Return what a device is told of a tx. before: the seq before the request's first."""
    return decided.verdict(before) if isinstance(decided, _Decided) else decided
