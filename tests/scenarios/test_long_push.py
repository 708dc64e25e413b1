"""A week offline goes up in several requests, each under way while the answer to the one before is stored."""

import itertools
import threading
from random import Random

import pytest
import zstandard

from client.replica import change_log, outbox
from client.sync import push
from client.sync.ahead import at_once, in_background
from client.sync.engine import SyncEngine
from shared_models.errors import ProtocolFault, ReplicaFull, Unreachable
from shared_models.ids import RUN_CHARS

SAVES = 7


@pytest.fixture(params=[at_once, in_background], ids=["at once", "in the background"])
def ana(world, request):
    made = world.device("ana-laptop", "ana")
    made.engine = SyncEngine(made.replica, made.network, random=Random(1), start=request.param, batch_txs=2)
    return made


def at_push(device, number, happens):
    """Let something happen just before a push reaches the server."""
    inner, count = device.network.push, itertools.count(1)

    def push(body):
        if next(count) == number:
            happens()
        return inner(body)

    device.network.push = push


def attempts(device) -> list[int]:
    with device.replica.reading() as reader:
        return [tx.attempts for tx in change_log.select(reader, change_log.UNSETTLED)]


def runs(device) -> list[str]:
    """Return what the ids of the saves of a run share, of each save, in order."""
    with device.replica.reading() as reader:
        return [tx.id[:RUN_CHARS] for tx in change_log.select(reader, "1")]


@pytest.mark.functions(141)
def test_saves_go_up_in_order_and_in_several_requests(world, ana):
    dan = world.device("dan-laptop", "dan")
    made = [ana.save("company", name=f"Company {i}") for i in range(SAVES)]
    ana.edit("company", made[0], name="Renamed")
    ana.sync()
    assert ana.network.calls.count("push") >= 4  # one that overtakes another goes again
    world.rest()
    assert dan.get("company", made[0])["name"] == "Renamed"
    assert all(dan.replica.get("company", pk) for pk in made)


def test_no_new_save_has_an_id_like_those_that_have_left_the_device(world, ana):
    for i in range(SAVES):
        ana.save("company", name=f"Company {i}")
    assert len(set(runs(ana))) == 1
    at_push(ana, 2, lambda: ana.save("company", name="While they go up"))
    ana.sync()
    ana.save("company", name="Afterwards")
    assert len(set(runs(ana))) == 3
    world.rest()


def test_saves_that_waited_together_go_up_in_few_bytes(world, ana):
    made = [ana.save("company", name=f"Company {i}") for i in range(100)]
    for pk in made:
        ana.edit("company", pk, name="Renamed")
    with ana.replica.write(durable=False) as writing:
        body = outbox.take_batch(writing, 1).body
    size = len(zstandard.compress(body)) / (2 * len(made))
    assert size < 35, "with 16 bytes of its own for each id it is 43"


def test_lost_answer_blames_nothing_that_was_only_made_ready(world, ana):
    for i in range(SAVES):
        ana.save("company", name=f"Company {i}")
    ana.network.lost_answers.append("push")
    result = ana.sync()
    assert result.error is not None
    assert not any(attempts(ana)), "no network is no reason to suspect a save"
    world.rest()


def test_person_who_stops_a_long_push_keeps_what_was_answered(world, ana):
    for i in range(SAVES):
        ana.save("company", name=f"Company {i}")
    inner = ana.network.push

    def push_then_stop(body):
        ana.engine.stop()
        return inner(body)

    ana.network.push = push_then_stop
    result = ana.sync()
    assert result.stopped
    with ana.replica.reading() as reader:
        assert change_log.select(reader, "state = 'acked'")
        assert change_log.select(reader, "state IN ('pending', 'inflight')")
    del ana.network.push
    world.rest()


def test_server_that_moved_to_another_timeline_in_mid_push_loses_nothing(world, ana):
    backup = world.back_up()
    for i in range(SAVES):
        ana.save("company", name=f"Company {i}")
    at_push(ana, 3, lambda: world.restore(backup, "epoch-after"))
    ana.sync()
    del ana.network.push
    world.rest()
    assert len(ana.replica.list_page("company", limit=50).rows) == SAVES


@pytest.fixture
def overtaking(ana):
    """Let the second push reach the server only after the third, and tell what the third was answered."""
    inner, lock, third_is_through = ana.network.push, threading.Lock(), threading.Event()
    count, answers = itertools.count(1), []

    def push(body):
        number = next(count)
        if number == 2:
            assert third_is_through.wait(20), "the third push was never under way beside the second"
        with lock:
            answer = inner(body)
        if number == 3:
            answers.append(answer)
            third_is_through.set()
        return answer

    ana.network.push = push
    yield answers
    del ana.network.push


@pytest.mark.parametrize("ana", [in_background], indirect=True, ids=["in the background"])
def test_push_that_overtakes_another_meets_a_gap_and_goes_again(world, ana, overtaking):
    ana.sync()
    made = [ana.save("company", name=f"Company {i}") for i in range(SAVES)]
    numbering = ana.replica.facts()["device_epoch"]
    result = ana.sync()
    assert result.error is None
    assert [(answer.verdicts, answer.expected_tx) for answer in overtaking] == [([], 3)]
    assert ana.replica.facts()["device_epoch"] == numbering, "an overtaken batch is no reason to number anew"
    assert result.rows == 0, "what was stored as sent is acknowledged in place of its rows"
    world.rest()
    assert [ana.replica.get("company", pk)["name"] for pk in made] == [f"Company {i}" for i in range(SAVES)]


def test_batch_behind_one_that_fails_is_not_blamed(world, ana):
    for i in range(SAVES):
        ana.save("company", name=f"Company {i}")

    def fail():
        raise ProtocolFault(None, "an answer that cannot be read")

    at_push(ana, 2, fail)
    result = ana.sync()
    assert isinstance(result.error, ProtocolFault)
    assert attempts(ana) == [1, 1, 0, 0, 0], "only what was sent in vain counts"
    del ana.network.push
    world.rest()


def test_answer_that_finds_no_room_blames_nothing(world, ana, monkeypatch):
    for i in range(SAVES):
        ana.save("company", name=f"Company {i}")

    def full(*_):
        raise ReplicaFull

    monkeypatch.setattr(push, "_take_answer", full)
    assert isinstance(ana.sync().error, ReplicaFull)
    assert not any(attempts(ana))
    monkeypatch.undo()
    world.rest()


def test_answer_to_a_later_batch_that_comes_in_place_of_an_earlier_one_is_no_answer_to_it(world, ana):
    made = [ana.save("company", name=f"Company {i}") for i in range(8)]
    inner, count, answers = ana.network.push, itertools.count(1), {}

    def push(body):
        number = next(count)
        answers[number] = inner(body)
        if number == 2:
            raise Unreachable(None, "the answer was lost")
        return answers[3] if number == 4 else answers[number]

    ana.network.push = push
    ana.network.lost_answers.append("pull")  # which would have told what became of them
    assert isinstance(ana.sync().error, Unreachable)
    assert ana.sync().error is None
    assert len(answers) > 4
    del ana.network.push
    world.rest()
    assert [ana.replica.get("company", pk)["name"] for pk in made] == [f"Company {i}" for i in range(8)]
