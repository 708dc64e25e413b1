"""Answers that a client seldom gets: it does what the protocol says, keeps what was typed, and never goes round for ever."""

from collections.abc import Callable
from typing import Any

import pytest

from client.replica import integrity
from client.sync.states import Event
from shared_models.errors import Busy, ErrorCode, NeedsUpgrade, ProtocolFault, Refused, Unreachable
from shared_models.transport import UpToDate
from tests.world import view_of


class Twisted:
    """A transport of which some methods are replaced by a test; the rest is real."""

    def __init__(self, inner: Any, **twists: Callable[..., Any]):
        self._inner, self._twists = inner, twists

    def __getattr__(self, name: str) -> Any:
        return self._twists.get(name, getattr(self._inner, name))


@pytest.fixture
def ana(world):
    device = world.device("ana", "ana")
    device.sync()
    return device


def twist(device, **twists) -> Any:
    real = device.network.inner
    device.network.inner = Twisted(real, **twists)
    return real


@pytest.mark.parametrize(
    ("action", "error", "state"),
    [
        ("upgrade", NeedsUpgrade, "needs_upgrade"),
        ("wait", Busy, "offline"),
    ],
)
def test_what_the_first_word_asks_is_done_and_nothing_typed_is_touched(world, ana, action, error, state):
    ana.save("company", name="Waits")
    ana = ana.restart()
    real = ana.network.inner
    twist(ana, hello=lambda request: real.hello(request).model_copy(update={"action": action}))
    result = ana.sync()
    assert isinstance(result.error, error)
    assert result.state == state
    assert [waiting.label for waiting in ana.replica.waiting()] == ["New company"]
    assert ana.replica.count("company") == 1
    ana.network.inner = real
    ana.engine.scheduler.on(Event.SYNC_NOW)
    world.rest()


def test_cursor_that_the_server_does_not_know_loads_everything_anew(world, ana):
    pk = ana.save("company", name="Acme")
    ana.sync()
    ana.edit("company", pk, name="Waits")
    real, told = ana.network.inner, []

    def pull(request):
        if not told:
            told.append(request)
            raise Refused(ErrorCode.P206, "unknown cursor")
        return real.pull(request)

    def no_push(body):
        raise Unreachable(None, "not in this test")

    twist(ana, pull=pull, push=no_push)
    ana.sync()
    assert ana.get("company", pk)["name"] == "Waits"
    assert integrity.check(ana.replica) == []
    ana.network.inner = real
    world.rest()
    assert ana.get("company", pk)["name"] == "Waits"


def test_push_that_is_too_large_goes_in_smaller_parts(world, ana):
    for i in range(9):
        ana.save("company", name=f"Company {i}")
    real, sizes = ana.network.inner, []

    def push(body):
        sizes.append(body.count(b'"ops"'))
        if sizes[-1] > 3:
            raise Refused(ErrorCode.L401, "too large")
        return real.push(body)

    twist(ana, push=push)
    result = ana.sync()
    assert (result.error, result.answered) == (None, 9)
    world.rest()


def test_answers_without_verdicts_do_not_go_on_for_ever(world, ana):
    ana.save("company", name="Waits")
    real = ana.network.inner
    twist(ana, push=lambda body: real.push(body).model_copy(update={"verdicts": []}))
    result = ana.sync()
    assert isinstance(result.error, ProtocolFault)
    ana.network.inner = real
    world.rest()


def test_answer_of_another_device_epoch_is_not_believed(world, ana):
    tx = ana.save("company", name="Waits")
    real = ana.network.inner
    twist(
        ana,
        push=lambda body: real.push(body).model_copy(update={"device_epoch": "older"}),
        pull=lambda request: UpToDate("0", 0),
    )
    assert isinstance(ana.sync().error, ProtocolFault)
    assert [waiting.state for waiting in ana.replica.waiting()] == ["inflight"]
    ana.network.inner = real
    world.rest()
    assert ana.get("company", tx)["name"] == "Waits"


def test_pages_that_lead_nowhere_do_not_go_on_for_ever(world, ana):
    world.device("dan", "dan").save("company", name="New")
    world.devices["dan"].sync()
    real = ana.network.inner

    def pull(request):
        lines = list(real.pull(request))
        return iter([lines[0].replace(b'"from":', b'"from":9'), *lines[1:]])

    twist(ana, pull=pull)
    assert isinstance(ana.sync().error, ProtocolFault)
    ana.network.inner = real
    world.rest()


def test_difference_that_cannot_be_put_right_is_shown_and_logged_not_papered_over(world, ana):
    pk = ana.save("company", name="Acme")
    ana.sync()
    twist(ana, fetch=lambda asked: iter([f'{{"k":"fetched","epoch":"{asked.server_epoch}","seq":1}}'.encode()]))
    with ana.replica.write(durable=False) as writing:
        writing.connection.execute("DELETE FROM company WHERE id = ?", (pk,))
        writing.connection.execute("UPDATE _sync_digest SET rows = rows - 1 WHERE tbl = 'company'")
    proof = ana.sync().proof
    assert (proof.equal, proof.differing) == (False, ("company",))
    status = ana.engine.status()
    assert (status.is_proved, status.differing) == (False, ("company",))
    with ana.replica.reading() as reader:
        assert [found.kind for found in integrity.incidents(reader)] == ["digest", "unequal"]
    assert ana.sync().proof.equal is False


@pytest.mark.parametrize("way", ["digest", "fetch"])
def test_rows_and_parts_that_nobody_asked_for_are_not_taken(world, ana, way):
    pk, other = ana.save("company", name="Acme"), ana.save("company", name="Beta")
    ana.sync()
    real = ana.network.inner
    twist(
        ana,
        digest=lambda asked: real.digest(
            asked.model_copy(update={"prefixes": ["aa"]} if way == "digest" and asked.entity else {})
        ),
        fetch=lambda asked: real.fetch(asked.model_copy(update={"pks": [other]} if way == "fetch" else {})),
    )
    with ana.replica.write(durable=False) as writing:
        writing.connection.execute("DELETE FROM company WHERE id = ?", (pk,))
        writing.connection.execute("UPDATE _sync_digest SET rows = rows - 1 WHERE tbl = 'company'")
    result = ana.sync()
    assert isinstance(result.error, ProtocolFault)
    assert ana.engine.status().is_proved is False
    ana.network.inner = real
    assert ana.sync().proof.equal
    world.rest()


def test_stopped_round_keeps_what_came_and_goes_on_later(world, ana):
    other = world.device("dan", "dan")
    other.save("company", name="New")
    other.sync()
    real = ana.network.inner

    def pull(request):
        ana.engine.stop()
        return real.pull(request)

    twist(ana, pull=pull)
    result = ana.sync()
    assert result.stopped
    ana.network.inner = real
    world.rest()
    assert view_of(ana.replica) == view_of(other.replica)


def test_status_tells_what_waits_since_when_and_when_it_goes_next(world, ana):
    ana.network.is_up = False
    ana.save("company", name="Waits")
    ana.sync()
    status = ana.engine.status()
    assert (status.state, status.waiting, status.failures, status.reason, status.last_error) == (
        "offline", 1, 1, "backoff", "Unreachable",
    )  # fmt: skip
    assert status.waiting_since is not None
    assert status.next_attempt_at is not None
    assert status.next_attempt_at > status.waiting_since
    world.rest()
    status = ana.engine.status()
    assert (status.waiting, status.failures, status.is_proved, status.is_complete) == (0, 0, True, True)


def test_server_whose_timeline_changes_under_every_answer_is_given_up_for_now(world, ana):
    def refused(*_):
        raise Refused(ErrorCode.P203, "another epoch")

    real = twist(ana, pull=refused)
    assert isinstance(ana.sync().error, Unreachable)
    ana.network.inner = real
    world.rest()
