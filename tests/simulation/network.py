"""The way of one device to the server: it loses, repeats, delays and breaks off what goes through it, by seed or on demand."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

import sqlalchemy as sa

from shared_models.diagnostics import Diagnostics
from shared_models.errors import ErrorCode, NeedsSignIn, SyncError, Unreachable
from shared_models.protocol import DigestAnswer, DigestRequest, FetchRequest, HelloAnswer, HelloRequest, HistoryPage, PushAnswer
from shared_models.salvage import SalvageAnswer, SalvageRequest
from shared_models.snapshot import SnapshotAnswer, SnapshotRequest
from shared_models.transport import PullRequest, UpToDate
from sync_server.services import pull
from sync_server.services.local_transport import LocalTransport, as_sync_error
from sync_server.services.refusals import Refusal

T = TypeVar("T")
KEPT_REQUESTS = 6
"""Requests of a device that may still be under way when later ones have arrived."""
KEPT_PAGES = 4
"""The same of pages."""
SNAPSHOT_PIECE = 4096


class Killed(BaseException):
    """The process ends here, at this very statement. Not an Exception: nothing may catch it and go on."""


@dataclass
class ServerLife:
    """The server's process, which can be made to die in the middle of a request."""

    engine: sa.Engine
    left: int = 0
    """Statements until it dies, COMMIT counted."""
    is_dying: bool = False
    """Whether its steps are counted now."""
    begins: Callable[[], None] = lambda: None
    """What a new process does that takes the place of one that died."""

    @contextmanager
    def dying_after(self, left: int) -> Iterator[None]:
        """Let the process die at a statement of the block, if there are so many. Only then does anybody count them."""
        self.left, self.is_dying, had_events = left, True, self.engine._has_events
        watched = ("before_cursor_execute", "commit")
        for name in watched:
            sa.event.listen(self.engine, name, self._tick)
        try:
            yield
        finally:
            self.is_dying = False
            for name in watched:
                sa.event.remove(self.engine, name, self._tick)
            self.engine._has_events = had_events  # else every later statement looks for listeners: 3 % of a week

    @contextmanager
    def interrupted(self, happens: Callable[[], object], times: int) -> Iterator[None]:
        """Let something else happen between the first statements of the block, so many times."""
        left, had_events = times, self.engine._has_events
        is_busy = False

        def tick(*_: object) -> None:
            nonlocal left, is_busy
            if left and not is_busy:
                left, is_busy = left - 1, True
                happens()
                is_busy = False

        sa.event.listen(self.engine, "before_cursor_execute", tick)
        try:
            yield
        finally:
            sa.event.remove(self.engine, "before_cursor_execute", tick)
            self.engine._has_events = had_events

    def pass_by(self) -> None:
        """Take a step that is no statement, on a disk: it may die there, too."""
        if self.is_dying:
            self._tick()

    def _tick(self, *_: object) -> None:
        self.left -= 1
        if self.left == -1:
            raise Killed


@dataclass
class Network:
    """The way of one device to the server."""

    inner: LocalTransport
    random: Random
    is_calm: bool = False
    """Nothing happens by chance."""
    is_out: bool = False
    """The device was revoked: the server lets it in for nothing."""
    lost: frozenset[str] = frozenset()
    """What is lost on purpose: hello, push, push answer, pull, pull answer, snapshot end."""
    page_rows: int | None = None
    """Size of pulled pages; none: by chance."""
    late: PushAnswer | None = None
    """An answer that was long under way: the next push gets it, and does not arrive itself."""
    late_page: list[bytes] | None = None
    """The same of a page: it arrives in place of the next."""
    during: dict[str, Callable[[], object]] = field(default_factory=dict)
    """What happens once while a push is under way, or after a page that is not the last: `push`, `page`."""
    hands: Callable[[], None] | None = None
    """What the person does, who does not wait for a round to end."""
    verdicts: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    """(server epoch, tx id) -> verdict and seq as they were first answered (I4)."""
    broken: list[str] = field(default_factory=list)
    last_push: PushAnswer | None = None
    """The answer that arrived last."""
    last_answer: PushAnswer | None = None
    """The answer that was given last, whether or not it arrived."""
    pages: list[list[bytes]] = field(default_factory=list)
    """The pages that were answered last."""
    sent: list[bytes] = field(default_factory=list)
    server: ServerLife | None = None
    late_snapshot: tuple[SnapshotAnswer, bytes] | None = None
    """An offer that was long under way, and its file: the next question for one gets it."""
    files: dict[str, bytes] = field(default_factory=dict)
    """Name -> content of the snapshots that were asked for."""
    is_spoilt: bool = False
    """Whether what was fetched of a snapshot may hold other bytes than were sent."""

    def hello(self, request: HelloRequest) -> HelloAnswer:
        """Pass on."""
        return self._through("hello", lambda: self.inner.hello(request))

    def push(self, body: bytes) -> PushAnswer:
        """Pass on, sometimes twice or after an old request, sometimes answered by an old answer."""
        if self.late is not None:
            late, self.late = self.late, None
            return late
        self._old_request()
        self._happens("push")
        answer = self._through("push", lambda: self._send(body))
        if answer.page and ("pull" in self.lost or self.page_rows or self._by_chance(0.5)):
            answer = answer.model_copy(update={"page": []})  # a server that has much to do leaves it out
        old, self.last_push = self.last_push, answer
        return old if old is not None and self._by_chance(0.05) else answer

    def pull(self, request: PullRequest) -> Iterator[bytes] | UpToDate:
        """Pass on; pages are small, so that long pulls are common; a stream may break off, or be an old one."""
        size = self.page_rows or self.random.choice((4, 1000, 1000))
        answer = self._through("pull", lambda: self._ask(request, size))
        if isinstance(answer, UpToDate):
            return answer
        lines = list(answer)
        if b'"commit":false' in lines[-1]:
            self._happens("page")
        old, self.pages = self.pages, [*self.pages[1 - KEPT_PAGES :], lines]
        if self.late_page is not None:
            lines, self.late_page = self.late_page, None
        elif old and self._by_chance(0.05):
            lines = self.random.choice(old)
        if self._by_chance(0.08):
            return self._broken_off(lines[: self.random.randrange(len(lines))])
        return iter(lines)

    def history(self, entity: str, record: str, before: int | None) -> HistoryPage:
        """Pass on."""
        return self.inner.history(entity, record, before)

    def snapshot(self, request: SnapshotRequest) -> SnapshotAnswer:
        """Pass on."""
        if self.late_snapshot is not None:
            (offer, content), self.late_snapshot = self.late_snapshot, None
            self.files[str(offer.name)] = content
            return offer
        return self._through("snapshot", lambda: self.inner.snapshot(request))

    def snapshot_bytes(self, name: str, start: int) -> Iterator[bytes]:
        """Pass on in small pieces; it may break off at any byte, a byte may be another one, and the person saves meanwhile."""
        whole = self._through("snapshot bytes", lambda: self._file(name))[start:]
        self._happens("snapshot")
        if self._by_chance(0.1):
            place, self.is_spoilt = self.random.randrange(len(whole)), True
            whole = whole[:place] + bytes((whole[place] ^ 1,)) + whole[place + 1 :]
        is_cut = "snapshot end" in self.lost or self._by_chance(0.3)
        came = whole[: self.random.randrange(len(whole))] if is_cut else whole
        pieces = [came[i : i + SNAPSHOT_PIECE] for i in range(0, len(came), SNAPSHOT_PIECE)]
        return self._broken_off(pieces) if is_cut else iter(pieces)

    def _file(self, name: str) -> bytes:
        if name not in self.files:
            self.files[name] = b"".join(self.inner.snapshot_bytes(name, 0))
        return self.files[name]

    def digest(self, request: DigestRequest) -> DigestAnswer:
        """Pass on; the person saves something meanwhile."""
        answer = self._through("digest", lambda: self.inner.digest(request))
        self._happens("digest")
        return answer

    def fetch(self, request: FetchRequest) -> Iterator[bytes]:
        """Pass on; a stream may break off, and the person saves something meanwhile."""
        lines = list(self._through("fetch", lambda: self.inner.fetch(request)))
        self._happens("fetch")
        return self._broken_off(lines[: self.random.randrange(len(lines))]) if self._by_chance(0.08) else iter(lines)

    def salvage(self, request: SalvageRequest) -> SalvageAnswer:
        """Pass on; the person saves something meanwhile."""
        answer = self._through("salvage", lambda: self.inner.salvage(request))
        self._happens("salvage")
        return answer

    def send_diagnostics(self, found: Diagnostics) -> None:
        """Pass on."""
        self._through("send_diagnostics", lambda: self.inner.send_diagnostics(found))

    def deliver_again(self, body: bytes) -> None:
        """Let a request arrive that was sent long ago; nobody waits for its answer any more."""
        with suppress(SyncError):  # it may be of another timeline
            self._note(self.inner.push(body))

    def _send(self, body: bytes) -> PushAnswer:
        answer = self.last_answer = self.inner.push(body)
        self.sent = [*self.sent[1 - KEPT_REQUESTS :], body]
        self._note(answer)
        if self._by_chance(0.1):
            answer = self.inner.push(body)
            self._note(answer)
        return answer

    def _ask(self, request: PullRequest, size: int) -> Iterator[bytes] | UpToDate:
        try:
            return pull.open_page(self.inner.central, self.inner.actor, request, size)
        except Refusal as refusal:
            raise as_sync_error(refusal) from refusal

    def _old_request(self) -> None:
        if self.sent and "push" not in self.lost and self._by_chance(0.05):
            self.deliver_again(self.random.choice(self.sent))

    def _happens(self, moment: str) -> None:
        """Let the person, or a story, do something at this very moment."""
        if (happens := self.during.pop(moment, None)) is not None:
            happens()
        elif self.hands is not None and self._by_chance(0.1):
            self.hands()

    def _broken_off(self, lines: list[bytes]) -> Iterator[bytes]:
        yield from lines
        raise Unreachable(None, "the stream broke off")

    def _through(self, what: str, call: Callable[[], T]) -> T:
        if self.is_out:
            raise NeedsSignIn(ErrorCode.A104, "the device was revoked")
        if what in self.lost or self._by_chance(0.08):
            raise Unreachable(None, "the request was lost")
        life = self.server.dying_after(self.random.randrange(50)) if self._by_chance(0.04) and self.server else nullcontext()
        try:
            with life:
                answer = call()
        except Killed:
            if self.server is not None:
                self.server.begins()
            raise Unreachable(None, "the server died") from None
        if f"{what} answer" in self.lost or self._by_chance(0.12):
            raise Unreachable(None, "the answer was lost")
        return answer

    def _by_chance(self, probability: float) -> bool:
        return not self.is_calm and self.random.random() < probability

    def _note(self, answer: PushAnswer) -> None:
        for verdict in answer.verdicts:
            first = self.verdicts.setdefault((answer.server_epoch, verdict.id), (verdict.v, verdict.seq))
            if first != (verdict.v, verdict.seq):
                self.broken.append(f"I4 verdict of {verdict.id} changed from {first} to {(verdict.v, verdict.seq)}")
