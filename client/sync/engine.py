"""One round of synchronisation, as a story: hello, push, pull, verify. Where and when rounds happen: `scheduler`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from client.config import FirstSync, SyncTimes
from client.events import DeviceWiped, SyncStatusChanged
from client.platform.form import Form
from client.replica import epochs, numbers, standing
from client.replica.replica import Replica
from client.sync import bootstrap, wiping
from client.sync.ahead import Start, at_once
from client.sync.audit import Audit, Tell, whole
from client.sync.conversation import Conversation, EpochChanged, Progress, Quarantined, Stopped
from client.sync.hello import say_hello
from client.sync.pull import Pulled, pull_newer
from client.sync.push import Pushed, push_waiting
from client.sync.reporting import Reporting
from client.sync.salvaging import tell_lost_time
from client.sync.scheduler import Scheduler, words_of
from client.sync.states import RESTING, Event, State
from client.sync.status import SyncStatus, status_of
from client.sync.trail import Trail
from client.sync.verify import Proof, prove
from client.sync.wire import fastest_loads
from shared_models.errors import Busy, ErrorCode, NeedsSignIn, NeedsUpgrade, ReplicaError, SyncError, Unreachable
from shared_models.protocol import MAX_TXS
from shared_models.transport import Transport

MAX_HELLOS = 3
"""Times that one round may begin again because the centre's timeline changed under it."""


@dataclass(frozen=True)
class RoundResult:
    """How a round ended. error: what made it end early, or what the push met although the pull went through."""

    state: State
    answered: int = 0
    """Txs that got a verdict."""
    rows: int = 0
    """Rows that came down."""
    proof: Proof | None = None
    error: Exception | None = None
    stopped: bool = False

    @property
    def is_clean(self) -> bool:
        """Return whether every step went through."""
        return self.error is None and not self.stopped


class SyncEngine:
    """Holds the conversation of one replica with one server. Blocking; used by one thread at a time (`worker`)."""

    def __init__(
        self,
        replica: Replica,
        transport: Transport,
        *,
        random: Random,
        app: str = "fieldfare",
        times: SyncTimes | None = None,
        start: Start = at_once,
        batch_txs: int = MAX_TXS,
        first_sync: FirstSync | None = None,
        form: Form = "desktop",
        wiped: Callable[[], None] = lambda: None,
    ) -> None:
        """form: what kind of device it is. wiped: removes the account from the device, once the replica was emptied because the device was lost."""
        self.replica, self._wiped = replica, wiped
        self.scheduler = Scheduler(replica, times or SyncTimes(), random)
        self.send_files: Callable[[], None] = lambda: None
        """Sends the files of a device that is to be wiped (`Courier.send_all`)."""
        self._state, self._hello_due, self._stop, self._progress = State.IDLE, True, False, Progress()
        self._is_left_short = False
        """Whether the server was asked for numbers of codes and gave none: it is asked again with the next hello."""
        self._greeted_as: str | None = None
        """The device that said hello last: who signs in again may be another one, of which the server knows nothing yet."""
        self._talk = Conversation(
            replica,
            transport,
            app,
            replica.registry.evolution.newest,
            fastest_loads(),
            lambda: self._stop,
            Reporting(replica, form),
            self._take_progress,
            start,
            batch_txs,
            first_sync or FirstSync(),
        )

    def run_once(self) -> RoundResult:
        """Run one round to its end and arm the next attempt. Never raises for the network, the server or a full disk.

        What it raises is a mistake in our own code; the next attempt is armed all the same.
        """
        self._progress = Progress()
        try:
            self._hello_due |= not self._is_left_short and self._is_short()
            self._hello_due |= self.replica.facts()["device"] != self._greeted_as
            self._enter(self.scheduler.begin(hello_due=self._hello_due))
            result = self._with_fresh_starts()
        except (SyncError, ReplicaError) as error:
            self._move(event_of(error))
            result = RoundResult(self._rest(), error=error)
        except Stopped:
            self._enter(State.IDLE)
            result = RoundResult(State.IDLE, stopped=True)
        except Exception as error:
            self._break_off(error)
            raise
        except BaseException:
            self.scheduler.abandon()  # the program is told to end: nothing more is written
            raise
        finally:
            self._stop = False
        self._hello_due = not result.is_clean and not result.stopped
        if result.error is not None:
            self._talk.trail.note(result.state, words_of(result.error))
        self.scheduler.end(result.state, result.error, stopped=result.stopped)
        self.replica.events.publish(SyncStatusChanged())
        return result

    def stop(self) -> None:
        """End the running round at the next safe place; may be called from another thread. What was taken in is kept."""
        self._stop = True

    def lift_quarantine(self) -> None:
        """A person has looked: what was under way is sent again, under new ids."""
        with self.replica.write(durable=True) as writing:
            epochs.lift_quarantine(writing, self.replica.ids)
        self.scheduler.on(Event.RELEASED)

    def say_last_word(self) -> None:
        """Tell the centre that the device goes silent because its person wants it to; on any thread. Raises SyncError, ReplicaError."""
        self._talk.reporting.say_last_word(self._talk.transport)

    def audit(self, tell: Tell) -> Audit:
        """Compare every row with the centre's, after a clean round (`audit.whole`). Raises SyncError, ReplicaError, Stopped."""
        try:
            return whole(self._talk, tell)
        except EpochChanged:
            raise Unreachable(None, "the server's epoch changed") from None
        finally:
            self._stop = False

    @property
    def trail(self) -> Trail:
        """Return the states that it passed through of late."""
        return self._talk.trail

    def status(self) -> SyncStatus:
        """Return what a screen shows: what waits, since when, why, the next attempt, the proof, progress of a long pull."""
        return status_of(self.replica, self._state, self._progress, self.scheduler.unwritten_at)

    # -- the story -------------------------------------------------------------------------------------------------------

    def _with_fresh_starts(self) -> RoundResult:
        for _ in range(MAX_HELLOS):
            try:
                return self._round()
            except SyncError as order:
                if order.code is ErrorCode.A107:
                    self._be_wiped()
                raise
            except EpochChanged:
                self._move(Event.EPOCH_CHANGED)
                self._hello_due = True
        raise Unreachable(None, "the server's epoch changed again and again")

    def _round(self) -> RoundResult:
        if self._hello_due or self.replica.facts()["server_epoch"] is None:
            self._enter(State.HELLO)
            say_hello(self._talk)  # its answer names the device
            self._hello_due, self._greeted_as = False, self.replica.facts()["device"]
            self._is_left_short = self._is_short()
            if self.replica.facts()["lost_time"]:
                tell_lost_time(self._talk)
            self._move(Event.DONE)
        pushed, push_error = self._push()
        pulled = self._pull(pushed.page)
        self._issue_again()
        proof = self._then(Event.DONE, lambda: prove(self._talk, pulled))
        self._move(Event.DONE if push_error is None else event_of(push_error))
        return RoundResult(self._rest(), pushed.answered, pulled.rows, proof, push_error)

    def _is_short(self) -> bool:
        return numbers.is_short(self.replica.facts(), self.replica.registry)

    def _be_wiped(self) -> None:
        """Send what waits and let go of everything; a later attempt goes on where this one fails."""
        wiping.obey(self._talk, self.send_files)
        self._wiped()
        self.replica.events.publish(DeviceWiped())

    def _push(self) -> tuple[Pushed, SyncError | None]:
        """Push first; if it fails in any way, the pull still runs (sync.md 3)."""
        if self.replica.facts()["quarantined"]:
            self._enter(State.PULL)
            return Pushed(), Quarantined(None, "sending is stopped until a person looks")
        self._enter(State.PUSH)
        try:
            pushed = push_waiting(self._talk)
        except SyncError as error:
            self._move(event_of(error))
            self._enter(State.PULL)
            return Pushed(), error
        self._move(Event.DONE)
        return pushed, None

    def _pull(self, page: Sequence[dict[str, Any]]) -> Pulled:  # Any: what JSON gives
        facts = self.replica.facts()
        if facts["replace"] or not facts["complete"]:
            self._move(Event.LOADING)
            loaded = bootstrap.begin_with_snapshot(self._talk)
            newer = pull_newer(self._talk)
            bootstrap.done(self._talk)
            return replace(newer, rows=loaded + newer.rows)
        return pull_newer(self._talk, page)

    def _issue_again(self) -> None:
        """Deferred txs whose rows have arrived are issued again at once, for the next round (trap 8)."""
        with self.replica.reading() as reader:
            ready = standing.ready_to_reissue(reader, self.replica.registry)
        for tx_id in ready:
            self.replica.retry_draft(tx_id)

    def _break_off(self, fault: Exception) -> None:
        """A mistake of ours must neither end the attempts nor look like a round that still runs (I7)."""
        self._hello_due = True
        try:
            self._enter(State.OFFLINE)
            self.scheduler.end(State.OFFLINE, fault)
            self.replica.events.publish(SyncStatusChanged())
        except Exception:  # noqa: BLE001  # it lies so deep that it cannot be written down; whoever called hears of the fault itself
            self.scheduler.abandon()

    # -- the state ---------------------------------------------------------------------------------------------------------

    def _then(self, event: Event, action: Callable[[], Proof | None]) -> Proof | None:
        self._move(event)
        return action()

    def _move(self, event: Event) -> None:
        self._enter(self.scheduler.step(self._state, event).state)

    def _enter(self, state: State) -> None:
        if state is not self._state:
            self._state = state
            self._talk.trail.note(state)
            self.replica.events.publish(SyncStatusChanged())

    def _rest(self) -> State:
        """Return the resting state that the round ended in."""
        if self._state not in RESTING:
            self._enter(State.OFFLINE)
        return self._state

    def _take_progress(self, progress: Progress) -> None:
        self._progress = progress
        self.replica.events.publish(SyncStatusChanged())


def event_of(error: Exception) -> Event:
    """Return the event that a failure is, for the table of states."""
    kinds: tuple[tuple[type[Exception], Event], ...] = (
        (Quarantined, Event.MISMATCH),
        (Unreachable, Event.UNREACHABLE),
        (Busy, Event.BUSY),
        (NeedsSignIn, Event.NOT_SIGNED_IN),
        (NeedsUpgrade, Event.TOO_OLD),
    )
    return next((event for kind, event in kinds if isinstance(error, kind)), Event.FAULT)
