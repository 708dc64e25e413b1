"""The next attempt is always armed from the replica's own row, so nothing waits for ever (I7)."""

from random import Random

import pytest

from client.config import SyncTimes
from client.sync.engine import event_of
from client.sync.scheduler import Scheduler
from client.sync.states import Event, State
from shared_models.errors import Busy, ErrorCode, NeedsSignIn, NeedsUpgrade, ProtocolFault, ReplicaFull, Unreachable
from tests.clients import Clock, make_replica

TIMES = SyncTimes(poll_s=60, settle_s=0.3, backoff_first_s=2, backoff_most_s=300)


class Setting:
    """A scheduler on a real replica with a clock that only moves when told."""

    def __init__(self, folder):
        self.clock = Clock()
        self.replica = make_replica(folder, clock=self.clock)
        self.scheduler = Scheduler(self.replica, TIMES, Random(3))

    def ended(self, state=State.IDLE, error=None):
        self.scheduler.begin(hello_due=False)
        self.scheduler.end(state, error)
        return self.scheduler.due_in_ms()

    def save(self):
        with self.replica.edit("New") as edit:
            edit.insert("company", {"name": "Acme"})


@pytest.fixture
def setting(tmp_path):
    made = Setting(tmp_path)
    yield made
    made.replica.close()


def test_new_replica_tries_at_once(setting):
    assert setting.scheduler.due_in_ms() == 0


def test_idle_client_asks_again_after_about_a_minute(setting):
    assert 48_000 <= setting.ended() <= 72_000


def test_save_brings_the_next_attempt_near_and_a_second_one_does_not_put_it_off(setting):
    setting.ended()
    assert not setting.scheduler.on(Event.LOCAL_COMMIT)
    first = setting.scheduler.due_in_ms()
    assert first <= 300
    setting.clock.now += 200
    setting.scheduler.on(Event.LOCAL_COMMIT)
    assert setting.scheduler.due_in_ms() <= first - 200


def test_failures_double_the_wait_up_to_a_limit_and_success_forgets_them(setting):
    waits = [setting.ended(State.OFFLINE, Unreachable(None, "")) for _ in range(12)]
    for i, wait in enumerate(waits):
        most = min(2_000 * 2**i, 300_000)
        assert most * 0.49 <= wait <= most, i
    assert setting.ended() > 40_000
    assert setting.ended(State.OFFLINE, Unreachable(None, "")) <= 2_000


def test_server_that_asks_for_a_time_gets_it(setting):
    wait = setting.ended(State.OFFLINE, Busy(ErrorCode.S502, "", 30.0))
    assert 29_900 <= wait <= 39_000


def test_save_while_offline_keeps_the_armed_attempt(setting):
    before = setting.ended(State.OFFLINE, Unreachable(None, ""))
    setting.save()
    setting.scheduler.on(Event.LOCAL_COMMIT)
    assert 0 < setting.scheduler.due_in_ms() <= before


@pytest.mark.parametrize("event", [Event.NETWORK_UP, Event.POKE, Event.FOREGROUND])
def test_good_news_ends_the_wait(setting, event):
    setting.ended(State.OFFLINE, Unreachable(None, ""))
    setting.scheduler.on(event)
    assert setting.scheduler.due_in_ms() == 0


@pytest.mark.parametrize("event", [Event.POKE, Event.LOCAL_COMMIT])
def test_attempt_that_is_due_at_once_costs_no_write_as_a_program_that_starts_makes_one_anyway(setting, event):
    setting.ended()
    setting.clock.now += 10_000
    before = setting.replica.facts()
    setting.scheduler.on(event)
    assert setting.scheduler.due_in_ms() == 0
    assert setting.replica.facts() == before
    again = Scheduler(setting.replica, TIMES, Random(3))
    assert again.on(Event.START)


def test_attempt_that_was_due_at_once_is_not_due_again_once_it_was_made(setting):
    setting.ended()
    setting.scheduler.on(Event.POKE)
    assert setting.ended() > 40_000


def test_round_that_leaves_something_waiting_is_followed_by_another(setting):
    setting.save()
    assert setting.ended() == 0


def test_news_during_a_round_is_not_forgotten(setting):
    setting.scheduler.begin(hello_due=False)
    setting.scheduler.on(Event.POKE)
    setting.scheduler.end(State.IDLE, None)
    assert setting.scheduler.due_in_ms() == 0


def test_clock_that_was_set_back_by_years_does_not_put_the_attempt_out_of_reach(setting):
    setting.ended()
    setting.clock.forward(days=-2000)
    assert setting.scheduler.due_in_ms() <= 300_000


def test_working_offline_arms_nothing_until_it_ends_also_after_a_restart(setting, tmp_path):
    setting.scheduler.set_paused(True)
    assert setting.scheduler.due_in_ms() is None
    assert not setting.scheduler.on(Event.POKE)
    again = Scheduler(setting.replica, TIMES, Random(3))
    assert again.due_in_ms() is None
    assert again.on(Event.SYNC_NOW)
    again.set_paused(False)
    assert again.due_in_ms() == 0


@pytest.mark.parametrize(
    ("error", "state"),
    [(NeedsSignIn(ErrorCode.A101, ""), State.NEEDS_AUTH), (NeedsUpgrade(ErrorCode.P202, ""), State.NEEDS_UPGRADE)],
)
def test_what_only_a_person_can_change_is_not_tried_again_by_itself(setting, error, state):
    assert setting.ended(state, error) is None
    assert not setting.scheduler.on(Event.TIMER)
    assert setting.scheduler.on(Event.SYNC_NOW)


def test_status_says_why(setting):
    setting.ended(State.OFFLINE, ProtocolFault(ErrorCode.P201, "x"))
    facts = setting.replica.facts()
    assert (facts["state"], facts["reason"], facts["last_error"], facts["failures"]) == ("offline", "backoff", "P201", 1)


def test_every_failure_is_an_event_of_the_table():
    assert [event_of(error) for error in (Unreachable(), Busy(), NeedsSignIn(), NeedsUpgrade(), ReplicaFull())] == [
        Event.UNREACHABLE, Event.BUSY, Event.NOT_SIGNED_IN, Event.TOO_OLD, Event.FAULT,
    ]  # fmt: skip


@pytest.mark.parametrize("is_full", [False, True])
def test_a_clock_that_is_set_back_by_years_puts_no_attempt_out_of_reach(setting, monkeypatch, is_full):
    if is_full:

        def write(durable):
            raise ReplicaFull("no")

        monkeypatch.setattr(setting.replica, "write", write)
    setting.ended(State.OFFLINE, Unreachable(None, "x"))
    setting.clock.forward(days=-5 * 365)
    assert setting.scheduler.due_in_ms() <= TIMES.backoff_most_s * 1000
