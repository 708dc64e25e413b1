"""The thread of the live channel: when it asks for a round, when it hangs up, and that it comes back."""

import threading
from queue import SimpleQueue
from random import Random

import pytest

from client.config import SyncTimes
from client.events import SyncStatusChanged
from client.replica import meta
from client.sync.engine import SyncEngine
from client.sync.live import LiveChannel
from client.sync.states import Event
from shared_models.errors import Unreachable
from shared_models.transport import Poke
from tests.clients import EPOCH, make_replica
from tests.unit.client.sync.test_worker import Nowhere

SOON_S = 20
TIMES = SyncTimes(backoff_first_s=0.01, poll_s=0.02)


class Channel:
    """One that a test speaks into: a poke, None for its end, an error to raise."""

    def __init__(self, after):
        self.after, self.said, self.is_closed = after, SimpleQueue(), threading.Event()

    def __iter__(self):
        while (said := self.said.get()) is not None:
            if isinstance(said, Exception):
                raise said
            yield said

    def close(self):
        self.is_closed.set()
        self.said.put(None)


class Source:
    """Opens channels, and hands each to the test."""

    def __init__(self):
        self.opened, self.refuses = SimpleQueue(), 0

    def live(self, after):
        if self.refuses:
            self.refuses -= 1
            raise Unreachable(None, "no network in this test")
        channel = Channel(after)
        self.opened.put(channel)
        return channel


class Told:
    def __init__(self):
        self.events = SimpleQueue()

    def __call__(self, event):
        self.events.put(event)

    def next(self):
        return self.events.get(timeout=SOON_S)

    def nothing(self):
        return self.events.empty()


@pytest.fixture
def replica(tmp_path):
    replica = make_replica(tmp_path)
    know(replica, server_epoch=EPOCH, cursor=5)
    yield replica
    replica.close()


@pytest.fixture
def engine(replica):
    return SyncEngine(replica, Nowhere(), random=Random(1))


@pytest.fixture
def source():
    return Source()


@pytest.fixture
def told():
    return Told()


@pytest.fixture
def live(source, engine, told):
    live = LiveChannel(source, engine, told, TIMES, Random(1))
    yield live
    live.close()


def know(replica, **facts):
    with replica.write(durable=False) as writing:
        meta.put(writing.connection, facts)
        writing.events.append(SyncStatusChanged())


def opened(source):
    return source.opened.get(timeout=SOON_S)


def test_a_poke_asks_for_a_round_once(live, source, told):
    live.start()
    channel = opened(source)
    assert channel.after == 5
    channel.said.put(Poke(6))
    assert told.next() is Event.POKE
    channel.said.put(Poke(6))
    channel.said.put(Poke(7))
    assert told.next() is Event.POKE
    assert told.nothing()


def test_what_the_replica_holds_asks_for_nothing(live, source, told):
    live.start()
    channel = opened(source)
    channel.said.put(Poke(5))
    channel.said.put(Poke(6))
    assert told.next() is Event.POKE
    assert told.nothing()


def test_while_a_round_runs_a_poke_waits_for_its_end(live, source, told, engine, replica):
    live.start()
    channel = opened(source)
    engine.scheduler.begin(hello_due=False)
    channel.said.put(Poke(6))
    channel.said.put(Poke(7))
    assert channel.said.empty() or told.nothing()
    settled(channel)
    assert told.nothing()
    engine.scheduler.abandon()
    replica.events.publish(SyncStatusChanged())
    assert told.next() is Event.POKE
    assert told.nothing()


def test_what_the_running_round_brings_itself_asks_for_nothing(live, source, told, engine, replica):
    live.start()
    channel = opened(source)
    engine.scheduler.begin(hello_due=False)
    channel.said.put(Poke(6))
    settled(channel)
    know(replica, cursor=6)
    engine.scheduler.abandon()
    replica.events.publish(SyncStatusChanged())
    assert told.nothing()


def settled(channel):
    """Wait until the channel's thread has taken all that was said."""
    channel.said.put(Poke(0))
    for _ in range(2000):
        if channel.said.empty():
            return
        threading.Event().wait(0.005)
    raise AssertionError("nobody listens")


def test_a_channel_that_ends_or_breaks_off_is_opened_again(live, source):
    live.start()
    opened(source).said.put(None)
    opened(source).said.put(Unreachable(None, "cut"))
    assert opened(source).after == 5


def test_a_server_that_cannot_be_reached_is_tried_again(live, source):
    source.refuses = 3
    live.start()
    assert opened(source)
    assert source.refuses == 0


def test_a_channel_that_opens_ends_the_wait_of_a_device_that_was_offline(live, source, told, replica):
    know(replica, state="offline")
    live.start()
    opened(source)
    assert told.next() is Event.NETWORK_UP


@pytest.mark.parametrize("facts", [{"paused": True}, {"state": "needs_auth"}, {"state": "needs_upgrade"}], ids=str)
def test_it_hangs_up_while_nobody_is_to_be_asked(live, source, replica, facts):
    live.start()
    channel = opened(source)
    assert live.is_open or channel.said.empty()
    know(replica, **facts)
    assert channel.is_closed.wait(SOON_S)
    know(replica, paused=False, state="idle")
    opened(source)


def test_before_the_first_hello_there_is_no_channel(live, source, replica):
    know(replica, server_epoch=None)
    live.start()
    know(replica, server_epoch=EPOCH)
    opened(source)


def test_many_devices_are_asked_to_spread_their_pulls(live, source, told):
    live.start()
    channel = opened(source)
    channel.said.put(Poke(6, spread_ms=20))
    assert told.next() is Event.POKE


def test_the_end_of_the_program_ends_the_channel(source, engine, told):
    live = LiveChannel(source, engine, told, TIMES, Random(1))
    live.start()
    channel = opened(source)
    live.close()
    assert channel.is_closed.is_set()
    assert not live.is_open


class Silent:
    """A server that is asked, and does not answer until it is let go."""

    def __init__(self):
        self.asked, self.answers = threading.Event(), threading.Event()
        self.channel = Channel(0)

    def live(self, after):
        self.asked.set()
        self.answers.wait(SOON_S)
        return self.channel


def test_nobody_waits_for_a_server_that_does_not_answer(engine, told, monkeypatch):
    monkeypatch.setattr("client.sync.live.CLOSE_S", 0.01)
    source = Silent()
    live = LiveChannel(source, engine, told, TIMES, Random(1))
    live.start()
    assert source.asked.wait(SOON_S)
    live.close()
    source.answers.set()
    assert source.channel.is_closed.wait(SOON_S)
    assert not live.is_open


def test_a_channel_that_opens_when_it_is_not_wanted_any_more_is_closed(engine, told, replica):
    source = Silent()
    live = LiveChannel(source, engine, told, TIMES, Random(1))
    live.start()
    assert source.asked.wait(SOON_S)
    know(replica, paused=True)
    source.answers.set()
    assert source.channel.is_closed.wait(SOON_S)
    live.close()
