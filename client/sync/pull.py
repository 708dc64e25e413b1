"""Third step: take in what is newer, page by page, whether or not the push went through."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from client.replica import epochs, file_purging, purging, settling
from client.replica.apply_remote import Outcome, apply_page
from client.replica.remote_page import RemotePage
from client.sync.conversation import Conversation, EpochChanged, Progress, Stopped
from client.sync.wire import Line, read_page
from shared_models.errors import ErrorCode, ProtocolFault, SyncError
from shared_models.protocol import PAGE_ROWS
from shared_models.transport import PullRequest, UpToDate

MAX_DEAD_ENDS = 3
"""Pages in a row that bring nothing forward before the round is given up: no endless rounds."""


@dataclass(frozen=True)
class Pulled:
    """What a pull ended with, for the proof: one figure of the whole view, or one per entity, or none."""

    rows: int = 0
    combined: str | None = None
    digests: dict[str, tuple[int, str]] | None = None


def pull_newer(talk: Conversation, first: Sequence[dict[str, Any]] = ()) -> Pulled:  # Any: what JSON gives
    """Pull until nothing is newer. Each page is kept once it is taken in, so a broken pull goes on where it was.

    first: lines of a page that came with the answer to a push; it is one like any other, and may be of no use.
    Raises EpochChanged, Stopped, or the SyncError of a request that failed.
    """
    taken, dead_ends = 0, 0
    while True:
        talk.stop_if_asked()
        facts = talk.replica.facts()
        answer = iter(first) if first else _ask(talk, facts)
        first = ()
        if answer is None:
            dead_ends += 1
        elif isinstance(answer, UpToDate):
            _note_safe(talk, answer.safe_seq)
            purging.purge(talk.replica)
            return Pulled(taken, combined=answer.digest)
        else:
            page = _read(talk, answer)
            outcome = apply_page(talk.replica, page)
            taken += sum(len(chunk.rows) for chunk in page.chunks)
            talk.tell(Progress(facts["stage_rows"] + taken))
            purging.purge(talk.replica)
            file_purging.purge(talk.replica)
            if outcome is Outcome.CHECKPOINT and not page.end.more:
                return Pulled(taken, digests=page.end.digest)
            dead_ends = 0 if _moved(talk, facts) else _dead_end(page, facts, dead_ends)
        if dead_ends >= MAX_DEAD_ENDS:
            raise ProtocolFault(None, "pages that lead nowhere")


def _ask(talk: Conversation, facts: Any) -> Iterator[Line] | UpToDate | None:  # Any: see `meta`
    """Send one pull; None when the server no longer knows our place, which was then given up.

    After a round that failed pages are small: each that comes is kept, and a large one may never come over a bad line.
    """
    after, most = facts["stage_after"], PAGE_ROWS if facts["failures"] else None
    cursor = facts["stage_cursor"] if after else facts["cursor"]
    report = talk.reporting.due()
    try:
        request = PullRequest(cursor, facts["server_epoch"], facts["device_epoch"], after, most, report)
        answer = talk.transport.pull(request)
        if report is not None:
            talk.reporting.told(report)
        return answer
    except SyncError as error:
        if error.code is ErrorCode.P203:
            raise EpochChanged from error
        if error.code is not ErrorCode.P206:
            raise
        with talk.replica.write(durable=True) as writing:
            if after and facts["complete"]:
                epochs.forget_stage(writing)
            else:  # what came first was loaded as it came, and may hold what this person sees no more
                epochs.load_anew(writing)
        return None


def _read(talk: Conversation, lines: Iterator[Line]) -> RemotePage:
    page = read_page(lines, talk.replica.registry, talk.loads, talk.should_stop, talk.schema_version)
    if page is None:
        raise Stopped
    return page


def _moved(talk: Conversation, before: Any) -> bool:  # Any: see `meta`
    """Whether the replica stands elsewhere than before the page."""
    now = talk.replica.facts()
    return any(now[key] != before[key] for key in ("cursor", "stage_after", "stage_cursor", "complete", "replace"))


def _dead_end(page: RemotePage, facts: Any, dead_ends: int) -> int:  # Any: see `meta`
    if page.begin.epoch != facts["server_epoch"]:
        raise EpochChanged
    return dead_ends + 1


def _note_safe(talk: Conversation, safe_seq: int) -> None:
    """Let go of what a backup holds, when an idle answer says that there is a newer one."""
    if safe_seq > talk.replica.facts()["safe_seq"]:
        with talk.replica.write(durable=False) as writing:
            settling.forget(writing, safe_seq, talk.now_ms() * 1000)
