"""Moves the bytes of files, beside the rounds of sync: neither waits for the other (PROTOCOL 17).

What is to be moved stands in the replica's table; a transfer that was cut, stopped or killed goes on from the place that the other
side names. So nothing here has to be remembered.
"""

import errno
import time
from collections.abc import Callable, Generator
from contextlib import closing, suppress
from typing import cast

from client.events import FilesChanged
from client.platform.pictures import thumbnail
from client.replica import blobs, file_purging
from client.replica.blobs import Policy, Transfer
from client.replica.content import Content, Growing, digest
from client.replica.replica import Replica
from client.sync.pace import Pace
from client.sync.states import State
from shared_models.errors import (
    Busy,
    ErrorCode,
    FileDamaged,
    FileTrouble,
    ProtocolFault,
    Refused,
    ReplicaError,
    ReplicaFull,
    SyncError,
    Unreachable,
)
from shared_models.transport import FileTransport

TELL_S = 0.25
"""Between two words about progress."""
FIRST_MS, MOST_MS = 2_000, 300_000
"""Wait after a failure of the network: it doubles from the first to the most."""
REFUSED_MS = blobs.LONGEST_MS
"""Wait after a refusal, and while this disk is full: what a person does about it takes a while."""
PASSING = ("", "Unreachable", "Busy", str(ErrorCode.S502), str(ErrorCode.S503), str(ErrorCode.P209))
"""Errors that are over once a round of sync has gone through. P209 again and again: each time another process of the server answered."""
TRIES = 3
"""Times that a file whose digest was wrong at the other end is sent or fetched again at once."""
NO_FILES = (State.OFFLINE, State.NEEDS_AUTH, State.NEEDS_UPGRADE)


class Interrupted(Exception):
    """The transfer is left for something else; it goes on from where it is."""


class Courier:
    """Moves files for one replica; one thread at a time."""

    def __init__(
        self,
        replica: Replica,
        transport: FileTransport,
        is_silent: Callable[[], bool] = lambda: False,
        is_metered: Callable[[], bool | None] = lambda: None,
    ) -> None:
        """is_silent: whether nothing may go now, as its person wants it. is_metered: as `client.platform.metered`."""
        self.replica, self._transport = replica, transport
        self._is_silent, self._is_metered = is_silent, is_metered
        self._stop, self._again, self._says_goodbye = False, False, False
        self._pace = Pace()
        self._told_at = 0.0

    def stop(self) -> None:
        """End what runs at the next piece, for good; from any thread."""
        self._stop = True

    def look_again(self) -> None:
        """Look after the next piece whether something else comes first now; from any thread."""
        self._again = True

    def run_once(self, *, early: bool = False) -> int:
        """Move all that is due; returns how many files went through. Never raises for the network, the server or a full disk.

        early: see `blobs.due`.
        """
        moved, self._says_goodbye = 0, early
        try:
            while self._may_go and (job := self._next(early=early)) is not None:
                moved += self._carry_out(job)
        except (SyncError, ReplicaError):  # it stands in the table, or the table cannot be written: later
            return moved
        return moved

    @property
    def _may_go(self) -> bool:
        """Whether anything may go now. A device that says goodbye asks nobody any more."""
        return not self._stop and (self._says_goodbye or not self._is_silent())

    def send_all(self) -> None:
        """Send every file that waits, before the device is emptied. Raises Unreachable while one of them could still go."""
        with self.replica.write(durable=False) as writing:
            blobs.release_all(writing.connection)
        self.run_once(early=True)
        with self.replica.reading() as reader:
            if blobs.may_still_go(reader, PASSING):
                raise Unreachable(None, "files that could not be sent")

    def is_possible(self) -> bool:
        """Whether files can go now: a round of sync came through, and nobody wants silence."""
        facts = self.replica.facts()
        is_met = facts["last_success_at"] is not None and State(facts["state"]) not in NO_FILES
        return is_met and not self._is_silent() and blobs.knows(self.replica.registry)

    def next_at(self) -> int | None:
        """Return when the next attempt is, ms since 1970 UTC; None while nothing waits for a time."""
        with self.replica.reading() as reader:
            return blobs.next_at(reader, self.replica.ids.now_ms())

    def forgive(self) -> None:
        """Let what the network stopped go on at once: a round of sync has just come through."""
        with self.replica.write(durable=False) as writing:
            blobs.release(writing.connection, PASSING)

    def policy(self) -> Policy:
        """Return what goes by itself now."""
        facts = self.replica.facts()
        is_cheap = bool(facts["files_metered"]) or not self._is_metered()
        return Policy(bool(facts["files_auto"]) and is_cheap, int(facts["files_up_to_mb"]) * 1_000_000, is_cheap)

    # -- one file -------------------------------------------------------------------------------------------------------

    def _next(self, *, early: bool) -> Transfer | None:
        self._again = False
        with self.replica.reading() as reader:
            return next(iter(blobs.due(reader, self.policy(), self.replica.ids.now_ms(), early=early)), None)

    def _carry_out(self, job: Transfer) -> bool:
        """Move one file; returns whether it went through. Raises Unreachable, Busy: nothing else would go either."""
        try:
            self._send(job) if job.is_up else self._fetch(job)
        except Interrupted:
            return False
        except FileTrouble as error:
            self._fail(job, str(error.code), REFUSED_MS)
            return False
        except (OSError, ReplicaFull) as error:
            is_full = isinstance(error, ReplicaFull) or error.errno in (errno.ENOSPC, errno.EDQUOT)
            self._fail(job, str(ErrorCode.D601 if is_full else ErrorCode.D606), REFUSED_MS)
            return False
        except (Unreachable, Busy) as error:
            self._pace.cut()
            wait = error.retry_after_s * 1000 if isinstance(error, Busy) else self._wait_ms(job)
            self._fail(job, str(error.code or type(error).__name__), int(min(wait, REFUSED_MS)))
            raise
        except (Refused, ProtocolFault) as error:
            wait = self._wait_ms(job) if error.code is ErrorCode.P209 else REFUSED_MS
            self._fail(job, str(error.code or type(error).__name__), int(wait))
            return False
        finally:
            self.replica.files.progress.pop(job.sha256, None)
            self.replica.events.publish(FilesChanged())
        return True

    def _send(self, job: Transfer) -> None:
        files, wrong, stuck, moved_to = self.replica.files, 0, 0, -1
        place = self._transport.announce_file(job.sha256, job.size)
        while not place.is_whole:
            self._tell(job, place.offset)
            self._heed()
            piece = _piece(files.content(job.sha256), place.offset, self._pace.size)
            try:
                place = self._transport.send_file(job.sha256, job.size, place.offset, piece)
                self._pace.went(len(piece))
                stuck = 0
            except Unreachable:
                self._pace.cut()
                now_at = self._transport.announce_file(job.sha256, job.size)  # raises where the network is gone
                if now_at.offset <= moved_to and not now_at.is_whole:
                    raise  # nothing came through since the last cut: later
                moved_to, place = now_at.offset, now_at
            except Refused as refusal:
                wrong, stuck = wrong + (refusal.code is ErrorCode.P210), stuck + 1
                if refusal.code not in (ErrorCode.P209, ErrorCode.P210) or max(wrong, stuck) >= TRIES:
                    raise
                if refusal.code is ErrorCode.P210:
                    self._check_own(job)
                place = self._transport.announce_file(job.sha256, job.size)
        with self.replica.write(durable=False) as writing:
            blobs.note_sent(writing.connection, job.sha256, self.replica.ids.now_ms())
        file_purging.purge(self.replica)  # of a row that has left

    def _check_own(self, job: Transfer) -> None:
        """Look whether the bytes here are still the file: a disk that loses some is no fault of the line. Raises OSError."""
        if digest(self.replica.files.content(job.sha256)) != job.sha256:
            raise OSError(errno.EIO, "not the bytes of the digest")

    def _fetch(self, job: Transfer) -> None:
        files, part = self.replica.files, self.replica.files.part(job.sha256)
        if not files.has(job.sha256):
            files.make_room(job.size)
            with self.replica.write(durable=False) as writing:
                blobs.note_fetching(writing.connection, job.sha256, job.size)
            for _ in range(TRIES):
                self._receive(job, part)
                if _is_file(part, job.sha256):
                    break
                part.remove()
            else:
                raise Refused(ErrorCode.P210, "not the bytes of the digest")
            part.finish(files.file(job.sha256).name)
        with files.turn:
            if not files.has(job.sha256):
                files.keep(part, job.sha256)
            with self.replica.write(durable=True) as writing:
                blobs.note_here(writing.connection, job.sha256, job.size)
                blobs.note_sent(writing.connection, job.sha256, self.replica.ids.now_ms())
        self._draw(job)

    def _receive(self, job: Transfer, part: Content) -> None:
        """Append what follows the part that is here, until the file is whole."""
        part.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        cut_at = -1
        with part.appending() as growing:
            while (start := growing.size) < job.size or not job.size:
                try:
                    self._append(job, growing, start)
                    break
                except Unreachable:
                    if growing.size <= max(start, cut_at):
                        raise
                    cut_at = growing.size

    def _append(self, job: Transfer, growing: Growing, start: int) -> None:
        pieces = cast("Generator[bytes]", self._transport.file_bytes(job.sha256, start))
        with closing(pieces):
            for piece in pieces:
                growing.write(piece)
                if growing.size > job.size:
                    raise ProtocolFault(None, "more bytes than the row names")
                self._tell(job, growing.size)
                self._heed()
        if growing.size < job.size:
            raise Unreachable(None, "the file broke off")

    def _draw(self, job: Transfer) -> None:
        """Make the small picture of a file that has come."""
        with self.replica.reading() as reader:
            mime = blobs.mime_of(reader, job.sha256)
        with self.replica.files.content(job.sha256).for_library() as source:
            picture = thumbnail(source, mime)
        if picture is not None:
            self.replica.files.put_picture(job.sha256, picture)

    # -- beside it --------------------------------------------------------------------------------------------------------

    def _heed(self) -> None:
        if self._again or not self._may_go:
            raise Interrupted

    def _tell(self, job: Transfer, done: int) -> None:
        self.replica.files.progress[job.sha256] = done / job.size if job.size else 1.0
        if (now := time.monotonic()) - self._told_at >= TELL_S:
            self._told_at = now
            self.replica.events.publish(FilesChanged())

    def _wait_ms(self, job: Transfer) -> float:
        with self.replica.reading() as reader:
            known = blobs.read(reader, [job.sha256]).get(job.sha256)
        return float(min(MOST_MS, FIRST_MS << min(known.attempts if known else 0, 10)))

    def _fail(self, job: Transfer, error: str, wait_ms: int) -> None:
        with suppress(ReplicaError), self.replica.write(durable=False) as writing:
            blobs.note_fetching(writing.connection, job.sha256, job.size)
            blobs.note_failed(writing.connection, job.sha256, error, self.replica.ids.now_ms() + wait_ms)


def _piece(content: Content, offset: int, size: int) -> bytes:
    with content.open() as file:
        file.seek(offset)
        return file.read(size)


def _is_file(part: Content, sha256: str) -> bool:
    """Whether what has come is the file."""
    try:
        return digest(part) == sha256
    except FileDamaged:
        return False
