"""Second step: offer what waits, oldest first, until everything has a verdict."""

from client.replica import change_log, epochs, meta, outbox, settling
from client.replica.outbox import Batch
from client.sync.conversation import Conversation, EpochChanged, Quarantined
from shared_models.errors import Busy, ErrorCode, NeedsSignIn, NeedsUpgrade, ProtocolFault, SyncError, Unreachable
from shared_models.protocol import MAX_TXS, PushAnswer

BLAMELESS = (Unreachable, Busy, NeedsSignIn, NeedsUpgrade)
"""Failures that say nothing about what was sent."""
MAX_IDLE_ANSWERS = 4
"""Answers in a row that bring nothing forward, before the round is given up: no endless rounds."""


def push_waiting(talk: Conversation) -> int:
    """Send every waiting tx; returns how many got a verdict. Whatever was answered before a failure is stored.

    Raises EpochChanged, Quarantined, or the SyncError of a request that failed.
    """
    answered, idle, size = 0, 0, MAX_TXS
    while True:
        talk.stop_if_asked()
        batch = _next_batch(talk, size)
        if not batch.ns:
            return answered
        try:
            taken = _take_answer(talk, _send(talk, batch))
        except SyncError as error:
            if error.code is not ErrorCode.L401 or size == 1:
                raise
            size = max(1, size // 4)
            continue
        answered, idle = answered + taken, 0 if taken else idle + 1
        if idle >= MAX_IDLE_ANSWERS:
            raise ProtocolFault(None, "answers without verdicts")


def _next_batch(talk: Conversation, size: int) -> Batch:
    """Put the next txs in flight; on the medium before they leave, as their content may not change afterwards."""
    with talk.replica.write(durable=True) as writing:
        if outbox.isolate_poison(writing) is not None:
            epochs.renumber(writing, talk.replica.ids)
        return outbox.take_batch(writing, talk.schema_version, size)


def _send(talk: Conversation, batch: Batch) -> PushAnswer:
    try:
        return talk.transport.push(batch.body)
    except SyncError as error:
        is_blameless = isinstance(error, BLAMELESS) or error.code in (ErrorCode.P203, ErrorCode.L401)
        if is_blameless:
            with talk.replica.write(durable=False) as writing:
                outbox.blameless(writing, batch)
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
        settling.settle_and_lay(writing, talk.replica.registry, facts["cursor"], now_us)
        settling.forget(writing, answer.safe_seq, now_us)
        return taken


def _has_gap(answer: PushAnswer, next_number: int) -> bool:
    """Whether the server waits for a number that this device will never send again under this epoch."""
    return answer.expected_tx is not None and not answer.verdicts and answer.expected_tx != next_number
