"""The thread that moves files: it begins when there is something to move, and ends with the program."""

import threading
from typing import cast

import pytest

from client.events import FilesChanged, RecordsChanged, SyncStatusChanged
from client.replica import meta
from client.sync.courier import Courier
from client.sync.courier_thread import CourierThread
from shared_models.transport import FileTransport
from tests.clients import Clock, make_replica

pytestmark = pytest.mark.functions(135)


class Runs(Courier):
    """Counts its runs."""

    def __init__(self, replica):
        super().__init__(replica, cast("FileTransport", None))
        self.ran, self.looked = threading.Semaphore(0), 0
        self.fault = None

    def run_once(self, *, early=False):
        self.ran.release()
        if self.fault:
            raise self.fault
        return 0

    def look_again(self):
        self.looked += 1


@pytest.fixture
def replica(tmp_path):
    opened = make_replica(tmp_path, clock=Clock())
    with opened.write(durable=False) as writing:
        meta.put(writing.connection, {"last_success_at": 1})
    yield opened
    opened.close()


@pytest.fixture
def courier(replica):
    found = Runs(replica)
    thread = CourierThread(found)
    thread.start()
    assert found.ran.acquire(timeout=10), "at the start something may be due"
    yield found
    thread.close()


@pytest.mark.parametrize(
    "news", [FilesChanged(is_asked=True), SyncStatusChanged(), RecordsChanged({"document": frozenset({"d"})})], ids=repr
)
def test_news_begins_a_run(courier, replica, news):
    replica.events.publish(news)
    assert courier.ran.acquire(timeout=10)


def test_what_somebody_asked_for_comes_before_what_runs(courier, replica):
    replica.events.publish(FilesChanged(is_asked=True))
    assert courier.looked == 1
    replica.events.publish(FilesChanged())
    assert courier.looked == 1


def test_a_mistake_of_ours_ends_no_later_run(courier, replica, caplog):
    courier.fault = ValueError("a mistake")
    replica.events.publish(SyncStatusChanged())
    assert courier.ran.acquire(timeout=10)
    courier.fault = None
    replica.events.publish(SyncStatusChanged())
    assert courier.ran.acquire(timeout=10)
    assert "moving files broke off" in caplog.text
