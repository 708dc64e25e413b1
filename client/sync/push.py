"""Second step: offer what waits, oldest first, until everything has a verdict."""

from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress

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
AHEAD = 2
"""Batches that are under way together, once a first one was answered: the server always has one to take in. Whatever becomes
of the first, the one behind it does no harm: its numbers only fit when all before them were taken."""


def push_waiting(talk: Conversation) -> int:
    """Send every waiting tx; returns how many got a verdict. Whatever was answered before a failure is stored.

    While batches are on their way, the next one is made ready and the last answer is stored.
    Raises EpochChanged, Quarantined, or the SyncError of a request that failed.
    """
    answered, idle, size = 0, 0, talk.batch_txs
    pipe = _Pipe(talk)
    try:
        pipe.send(size)
        while pipe.batches:
            if size == talk.batch_txs:
                pipe.make_ready(size)
            try:
                batch, answer = pipe.take_in()
            except SyncError as error:
                if error.code is not ErrorCode.L401 or size == 1:
                    raise
                pipe.give_up()
                size = max(1, size // 4)
                pipe.send(size)
                continue
            if pipe.was_behind and answer.expected_tx is not None and not answer.verdicts:  # overtaken (PROTOCOL 6.7)
                pipe.give_up(batch)
                pipe.send(size)
                continue
            goes_on = _answers_all(answer, batch)
            if goes_on:
                pipe.send_ready()
            taken = _take_answer(talk, answer)
            answered, idle = answered + taken, 0 if taken else idle + 1
            if idle >= MAX_IDLE_ANSWERS:
                raise ProtocolFault(None, "answers without verdicts")
            talk.stop_if_asked()
            if not goes_on:
                pipe.give_up()
            elif 0 < len(pipe.batches) < AHEAD:
                pipe.make_ready(size)
                pipe.send_ready()
            if not pipe.batches:
                pipe.send(size)
        return answered
    except (SyncError, EpochChanged, Stopped):
        pipe.give_up()
        raise
    except ReplicaError:  # what was answered could not be stored: no fault of what was sent
        with suppress(ReplicaError):
            pipe.give_up(*pipe.in_hand)
        raise
    finally:
        pipe.wait()


class _Pipe:
    """The batches of one push that are under way, oldest first."""

    def __init__(self, talk: Conversation) -> None:
        self.talk = talk
        self.batches: list[Batch] = []
        self.in_hand: list[Batch] = []
        """The one whose answer came last."""
        self.was_behind = False
        """Whether that one was sent while another was under way."""
        self._ready = NO_BATCH
        self._answers: list[tuple[Future[PushAnswer], bool]] = []

    def send(self, size: int) -> None:
        """Send the first of all that wait, unless nothing does."""
        self._ready = _next_batch(self.talk, size)
        self.send_ready()

    def make_ready(self, size: int) -> None:
        """Put together what goes behind the batches that are under way."""
        if self.batches[-1].more:
            self._ready = _next_batch(self.talk, size, [n for batch in self.batches for n in batch.ns])

    def send_ready(self) -> None:
        """Send the batch that is ready, if there is one."""
        batch, self._ready = self._ready, NO_BATCH
        if batch.ns:
            answer = self.talk.start(lambda: self.talk.transport.push(batch.body))
            self._answers.append((answer, bool(self.batches)))
            self.batches.append(batch)

    def take_in(self) -> tuple[Batch, PushAnswer]:
        """Wait for the answer to the oldest batch. Raises what `_result` raises; the batch is no longer under way then, too."""
        batch = self.batches.pop(0)
        answer, self.was_behind = self._answers.pop(0)
        self.in_hand = [batch]
        return batch, _result(self.talk, batch, answer)

    def give_up(self, *others: Batch) -> None:
        """Let go of all that went, or would have gone, behind a batch whose txs were not all taken: it will go again."""
        self.wait()
        _unsend(self.talk, *others, *self.batches, self._ready)
        self.batches.clear()
        self._answers.clear()
        self._ready = NO_BATCH

    def wait(self) -> None:
        """Wait until nothing is under way: a request that was started is not left alone with the connection."""
        for answer, _ in self._answers:
            answer.exception()


def _next_batch(talk: Conversation, size: int, under_way: Sequence[int] = ()) -> Batch:
    """Put the next txs in flight; on the medium before they leave, as their content may not change afterwards."""
    with talk.replica.write(durable=True) as writing:
        if not under_way and outbox.isolate_poison(writing) is not None:
            epochs.renumber(writing, talk.replica.ids)
        return outbox.take_batch(writing, talk.schema_version, size, under_way=under_way)


def _answers_all(answer: PushAnswer, batch: Batch) -> bool:
    """Whether the answer is to all of the batch, so that the numbers of the next one are what the server expects."""
    return len(answer.verdicts) == len(batch.ns) and answer.expected_tx is None and not answer.reused


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
