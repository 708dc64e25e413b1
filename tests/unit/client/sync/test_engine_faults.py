"""A round that a mistake of ours broke off: the screens show a failure with its next attempt, and never a round that goes on."""

from random import Random

import pytest

from client.config import SyncTimes
from client.events import SyncStatusChanged
from client.sync.engine import SyncEngine
from client.sync.states import State
from client.usecases import sync_desk
from shared_models.errors import ReplicaFull
from tests.clients import Clock, make_replica


class Mistaken:
    """A transport in which something breaks that nobody foresaw."""

    def __init__(self, fault):
        self.fault = fault

    def hello(self, request):
        raise self.fault

    def push(self, body):
        raise self.fault

    def pull(self, request):
        raise self.fault

    def history(self, entity, record, before):
        raise self.fault

    def snapshot(self, request):
        raise self.fault

    def snapshot_bytes(self, name, start):
        raise self.fault

    def digest(self, request):
        raise self.fault

    def salvage(self, request):
        raise self.fault

    def send_diagnostics(self, found):
        raise self.fault

    def fetch(self, request):
        raise self.fault


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def replica(tmp_path, clock):
    made = make_replica(tmp_path, clock=clock)
    yield made
    made.close()


@pytest.fixture
def engine(replica):
    return SyncEngine(replica, Mistaken(ZeroDivisionError("a mistake of ours")), random=Random(1))


def is_ahead(at_us, clock):
    """Whether a moment comes, within the longest wait."""
    return clock.now < at_us / 1000 <= clock.now + SyncTimes().backoff_most_s * 1000


def shown(engine):
    return sync_desk.status(engine.replica, engine.status(), is_paused=False)


def test_the_failure_and_the_next_attempt_are_shown_at_once(engine, replica, clock):
    told = []
    replica.events.subscribe(lambda event: told.append(shown(engine).link) if isinstance(event, SyncStatusChanged) else None)
    with pytest.raises(ZeroDivisionError):
        engine.run_once()
    status = shown(engine)
    assert (status.link, status.cause) == ("offline", "unexpected")
    assert told[-1] == "offline"
    assert is_ahead(status.next_attempt_at, clock)


def test_every_further_one_waits_longer(engine):
    waits = []
    for _ in range(4):
        with pytest.raises(ZeroDivisionError):
            engine.run_once()
        waits.append(engine.scheduler.due_in_ms())
    assert waits == sorted(waits)
    assert shown(engine).link == "offline"


@pytest.mark.parametrize("second", [ZeroDivisionError, ReplicaFull])
def test_a_fault_that_cannot_even_be_written_down_is_shown_with_its_next_attempt(engine, replica, clock, monkeypatch, second):
    def write(durable):
        raise second("no")

    monkeypatch.setattr(replica, "write", write)
    with pytest.raises(ZeroDivisionError):
        engine.run_once()
    status = shown(engine)
    assert status.link == "offline"
    assert is_ahead(status.next_attempt_at, clock)


def test_a_program_that_is_told_to_end_writes_nothing_more(replica):
    engine = SyncEngine(replica, Mistaken(KeyboardInterrupt()), random=Random(1))
    before = replica.facts()
    with pytest.raises(KeyboardInterrupt):
        engine.run_once()
    assert replica.facts() == before


def test_a_fault_in_who_hears_the_news_does_not_keep_the_round_on_the_screen(engine, replica):
    def hear(event):
        raise LookupError("a mistake of the screens")

    stop = replica.events.subscribe(hear)
    with pytest.raises((LookupError, ZeroDivisionError)):
        engine.run_once()
    stop()
    assert engine.status().state is State.OFFLINE
    assert engine.scheduler.due_in_ms() is not None
