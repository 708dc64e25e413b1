"""Second step: offer what waits, oldest first, until everything has a verdict."""

from concurrent.futures import Future

from client.replica import change_log, epochs, meta, outbox, settling
from client.replica.outbox import NO_BATCH, Batch
from client.sync.conversation import Conversation, EpochChanged, Quarantined
from shared_models.errors import Busy, ErrorCode, NeedsSignIn, NeedsUpgrade, ProtocolFault, SyncError, Unreachable
from shared_models.protocol import PushAnswer

BLAMELESS = (Unreachable, Busy, NeedsSignIn, NeedsUpgrade)
"""Failures that say nothing about what was sent."""
MAX_IDLE_ANSWERS = 4
"""Answers in a row that bring nothing forward, before the round is given up: no endless rounds."""


def push_waiting(talk: Conversation) -> int:
    """Send every waiting tx; returns how many got a verdict. Whatever was answered before a failure is stored.

    While a batch is on its way, the next one is made ready; while that one is, the answer to the first is stored.
    Raises EpochChanged, Quarantined, or the SyncError of a request that failed.
    """
    answered, idle, size = 0, 0, talk.batch_txs
    batch = _next_batch(talk, size)
    under_way = _start(talk, batch)
    try:
        while batch.ns:
            following = _next_batch(talk, size, batch) if batch.more and size == talk.batch_txs else NO_BATCH
            try:
                answer = _result(talk, batch, under_way)
            except SyncError as error:
                _unsend(talk, following)
                if error.code is not ErrorCode.L401 or size == 1:
                    raise
                size = max(1, size // 4)
                batch = _next_batch(talk, size)
                under_way = _start(talk, batch)
                continue
            goes_on = bool(following.ns) and _answers_all(answer, batch)
            under_way = _start(talk, following) if goes_on else None
            taken = _take_answer(talk, answer)
            answered, idle = answered + taken, 0 if taken else idle + 1
            if idle >= MAX_IDLE_ANSWERS:
                raise ProtocolFault(None, "answers without verdicts")
            if not goes_on:
                _unsend(talk, following)
                talk.stop_if_asked()
                following = _next_batch(talk, size)
                under_way = _start(talk, following)
            batch = following
            talk.stop_if_asked()
        return answered
    finally:
        if under_way is not None:
            under_way.exception()  # a request that was started is not left alone with the connection


def _start(talk: Conversation, batch: Batch) -> "Future[PushAnswer] | None":
    return talk.start(lambda: talk.transport.push(batch.body)) if batch.ns else None


def _next_batch(talk: Conversation, size: int, under_way: Batch = NO_BATCH) -> Batch:
    """Put the next txs in flight; on the medium before they leave, as their content may not change afterwards."""
    with talk.replica.write(durable=True) as writing:
        if not under_way.ns and outbox.isolate_poison(writing) is not None:
            epochs.renumber(writing, talk.replica.ids)
        return outbox.take_batch(writing, talk.schema_version, size, under_way=under_way)


def _answers_all(answer: PushAnswer, batch: Batch) -> bool:
    """Whether the answer is to all of the batch, so that the numbers of the next one are what the server expects."""
    return len(answer.verdicts) == len(batch.ns) and answer.expected_tx is None and not answer.reused


def _unsend(talk: Conversation, batch: Batch) -> None:
    """Take back the attempt of a batch that was made ready and never left."""
    if batch.ns:
        with talk.replica.write(durable=False) as writing:
            outbox.blameless(writing, batch)


def _result(talk: Conversation, batch: Batch, under_way: "Future[PushAnswer] | None") -> PushAnswer:
    assert under_way is not None
    try:
        return under_way.result()
    except SyncError as error:
        is_blameless = isinstance(error, BLAMELESS) or error.code in (ErrorCode.P203, ErrorCode.L401)
        if is_blameless:
            _unsend(talk, batch)
        if error.code is ErrorCode.P203:
            raise EpochChanged from error
        if error.code is ErrorCode.P205:
            with talk.replica.write(durable=True) as writing:
                meta.put(writing.connection, {"quarantined": True})
            raise Quarantined(error.code, error.detail) from error
        raise


def _take_answer(talk: Conversation, answer: PushAnswer) -> int:
    """Store the verdicts; returns how many txs they answered. An answer of another numbering is not believed (trap 28)."""
    with talk.replica.write(durable=True) as writing:
        facts, taken = meta.get_all(writing.connection), 0
        if answer.server_epoch != facts["server_epoch"]:
            raise EpochChanged
        if answer.device_epoch != facts["device_epoch"]:
            return 0
        known = change_log.open_heads(writing.connection, [verdict.id for verdict in answer.verdicts])
        for verdict in answer.verdicts:
            tx = known.get(verdict.id)
            if tx is None or tx.state == "acked":
                continue
            error = verdict.error.model_dump(exclude_none=True, mode="json") if verdict.error else None
            cards = tuple(verdict.conflicts)
            settling.take_verdict(writing, tx.n, verdict.v, verdict.seq, cards=cards, error=error)
            taken += 1
        if answer.reused or _has_gap(answer, facts["next_number"]):
            epochs.renumber(writing, talk.replica.ids)
        now_us = talk.now_ms() * 1000
        if any(verdict.seq <= facts["cursor"] for verdict in answer.verdicts):  # repeated: their rows are here
            settling.settle_and_lay(writing, talk.replica.registry, facts["cursor"], now_us)
        if answer.safe_seq > facts["safe_seq"]:
            settling.forget(writing, answer.safe_seq, now_us)
        return taken


def _has_gap(answer: PushAnswer, next_number: int) -> bool:
    """Whether the server waits for a number that this device will never send again under this epoch."""
    return answer.expected_tx is not None and not answer.verdicts and answer.expected_tx != next_number
