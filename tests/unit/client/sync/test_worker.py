"""The thread of an installed client: one round at a time, at once when a person saves or asks, one worker per replica."""

from random import Random
from threading import Event as Signal
from threading import Semaphore

import pytest

from client.platform.lock_file import LockFile
from client.sync.engine import SyncEngine
from client.sync.states import Event
from client.sync.worker import SyncWorker
from shared_models.errors import ReplicaLocked, Unreachable
from tests.clients import make_replica


class Nowhere:
    """A transport without a network, which tells when it was tried."""

    def __init__(self):
        self.tried = Signal()

    def hello(self, request):
        self.tried.set()
        raise Unreachable(None, "no network in this test")

    def push(self, body):
        raise AssertionError("not before the hello")

    def pull(self, request):
        raise AssertionError("not before the hello")

    def history(self, entity, record, before):
        raise AssertionError("not in these tests")

    def snapshot(self, request):
        raise AssertionError("not in these tests")

    def snapshot_bytes(self, name, start):
        raise AssertionError("not in these tests")

    def digest(self, request):
        raise AssertionError("not in these tests")

    def salvage(self, request):
        raise AssertionError("not in these tests")

    def send_diagnostics(self, found):
        raise AssertionError("not in these tests")

    def fetch(self, request):
        raise AssertionError("not in these tests")


@pytest.fixture
def parts(tmp_path):
    replica = make_replica(tmp_path)
    transport = Nowhere()
    worker = SyncWorker(SyncEngine(replica, transport, random=Random(1)), LockFile(tmp_path / "sync.lock"))
    yield replica, transport, worker
    worker.close()
    replica.close()


def test_worker_tries_at_the_start_and_when_a_person_asks(parts):
    _, transport, worker = parts
    worker.start()
    assert transport.tried.wait(20)
    transport.tried.clear()
    worker.notify(Event.SYNC_NOW)
    assert transport.tried.wait(20)


def test_second_worker_on_one_replica_is_refused(parts, tmp_path):
    replica, transport, worker = parts
    worker.start()
    other = SyncWorker(SyncEngine(replica, transport, random=Random(1)), LockFile(tmp_path / "sync.lock"))
    with pytest.raises(ReplicaLocked):
        other.start()
    worker.close()
    other.start()
    other.close()


def test_a_round_waits_for_its_turn_and_gives_it_back_also_when_it_breaks_off(tmp_path):
    replica, transport, turn = make_replica(tmp_path), Nowhere(), Semaphore(1)
    worker = SyncWorker(SyncEngine(replica, transport, random=Random(1)), LockFile(tmp_path / "sync.lock"), turn)
    with turn:
        worker.start()
        assert not transport.tried.wait(0.3)
    assert transport.tried.wait(20)

    def break_off(request):
        transport.tried.set()
        raise ZeroDivisionError("a mistake of ours")

    vars(transport)["hello"] = break_off
    for _ in range(2):
        transport.tried.clear()
        worker.notify(Event.SYNC_NOW)
        assert transport.tried.wait(20)
    worker.close()
    replica.close()


def test_closed_worker_tries_nothing_more(parts):
    replica, transport, worker = parts
    worker.start()
    assert transport.tried.wait(20)
    worker.close()
    transport.tried.clear()
    with replica.edit("New") as edit:
        edit.insert("company", {"name": "Acme"})
    assert not transport.tried.is_set()


def test_mistake_of_our_own_is_logged_and_does_not_end_the_attempts(parts, caplog):
    _, transport, worker = parts
    broken = Signal()

    def hello(request):
        broken.set()
        raise ZeroDivisionError("a mistake of ours")

    transport.hello = hello
    worker.start()
    assert broken.wait(20)
    broken.clear()
    worker.notify(Event.SYNC_NOW)
    assert broken.wait(20), "the thread lives"
    worker.close()
    assert "broke off" in caplog.text
    assert worker._engine.scheduler.due_in_ms() is not None
