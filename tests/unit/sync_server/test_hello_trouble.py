"""A hello against other writers: it is repeated where that helps, and the device is asked to come back where it does not."""

import pytest

from shared_models.errors import ErrorCode
from shared_models.protocol import HelloRequest
from shared_models.registry import SCHEMA_VERSION
from sync_server.db.engine import Contended, StoreDown
from sync_server.services import hello, series
from sync_server.services.actor import Actor
from sync_server.services.push import ATTEMPTS
from sync_server.services.refusals import Refusal
from tests.unit.sync_server.centre import open_centre

HELLO = HelloRequest(install="i", device_epoch="e", app="0.1", schema_version=SCHEMA_VERSION, cursor=0, clock=0)


@pytest.fixture
def central(tmp_path):
    return open_centre(tmp_path).central


def failing(monkeypatch, error, times):
    """Let the database fail so many times."""
    left = iter([True] * times)

    def grant(*_):
        if next(left, False):
            raise error
        return {}

    monkeypatch.setattr(series, "grant", grant)
    return left


def test_what_another_writer_was_first_with_is_done_again(central, monkeypatch):
    left = failing(monkeypatch, Contended("UniqueViolation"), 2)
    assert hello.greet(central, Actor("user", "device"), HELLO).action == "ok"
    assert list(left) == []


@pytest.mark.parametrize(
    ("error", "tries"), [(Contended("deadlock"), ATTEMPTS), (StoreDown("no space"), 1)], ids=["busy", "down"]
)
def test_where_that_does_not_help_the_device_is_asked_to_come_back(central, monkeypatch, error, tries):
    left = failing(monkeypatch, error, 100)
    with pytest.raises(Refusal) as refused:
        hello.greet(central, Actor("user", "device"), HELLO)
    assert (refused.value.code, refused.value.retry_after_s) == (ErrorCode.S502, 2)
    assert len(list(left)) == 100 - tries
