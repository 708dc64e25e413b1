"""Where sync stands, in the words of the screens: the pill, the Sync page, what waits and what was sent."""

from client.replica import change_log, digests, integrity, left
from client.replica.replica import Replica
from client.sync.states import State
from client.sync.status import SyncStatus as EngineStatus
from client.usecases import documents
from client.usecases.causes import cause
from client.usecases.sync_answers import Found, Left, Link, Proof, Queue, SentItem, SyncStatus, WaitingItem, WaitingState
from shared_models.digest import combined

SENT_SHOWN = 20
FOUND_SHOWN, FOUND_DAYS = 4, 30
"""Incidents that the page tells of, the newest of so many days; and what left the lists in these."""
DAY_US = 86_400_000_000
LINKS: dict[State, Link] = {
    State.IDLE: "idle",
    State.HELLO: "syncing",
    State.PUSH: "syncing",
    State.PULL: "syncing",
    State.VERIFY: "syncing",
    State.BOOTSTRAPPING: "loading",
    State.OFFLINE: "offline",
    State.NEEDS_AUTH: "needs_sign_in",
    State.NEEDS_UPGRADE: "needs_upgrade",
    State.QUARANTINED: "quarantined",
}
NO_CONNECTION = "Unreachable"


def status(replica: Replica, engine: EngineStatus, *, is_paused: bool, to_read: int = 0) -> SyncStatus:
    """Return the engine's state for the screens. Times become microseconds. to_read: news of the inbox, which the engine has not."""
    link: Link = LINKS[engine.state]
    if engine.paused:
        link = "work_offline"
    elif is_paused:
        link = "paused"
    is_failing = engine.failures > 0
    return SyncStatus(
        link=link,
        waiting=engine.waiting,
        needs_you=engine.needs_you + to_read,
        last_ok_at=_us(engine.last_success_at),
        offline_since=_us(engine.last_success_at or engine.last_error_at) if link == "offline" else None,
        next_attempt_at=None if link in ("paused", "work_offline") else _us(engine.next_attempt_at),
        cause=cause(engine.last_error) if is_failing and engine.last_error and engine.last_error != NO_CONNECTION else None,
        loaded_rows=engine.loading.rows,
        total_rows=engine.loading.total_rows,
        proof=_proof(replica, engine),
        found=_found(replica),
        size_bytes=replica.size_bytes,
        left=_left(replica),
        files=documents.waiting(replica),
    )


def _left(replica: Replica) -> Left | None:
    """Return what left the lists in the last days."""
    known = replica.facts()["left"]
    if not known or known["at"] < replica.ids.now_ms() * 1000 - FOUND_DAYS * DAY_US:
        return None
    return Left(known["rows"], known["at"], known["told"])


def note_left_told(replica: Replica) -> None:
    """Note that the reader was told what left his lists."""
    with replica.write(durable=False) as writing:
        left.note_told(writing)


def _us(ms: int | None) -> int | None:
    return None if ms is None else ms * 1000


def _found(replica: Replica) -> tuple[Found, ...]:
    with replica.reading() as reader:
        since = replica.ids.now_ms() * 1000 - FOUND_DAYS * DAY_US
        return tuple(Found(one.kind, one.entity, one.rows, one.at) for one in integrity.newest(reader, since, FOUND_SHOWN))


def _proof(replica: Replica, engine: EngineStatus) -> Proof | None:
    if engine.is_proved is None or engine.last_success_at is None:
        return None
    with replica.reading() as reader:
        found = digests.stored(reader)
    rows = {entity: digest.rows for entity, digest in found.items() if digest.rows}
    return Proof(engine.last_success_at * 1000, rows, combined(found), engine.differing)


def queue(replica: Replica, now_ms: int) -> Queue:
    """Return what waits, oldest first, and the newest of what was sent in the last day."""
    since = now_ms * 1000 - DAY_US
    with replica.reading() as reader:
        unsettled = change_log.select(reader, change_log.UNSETTLED)
        settled = change_log.select(reader, "state = 'settled' AND settled_at >= ?", (since,))
        waiting = tuple(
            WaitingItem(
                tx=tx.id,
                label=tx.label,
                entity=ops[0].t if ops else "",
                record=ops[0].pk if ops else "",
                saved_at=tx.saved_at,
                state=_state(tx.state),
                size_bytes=sum(len(op.model_dump_json(exclude_defaults=True)) for op in ops),
            )
            for tx in unsettled
            for ops in [change_log.ops(reader, tx.n)]
        )
    taken = [tx for tx in settled if tx.verdict in ("applied", "merged", "conflict")]
    sent = tuple(SentItem(tx.id, tx.label, tx.at or tx.saved_at) for tx in reversed(taken[-SENT_SHOWN:]))
    return Queue(waiting, sent, len(taken))


def _state(state: str) -> WaitingState:
    found: dict[str, WaitingState] = {"pending": "pending", "inflight": "inflight", "acked": "acked", "isolated": "isolated"}
    return found[state]
