"""Second step: offer what waits, oldest first, until everything has a verdict."""

from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, NamedTuple

from client.replica import change_log, epochs, meta, outbox, settling
from client.replica.outbox import NO_BATCH, Batch
from client.sync.conversation import Conversation, EpochChanged, Quarantined, Stopped
from shared_models.errors import (
    Busy,
    ErrorCode,
    NeedsSignIn,
    NeedsUpgrade,
    ProtocolFault,
    ReplicaError,
    SyncError,
    Unreachable,
)
from shared_models.protocol import PushAnswer

BLAMELESS = (Unreachable, Busy, NeedsSignIn, NeedsUpgrade)
"""Failures that say nothing about what was sent."""
MAX_IDLE_ANSWERS = 4
"""Answers in a row that bring nothing forward, before the round is given up: no endless rounds."""
FIRST_TXS = 250
"""Of many that wait, so many go first: while the server takes them in, the next batch, which is four times as large, is made ready."""
AHEAD = 2
"""Batches that are under way together, once a first one was answered: the server always has one to take in. Whatever becomes
of the first, the one behind it does no harm: its numbers only fit when all before them were taken."""


class Pushed(NamedTuple):
    """How a push ended."""

    answered: int = 0
    """Txs that got a verdict."""
    page: Sequence[dict[str, Any]] = ()
    """Lines of the pull that came with the last answer. Any: what JSON gives."""


def push_waiting(talk: Conversation) -> Pushed:
    """Send every waiting tx. Whatever was answered before a failure is stored.

    While batches are on their way, the next one is made ready and the last answer is stored.
    Raises EpochChanged, Quarantined, or the SyncError of a request that failed.
    """
    pipe = _Pipe(talk)
    try:
        pipe.send_first()
        while pipe.under_way:
            pipe.step()
        return Pushed(pipe.answered, pipe.page)
    except (SyncError, EpochChanged, Stopped):
        pipe.give_up()
        raise
    except ReplicaError:  # what was answered could not be stored: no fault of what was sent
        with suppress(ReplicaError):
            pipe.give_up(pipe.in_hand)
        raise
    finally:
        pipe.wait()


class _Sent(NamedTuple):
    """A batch on its way."""

    batch: Batch
    answer: "Future[PushAnswer]"
    is_behind: bool
    """Whether another was on its way when it went."""


class _Pipe:
    """The batches of one push that are under way, oldest first."""

    def __init__(self, talk: Conversation) -> None:
        self.talk, self.size = talk, talk.batch_txs
        self.under_way: list[_Sent] = []
        self.in_hand = NO_BATCH
        """The one whose answer came last."""
        self.answered = 0
        self.page: Sequence[dict[str, Any]] = ()
        """What came with the last answer. Any: what JSON gives."""
        self._idle = 0
        self._ready = NO_BATCH

    def send_first(self) -> None:
        """Send the first of all that wait, unless nothing does."""
        self._ready = _next_batch(self.talk, min(self.size, FIRST_TXS))
        self._send_ready()

    def step(self) -> None:
        """Take in the answer to the oldest batch, and let others follow."""
        self._make_ready()
        sent = self.under_way.pop(0)
        self.in_hand = sent.batch
        try:
            answer = _result(self.talk, sent.batch, sent.answer)
        except SyncError as error:
            if error.code is not ErrorCode.L401 or self.size == 1:
                raise
            self.size = max(1, self.size // 4)
            self._begin_again()
            return
        if sent.is_behind and answer.expected_tx is not None and not answer.verdicts:  # overtaken (PROTOCOL 6.7)
            self._begin_again(sent.batch)
            return
        goes_on = _answers_all(answer, sent.batch)
        if goes_on:
            self._send_ready()
        self._count(_take_answer(self.talk, answer))
        self.page = answer.page
        self.talk.stop_if_asked()
        if goes_on and 0 < len(self.under_way) < AHEAD:
            self._make_ready()
            self._send_ready()
        elif not self.under_way or not goes_on:
            self._begin_again()

    def give_up(self, *others: Batch) -> None:
        """Let go of all that went, or would have gone, behind a batch whose txs were not all taken: it will go again."""
        self.wait()
        _unsend(self.talk, *others, *(sent.batch for sent in self.under_way), self._ready)
        self.under_way.clear()
        self._ready = NO_BATCH

    def wait(self) -> None:
        """Wait until nothing is under way: a request that was started is not left alone with the connection."""
        for sent in self.under_way:
            sent.answer.exception()

    def _begin_again(self, *others: Batch) -> None:
        self.give_up(*others)
        self.send_first()

    def _make_ready(self) -> None:
        """Put together what goes behind the batches that are under way; smaller ones, after one too large, go alone."""
        if self.size == self.talk.batch_txs and self.under_way[-1].batch.more:
            self._ready = _next_batch(self.talk, self.size, [n for sent in self.under_way for n in sent.batch.ns])

    def _send_ready(self) -> None:
        batch, self._ready = self._ready, NO_BATCH
        if batch.ns:
            answer = self.talk.start(lambda: self.talk.transport.push(batch.body))
            self.under_way.append(_Sent(batch, answer, bool(self.under_way)))

    def _count(self, taken: int) -> None:
        self.answered, self._idle = self.answered + taken, 0 if taken else self._idle + 1
        if self._idle >= MAX_IDLE_ANSWERS:
            raise ProtocolFault(None, "answers without verdicts")


def _next_batch(talk: Conversation, size: int, under_way: Sequence[int] = ()) -> Batch:
    """Put the next txs in flight; on the medium before they leave, as their content may not change afterwards."""
    if not under_way and not _anything_waits(talk):  # nothing is written, then
        return NO_BATCH
    with talk.replica.write(durable=True) as writing:
        if not under_way and outbox.isolate_poison(writing) is not None:
            epochs.renumber(writing, talk.replica.ids)
            cursor = meta.get(writing.connection, "cursor")
            settling.settle_and_lay(writing, talk.replica.registry, cursor, talk.now_ms() * 1000)  # what stood behind it
        talk.replica.ids.end_run()
        return outbox.take_batch(writing, talk.schema_version, size, under_way=under_way)


def _anything_waits(talk: Conversation) -> bool:
    with talk.replica.reading() as reader:
        return outbox.has_pending(reader)


def _answers_all(answer: PushAnswer, batch: Batch) -> bool:
    """Whether the answer is to this batch and to all of it, so that the numbers of the next one are what the server expects."""
    return [verdict.id for verdict in answer.verdicts] == list(batch.ids) and answer.expected_tx is None and not answer.reused


def _unsend(talk: Conversation, *batches: Batch) -> None:
    """Take back the attempt of batches that never left, or of which nothing can be told."""
    if any(batch.ns for batch in batches):
        with talk.replica.write(durable=False) as writing:
            for batch in batches:
                outbox.blameless(writing, batch)


def _result(talk: Conversation, batch: Batch, under_way: "Future[PushAnswer]") -> PushAnswer:
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
