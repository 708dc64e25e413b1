"""What is on the device can be read while its disk has no room left."""

import sqlite3

import pytest

from client.replica.driver import translate
from client.usecases import lists, record_pages
from shared_models.errors import ReplicaDamaged, ReplicaError, ReplicaFull
from tests.clients import make_replica


class Disk:
    """What a medium answers to whatever is written from now on: an error code of SQLite, or nothing."""

    fault: int | None = None


@pytest.fixture
def disk():
    return Disk()


@pytest.fixture
def replica(tmp_path, disk):
    class OnDisk(sqlite3.Connection):
        def execute(self, sql, *values):
            if disk.fault is not None and sql.startswith(("INSERT", "UPDATE", "DELETE")):
                error = sqlite3.OperationalError("the medium takes nothing")
                error.sqlite_errorcode = disk.fault
                raise error
            return super().execute(sql, *values)

    def opened(path):
        return sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=OnDisk)

    replica = make_replica(tmp_path, connect=opened)
    yield replica
    replica.close()


@pytest.fixture
def hotel(replica):
    with replica.edit("a hotel") as edit:
        return edit.insert("company", {"name": "Hotel Șapte Brazi"})


@pytest.mark.parametrize("fault", [sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_READONLY])
def test_a_record_opens_on_a_medium_that_takes_nothing(replica, hotel, disk, fault):
    disk.fault = fault
    with pytest.raises(ReplicaError):
        replica.used("company", hotel)
    assert record_pages.record_page(replica, "company", hotel).title == "Hotel Șapte Brazi"
    assert lists.last_used(replica, "company") is None
    disk.fault = None
    record_pages.record_page(replica, "company", hotel)
    assert lists.last_used(replica, "company") == hotel


def test_a_damaged_file_is_still_told(replica, hotel, disk):
    disk.fault = sqlite3.SQLITE_CORRUPT
    with pytest.raises(ReplicaDamaged):
        record_pages.record_page(replica, "company", hotel)


def test_a_file_that_cannot_be_opened_for_want_of_room_is_told_as_a_full_disk():
    error = sqlite3.OperationalError("disk I/O error")
    assert type(translate(error)) is ReplicaError
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE
    assert type(translate(error)) is ReplicaFull
